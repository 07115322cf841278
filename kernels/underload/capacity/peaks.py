"""The worst second: the largest of many Poisson counts."""

import math

from underload import _check
from underload._jit import kernel
from underload._libm import exp, expm1, log, log1p
from underload.capacity._stable import poisson_weight

__all__ = ["expected_max_poisson", "max_poisson_quantile"]

LOG_2 = math.log(2)


def expected_max_poisson(mean, n):
    """Expected maximum of `n` independent Poisson counts.

    Parameters
    ----------
    mean : float
        Mean of each count, up to 1e12.
    n : int
        Number of counts: 3600 for the worst second of an hour.

    Returns
    -------
    float

    Notes
    -----
    E[max] = sum over k >= 0 of 1 - F(k)^n, summed exactly over the places where the term is neither
    0 nor 1. It takes at most 20 sqrt(mean) steps.
    """
    mean = _mean(mean)
    n = _check.integer("n", n, least=1)
    return expected_max(mean, float(n))


def max_poisson_quantile(mean, n, q):
    """Smallest k that the maximum of `n` independent Poisson counts stays within with probability `q`.

    Parameters
    ----------
    mean : float
        Mean of each count, up to 1e12.
    n : int
        Number of counts.
    q : float
        Probability, at least 1e-100 and below 1.

    Returns
    -------
    int
        The smallest k with F(k)^n >= q.
    """
    mean = _mean(mean)
    n = _check.integer("n", n, least=1)
    q = _check.fraction("q", q)
    if q < 1e-100:
        _check.fail("q", q, "must be at least 1e-100: the sum starts at weights far below it")
    return int(max_quantile(mean, float(n), q))


def _mean(value):
    value = _check.nonnegative("mean", value)
    return value if value <= 1e12 else _check.fail("mean", value, "must be at most 1e12")


@kernel
def top(mean, n):
    """A count that all of `n` stay below except with probability e^-50, by Bernstein's inequality."""
    exponent = log(n) + 50
    return math.ceil(mean + exponent / 3 + math.sqrt(exponent * exponent / 9 + 2 * exponent * mean))


@kernel
def bottom(mean, exponent):
    """A count that one stays above except with probability e^-(exponent + 50)."""
    return max(0, math.floor(mean - math.sqrt(2 * (exponent + 50) * mean)))


@kernel
def weight_below(k, weight, mean):
    """Weight of k - 1 from the weight of k; anew where the recursion could start at an underflow."""
    return poisson_weight(k - 1, mean) if k <= 64 else weight * k / mean


@kernel
def expected_max(mean, n):
    """`expected_max_poisson` for a whole number `n` (float64)."""
    if mean == 0:
        return 0.0
    k = float(top(mean, n))
    last = float(bottom(mean, 0.0))
    weight = poisson_weight(k, mean)
    beyond, total = 0.0, 0.0
    # Invariant: beyond = P(X > k), total = the sum of the terms above k. Below `last` every term is 1, also for
    # n = 1, where rounding may keep the sum of the weights from reaching 1.
    while k >= last:
        term = -expm1(n * log1p(-beyond)) if beyond < 1 else 1.0
        if term >= 1:
            return total + k + 1
        total += term
        beyond += weight
        if k > 0:
            weight = weight_below(k, weight, mean)
        k -= 1
    return total + last


@kernel
def max_quantile(mean, n, q):
    """`max_poisson_quantile` for a whole number `n` (float64), as a float64."""
    if mean == 0:
        return 0.0
    log_level = log(q) / n
    if log_level > -LOG_2:
        return upper_quantile(mean, -expm1(log_level), float(top(mean, n / (1 - q))))
    return lower_quantile(mean, exp(log_level), float(bottom(mean, -log_level)))


@kernel
def upper_quantile(mean, most, k):
    """Smallest k with P(X > k) <= most, from a `k` above which the rest is nothing."""
    weight = poisson_weight(k, mean)
    beyond = 0.0
    while k > 0 and beyond + weight <= most:
        beyond += weight
        weight = weight_below(k, weight, mean)
        k -= 1
    return k


@kernel
def lower_quantile(mean, least, k):
    """Smallest k with P(X <= k) >= least, from a `k` below which the rest is nothing."""
    weight = poisson_weight(k, mean)
    within = weight
    while within < least:
        k += 1
        weight = poisson_weight(k, mean) if k <= 64 else weight * mean / k
        within += weight
    return k
