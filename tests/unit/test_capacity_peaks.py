"""The worst second: maxima of Poisson counts against sums in high precision and against simulation."""

import math
import pathlib
import runpy
import types

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special
from underload import capacity

ORACLE = pathlib.Path(__file__).parents[1] / "oracles" / "capacity_reference.py"
reference = types.SimpleNamespace(**runpy.run_path(str(ORACLE)))
FEW = settings(max_examples=40, deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("mean", "n"), [(1e-9, 5), (0.1, 1), (0.7, 1000), (3, 2), (17.2, 10**9), (64, 60), (500, 3600), (2000.5, 7)]
)
def test_expected_maximum_is_the_sum(mean, n):
    expected = float(reference.expected_max_poisson(mean, n))
    assert capacity.expected_max_poisson(mean, n) == pytest.approx(expected, rel=2e-14, abs=0)


@FEW
@given(mean=st.floats(1e-3, 1e5))
def test_one_count_has_its_mean(mean):
    assert capacity.expected_max_poisson(mean, 1) == pytest.approx(mean, rel=1e-12)


def test_one_large_count_ends_below_its_mean():
    # Rounding may keep the weights from adding up to 1: the sum must end where they do, not at 0.
    assert capacity.expected_max_poisson(1e9, 1) == pytest.approx(1e9, rel=1e-13)


@FEW
@given(mean=st.floats(1e-6, 1e6), n=st.integers(1, 10**9))
def test_order(mean, n):
    here = capacity.expected_max_poisson(mean, n)
    assert here <= capacity.expected_max_poisson(mean, 2 * n) * (1 + 1e-12)
    assert here <= capacity.expected_max_poisson(mean * 1.01, n) * (1 + 1e-12)
    assert here >= mean * (1 - 1e-12)


def test_expected_maximum_of_rare_counts():
    # n events of chance 1e-300: the maximum is 1 with probability n e-300.
    assert capacity.expected_max_poisson(1e-300, 10**6) == pytest.approx(1e-294, rel=1e-14, abs=0)
    assert capacity.expected_max_poisson(0, 100) == 0


def test_expected_maximum_of_large_counts():
    # At a mean of 1e9 a count is nearly normal; the Cornish-Fisher correction (z^2 - 1) / 6 is what is left.
    mean, n = 1e9, 10**9
    standard = np.linspace(3, 12, 90_001)
    density = -np.expm1(n * special.log_ndtr(standard))
    maximum = 3 + np.trapezoid(density, standard)
    # Of z - ((z^2 - 1) / 6) / sqrt(mean), the second term is 5.8 counts with an uncertainty of a tenth of it.
    correction = (maximum**2 - 1) / 6
    assert capacity.expected_max_poisson(mean, n) == pytest.approx(mean + maximum * math.sqrt(mean) + correction, abs=1)


def test_expected_maximum_by_simulation():
    # 2000 hours of 600 seconds: the mean of 2000 maxima has a standard error of about 0.02.
    maxima = np.random.default_rng(5).poisson(20.0, (2000, 600)).max(axis=1)
    error = maxima.std(ddof=1) / math.sqrt(len(maxima))
    assert error < 0.05
    assert abs(maxima.mean() - capacity.expected_max_poisson(20.0, 600)) < 4 * error


@pytest.mark.parametrize("mean", [1e-3, 0.7, 3, 63.9, 300])
@pytest.mark.parametrize("n", [1, 2, 3600])
@pytest.mark.parametrize("q", [1e-9, 0.01, 0.5, 0.9, 1 - 1e-9])
def test_quantile_is_the_smallest(mean, n, q):
    assert capacity.max_poisson_quantile(mean, n, q) == reference.max_poisson_quantile(mean, n, q)


def test_quantile_of_large_counts():
    # P(max <= k) = F(k)^n with F through the incomplete gamma function, at the quantile and one below.
    for mean, n, q in ((34_722, 3600, 0.5), (1e6, 86_400, 0.99), (1e6, 1, 1e-6)):
        k = capacity.max_poisson_quantile(mean, n, q)
        assert special.gammaincc(k + 1, mean) ** n >= q > special.gammaincc(k, mean) ** n
    assert capacity.max_poisson_quantile(0, 10, 0.9) == 0


def test_the_headroom_for_noise_shrinks():
    # Worst second of the busy hour over its mean, at a million to a billion users with 10 requests and a factor 3.
    ratios = [
        capacity.expected_max_poisson(rate, 3600) / rate for rate in capacity.peak_load([1e6, 1e7, 1e8, 1e9], 10, 3)
    ]
    np.testing.assert_allclose(ratios, [1.198, 1.062, 1.019, 1.006], atol=5e-4)
