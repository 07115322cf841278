"""The mean of a run that starts afresh, such as a queue each time that it is empty."""

import numpy as np

from .. import _check
from .interval import Interval, adjusted_half_width, sample

__all__ = ["regenerative"]


def regenerative(sums, lengths, confidence=0.95):
    """The long-run mean from independent cycles.

    Parameters
    ----------
    sums : float64[cycles], cycles >= 3
        The total of the quantity over each cycle, such as the sum of the waits of its customers.
    lengths : float64[cycles]
        The length of each cycle, in what the mean is per: customers, or seconds. All > 0.
    confidence : float
        In (0, 1).

    Returns
    -------
    Interval

    Raises
    ------
    ValueError
        For fewer than three cycles, arrays of different length, lengths that are not positive, values that are not
        finite, or a confidence outside (0, 1).

    Notes
    -----
    The ratio of expectations E[sum] / E[length] (Crane and Iglehart, Simulating stable stochastic systems I, Journal of
    the ACM 21(1), 1974). The ratio of the averages is biased low in a short run; the jackknife of Iglehart (Simulating
    stable stochastic systems V, Naval Research Logistics Quarterly 22(3), 1975) removes most of that: at utilization
    0.8 in M/M/1, 7.9 % of bias over 100 cycles become 0.4 %. The pseudo-values are very skewed, so the interval is
    widened for it (Willink 2005). Coverage at 95 %, measured on 2,000 runs of M/M/1, and in brackets that of the
    classical interval:

    ===========  ============  ==============  ==============
    utilization  100 cycles    1,000 cycles    10,000 cycles
    ===========  ============  ==============  ==============
    0.5          0.92 (0.80)   0.94 (0.92)     0.955 (0.949)
    0.8          0.90 (0.69)   0.94 (0.87)     0.958 (0.936)
    0.9          0.84 (0.57)   0.93 (0.82)     0.951 (0.930)
    ===========  ============  ==============  ==============

    Cycles cut short by the end of a run must be left out.
    """
    sums = sample("sums", sums, least=3)
    lengths = sample("lengths", lengths, least=3)
    if len(lengths) != len(sums):
        _check.fail("lengths", lengths, f"must have one item for each of the {len(sums)} sums")
    short = np.flatnonzero(lengths <= 0)
    if len(short):
        _check.fail(f"lengths[{short[0]}]", lengths[short[0]], "must be a finite number > 0")
    confidence = _check.fraction("confidence", confidence)
    pseudo = _pseudo_values(sums, lengths)
    half_width = adjusted_half_width(pseudo, confidence, correlated=False)
    return Interval(np.mean(pseudo), half_width, confidence, len(sums))


def _pseudo_values(sums, lengths):
    """The jackknife's ``n ratio - (n - 1) ratio without cycle i``, written so that no digits cancel."""
    n = len(sums)
    total, length = np.sum(sums), np.sum(lengths)
    ratio = total / length
    others = length - lengths
    longest = np.argmin(others)
    if others[longest] <= 0:
        _check.fail(f"lengths[{longest}]", lengths[longest], "must not be so long that the other cycles round to 0")
    return ratio + (n - 1) * (sums - ratio * lengths) / others
