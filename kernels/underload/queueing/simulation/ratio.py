"""The arithmetic behind a `Quantity`: a ratio of two sums over batches, its interval, and the levels of a quantile's.

Kernels of plain arithmetic, so that a run is read off in the same bits wherever it is simulated.
"""

import numpy as np

from underload._jit import kernel
from underload._libm import exp
from underload.stats.summation import exact_sum

__all__ = ["level", "linearised", "logarithmic_ends", "ratio", "up_to"]

MOST_LOG = 20.0  # of the half-width of a logarithm: an interval of that width says nothing
MOST_LOGIT = 700.0  # of the half-width of a logit, whose exponential is finite


@kernel
def ratio(tops, bottoms):
    """The sum of one float64[batches] over that of the other; 0 if there is nothing below."""
    total = exact_sum(bottoms)
    return exact_sum(tops) / total if total > 0.0 else 0.0


@kernel
def linearised(tops, bottoms, mean):
    """For each batch, what its `tops` and `bottoms` say about their ratio `mean`: float64[batches] about it."""
    average = exact_sum(bottoms) / len(bottoms)
    values = np.empty(len(tops))
    for b in range(len(tops)):
        values[b] = mean + (tops[b] - mean * bottoms[b]) / average
    return values


@kernel
def logarithmic_ends(mean, half_width):
    """The ends of an interval on the scale of the logarithm, if `mean` has one."""
    if mean <= 0.0:
        return mean - half_width, mean + half_width
    factor = exp(min(half_width / mean, MOST_LOG))
    return mean / factor, mean * factor


@kernel
def up_to(counts, q):
    """For each batch, the part of its values up to the slot that holds the `q` quantile of all together.

    Parameters
    ----------
    counts : int64[batches, slots]
        Of histograms.
    q : float64

    Returns
    -------
    float64[batches]
    """
    batches, slots = counts.shape
    sizes, below, parts = np.zeros(batches), np.zeros(batches), np.empty(batches)
    for b in range(batches):
        for slot in range(slots):
            sizes[b] += counts[b, slot]
    total, reached = sizes.sum(), 0.0
    for slot in range(slots):
        for b in range(batches):
            below[b] += counts[b, slot]
            reached += counts[b, slot]
        if reached >= q * total:
            break
    for b in range(batches):
        parts[b] = below[b] / max(sizes[b], 1.0)
    return parts


@kernel
def level(q, half_width, side):
    """The level at the low end (`side` 1), in the middle (0) or at the high end (-1) of the interval about `q`.

    `half_width` is that of the part of the customers up to the quantile; its interval is on the scale of the logit.
    """
    spread = half_width / (q * (1.0 - q))
    if side > 0:
        spread = min(spread, MOST_LOGIT)
    return q / (q + (1.0 - q) * exp(side * spread))
