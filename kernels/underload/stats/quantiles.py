"""Quantiles with intervals: of independent data, and of one autocorrelated run."""

import bisect
import math

import numpy as np
from scipy import special

from .. import _check
from .._jit import kernel
from .batch_means import split
from .interval import Interval, adjusted_half_width

__all__ = ["batch_quantile", "quantile", "quantile_sample_size"]


@kernel
def rank_of(q, n):
    """The smallest k with k / n >= q, where ``q * n`` may be off by its rounding."""
    return max(1, math.ceil(q * n * (1 - 1e-15)))


def quantile_sample_size(q, confidence=0.95, sides=1):
    """The fewest independent observations that bound a quantile without any assumption on their distribution.

    Parameters
    ----------
    q : float
        The quantile, in (0, 1).
    confidence : float
        In (0, 1).
    sides : {1, 2}
        1: the smallest n whose extreme value bounds the quantile from outside (its maximum for ``q >= 0.5``, its
        minimum below); 2: the smallest n that `quantile` accepts.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        For a quantile or confidence outside (0, 1), a quantile that needs more than 2**53 observations, or another
        number of sides.

    Notes
    -----
    All n observations are below the quantile with probability ``q**n`` (Wilks, Determination of sample sizes for
    setting tolerance limits, Annals of Mathematical Statistics 12(1), 1941): 299 for the 0.99 quantile at 95 %.
    """
    q = _check.fraction("q", q)
    confidence = _check.fraction("confidence", confidence)
    sides = _check.integer("sides", sides, least=1, most=2)
    miss = (1 - confidence) / sides
    tail = min(q, 1 - q)
    size = math.log(miss) / math.log1p(-tail) if tail > 1e-300 else math.inf
    if size > 2**53:
        _check.fail("q", q, "must need at most 2**53 observations: it is too near to 0 or 1")
    return max(1, math.ceil(size * (1 - 1e-12)))


def quantile(series, q, confidence=0.95):
    """A quantile of independent observations, with an interval that assumes nothing about their distribution.

    Parameters
    ----------
    series : float64[n]
        Independent observations, in any order and unit.
    q : float
        The quantile, in (0, 1).
    confidence : float
        In (0, 1).

    Returns
    -------
    Interval
        `mean` is the smallest observation that at least ``q n`` observations do not exceed; `low` and `high` are
        observations too, and lie at different distances from it.

    Raises
    ------
    ValueError
        If there are too few observations for the confidence (see `quantile_sample_size`, two sides), if they are not
        finite, or if `q` or `confidence` is outside (0, 1).

    Notes
    -----
    The number of observations below the quantile is binomial(n, q), so the order statistics `l` and `u` enclose it
    with at least the confidence if ``P(B < l)`` and ``P(B >= u)`` are each at most ``(1 - confidence) / 2``
    (David and Nagaraja, Order Statistics, 3rd ed., 2003, section 7.1). Exact: no normal approximation.

    Successive values of one run are not independent: see `batch_quantile`.
    """
    series = _check.sample("series", series)
    q = _check.fraction("q", q)
    confidence = _check.fraction("confidence", confidence)
    n = len(series)
    miss = (1 - confidence) / 2
    # The number l with P(B < l) <= miss < P(B < l + 1), and the least u with P(B >= u) <= miss.
    lower = bisect.bisect_right(range(n), miss, key=lambda k: special.bdtr(k, n, q))
    upper = bisect.bisect_left(range(1, n + 1), -miss, key=lambda u: -special.bdtrc(u - 1, n, q)) + 1
    if lower < 1 or upper > n:
        need = quantile_sample_size(q, confidence, sides=2)
        _check.fail("series", series, f"must have at least {need} items for q={q:g} at confidence {confidence:g}")
    ranks = [lower - 1, rank_of(q, n) - 1, upper - 1]
    low, estimate, high = np.partition(series, sorted(set(ranks)))[ranks]
    return Interval(estimate, high / 2 - low / 2, confidence, n, low, high)


def batch_quantile(series, q, batches=10, confidence=0.95):
    """A quantile of a stationary, autocorrelated series.

    Parameters
    ----------
    series : float64[n]
        Successive values of one run, without the warm-up.
    q : float
        The quantile, in (0, 1).
    batches : int
        At least 5; each must hold ``10 / min(q, 1 - q)`` items or more.
    confidence : float
        In (0, 1).

    Returns
    -------
    Interval
        `mean` is the quantile of the whole series.

    Raises
    ------
    ValueError
        If the batches are fewer than 5 or too short for the quantile, if values are not finite, or if `q` or
        `confidence` is outside (0, 1).

    Notes
    -----
    The quantiles of the batches play the part of the means in `batch_means`, with the same adjustments, about the
    quantile of the whole series (Alexopoulos, Goldsman, Mokashi, Tien and Wilson, Sequest,
    Operations Research 67(4), 1162-1183, 2019).

    Coverage at 95 %, measured on 2,000 runs of 95,000 waits in M/M/1: at utilization 0.5 for the quantiles 0.9 and
    0.99, 0.968 and 0.976; at 0.9 for 0.5, 0.9 and 0.99, 0.975, 0.969 and 0.87. The last one rests on a few long busy
    periods.
    """
    q = _check.fraction("q", q)
    confidence = _check.fraction("confidence", confidence)
    parts = split(series, batches, least=math.ceil(10 / min(q, 1 - q) * (1 - 1e-12)))
    rank = rank_of(q, parts.shape[1]) - 1
    each = np.partition(parts, rank, axis=1)[:, rank]
    whole = rank_of(q, parts.size) - 1
    estimate = np.partition(parts.reshape(-1), whole)[whole]
    return Interval(estimate, adjusted_half_width(each, confidence, correlated=True), confidence, parts.size)
