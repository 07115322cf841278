"""The sum of many floats, rounded once."""

import math

import numpy as np

from .._jit import kernel

__all__ = ["exact_sum"]


@kernel
def exact_sum(values):
    """The sum of `values` (float64[n]) as if it were rounded once, at the end: the bits of `math.fsum`.

    Source: Shewchuk, Adaptive precision floating-point arithmetic, Discrete & Computational Geometry 18, 1997: the sum
    so far is kept as floats that do not overlap.

    **Deviations.** Where the sum is not finite, or overflows on the way, it is what plain addition gives.
    """
    plain = 0.0
    for value in values:
        plain += value
    if not math.isfinite(plain):
        return plain
    parts, count = np.empty(len(values) + 1), 0
    for value in values:
        kept = 0
        for j in range(count):
            large, small = max_first(value, parts[j])
            value = large + small
            rest = small - (value - large)
            if rest != 0.0:
                parts[kept] = rest
                kept += 1
        parts[kept] = value
        count = kept + 1
    return rounded(parts, count)


@kernel
def max_first(x, y):
    """The two numbers, that of the larger size first."""
    return (y, x) if abs(x) < abs(y) else (x, y)


@kernel
def rounded(parts, count):
    """The sum of the first `count` of parts that do not overlap, the smallest first; a tie goes by what is below."""
    if count == 0:
        return 0.0
    last = count - 1
    total, rest = parts[last], 0.0
    while last > 0 and rest == 0.0:
        last -= 1
        before = total
        total = before + parts[last]
        rest = parts[last] - (total - before)
    if last > 0 and (rest < 0.0) == (parts[last - 1] < 0.0):
        further = total + 2.0 * rest
        if 2.0 * rest == further - total:
            total = further
    return total
