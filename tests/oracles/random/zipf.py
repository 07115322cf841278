"""Zipf probabilities from the zeta function in high precision."""

import mpmath


def harmonic(n, exponent):
    """The sum of k**-exponent, k = 1 to n, to 30 digits."""
    with mpmath.workdps(60):
        if n <= 2000:
            return mpmath.fsum(mpmath.mpf(k) ** -mpmath.mpf(exponent) for k in range(1, int(n) + 1))
        if exponent == 1:
            return mpmath.harmonic(n)
        return mpmath.zeta(exponent) - mpmath.zeta(exponent, n + 1)


def cdf(k, exponent, items):
    """The probability of the first k items."""
    return float(harmonic(k, exponent) / harmonic(items, exponent))
