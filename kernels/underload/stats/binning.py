"""Bins of constant relative width: which one a value falls in, and where each ends.

Source: Masson, Rim and Lee, DDSketch, PVLDB 12(12), 2019, with the cubic approximation of the logarithm of its
reference implementations: a third of the time of `log`, and plain arithmetic, so the same bin on every platform.
"""

import math

import numpy as np

from .._jit import kernel

__all__ = ["record"]

INVALID, ZERO, BELOW, FIRST_BIN = 0, 1, 2, 3  # the last slot counts what lies above the range

# On x = 2**e (1 + s): log2(x) is about e + ((A s + B) s + C) s. It grows by at least C for each factor of e in x (ln
# does by 1, log2 by 1.443), so a bin that is narrow in it is narrow in ln(x).
A, B, C = 6 / 35, -3 / 5, 10 / 7
ROUNDING = 1e-12  # kept back from the error, for the rounding of that polynomial


@kernel
def bin_of(value, scale):
    """The bin of a positive value, an integer: number 0 ends at 1."""
    bits = np.int64(np.float64(value).view(np.int64))
    exponent = (bits >> 52) - 1023
    s = np.int64((bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000).view(np.float64) - 1.0
    return math.ceil((exponent + ((A * s + B) * s + C) * s) * scale)


@kernel
def record(counts, scale, first, value):
    """Count one value; for use inside a simulator.

    Parameters
    ----------
    counts : int64[slots]
        `Histogram.counts`, changed in place.
    scale : float64
    first : int64
        `Histogram.scale` and `Histogram.first`.
    value : float64
        Any float: a negative one or NaN is counted as invalid, and the histogram then refuses to answer.
    """
    if not value > 0.0:
        counts[ZERO if value == 0.0 else INVALID] += 1
        return
    position = bin_of(value, scale) - first
    if position < 0:
        counts[BELOW] += 1
    elif position >= len(counts) - FIRST_BIN - 1:  # also +inf: its exponent is the largest
        counts[-1] += 1
    else:
        counts[FIRST_BIN + position] += 1


@kernel
def record_all(counts, scale, first, values):
    """Count each of `values` (float64[n])."""
    for value in values:
        record(counts, scale, first, value)


@kernel
def edge(position):
    """The approximate logarithm's inverse: a bin ends at `edge(number / scale)`."""
    exponent = math.floor(position)
    target = position - exponent
    s = target
    for _ in range(6):  # Newton's steps; the error is below 1e-16 after four
        s -= (((A * s + B) * s + C) * s - target) / ((3.0 * A * s + 2.0 * B) * s + C)
    return (1.0 + s) * np.int64((np.int64(exponent) + 1023) << 52).view(np.float64)


@kernel
def edges_of(slots, scale, first, low, high):
    """The lower and upper edges of bins, by their slots (int64[n]), into `low` and `high` (float64[n])."""
    for i in range(len(slots)):
        last = slots[i] - FIRST_BIN + first
        low[i], high[i] = edge((last - 1) / scale), edge(last / scale)


@kernel
def slot_of(counts, rank):
    """The slot of the value of a rank, the smallest of which is 1; `len(counts)` if there are fewer values."""
    total = 0
    for slot in range(ZERO, len(counts)):
        total += counts[slot]
        if total >= rank:
            return slot
    return len(counts)


@kernel
def value_of(slot, scale, first):
    """What stands for all values of a bin: it is off by the same part of the least and of the greatest."""
    last = slot - FIRST_BIN + first
    low, high = edge((last - 1) / scale), edge(last / scale)
    return 2.0 * low / (low / high + 1.0)
