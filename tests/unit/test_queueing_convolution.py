"""Normalizing constants against sums over all states, a closed form, and mean value analysis; wide numbers."""

import math
from fractions import Fraction

import networks_reference as slow
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload import queueing
from underload.queueing.networks import wide

SLOW = settings(derandomize=True, deadline=None, max_examples=25)


@given(
    demands=st.lists(st.integers(1, 40), min_size=1, max_size=3),
    population=st.integers(1, 6),
    think=st.integers(0, 9),
    servers=st.integers(1, 4),
)
@SLOW
def test_sums_over_all_states(demands, population, think, servers):
    demands = [demand / 8 for demand in demands]
    found = queueing.normalizing_constants(demands, population, think_time=think, servers=servers)
    for n in range(1, population + 1):
        throughput, _, _, total = slow.closed(demands, [slow.speeds(servers)] * len(demands), n, think)
        assert math.exp(found.log_constant[n]) == pytest.approx(float(total), rel=1e-12)
        assert found.throughput[n] == pytest.approx(float(throughput), rel=1e-13)
    assert found.log_constant[0] == found.throughput[0] == 0


@given(
    demands=st.lists(st.floats(0.01, 100), min_size=1, max_size=8),
    population=st.integers(1, 300),
    think=st.floats(0, 1000),
)
@SLOW
def test_agrees_with_mean_value_analysis(demands, population, think):
    # Single servers: `mva` walks up the populations and never sees a constant.
    found = queueing.normalizing_constants(demands, population, think_time=think)
    exact = queueing.mva(demands, np.arange(1, population + 1), think_time=think)
    np.testing.assert_allclose(found.throughput[1:], exact.throughput, rtol=1e-12)


def test_equal_stations_in_closed_form():
    # G(N) = D^N binomial(N + K - 1, N), X = N / ((N + K - 1) D).
    found = queueing.normalizing_constants([3.0] * 7, 2000)
    n = np.arange(2001)
    expected = [k * math.log(3) + math.log(math.comb(k + 6, k)) for k in range(2001)]
    np.testing.assert_allclose(found.log_constant, expected, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(found.throughput, n / ((n + 6) * 3.0), rtol=1e-13)


def test_constants_far_beyond_the_floats():
    # Think time alone: G(n) = Z^n / n!, up to 10^640 and down to 10^-440.
    found = queueing.normalizing_constants([1e-9, 1.0], 5000, think_time=1500.0, servers=[1, math.inf])
    n = np.arange(5001)
    expected = n * math.log(1501 + 1e-9) - [math.lgamma(k + 1) for k in n]
    np.testing.assert_allclose(found.log_constant, expected, rtol=1e-9)
    assert found.log_constant.max() > 1400  # 10^600
    assert found.log_constant.min() < -1000


def test_logarithm_with_fifty_digits():
    found = queueing.normalizing_constants([4.0, 0.5], 150, think_time=10, servers=[8, 1])
    *_, log_constant = slow.closed_digits([4.0, 0.5], [slow.speeds(8), slow.speeds(1)], 150, 10)
    assert found.log_constant[-1] == pytest.approx(float(log_constant), rel=1e-13)


def _exactly(mantissa, exponent):
    return Fraction(mantissa) * Fraction(2) ** (256 * int(exponent)) if mantissa else Fraction(0)


WIDE = st.tuples(st.floats(0.0, 1e70, allow_subnormal=False), st.integers(-4, 4))


@given(one=WIDE, other=WIDE)
@settings(derandomize=True, deadline=None, max_examples=80)
def test_wide_numbers_add_and_divide(one, other):
    one, other = wide.normal(*one), wide.normal(*other)
    total = _exactly(*one) + _exactly(*other)
    assert abs(_exactly(*wide.add(*one, *other)) - total) <= total * Fraction(2) ** -52
    if other[0] > 0:
        ratio = _exactly(*one) / _exactly(*other)
        found = wide.quotient(*one, *other)
        if ratio > Fraction(10) ** 300:
            assert found == math.inf or abs(Fraction(found) - ratio) <= ratio * Fraction(2) ** -50
        else:
            assert abs(Fraction(found) - ratio) <= ratio * Fraction(2) ** -50 + Fraction(10) ** -300


@pytest.mark.parametrize("apart", [0, 1, 2])
def test_products_of_wide_numbers_add(apart):
    # Mantissas of products lie anywhere from 2^-256 to 2^256: two steps apart, the smaller exponent may still count.
    for one, other in [(2.0**-250, 2.0**250), (1.5, 1.25), (2.0**-240, 2.0**239)]:
        total = _exactly(one, apart) + _exactly(other, 0)
        for found in (wide.add(one, apart, other, 0), wide.add(other, 0, one, apart)):
            assert abs(_exactly(*found) - total) <= total * Fraction(2) ** -52


@pytest.mark.parametrize("value", [0.0, 1e-300, 1.0, 1e300, 5e-324])
def test_normal_keeps_the_number(value):
    mantissa, exponent = wide.normal(value, 3)
    assert mantissa == 0 or 2.0**-128 <= mantissa < 2.0**128
    assert _exactly(mantissa, exponent) == _exactly(value, 3)
