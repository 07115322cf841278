"""`sin` and `cos`, for every float64 argument."""

import math

import numpy as np

from .._jit import kernel
from ._bits import to_bits

__all__ = ["cos", "sin"]

QUARTER_PI = 0.7853981633974483
TWO_OVER_PI = 6.36619772367581382433e-01

# pi / 2 in parts of 33 bits, so that k times a part is exact for |k| <= 2**20, each with what it leaves.
PART_1, REST_1 = 1.57079632673412561417e00, 6.07710050650619224932e-11
PART_2, REST_2 = 6.07710050630396597660e-11, 2.02226624879595063154e-21
PART_3, REST_3 = 2.02226624871116645580e-21, 8.47842766036889956997e-32
MEDIUM = 1647099.0  # 2**20 * pi / 2, rounded down

# pi / 2 as a sum of two float64, the first of them also as a sum of two with 26 bits.
HALF_PI, HALF_PI_LOW = 1.5707963267948966, 6.123233995736766e-17
HALF_PI_HEAD, HALF_PI_TAIL = 1.5707963407039642, -1.3909067675399456e-08

# fmt: off
# 2 / pi in digits to the base 2**24, after three zeros that spare a test of the index.
DIGITS = np.array([
    0, 0, 0, 0xA2F983, 0x6E4E44, 0x1529FC, 0x2757D1, 0xF534DD, 0xC0DB62, 0x95993C, 0x439041, 0xFE5163, 0xABDEBB,
    0xC561B7, 0x246E3A, 0x424DD2, 0xE00649, 0x2EEA09, 0xD1921C, 0xFE1DEB, 0x1CB129, 0xA73EE8, 0x8235F5, 0x2EBB44,
    0x84E99C, 0x7026B4, 0x5F7E41, 0x3991D6, 0x398353, 0x39F49C, 0x845F8B, 0xBDF928, 0x3B1FF8, 0x97FFDE, 0x05980F,
    0xEF2F11, 0x8B5A0A, 0x6D1F6D, 0x367ECF, 0x27CB09, 0xB74F46, 0x3F669E, 0x5FEA2D, 0x7527BA, 0xC7EBE5, 0xF17B3D,
    0x0739F7, 0x8A5292, 0xEA6BFB, 0x5FB11F, 0x8D5D08, 0x560330, 0x46FC7B, 0x6BABF0,
])
# fmt: on
MASK = 0xFFFFFF

# sin(x) = x + x**3 S(x**2) and cos(x) = 1 - x**2 / 2 + x**4 C(x**2) on |x| < pi / 4.
S1, S2, S3 = -1.66666666666666324348e-01, 8.33333333332248946124e-03, -1.98412698298579493134e-04
S4, S5, S6 = 2.75573137070700676789e-06, -2.50507602534068634195e-08, 1.58969099521155010221e-10
C1, C2, C3 = 4.16666666666666019037e-02, -1.38888888888741095749e-03, 2.48015872894767294178e-05
C4, C5, C6 = -2.75573143513906633035e-07, 2.08757232129817482790e-09, -1.13596475577881948265e-11


@kernel
def _sine(x, low):
    """The sine of `x` + `low` for |`x`| < pi / 4 and a `low` that rounding has cut off from `x`."""
    z = x * x
    r = S2 + z * (S3 + z * (S4 + z * (S5 + z * S6)))
    v = z * x
    return x - ((z * (0.5 * low - v * r) - low) - v * S1)


@kernel
def _cosine(x, low):
    """The cosine of `x` + `low`, as above."""
    z = x * x
    r = z * (C1 + z * (C2 + z * (C3 + z * (C4 + z * (C5 + z * C6)))))
    half = 0.5 * z
    w = 1.0 - half
    return w + (((1.0 - w) - half) + (z * r - x * low))


@kernel
def _two_digits(m0, m1, m2, m3, j, carry):
    """Two columns of the product in `_far`: their digits as one number, and the carry to the next column."""
    low = carry + m0 * DIGITS[j + 1] + m1 * DIGITS[j + 2] + m2 * DIGITS[j + 3] + m3 * DIGITS[j + 4]
    high = (low >> 24) + m0 * DIGITS[j] + m1 * DIGITS[j + 1] + m2 * DIGITS[j + 2] + m3 * DIGITS[j + 3]
    return ((high & MASK) << 24) | (low & MASK), high >> 24


@kernel
def _far(x):
    """As `_reduced`, for large finite `x` > 0: in integers, with the digits of 2 / pi that matter for `x`.

    Columns left of the point count multiples of 2**24 quarter turns and are left out; eight right of it leave an error
    of 2**-164 turns, and no float64 comes closer than 2**-62 to a multiple of pi / 2 (Payne and Hanek, 1983).
    """
    bits = to_bits(x)
    exponent = (bits >> 52) - 1075
    place = exponent // 24
    shift = exponent - 24 * place
    # x = 2**(24 * place) times the number with these four digits.
    m = (bits & 0xFFFFFFFFFFFFF) | 0x10000000000000
    m0 = (m & (MASK >> shift)) << shift
    m = m >> (24 - shift)
    m1, m2, m3 = m & MASK, (m >> 24) & MASK, m >> 48
    j = place + 2
    _lost, carry = _two_digits(m0, m1, m2, m3, j + 7, 0)
    third, carry = _two_digits(m0, m1, m2, m3, j + 5, carry)
    second, carry = _two_digits(m0, m1, m2, m3, j + 3, carry)
    first, carry = _two_digits(m0, m1, m2, m3, j + 1, carry)
    k = carry + m0 * DIGITS[j] + m1 * DIGITS[j + 1] + m2 * DIGITS[j + 2] + m3 * DIGITS[j + 3]
    if first >= 0x800000000000:  # more than half a quarter turn: count from the next one
        first -= 0x1000000000000
        k += 1
    a = first * 3.552713678800501e-15  # 2**-48
    b = second * 1.262177448353619e-29  # 2**-96
    turn = a + b
    rest = (b - (turn - a)) + third * 4.484155085839415e-44  # 2**-144
    # (turn + rest) pi / 2, where turn times the first part of pi / 2 is split by hand into the product and its error.
    t = 134217729.0 * turn
    head = t - (t - turn)
    tail = turn - head
    product = turn * HALF_PI
    error = (head * HALF_PI_HEAD - product + head * HALF_PI_TAIL + tail * HALF_PI_HEAD) + tail * HALF_PI_TAIL
    rest = error + (turn * HALF_PI_LOW + rest * HALF_PI)
    y = product + rest
    return k, y, rest - (y - product)


@kernel
def _reduced(x):
    """k, y and low with finite `x` = k pi / 2 + y + low and |y| < pi / 4; of k only the last two bits count."""
    if abs(x) > MEDIUM:
        k, y, low = _far(abs(x))
        return (k, y, low) if x > 0.0 else (-k, -y, -low)
    k = math.floor(x * TWO_OVER_PI + 0.5)
    r = x - k * PART_1
    w = k * REST_1
    y = r - w
    if abs(y) < abs(x) * 1.52587890625e-05:  # 2**-16: so much has cancelled that the next part is needed
        t = r
        w = k * PART_2
        r = t - w
        w = k * REST_2 - ((t - r) - w)
        y = r - w
        if abs(y) < abs(x) * 1.7763568394002505e-15:  # 2**-49
            t = r
            w = k * PART_3
            r = t - w
            w = k * REST_3 - ((t - r) - w)
            y = r - w
    return k, y, (r - y) - w


@kernel
def sin(x):
    """The sine of `x` (float64, radians); NaN at infinity. Largest error measured: 0.75 ulp, at any magnitude."""
    if abs(x) < QUARTER_PI:
        return _sine(x, 0.0)
    if not abs(x) < math.inf:
        return math.nan
    k, y, low = _reduced(x)
    value = _cosine(y, low) if k & 1 else _sine(y, low)
    return -value if k & 2 else value


@kernel
def cos(x):
    """The cosine of `x` (float64, radians); NaN at infinity. Largest error measured: 0.75 ulp, at any magnitude."""
    if abs(x) < QUARTER_PI:
        return _cosine(x, 0.0)
    if not abs(x) < math.inf:
        return math.nan
    k, y, low = _reduced(x)
    value = _sine(y, low) if k & 1 else _cosine(y, low)
    return -value if (k + 1) & 2 else value
