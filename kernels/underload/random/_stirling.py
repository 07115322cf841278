"""Factorials and Poisson probabilities from Stirling's series, with the package's own logarithm."""

import numpy as np

from .._jit import kernel
from .._libm import log

__all__ = ["log_gamma", "log_poisson"]

HALF_LOG_TWO_PI = 0.9189385332046727418

# The series below at x = 0 ... 15, where it has not converged; 0 only holds the place.
# fmt: off
SMALL = np.array([
    0.0, 0.08106146679532726, 0.0413406959554093, 0.02767792568499834, 0.020790672103765093, 0.016644691189821193,
    0.013876128823070748, 0.01189670994589177, 0.010411265261972096, 0.009255462182712733, 0.00833056343336287,
    0.007573675487951841, 0.00694284010720953, 0.006408994188004207, 0.0059513701127588475, 0.005554733551962801,
])
# fmt: on


@kernel
def _series(x):
    """log(x!) - (x log(x) - x + log(2 pi x) / 2) for `x` >= 12, to 1e-16 (Abramowitz and Stegun, 1964, 6.1.41)."""
    z = 1.0 / (x * x)
    return (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z * (1 / 1188 - z * (691 / 360360)))))) / x


@kernel
def log_gamma(x):
    """The logarithm of the gamma function at `x` > 0; absolute error below 1e-14 for `x` < 20, relative above."""
    product = 1.0
    while x < 12.0:  # gamma(x) = gamma(x + 1) / x
        product *= x
        x += 1.0
    return (x - 0.5) * log(x) - x + HALF_LOG_TWO_PI + _series(x) - log(product)


@kernel
def _deviance(k, mean):
    """k log(k / mean) + mean - k for `k` > 0, without cancellation near `k` = `mean`."""
    difference = k - mean
    v = difference / (k + mean)
    if abs(v) > 0.1:
        return k * log(k / mean) - difference
    # log(k / mean) = 2 (v + v**3 / 3 + v**5 / 5 ...); the first term is combined by hand.
    square = v * v
    power = 2.0 * k * v * square
    total = difference * v
    for n in range(3, 27, 2):  # 0.1**26 is out of reach of the sum
        total += power / n
        power *= square
    return total


@kernel
def log_poisson(k, mean):
    """The logarithm of the Poisson probability of `k` (a whole number as float64) for a `mean` > 0.

    Source: Loader, Fast and accurate computation of binomial probabilities, 2000.
    """
    if k == 0.0:
        return -mean
    remainder = SMALL[int(k)] if k < 16.0 else _series(k)
    return -_deviance(k, mean) - remainder - HALF_LOG_TWO_PI - 0.5 * log(k)
