"""`power`, for nonnegative bases, and `log2`."""

import math

from .._jit import kernel
from ._bits import from_bits, head, to_bits

__all__ = ["log2", "power"]

# log((1 + s) / (1 - s)) = 2 s + 2 s**3 / 3 + (2 s**5 / 3) L(s**2), for bases within sqrt(3/2) of 1 or 1.5.
L1, L2, L3 = 5.99999999999994648725e-01, 4.28571428578550184252e-01, 3.33333329818377432918e-01
L4, L5, L6 = 2.72728123808534006489e-01, 2.30660745775561754067e-01, 2.06975017800338417784e-01
ROOT_3_HALVES, ROOT_3 = 1.224744871391589, 1.7320508075688772
# log2(1.5), 2 / (3 ln 2) and ln 2 in two parts; the high ones have at least 24 trailing zero bits.
LOG2_HIGH, LOG2_LOW = 5.84962487220764160156e-01, 1.35003920212974897128e-08
CP, CP_HIGH, CP_LOW = 9.61796693925975554329e-01, 9.61796700954437255859e-01, -7.02846165095275826516e-09
LN2, LN2_HIGH, LN2_LOW = 6.93147180559945286227e-01, 6.93147182464599609375e-01, -1.90465429995776804525e-09

# r coth(r / 2) = 2 + P(r**2) on |r| < ln(2) / 2.
P1, P2, P3 = 1.66666666666666019037e-01, -2.77777777770155933842e-03, 6.61375632143793436117e-05
P4, P5 = -1.65339022054652515390e-06, 4.13813679705723846039e-08

LARGEST = 1.7976931348623157e308
HALF_ULP = 8.0085662595372944372e-17  # log2 of (the overflow threshold plus half its ulp), less 1024, without the sign


@kernel
def _log2(x):
    """log2(`x`) for finite `x` > 0 as a sum of two numbers, the first of them a `head`."""
    n = 0
    if x < 2.2250738585072014e-308:  # subnormal
        x = x * 9007199254740992.0  # 2**53
        n = -53
    bits = to_bits(x)
    shift = (bits >> 52) - 1023
    n += shift
    m = from_bits(bits - (shift << 52))
    base, high, low = 1.0, 0.0, 0.0
    if m >= ROOT_3:
        m *= 0.5
        n += 1
    elif m > ROOT_3_HALVES:
        base, high, low = 1.5, LOG2_HIGH, LOG2_LOW
    # s = (m - base) / (m + base), and the same in two parts.
    u = m - base
    v = 1.0 / (m + base)
    s = u * v
    s_high = head(s)
    t_high = head(m + base)
    t_low = m - (t_high - base)
    s_low = v * ((u - s_high * t_high) - s_high * t_low)
    # 3 + s**2 + ... in two parts, times s.
    z = s * s
    r = z * z * (L1 + z * (L2 + z * (L3 + z * (L4 + z * (L5 + z * L6))))) + s_low * (s_high + s)
    z = s_high * s_high
    t_high = head(3.0 + z + r)
    t_low = r - ((t_high - 3.0) - z)
    u = s_high * t_high
    v = s_low * t_high + t_low * s
    p_high = head(u + v)
    p_low = v - (p_high - u)
    z_high = CP_HIGH * p_high
    z_low = CP_LOW * p_high + p_low * CP + low
    whole = head(((z_high + z_low) + high) + n)
    return whole, z_low - (((whole - n) - high) - z_high)


@kernel
def _exp2(high, low):
    """2**(`high` + `low`); inf or 0 where the result does not fit."""
    z = high + low
    if z >= 1024.0 and (z > 1024.0 or low + HALF_ULP > z - high):
        return math.inf
    if z <= -1075.0 and (z < -1075.0 or low <= z - high):
        return 0.0
    k = math.floor(z + 0.5)
    high -= k
    t = head(low + high)
    u = t * LN2_HIGH
    v = (low - (t - high)) * LN2 + t * LN2_LOW
    z = u + v
    w = v - (z - u)
    t = z * z
    c = z - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))))
    y = 1.0 - ((z * c / (c - 2.0) - (w + z * w)) - z)
    if k > 1023:  # 2**k does not fit
        return y * 2.0 * 8.98846567431158e307  # 2**1023
    if k < -1021:  # the result may be subnormal: round once, at the end
        return y * from_bits((k + 2023) << 52) * 9.33263618503218878990e-302  # 2**-1000
    return y * from_bits((k + 1023) << 52)


@kernel
def log2(x):
    """The logarithm of float64 `x` to the base 2; -inf at 0, NaN below. Largest error measured: 0.50 ulp.

    Exact where `x` is a power of two.
    """
    if not x > 0.0:
        return -math.inf if x == 0.0 else math.nan
    if x > LARGEST:
        return x
    high, low = _log2(x)
    return high + low


@kernel
def power(x, y):
    """`x` to the power `y` (float64, `x` >= 0); NaN for `x` < 0, whatever `y`. Largest error measured: 0.81 ulp.

    As in IEEE 754, 1 if `y` is 0 or `x` is 1, even beside a NaN. A zero counts as positive. Squares and square roots
    are correctly rounded.
    """
    if y == 0.0 or x == 1.0:
        return 1.0
    if not x >= 0.0 or y != y:
        return math.nan
    # Beyond 2**64 no base but 1 stays in range.
    if x == 0.0 or x > LARGEST or abs(y) > 1.8446744073709552e19:
        return 0.0 if (x < 1.0) == (y > 0.0) else math.inf
    if y == 1.0:
        return x
    if y == 2.0:
        return x * x
    if y == 0.5:
        return math.sqrt(x)
    if y == -1.0:
        return 1.0 / x
    t1, t2 = _log2(x)
    y1 = head(y)
    return _exp2(y1 * t1, (y - y1) * t1 + y * t2)
