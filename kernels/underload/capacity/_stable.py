"""Scalar kernels for factorials and Poisson weights that keep their digits.

After Loader, "Fast and accurate computation of binomial probabilities" (2000): a logarithm of a
probability is built from a deviance and Stirling errors, never from differences of log-gammas.
"""

import math

import numpy as np

from underload._jit import kernel
from underload._libm import exp, log, log1p

HALF_LOG_TWO_PI = 0.9189385332046728

# Stirling errors of 0 to 15, where the series has not converged; that of 0 is infinite and not asked for.
# fmt: off
SMALL = np.array([
    math.inf, 0.08106146679532726, 0.0413406959554093, 0.02767792568499834, 0.020790672103765093, 0.016644691189821193,
    0.013876128823070748, 0.01189670994589177, 0.010411265261972096, 0.009255462182712733, 0.00833056343336287,
    0.007573675487951841, 0.00694284010720953, 0.006408994188004207, 0.0059513701127588475, 0.005554733551962801,
])
# fmt: on


@kernel
def log1p_rest(x):
    """log(1 + x) / x - 1 without cancellation, for x > -1; it is -x/2 near 0.

    Near 0 it sums log(1 + x) = 2 atanh(r) with r = x / (2 + x).
    """
    if not -0.4 < x < 0.6:
        return log1p(x) / x - 1
    r = x / (2 + x)
    square = r * r
    total, power, odd = 1 / 3, square, 5.0
    while power > 1e-17:
        total += power / odd
        power *= square
        odd += 2
    return (2 * square * total - x) / (2 + x)


@kernel
def deviance_slope(u):
    """((1 + u) log(1 + u) - u) / u, for u >= -1; it is u/2 near 0.

    The quantity before the division is the large-deviation rate of a unit Poisson variable. Divided,
    it does not underflow: n times the rate at u = k/n - 1 is (k - n) times this.
    """
    if u <= -1:
        return -1.0
    if u > 0.6:
        return (1 + 1 / u) * log1p(u) - 1
    return (1 + u) * log1p_rest(u) + u


@kernel
def stirling_error(n):
    """log(n!) - log(sqrt(2 pi n) (n / e)^n) for a whole number n >= 1."""
    if n < 16:
        return SMALL[int(n)]
    inverse = 1 / n
    square = inverse * inverse
    return inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))))


@kernel
def log_falling(n, k):
    """log of n (n-1) ... (n-k+1) / n^k for whole numbers 0 <= k <= n."""
    if k <= 64:
        total = 0.0
        for j in range(1, int(k)):
            total += log1p(-j / n)
        return total
    x = k / n
    if n - k < 1:
        return 0.5 * log(float(n)) + HALF_LOG_TWO_PI + stirling_error(n) - n
    return stirling_error(n) - stirling_error(n - k) - 0.5 * log1p(-x) + k * deviance_slope(-x)


@kernel
def poisson_weight(k, mean):
    """Probability that a Poisson variable of this mean equals the whole number k >= 0."""
    if k <= 16:
        weight = exp(-mean)
        for j in range(1, int(k) + 1):
            weight *= mean / j
        return weight
    excess = k - mean
    return exp(-stirling_error(k) - excess * deviance_slope(excess / mean)) / math.sqrt(2 * math.pi * k)
