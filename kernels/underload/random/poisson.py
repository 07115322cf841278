"""The Poisson variate for any mean: inversion below 10, transformed rejection above."""

import math

import numpy as np

from .._jit import kernel
from .._libm import exp, log
from ._options import INLINE
from ._stirling import log_poisson
from .uniform import uniform, uniform_open

__all__ = ["poisson"]

# P(X > 50) < 1e-19 for a mean below 10: a uniform of 53 bits reaches no further.
FURTHEST = 50
RECIPROCAL = np.array([0.0, *[1.0 / k for k in range(1, FURTHEST + 1)]])

# Floats above are not all whole numbers.
LARGEST = 2.0**53


@kernel
def _inverse(u, mean):
    """The least k with P(X <= k) > `u`, for a `mean` below 10."""
    k = 0
    probability = exp(-mean)
    while u >= probability and k < FURTHEST:
        u -= probability
        k += 1
        probability *= mean * RECIPROCAL[k]
    return k


@kernel(**INLINE)
def poisson(state, mean):
    """A Poisson variate.

    Parameters
    ----------
    state : uint64[4]
    mean : float64
        In [0, 1e12].

    Returns
    -------
    int64

    Notes
    -----
    Below a mean of 10 one uniform is inverted by adding up probabilities. Above, Hörmann, The transformed rejection
    method for generating Poisson random variables, Insurance: Mathematics and Economics 12, 1993, algorithm PTRS.

    **Deviations.** The probability of k comes from its deviance (Loader, 2000) and not from log(k!), which at a mean
    of 1e9 would lose ten digits to cancellation.
    """
    if mean < 10.0:
        return _inverse(uniform(state), mean)
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    quick = 0.9277 - 3.6224 / (b - 2.0)
    while True:
        u = uniform_open(state) - 0.5
        v = uniform_open(state)
        edge = 0.5 - abs(u)
        k = np.floor((2.0 * a / edge + b) * u + mean + 0.43)
        if edge >= 0.07 and v <= quick:
            return np.int64(k)
        if k < 0.0 or k > LARGEST or (edge < 0.013 and v > edge):
            continue
        if log(v * inverse_alpha / (a / (edge * edge) + b)) <= log_poisson(k, mean):
            return np.int64(k)
