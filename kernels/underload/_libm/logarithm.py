"""`log` and `log1p`."""

import math

from .._jit import kernel
from ._bits import from_bits, to_bits

__all__ = ["log", "log1p"]

# ln 2 in two parts: the high one has 21 trailing zero bits, so that k * LN2_HIGH is exact for |k| < 2**20.
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10

# The bits of sqrt(1/2): log's argument is 2**k * m with m in [sqrt(1/2), sqrt(2)).
HALF_ROOT_BITS = 0x3FE6A09E667F3BCD

# log((1 + s) / (1 - s)) = 2 s + s R(s**2): a Remez polynomial for R on |s| < 0.1716.
L1, L2, L3, L4 = 6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01
L5, L6, L7 = 1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860510658591e-01


@kernel
def log(x):
    """The natural logarithm of `x` (float64); -inf at 0, NaN below. Largest error measured: 0.76 ulp."""
    if not x > 0.0:
        return -math.inf if x == 0.0 else math.nan
    if x == math.inf:
        return x
    k = 0
    if x < 2.2250738585072014e-308:  # subnormal
        x = x * 18014398509481984.0  # 2**54
        k = -54
    bits = to_bits(x)
    shift = (bits - HALF_ROOT_BITS) >> 52
    k += shift
    f = from_bits(bits - (shift << 52)) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    r = w * (L2 + w * (L4 + w * L6)) + z * (L1 + w * (L3 + w * (L5 + w * L7)))
    half = 0.5 * f * f
    return k * LN2_HIGH - ((half - (s * (half + r) + k * LN2_LOW)) - f)


@kernel
def log1p(x):
    """log(1 + x) for float64 `x`, accurate near 0; -inf at -1, NaN below. Largest error measured: 0.80 ulp."""
    if not x > -1.0:
        return -math.inf if x == -1.0 else math.nan
    if abs(x) < 1.1102230246251565e-16 or x == math.inf:  # 2**-53: the result rounds to x
        return x
    u = 1.0 + x
    bits = to_bits(u)
    k = (bits - HALF_ROOT_BITS) >> 52
    if k == 0:
        f = x
        c = 0.0
    else:
        f = from_bits(bits - (k << 52)) - 1.0
        # What 1 + x lost to rounding, relative to u.
        c = (1.0 - (u - x) if u >= 2.0 else x - (u - 1.0)) / u
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    r = w * (L2 + w * (L4 + w * L6)) + z * (L1 + w * (L3 + w * (L5 + w * L7)))
    half = 0.5 * f * f
    return k * LN2_HIGH - ((half - (s * (half + r) + (k * LN2_LOW + c))) - f)
