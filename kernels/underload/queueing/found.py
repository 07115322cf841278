"""Waits and responses at c exponential servers, first come first served, from what a request finds on arrival.

While a request waits, the busy servers complete at rate c x service_rate: after i completions it has moved up i places.
While it is in service it is one of c, and each completion is its own with probability 1 / c. So P(response > t) is a
Poisson mixture, over the completions i of t, of the probability that the request is still there after i of them; and
P(wait > t) likewise. Every term is positive: the sums run outwards from the largest and cancel nothing.

Source: the law of the wait after Gross, Shortle, Thompson and Harris, Fundamentals of Queueing Theory, 4th ed., 2008,
section 2.5 (M/M/c/K) and 2.7 (finite sources); completions as a clock is uniformization (Jensen 1953).

Deviations: the textbook adds incomplete gamma functions of each number found, whose response is a difference.
"""

import functools
import math
import typing

import numpy as np
from scipy import optimize

from underload._jit import kernel
from underload._libm import exp, log, log1p
from underload.queueing._arguments import each_level, each_time
from underload.queueing.infinite import log_poisson

NEGLIGIBLE = 1e-24  # terms fall off on both sides of the largest at least geometrically


class Found(typing.NamedTuple):
    """What an admitted request finds: P(a free server), and `waiting` (float64[m]), P(all busy, j requests waiting)."""

    free: float
    waiting: np.ndarray


@kernel
def added(total, lost, term):
    """The sum total + term and what rounding took from it (Kahan)."""
    term -= lost
    following = total + term
    return following, (following - total) - term


@kernel
def fill_staying(waiting, servers, waits, stays):
    """The probabilities to be still there after i completions, for i = 0, ..., m.

    Parameters
    ----------
    waiting : float64[m]
        As in `Found`.
    servers : int64
    waits, stays : float64[m + 1]
        Out: that the request waits; that it waits or, having waited, is in service.
    """
    m = len(waiting)
    total, lost = 0.0, 0.0
    waits[m] = 0.0
    for i in range(m - 1, -1, -1):
        total, lost = added(total, lost, waiting[i])
        waits[i] = total
    served, lost = 0.0, 0.0
    stays[0] = waits[0]
    for i in range(m):
        served, lost = added(served, lost, waiting[i] - served / servers)
        stays[i + 1] = waits[i + 1] + served


@kernel
def staying(stays, log_stay, i):
    """Item i of `stays` (float64[m + 1]), which beyond m falls by the factor e^log_stay."""
    m = len(stays) - 1
    return stays[i] if i <= m else stays[m] * exp((i - m) * log_stay)


@kernel
def poisson_mixture(mean, stays, log_stay):
    """The mean of `staying` at a Poisson number of completions.

    The terms are log-concave, so one search finds the largest, which lies at most at the Poisson mean.
    """
    if mean == 0.0:
        return stays[0]
    if not mean < 2.0**62:  # an integer cannot hold it, and nobody is still there
        return 0.0
    low, high = 0, int(mean)
    while low < high:
        i = (low + high) // 2
        if mean * staying(stays, log_stay, i + 1) <= (i + 1) * staying(stays, log_stay, i):
            high = i
        else:
            low = i + 1
    first = exp(log_poisson(low, mean))
    total, lost = first * staying(stays, log_stay, low), 0.0
    least = NEGLIGIBLE * total
    i, weight, term = low, first, total
    while term > least:
        i += 1
        weight *= mean / i
        term = weight * staying(stays, log_stay, i)
        total, lost = added(total, lost, term)
    i, weight, term = low, first, total
    while i > 0 and term > least:
        weight *= i / mean
        i -= 1
        term = weight * staying(stays, log_stay, i)
        total, lost = added(total, lost, term)
    return total


class FirstComeFirstServed:
    """Tails and quantiles of a station that has `servers`, `service_rate`, `wait_probability` and `_found()`."""

    @functools.cached_property
    def _staying(self):
        found = self._found()
        waits, stays = np.empty(len(found.waiting) + 1), np.empty(len(found.waiting) + 1)
        fill_staying(found.waiting, self.servers, waits, stays)
        log_stay = log1p(-1 / self.servers) if self.servers > 1 else -math.inf
        return found.free, waits, stays, log_stay

    def _wait_tail(self, served):
        """P(wait > t), where t is given in mean service times."""
        _, waits, _, log_stay = self._staying
        return float(poisson_mixture(served * self.servers, waits, log_stay))

    def _response_tail(self, served):
        free, _, stays, log_stay = self._staying
        still = free * exp(-served) + poisson_mixture(served * self.servers, stays, log_stay)
        return min(1.0, float(still)) if served > 0 else 1.0  # the parts add up to 1 but for rounding

    def wait_tail(self, t):
        """P(wait > t) of an admitted request, for a time or an array of times >= 0."""
        return each_time(lambda one: self._wait_tail(one * self.service_rate), t)

    def response_tail(self, t):
        """P(response > t) of an admitted request, for a time or an array of times >= 0."""
        return each_time(lambda one: self._response_tail(one * self.service_rate), t)

    def wait_quantile(self, q):
        """The shortest time t with P(wait <= t) >= q for an admitted request, for q in [0, 1) or an array."""

        def quantile(one):
            return 0.0 if self._wait_tail(0.0) <= 1 - one else crossing(self._wait_tail, one) / self.service_rate

        return each_level(quantile, q)

    def response_quantile(self, q):
        """The time t with P(response <= t) = q for an admitted request, for q in [0, 1) or an array.

        The probability is met to 1e-15, so that a q near 0 leaves few digits of the time.
        """

        def quantile(one):
            return crossing(self._response_tail, one) / self.service_rate if one > 0 else 0.0

        return each_level(quantile, q)


def crossing(tail, q):
    """The time at which a continuous tail falls to 1 - q, by Brent's method on its logarithm."""
    target = log1p(-q)

    def above(t):
        return log(max(tail(t), 5e-324)) - target

    low, high = 0.0, 1.0
    while above(high) > 0:
        low, high = high, 2 * high
    # Without a sign of convergence where 1 - q is 1 but for rounding: there the tail is a staircase.
    return optimize.brentq(above, low, high, xtol=5e-324, rtol=1e-15, maxiter=300, disp=False)
