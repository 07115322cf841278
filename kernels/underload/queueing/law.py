"""The law of a time, as fan-out, hedging and quorums transform it: a tail, its inverse, and the mean as their integral.

A law is `Steps` where the time takes finitely many values (measured samples, a bimodal model), else `Smooth`. Both
have `tail(t)` for an array of times, `inverse(p, q)`, the shortest t with P(T > t) <= p, where q = 1 - p is given too
so that neither end loses digits, and `mean()`.
"""

import dataclasses
import math
import typing

import numpy as np
from scipy import optimize

from underload._libm import exp, log

__all__ = ["Smooth", "Steps"]

NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)
BODY = (1e-17, 1e-13, 1e-9, 1e-6, 1e-4, 1e-3, 0.01, 0.04, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)  # as P(T <= t)
DEPTHS = (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 25, 30, 40, 60, 80, 110, 150, 200, 250, 300)
MOST_PANELS = 4096  # more are needed only by a tail with rounding noise, which no halving removes
FARTHEST = 1e300  # beyond, a time counts as infinite


@dataclasses.dataclass(frozen=True, eq=False)
class Steps:
    """A time with finitely many values.

    Parameters
    ----------
    values : float64[m]
        Increasing.
    tails : float64[m]
        P(T > value), decreasing to 0.
    finest : float
        The smallest tail that measurements resolve: 1 / n of n samples; 0 for a model.
    """

    values: np.ndarray
    tails: np.ndarray
    finest: float = 0.0
    breaks: typing.ClassVar = ()

    @classmethod
    def from_weights(cls, values, weights, finest=0.0):
        """The law of distinct increasing `values` with weights > 0 of any total."""
        above = np.cumsum(weights[::-1])[::-1]
        return cls(values, np.append(above[1:], 0.0) / above[0], finest)

    def tail(self, t):
        """P(T > t), float64 of the shape of `t`."""
        return np.append(1.0, self.tails)[np.searchsorted(self.values, t, side="right")]

    def inverse(self, p, q):
        """The smallest value that is exceeded with at most probability `p`, which may be off by its rounding."""
        return float(self.values[np.argmax(self.tails <= p + 1e-15 * q + 1e-12 * p)])

    def mean(self):
        """E[T], a sum of positive terms."""
        return float(self.values[0] + np.diff(self.values) @ self.tails[:-1])

    def transformed(self, function, inverse=None):
        """The law whose tail is a function of this one, with 0 at 0; `inverse` is for `Smooth`."""
        return Steps(self.values, function(self.tails), float(function(np.float64(self.finest))))


@dataclasses.dataclass(frozen=True, eq=False)
class Smooth:
    """A time by its tail.

    Parameters
    ----------
    tail : callable
        P(T > t) for float64[n] -> float64[n]; accurate where it is small.
    breaks : tuple of float
        Times where the tail jumps or bends.
    invert : callable or None
        `inverse`, where it is known in closed form.
    """

    tail: typing.Callable
    breaks: tuple = ()
    invert: typing.Callable | None = None
    finest: typing.ClassVar = 0.0

    def inverse(self, p, q):
        """The shortest t with P(T > t) <= p; inf if it lies beyond 1e300."""
        return self.invert(p, q) if self.invert else solve(self.tail, p, self.breaks)

    def mean(self):
        """E[T]; inf where it is infinite."""
        return integral(self)

    def transformed(self, function, inverse=None):
        """The law whose tail is a function of this one; `inverse` maps its (p, q) back to this one's."""
        invert = None if inverse is None else lambda p, q: self.inverse(*inverse(p, q))
        return Smooth(lambda t: function(self.tail(t)), self.breaks, invert)


def solve(tail, p, breaks=()):
    """The shortest t with tail(t) <= p, for a decreasing tail; inf beyond 1e300.

    Brent's method on the logarithms of time and tail, where most tails are nearly lines.
    """

    def excess(log_t):
        value = float(tail(np.array([exp(log_t)]))[0])
        return max(log(value) if value > 0 else -800.0, -800.0) - target

    target = log(p)
    if tail(np.zeros(1))[0] <= p:
        return 0.0
    low, high, step = 0.0, 0.0, 1.0
    while excess(high) > 0:
        low, high, step = high, high + step, 2 * step
        if high > log(FARTHEST):
            return math.inf
    step = 1.0
    while excess(low) <= 0:
        low, high, step = low - step, low, 2 * step
        if low < -690:
            return 0.0
    t = exp(optimize.brentq(excess, low, high, xtol=1e-16, rtol=1e-15, maxiter=500) if low < high else low)
    near = [edge for edge in breaks if abs(edge - t) <= 1e-12 * t and tail(np.array([edge]))[0] <= p]
    return float(near[0]) if near else t


def integral(law):
    """E[T] = integral of P(T > t): Gauss-Legendre over the logarithm of time between quantiles, split until it holds.

    Where the tail is still heavy at a probability of 1e-300, it is continued as the power that it then is; the mean is
    inf if the exponent of that power is at most 1.
    """
    far, rest = far_edges(law)
    if rest == math.inf:
        return math.inf
    edges = {*far, *(law.inverse(1 - q, q) for q in BODY)}
    edges = sorted(edge for edge in edges | {b for b in law.breaks if b < max(edges)} if edge > 0)
    if not edges:
        return rest
    logs = np.log(edges)
    return float(below(law, edges[0]) + panels(law.tail, logs[:-1], logs[1:]) + rest)


def far_edges(law):
    """Quantiles ever deeper in the tail, until what lies beyond is negligible, and the integral of the tail there."""
    edges, rest, reference = [], math.inf, 0.0
    before, p_before = math.inf, 1.0
    for depth in DEPTHS:
        p = 10.0**-depth
        t = law.inverse(p, 1 - p)
        if not t < FARTHEST:
            break
        edges.append(t)
        reference = max(reference, t * p)  # by Markov's inequality at most the mean
        if t > before:
            power = math.log(p_before / p) / math.log(t / before) if before > 0 else 1.0
            rest = t * p / (power - 1) if power > 1 + 1e-9 else math.inf
        else:
            rest = 0.0 if t == before else math.inf  # perhaps the upper end of a bounded time
        if 0 < rest <= 1e-17 * reference:
            break
        before, p_before = t, p
    return edges, rest


def below(law, first):
    """The integral from 0 to the first edge, where the tail is 1, or T is 0 with positive probability."""
    start = float(law.tail(np.zeros(1))[0])
    if start == 1.0 and law.tail(np.array([first]))[0] > 1 - 1e-12:
        return first
    depths = np.log(first) - np.arange(0.0, 41.0)[::-1]
    return start * math.exp(depths[0]) + panels(law.tail, depths[:-1], depths[1:])


def panels(tail, low, high):
    """The integral of tail(t) dt over panels of log t (float64[n] each), halved until the halves agree with it."""

    def gauss(low, high):
        half = (high - low) / 2
        t = np.exp((low + half)[:, None] + half[:, None] * NODES)
        return half * ((t * tail(t.ravel()).reshape(t.shape)) @ WEIGHTS)

    total, whole = 0.0, gauss(low, high)
    for _ in range(40):
        if not 0 < len(low) <= MOST_PANELS:
            break
        middle = (low + high) / 2
        left, right = gauss(low, middle), gauss(middle, high)
        good = np.abs(left + right - whole) <= 5e-15 * (total + left.sum() + right.sum())
        total += (left + right)[good].sum()
        low, high = np.r_[low[~good], middle[~good]], np.r_[middle[~good], high[~good]]
        whole = np.r_[left[~good], right[~good]]
    return total + whole.sum()
