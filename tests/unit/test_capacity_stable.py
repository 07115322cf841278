"""The scalar kernels under the probabilities, digit by digit against mpmath."""

import mpmath
import pytest
from underload.capacity import _stable

U = [-1, -0.999, -0.5, -0.400001, -0.4, -0.1, -1e-5, -1e-150, 1e-200, 1e-9, 0.3, 0.599, 0.6, 0.61, 3, 1e6, 1e200]


@pytest.mark.parametrize("x", [x for x in U if x > -1])
def test_log1p_rest(x):
    with mpmath.workdps(450):
        expected = float(mpmath.log(1 + mpmath.mpf(x)) / mpmath.mpf(x) - 1)
    assert _stable.log1p_rest(x) == pytest.approx(expected, rel=2e-15, abs=0)


@pytest.mark.parametrize("u", U)
def test_deviance_slope(u):
    with mpmath.workdps(450):
        u_exact = mpmath.mpf(u)
        full = (1 + u_exact) * mpmath.log(1 + u_exact) if u > -1 else mpmath.mpf(0)
        expected = float((full - u_exact) / u_exact)
    # The sum (1 + u) rest(u) + u cancels three of four parts near 0: a few more ulps.
    assert _stable.deviance_slope(u) == pytest.approx(expected, rel=4e-15, abs=0)


@pytest.mark.parametrize("n", [*range(1, 40), 100, 12345, 10**9, 10**18])
def test_stirling_error(n):
    with mpmath.workdps(60):
        m = mpmath.mpf(n)
        expected = float(mpmath.loggamma(m + 1) - mpmath.log(2 * mpmath.pi * m) / 2 - m * (mpmath.log(m) - 1))
    assert _stable.stirling_error(float(n)) == pytest.approx(expected, rel=1e-13, abs=0)


@pytest.mark.parametrize("n", [1, 2, 16, 64, 65, 66, 100, 1000, 10**6])
def test_log_falling(n):
    for k in {1, 2, 15, 64, 65, 70, n // 3, n // 2, n - 16, n - 1, n}:
        if not 2 <= k <= n:
            continue
        with mpmath.workdps(60):
            m = mpmath.mpf(n)
            expected = float(mpmath.loggamma(m + 1) - mpmath.loggamma(m - k + 1) - k * mpmath.log(m))
        assert _stable.log_falling(float(n), float(k)) == pytest.approx(expected, rel=5e-14, abs=0), k


@pytest.mark.parametrize("mean", [1e-300, 1e-3, 1.0, 17.5, 700.0, 1e6, 1e12])
def test_poisson_weight(mean):
    for k in {0, 1, 5, 16, 17, 40, int(mean), int(mean + 6 * mean**0.5), int(max(0, mean - 6 * mean**0.5))}:
        with mpmath.workdps(60):
            m = mpmath.mpf(mean)
            expected = float(mpmath.exp(-m + k * mpmath.log(m) - mpmath.loggamma(k + 1)))
        # A weight of e^-700 carries 700 times the rounding of its exponent.
        assert _stable.poisson_weight(float(k), mean) == pytest.approx(expected, rel=3e-13, abs=1e-300), k
