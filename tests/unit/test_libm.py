"""The package's own logarithm and exponential: below 1 ulp, special values, the same bits compiled or not."""

import math

import mpmath
import numpy as np
import pytest
from underload import _libm
from underload.random import _stirling


def points(n):
    """About 3 n arguments of each function, over the whole range and dense where the methods change."""
    rng = np.random.default_rng(20)

    def spread(low, high, n):
        return np.exp(rng.uniform(low, high, n))

    return {
        "log": np.concatenate([spread(-744.4, 709.7, n), rng.uniform(0.5, 2.0, n), 1 + spread(-36, -1, n)]),
        "exp": np.concatenate([rng.uniform(-745.1, 709.78, n), rng.uniform(-1, 1, n), rng.uniform(-40, 5, n)]),
        "log1p": np.concatenate([spread(-50, 709, n), -spread(-50, 0, n), rng.uniform(-0.3, 1.1, 2 * n)]),
        "expm1": np.concatenate([rng.uniform(-40, 709.78, n), rng.uniform(0.34, 0.4, n), rng.uniform(-2, 40, n)]),
    }


def worst_ulp(name, arguments):
    """The largest distance to the true value, in units of the last place of the value."""
    ours, exact = getattr(_libm, name), getattr(mpmath, name)
    worst = 0.0
    with mpmath.workprec(110):
        for x in arguments.tolist():
            truth = exact(mpmath.mpf(x))
            worst = max(worst, float(abs(ours(x) - truth) / math.ulp(float(truth))))
    return worst


@pytest.mark.parametrize("name", ["log", "exp", "log1p", "expm1"])
def test_error_below_one_ulp(name):
    # A correctly rounded function would reach 0.5; verify/test_libm.py takes 30 times as many points.
    worst = worst_ulp(name, points(1500)[name])
    assert 0.5 < worst < 1.0


@pytest.mark.parametrize("name", ["log", "exp", "log1p", "expm1"])
def test_the_same_bits_compiled_and_interpreted(name):
    # A compiler that fused a multiplication with an addition would be seen here.
    function = getattr(_libm, name)
    plain = getattr(function, "py_func", function)
    for x in points(3000)[name].tolist():
        assert function(x) == plain(x)


@pytest.mark.parametrize(
    ("name", "x", "value"),
    [
        ("log", 0.0, -math.inf),
        ("log", -0.0, -math.inf),
        ("log", -1.0, math.nan),
        ("log", math.inf, math.inf),
        ("log", -math.inf, math.nan),
        ("log", math.nan, math.nan),
        ("log", 1.0, 0.0),
        ("log", 5e-324, -744.4400719213812),  # -1074 ln 2
        ("exp", 0.0, 1.0),
        ("exp", -math.inf, 0.0),
        ("exp", math.inf, math.inf),
        ("exp", math.nan, math.nan),
        ("exp", 709.782712893384, 1.7976931348622732e308),
        ("exp", 709.7827128933841, math.inf),
        ("exp", -745.1332191019411, 5e-324),
        ("exp", -745.1332191019412, 0.0),
        ("log1p", 0.0, 0.0),
        ("log1p", -1.0, -math.inf),
        ("log1p", -1.5, math.nan),
        ("log1p", math.inf, math.inf),
        ("log1p", math.nan, math.nan),
        ("log1p", 1e-300, 1e-300),
        ("expm1", 0.0, 0.0),
        ("expm1", -math.inf, -1.0),
        ("expm1", -60.0, -1.0),
        ("expm1", math.inf, math.inf),
        ("expm1", math.nan, math.nan),
        ("expm1", -1e-300, -1e-300),
        ("expm1", 709.782712893384, 1.7976931348622732e308),
    ],
)
def test_special_values(name, x, value):
    np.testing.assert_equal(getattr(_libm, name)(x), value)


def test_log_gamma():
    with mpmath.workprec(110):
        for x in np.linspace(1e-3, 20, 500).tolist():
            assert abs(_stirling.log_gamma(x) - mpmath.loggamma(x)) < 2e-14
        for x in np.linspace(20, 1e4, 500).tolist():
            assert abs(_stirling.log_gamma(x) / mpmath.loggamma(x) - 1) < 1e-15


@pytest.mark.parametrize("mean", [10.0, 300.0, 1e6, 1e9, 1e12])
def test_log_poisson(mean):
    # 1e-12 in the logarithm is 1e-12 in the probability; at 1e9 the three terms of the textbook formula round to 4e-6.
    with mpmath.workprec(200):
        for deviations in (-9.0, -3.0, -0.7, 0.0, 0.1, 1.0, 4.0, 12.0):
            k = max(0.0, math.floor(mean + deviations * math.sqrt(mean)))
            truth = k * mpmath.log(mean) - mean - mpmath.loggamma(k + 1)
            assert abs(_stirling.log_poisson(k, mean) - truth) < 1e-12
