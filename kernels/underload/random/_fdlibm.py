"""`log`, `exp`, `log1p` and `expm1` of the package's own, so that variates are the same bits on every platform.

The C library, NumPy and a browser differ in the last bit of these functions; plain IEEE additions, multiplications
and divisions do not. The polynomials are those of FDLIBM 5.3 (Sun Microsystems, 1993; K. C. Ng): the error is
below one unit in the last place. No kernel here calls another, so that each also runs in plain Python.

Hazard: a compiler that contracts ``a * b + c`` into one rounding changes the bits. The kernels compile without it.
"""

import math

import numpy as np

from .._jit import kernel

__all__ = ["exp", "expm1", "log", "log1p"]

# ln 2 in two parts: the high one has 21 trailing zero bits, so that k * LN2_HIGH is exact for |k| < 2**20.
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
INVERSE_LN2 = 1.44269504088896338700e00

# The bits of sqrt(1/2): log's argument is 2**k * m with m in [sqrt(1/2), sqrt(2)).
HALF_ROOT_BITS = 0x3FE6A09E667F3BCD
ONE_BITS = 0x3FF0000000000000

# log((1 + s) / (1 - s)) = 2 s + s R(s**2): a Remez polynomial for R on |s| < 0.1716.
L1, L2, L3, L4 = 6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01
L5, L6, L7 = 1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860510658591e-01

# r coth(r / 2) = 2 + P(r**2) on |r| < ln(2) / 2.
P1, P2, P3 = 1.66666666666666019037e-01, -2.77777777770155933842e-03, 6.61375632143793436117e-05
P4, P5 = -1.65339022054652515390e-06, 4.13813679705723846039e-08

OVERFLOW = 709.782712893383973096
UNDERFLOW = -745.133219101941108420


@kernel
def log(x):
    """The natural logarithm of `x` (float64); -inf at 0, NaN below."""
    if not x > 0.0:
        return -math.inf if x == 0.0 else math.nan
    if x == math.inf:
        return x
    k = 0
    if x < 2.2250738585072014e-308:  # subnormal
        x = x * 18014398509481984.0  # 2**54
        k = -54
    bits = np.int64(np.float64(x).view(np.int64))
    shift = (bits - HALF_ROOT_BITS) >> 52
    k += shift
    f = np.int64(bits - (shift << 52)).view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    r = w * (L2 + w * (L4 + w * L6)) + z * (L1 + w * (L3 + w * (L5 + w * L7)))
    half = 0.5 * f * f
    return k * LN2_HIGH - ((half - (s * (half + r) + k * LN2_LOW)) - f)


@kernel
def exp(x):
    """The exponential of `x` (float64); inf above 709.78, 0 below -745.13."""
    if x > OVERFLOW:
        return math.inf
    if x < UNDERFLOW:
        return 0.0
    if x != x:
        return x
    k = math.floor(x * INVERSE_LN2 + 0.5)
    high = x - k * LN2_HIGH
    low = k * LN2_LOW
    r = high - low
    t = r * r
    c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))))
    y = 1.0 - ((low - r * c / (2.0 - c)) - high)
    if k > 1023:  # 2**k does not fit
        return y * 2.0 * 8.98846567431158e307  # 2**1023
    if k < -1021:  # the result may be subnormal: round once, at the end
        return y * np.int64((k + 2023) << 52).view(np.float64) * 9.33263618503218878990e-302  # 2**-1000
    return y * np.int64((k + 1023) << 52).view(np.float64)


@kernel
def log1p(x):
    """log(1 + x) for float64 `x`, accurate near 0; -inf at -1, NaN below."""
    if not x > -1.0:
        return -math.inf if x == -1.0 else math.nan
    if abs(x) < 1.1102230246251565e-16 or x == math.inf:  # 2**-53: the result rounds to x
        return x
    u = 1.0 + x
    bits = np.int64(np.float64(u).view(np.int64))
    k = (bits - HALF_ROOT_BITS) >> 52
    if k == 0:
        f = x
        c = 0.0
    else:
        f = np.int64(bits - (k << 52)).view(np.float64) - 1.0
        # What 1 + x lost to rounding, relative to u.
        c = (1.0 - (u - x) if u >= 2.0 else x - (u - 1.0)) / u
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    r = w * (L2 + w * (L4 + w * L6)) + z * (L1 + w * (L3 + w * (L5 + w * L7)))
    half = 0.5 * f * f
    return k * LN2_HIGH - ((half - (s * (half + r) + (k * LN2_LOW + c))) - f)


# r coth(r / 2) in another form: 1 + Q(r**2 / 2), for the difference exp(r) - 1.
Q1, Q2, Q3 = -3.33333333333331316428e-02, 1.58730158725481460165e-03, -7.93650757867487942473e-05
Q4, Q5 = 4.00821782732936239552e-06, -2.01099218183624371326e-07


@kernel
def expm1(x):
    """exp(x) - 1 for float64 `x`, accurate near 0; inf above 709.78, -1 below -39."""
    if x > OVERFLOW:
        return math.inf
    if x < -39.0:
        return -1.0
    if x != x or abs(x) < 1.1102230246251565e-16:
        return x
    k = 0
    r = x
    c = 0.0
    if abs(x) > 0.34657359027997264:  # ln(2) / 2
        k = math.floor(x * INVERSE_LN2 + 0.5)
        high = x - k * LN2_HIGH
        low = k * LN2_LOW
        r = high - low
        c = (high - r) - low
    half = 0.5 * r
    z = r * half
    q = 1.0 + z * (Q1 + z * (Q2 + z * (Q3 + z * (Q4 + z * Q5))))
    t = 3.0 - q * half
    e = z * ((q - t) / (6.0 - r * t))
    if k == 0:
        return r - (r * e - z)
    e = r * (e - c) - c - z
    if k == -1:
        return 0.5 * (r - e) - 0.5
    if k == 1:
        return 1.0 + 2.0 * (r - e) if r >= -0.25 else -2.0 * (e - (r + 0.5))
    if k == 1024:  # 2**k does not fit
        return (1.0 - (e - r)) * 2.0 * 8.98846567431158e307  # 2**1023
    scale = np.int64((k + 1023) << 52).view(np.float64)
    if k < -1 or k > 56:  # the 1 is lost in one of the two
        return scale * (1.0 - (e - r)) - 1.0
    if k < 20:
        return scale * ((1.0 - 1.0 / scale) - (e - r))
    return scale * (1.0 + (r - (e + 1.0 / scale)))
