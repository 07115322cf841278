"""Zipf probabilities from the zeta function in high precision."""

import functools

import mpmath


@functools.cache
def harmonic(n, exponent):
    """The sum of k**-exponent, k = 1 to n, to 25 digits: the difference of two zeta functions loses some near 1."""
    with mpmath.workdps(40):
        if n <= 30:
            return mpmath.fsum(mpmath.mpf(k) ** -mpmath.mpf(exponent) for k in range(1, n + 1))
        if exponent == 1:
            return mpmath.harmonic(n)
        return mpmath.zeta(exponent) - mpmath.zeta(exponent, n + 1)


def cdf(k, exponent, items):
    """The probability of the first k items."""
    return float(harmonic(k, exponent) / harmonic(items, exponent))
