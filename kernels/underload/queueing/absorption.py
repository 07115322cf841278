"""When a chain of phases is absorbed: tail, density, distribution and quantiles of the time that it takes.

Mechanism: up to 600 jumps of the fastest phase, one sequence of powers serves all times (uniformisation, from the first
jump on, so that a deep tail keeps its digits); beyond, the matrix exponential by scaled squaring.
"""

import functools
import math

import numpy as np

from underload.queueing._arguments import each_level, each_time
from underload.queueing.elimination import propagator

MOST_JUMPS = 600  # on average; the Poisson weight of no jump is then above 1e-261
STEPS = np.arange(1, 900)  # beyond 600 + 12 sqrt(600) a weight is below 1e-28 of what is kept


class Absorption:
    """The time until absorption of a chain.

    Parameters
    ----------
    initial : float64[n]
        The law of the first phase; what its sum lacks to 1 is absorbed at once.
    rates : float64[n, n]
        Between phases, with a zero diagonal.
    exits : float64[n]
        Rates of absorption.
    """

    def __init__(self, initial, rates, exits):
        self.initial, self.rates, self.exits = initial, rates, exits
        self.mass = float(initial.sum())
        self.fastest = float((rates.sum(axis=1) + exits).max())

    @functools.cached_property
    def _sequence(self):
        """After 0, 1, 2, ... jumps: mass left, rate of absorption, mass absorbed since time 0; float64[3, steps]."""
        jump = self.rates / self.fastest
        np.fill_diagonal(jump, (self.fastest - self.rates.sum(axis=1) - self.exits) / self.fastest)
        law, found = self.initial, np.zeros((3, len(STEPS) + 1))
        for k in range(len(STEPS) + 1):
            found[:2, k] = law.sum(), law @ self.exits
            law = law @ jump
        found[2, 1:] = np.cumsum(found[1, :-1] / self.fastest)
        return found

    def at(self, t):
        """P(T > t), the density at t, and P(0 < T <= t), for one time t >= 0."""
        jumps = self.fastest * t
        if jumps == math.inf:
            return np.array([0.0, 0.0, self.mass])
        if jumps <= MOST_JUMPS:
            weights = math.exp(-jumps) * np.cumprod(np.append(1.0, jumps / STEPS))
            return self._sequence @ (weights / weights.sum())
        n = len(self.exits)
        whole = np.zeros((n + 1, n + 1))
        whole[:n, :n], whole[:n, n] = self.rates, self.exits
        law = self.initial @ propagator(whole, t)[:n]
        return np.array([law[:n].sum(), law[:n] @ self.exits, law[n]])

    def tail(self, t):
        """P(T > t), for a time or an array of times >= 0; 0 below 1e-280."""
        return each_time(lambda one: float(self.at(one)[0]), t)

    def density(self, t):
        """The density at a time or an array of times >= 0."""
        return each_time(lambda one: float(self.at(one)[1]), t)

    def cdf(self, t):
        """P(T <= t), for a time or an array of times >= 0."""
        return each_time(lambda one: float(self.at(one)[2]) + (1 - self.mass), t)

    def quantile(self, q):
        """The shortest t with P(T <= t) >= q, for q in [0, 1) or an array; 0 up to the mass absorbed at once."""
        return each_level(self._one_quantile, q)

    def _one_quantile(self, q):
        """Newton's method on the logarithm of the smaller of the mass absorbed and the mass left, inside a bracket."""
        aim, early = 1 - q, False
        if self.mass <= aim:
            return 0.0
        if q - (1 - self.mass) < 0.5 * self.mass:
            aim, early = q - (1 - self.mass), True
        low, high = 0.0, 1.0 / self.fastest
        while _is_before(self.at(high), aim, early):
            low, high = high, 2 * high
        t = 0.5 * (low + high)
        for _ in range(200):
            found = self.at(t)
            low, high = (t, high) if _is_before(found, aim, early) else (low, t)
            value, density = found[2] if early else found[0], found[1]
            step = math.log(value / aim) * value / density if value > 0 and density > 0 else math.inf
            following = t - step if early else t + step
            if not low < following < high:
                following = 0.5 * (low + high)
            if abs(following - t) <= 1e-15 * t:
                break
            t = following
        return t


def _is_before(found, aim, early):
    return found[2] < aim if early else found[0] > aim
