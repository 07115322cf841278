"""The worst second: the largest of many Poisson counts."""

import math

from underload import _check
from underload._jit import kernel
from underload.capacity._stable import poisson_weight

__all__ = ["expected_max_poisson", "max_poisson_quantile"]


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
    return 0.0 if mean == 0 else _expected_max(mean, float(n), _bottom(mean, 0.0), _top(mean, n))


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
    log_level = math.log(q) / n
    if mean == 0:
        return 0
    if log_level > -math.log(2):
        return int(_upper_quantile(mean, -math.expm1(log_level), _top(mean, n / (1 - q))))
    return int(_lower_quantile(mean, math.exp(log_level), _bottom(mean, -log_level)))


def _mean(value):
    value = _check.nonnegative("mean", value)
    return value if value <= 1e12 else _check.fail("mean", value, "must be at most 1e12")


def _top(mean, n):
    """A count that all of `n` stay below except with probability e^-50, by Bernstein's inequality."""
    exponent = math.log(n) + 50
    return math.ceil(mean + exponent / 3 + math.sqrt(exponent * exponent / 9 + 2 * exponent * mean))


def _bottom(mean, exponent):
    """A count that one stays above except with probability e^-(exponent + 50)."""
    return max(0, math.floor(mean - math.sqrt(2 * (exponent + 50) * mean)))


@kernel
def _weight_below(k, weight, mean):
    """Weight of k - 1 from the weight of k; anew where the recursion could start at an underflow."""
    return poisson_weight(k - 1, mean) if k <= 64 else weight * k / mean


@kernel
def _expected_max(mean, n, bottom, top):
    k = float(top)
    weight = poisson_weight(k, mean)
    beyond, total = 0.0, 0.0
    # Invariant: beyond = P(X > k), total = the sum of the terms above k. Below `bottom` every term is 1, also for
    # n = 1, where rounding may keep the sum of the weights from reaching 1.
    while k >= bottom:
        term = -math.expm1(n * math.log1p(-beyond)) if beyond < 1 else 1.0
        if term >= 1:
            return total + k + 1
        total += term
        beyond += weight
        if k > 0:
            weight = _weight_below(k, weight, mean)
        k -= 1
    return total + bottom


@kernel
def _upper_quantile(mean, most, top):
    """Smallest k with P(X > k) <= most."""
    k = float(top)
    weight = poisson_weight(k, mean)
    beyond = 0.0
    while k > 0 and beyond + weight <= most:
        beyond += weight
        weight = _weight_below(k, weight, mean)
        k -= 1
    return k


@kernel
def _lower_quantile(mean, least, bottom):
    """Smallest k with P(X <= k) >= least."""
    k = float(bottom)
    weight = poisson_weight(k, mean)
    within = weight
    while within < least:
        k += 1
        weight = poisson_weight(k, mean) if k <= 64 else weight * mean / k
        within += weight
    return k
