"""The logarithm of the gamma function, from Stirling's series, with the package's own logarithm."""

from .._jit import kernel
from ._fdlibm import log

__all__ = ["log_gamma", "stirling_error"]

HALF_LOG_TWO_PI = 0.9189385332046727418


@kernel
def stirling_error(x):
    """log_gamma(x + 1) - (x log(x) - x + log(2 pi x) / 2) for `x` >= 10: Stirling's series, error below 1e-16.

    Source: Abramowitz and Stegun, 1964, 6.1.41.
    """
    z = 1.0 / (x * x)
    return (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z * (1 / 1188 - z * (691 / 360360)))))) / x


@kernel
def log_gamma(x):
    """The logarithm of the gamma function at `x` > 0; absolute error below 1e-14 for `x` < 20, relative above."""
    product = 1.0
    while x < 12.0:  # gamma(x) = gamma(x + 1) / x
        product *= x
        x += 1.0
    return (x - 0.5) * log(x) - x + HALF_LOG_TWO_PI + stirling_error(x) - log(product)
