"""The mean of one long, autocorrelated run."""

import numpy as np

from .. import _check
from .interval import Interval, adjusted_half_width, sample

__all__ = ["batch_means", "split"]

FEWEST_BATCHES = 5


def split(series, batches, least):
    """`series` as an array of shape (batches, size), without the oldest items that do not fill a batch."""
    batches = _check.integer("batches", batches, least=FEWEST_BATCHES)
    series = sample("series", series, least=least * batches)
    size = len(series) // batches
    return series[len(series) - batches * size :].reshape(batches, size)


def batch_means(series, batches=10, confidence=0.95):
    """The mean of a stationary, autocorrelated series.

    Parameters
    ----------
    series : float64[n], n >= 2 * batches
        Successive values of one run, such as the waits of its customers, without the warm-up (see `mser5`).
    batches : int
        At least 5. More than 10 gain little width and lose coverage when the run is short.
    confidence : float
        In (0, 1).

    Returns
    -------
    Interval

    Raises
    ------
    ValueError
        For fewer than 5 batches or two items in each, values that are not finite, or a confidence outside (0, 1).

    Notes
    -----
    The means of the batches, with Student's interval of ``batches - 1`` degrees of freedom (Schmeiser, Batch size
    effects in the analysis of simulation output, Operations Research 30(3), 1982), widened for the skewness and the
    lag-one correlation of the batch means (Willink 2005; Tafazzoli, Steiger and Wilson, N-Skart, 2011).

    Coverage of the 95 % interval, measured on 8,000 runs of the waits in M/M/1 (so that 0.005 is noise), with the
    relative half-width, beside what Student's interval of the same ten means does:

    ===========  ===========  ========  ==========  ============  ==========
    utilization  customers    coverage  half-width  Student only  half-width
    ===========  ===========  ========  ==========  ============  ==========
    0.5          100,800      0.968     4.8 %       0.946         3.7 %
    0.8          100,800      0.967     10.5 %      0.946         7.6 %
    0.9          100,800      0.959     21 %        0.934         14 %
    0.95         100,800      0.938     44 %        0.902         25 %
    0.9          10,080       0.916     72 %        0.863         36 %
    ===========  ===========  ========  ==========  ============  ==========

    A relative half-width above a third says that the run is too short for its own interval.

    Deviations from N-Skart: the batch length is not chosen by tests for independence, no batches are skipped as
    spacers, and the interval is symmetric.
    """
    means = np.mean(split(series, batches, least=2), axis=1)
    confidence = _check.fraction("confidence", confidence)
    half_width = adjusted_half_width(means, confidence, correlated=True)
    return Interval(np.mean(means), half_width, confidence, len(means) * (len(series) // len(means)))
