"""Positive numbers of any magnitude: a float and a power of 2**256, so that sums keep all digits of a float.

The constants of a closed network run over thousands of orders of magnitude. Their logarithms would not do: the
logarithm of 10^4000 spends four of its sixteen digits on the exponent.
"""

import numpy as np

from underload._jit import kernel

__all__ = ["LOG_BASE", "add", "empty", "normal", "quotient"]

BASE, LEAST, MOST = 2.0**256, 2.0**-128, 2.0**128
NOTHING = -(2**40)  # the exponent of zero
LOG_BASE = 256 * np.log(2.0)


def empty(*shape):
    """Zeros: mantissas (float64) and exponents (int64)."""
    return np.zeros(shape), np.full(shape, NOTHING)


@kernel
def normal(mantissa, exponent):
    """The same number with its mantissa in [2**-128, 2**128), or 0."""
    if mantissa == 0.0:
        return 0.0, NOTHING
    while mantissa >= MOST:
        mantissa /= BASE
        exponent += 1
    while mantissa < LEAST:
        mantissa *= BASE
        exponent -= 1
    return mantissa, exponent


@kernel
def add(mantissa, exponent, other, power):
    """The sum of two numbers, not normal.

    Mantissas may be products of two normal ones: of numbers three steps apart the smaller does not count.
    """
    if power > exponent:
        mantissa, other, exponent, power = other, mantissa, power, exponent
    apart = exponent - power
    if apart == 0:
        mantissa += other
    elif apart == 1:
        mantissa += other / BASE
    elif apart == 2:
        mantissa += other / BASE / BASE
    return mantissa, exponent


@kernel
def quotient(mantissa, exponent, other, power):
    """The first number divided by the second, a positive one, as float64: 0 or inf where it leaves their range."""
    ratio, apart = mantissa / other, exponent - power
    if apart < -5:
        return 0.0
    if apart > 5 and ratio > 0.0:
        return np.inf
    while apart < 0:
        ratio /= BASE
        apart += 1
    while apart > 0:
        ratio *= BASE
        apart -= 1
    return ratio
