"""The mean over independent runs."""

import numpy as np

from .. import _check
from .interval import Interval, sample, student_half_width

__all__ = ["replications"]


def replications(values, confidence=0.95):
    """The mean of independent values, one from each run, with Student's interval.

    Parameters
    ----------
    values : float64[n], n >= 2
        One result from each of `n` independently seeded runs, in any unit.
    confidence : float
        In (0, 1).

    Returns
    -------
    Interval

    Raises
    ------
    ValueError
        For fewer than two values, values that are not finite, or a confidence outside (0, 1).

    Notes
    -----
    ``mean ± t(n - 1) s / sqrt(n)``. It is exact for normal values and close for means of long runs. It is wrong for
    the successive values of one run: see `batch_means`.
    """
    values = sample("values", values, least=2)
    confidence = _check.fraction("confidence", confidence)
    half_width = student_half_width(values, confidence)
    return Interval(np.mean(values), half_width, confidence, len(values))
