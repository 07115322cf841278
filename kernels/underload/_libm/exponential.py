"""`exp` and `expm1`."""

import math

from .._jit import kernel
from ._bits import from_bits
from .logarithm import LN2_HIGH, LN2_LOW

__all__ = ["exp", "expm1"]

INVERSE_LN2 = 1.44269504088896338700e00

# r coth(r / 2) = 2 + P(r**2) on |r| < ln(2) / 2.
P1, P2, P3 = 1.66666666666666019037e-01, -2.77777777770155933842e-03, 6.61375632143793436117e-05
P4, P5 = -1.65339022054652515390e-06, 4.13813679705723846039e-08

OVERFLOW = 709.782712893383973096
UNDERFLOW = -745.133219101941108420


@kernel
def exp(x):
    """The exponential of `x` (float64); inf above 709.78, 0 below -745.13. Largest error measured: 0.86 ulp."""
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
        return y * from_bits((k + 2023) << 52) * 9.33263618503218878990e-302  # 2**-1000
    return y * from_bits((k + 1023) << 52)


# r coth(r / 2) in another form: 1 + Q(r**2 / 2), for the difference exp(r) - 1.
Q1, Q2, Q3 = -3.33333333333331316428e-02, 1.58730158725481460165e-03, -7.93650757867487942473e-05
Q4, Q5 = 4.00821782732936239552e-06, -2.01099218183624371326e-07


@kernel
def expm1(x):
    """exp(x) - 1 for float64 `x`, accurate near 0; inf above 709.78. Largest error measured: 0.86 ulp."""
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
    scale = from_bits((k + 1023) << 52)
    if k < -1 or k > 56:  # the 1 is lost in one of the two
        return scale * (1.0 - (e - r)) - 1.0
    if k < 20:
        return scale * ((1.0 - 1.0 / scale) - (e - r))
    return scale * (1.0 + (r - (e + 1.0 / scale)))
