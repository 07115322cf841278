"""The slowest of n independent responses, or the k-th fastest: what a request that fans out waits for.

With P(leaf > t) = S the request is later than t with probability 1 - (1 - S)^n; if the first k answers suffice, with
that of fewer than k successes in n trials, an incomplete beta function.

Source: David and Nagaraja, Order Statistics, 3rd ed., 2003, section 2.1; Dean and Barroso, The tail at scale, CACM
56(2), 2013.

Hazard: leaves of one request share switches, hosts and bad moments. Positively associated leaves are all done sooner
than independent ones of the same law, so that there the result is an upper bound. Nothing of the kind holds for a
quorum: 95 % of many independent leaves have answered at the leaf's p95, hardly sooner or later, while leaves with a
common bad moment are late together.
"""

import dataclasses
import math

from scipy import special

from underload import _check
from underload._jit import kernel
from underload._libm import exp, expm1, log, log1p
from underload._mapped import mapped
from underload.queueing.leaf import as_law, response_quantile, response_tail

__all__ = ["FanOut", "fan_out_for", "leaf_quantile_for", "slow_probability"]

MOST_LEAVES = 10**15


@kernel
def one_of(p, n):
    """1 - (1 - p)^n without cancellation, for a float64 p in [0, 1]."""
    return -expm1(n * log1p(-p))


any_of = mapped(one_of)


def slow_probability(probability, fan_out):
    """Probability that at least one of n independent leaves is slow.

    Parameters
    ----------
    probability : float or array
        That one leaf is slow, in [0, 1].
    fan_out : int
        n, 1 to 10^15.

    Returns
    -------
    float or ndarray
        1 - (1 - p)^n to full relative accuracy: 0.634 for 1 % and 100 leaves.
    """
    probability = _check.each(_check.probability, "probability", probability)
    return any_of(probability, _leaves(fan_out))


def leaf_quantile_for(quantile, fan_out):
    """The quantile of each of n leaves that is the given quantile of their slowest: q^(1/n).

    Parameters
    ----------
    quantile : float
        Of the slowest, in (0, 1).
    fan_out : int
        n, 1 to 10^15.

    Returns
    -------
    float
        0.9999 for the 0.99 of 100 leaves. Beyond 10^13 leaves it runs out of digits below 1: `FanOut` does not.
    """
    return exp(log(_check.fraction("quantile", quantile)) / _leaves(fan_out))


def fan_out_for(leaf_quantile, quantile=0.5):
    """The fan-out whose slowest leaf has the leaf's quantile as its own lower one.

    Parameters
    ----------
    leaf_quantile : float
        In (0, 1).
    quantile : float
        Of the slowest leaf, in (0, 1).

    Returns
    -------
    int
        The fewest n, at least 1, with leaf_quantile^n <= quantile: 69 leaves make a p99 the median.
    """
    leaf_quantile = _check.fraction("leaf_quantile", leaf_quantile)
    ratio = log(_check.fraction("quantile", quantile)) / log(leaf_quantile)
    return max(1, math.ceil(ratio * (1 - 1e-14)))


@dataclasses.dataclass(frozen=True, eq=False)
class FanOut:
    """The response time of a request that asks n independent leaves. Exact.

    Parameters
    ----------
    leaf
        A `Distribution`; a station with `response_tail`; a `Histogram` or an array of measured response times; a
        function t -> P(leaf > t), accurate where it is small; a `Mixture`, `Hedged` or `FanOut`.
    fan_out : int
        n, 1 to 10^15.
    quorum : int or None
        k, 1 to n: the request is done with its k-th answer. None: with the last.

    Notes
    -----
    Quantiles lie at the leaf's quantile q^(1/n), or at that of the inverse incomplete beta function. Relative errors
    are about 1e-13 where the law of the leaf has a closed form, whatever n. The mean is the integral of the tail; inf
    if it diverges. Measurements are taken as the law itself; what they cannot resolve is refused: of 1000 samples the
    quantile beyond the largest, and the mean of the slowest of 1000 or more.
    """

    leaf: object
    fan_out: int
    quorum: int | None = None

    def __post_init__(self):
        object.__setattr__(self, "fan_out", _leaves(self.fan_out))
        if self.quorum is not None:
            object.__setattr__(self, "quorum", _check.integer("quorum", self.quorum, least=1, most=self.fan_out))
        object.__setattr__(self, "_leaf", as_law("leaf", self.leaf))

    def _needed(self):
        return self.fan_out if self.quorum is None else self.quorum

    def law(self):
        """The law of the response time."""
        n, k = self.fan_out, self._needed()
        if k == n:

            def tail(s):
                return any_of(s, n)

            def inverse(p, q):
                log_quantile = (log1p(-p) if p < 0.5 else log(q)) / n
                return -expm1(log_quantile), exp(log_quantile)
        else:

            def tail(s):
                return special.betainc(n - k + 1, k, s)

            def inverse(p, q):
                s = special.betaincinv(n - k + 1, k, p) if p < 0.5 else special.betainccinv(n - k + 1, k, q)
                f = special.betainccinv(k, n - k + 1, p) if p < 0.5 else special.betaincinv(k, n - k + 1, q)
                return float(s), float(f)

        return self._leaf.transformed(tail, inverse)

    @property
    def response_mean(self):
        """Mean response time; inf where it is infinite."""
        n, k = self.fan_out, self._needed()
        finest = self._leaf.finest
        if (n - k + 1) / (n + 1) < finest * (1 - 1e-12):
            _check.fail(
                "fan_out", n, f"must be smaller: the mean depends on tails below {finest:g}, beyond the samples"
            )
        return self.law().mean()

    def response_tail(self, t):
        """P(response > t), for a time or an array of times >= 0."""
        return response_tail(self.law(), t)

    def response_quantile(self, q):
        """The shortest time t with P(response <= t) >= q, for q in [0, 1) or an array."""
        return response_quantile(self.law(), q)


def _leaves(fan_out):
    return _check.integer("fan_out", fan_out, least=1, most=MOST_LEAVES)
