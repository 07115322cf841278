"""Rare events: windows, silence, birthdays, and the distance between the binomial and the Poisson law."""

import math
import pathlib
import runpy
import types

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload import capacity

ORACLE = pathlib.Path(__file__).parents[1] / "oracles" / "capacity_reference.py"
reference = types.SimpleNamespace(**runpy.run_path(str(ORACLE)))
FEW = settings(max_examples=40, deadline=None, derandomize=True)
CHANCES = st.floats(1e-300, 1 - 1e-12)


def exact(function):
    """A float from an mpmath expression evaluated with 400 digits."""
    with mpmath.workdps(400):
        return float(function())


# ------------------------------------------------------------------------------------------------ windows


@pytest.mark.parametrize(
    ("p", "n"), [(1e-300, 1e18), (1e-300, 1), (1e-17, 1e17), (1e-6, 1e5), (0.5, 3), (1 - 1e-15, 2), (1e-9, 5e10)]
)
def test_window_keeps_its_digits(p, n):
    expected = exact(lambda: 1 - (1 - mpmath.mpf(p)) ** int(n))
    assert capacity.probability_in_window(p, n) == pytest.approx(expected, rel=4e-15, abs=0)


def test_window_at_the_ends():
    assert capacity.probability_in_window(0, 1e18) == 0
    assert capacity.probability_in_window(1, 1) == 1
    assert capacity.probability_in_window(1, 0) == 0
    assert capacity.probability_in_window(1, 1e300) == 1
    np.testing.assert_array_equal(capacity.probability_in_window([0, 1, 1], [5, 0, 5]), [0, 0, 1])
    np.testing.assert_array_equal(capacity.poisson_probability_in_window([0, 1e300], 1e300), [0, 1])


@FEW
@given(p=st.floats(1e-12, 0.3), n=st.integers(1, 10**9))
def test_poisson_is_a_lower_bound(p, n):
    # (1 - p)^n <= exp(-n p): the exact probability of an event is the larger one.
    binomial, poisson = capacity.probability_in_window(p, n), capacity.poisson_probability_in_window(p, n)
    assert poisson <= binomial * (1 + 1e-12)
    assert binomial - poisson <= capacity.le_cam_bound(p, n)


def test_waiting_time():
    # Half of the waits of a process with one event in 10 s are over after 10 ln 2.
    assert capacity.waiting_time_quantile(0.1, 0.5) == pytest.approx(10 * math.log(2), rel=1e-15)
    assert capacity.waiting_time_quantile(0, 0.5) == math.inf
    assert capacity.waiting_time_quantile(2, 1e-300) == pytest.approx(5e-301, rel=1e-14)
    rates = np.array([0.1, 1, 10])
    medians = capacity.waiting_time_quantile(rates, 0.25)
    np.testing.assert_allclose(capacity.poisson_probability_in_window(rates, medians), 0.25, rtol=1e-14)


def test_event_rate_of_the_page():
    # 0.0001 % of 100,000 requests a second is one event in ten seconds, not one a second.
    assert capacity.event_rate(1e-6, 1e5) == pytest.approx(0.1, rel=1e-15)


@FEW
@given(p=CHANCES, confidence=st.floats(1e-6, 1 - 1e-9))
def test_clean_trials_and_their_bound_are_inverse(p, confidence):
    # ln(1 - p) has a condition number of p / ((1 - p) |ln(1 - p)|), which is below 4e10 / 28 here.
    trials = capacity.clean_trials_needed(p, confidence)
    if trials > 1e-3 and trials < 1e300:
        assert capacity.upper_bound_after_clean(trials, confidence) == pytest.approx(p, rel=1e-9, abs=0)


def test_rule_of_three():
    # ln 20 = 2.9957: three over n, from above.
    assert capacity.upper_bound_after_clean(1e9) * 1e9 == pytest.approx(2.995732, abs=1e-6)
    assert capacity.clean_trials_needed(1e-300) == pytest.approx(math.log(20) * 1e300, rel=1e-12)
    np.testing.assert_allclose(capacity.clean_trials_needed([0.5, 0.1], 0.5), [1, math.log(2) / -math.log(0.9)])


# ---------------------------------------------------------------------------------------------- birthdays


@pytest.mark.parametrize("bits", [0, 1, 2, 3, 5, 8, 12])
def test_birthday_is_the_product(bits):
    space = 2**bits
    for items in {0, 1, 2, 3, space // 3, space // 2, 70, 200, space - 1, space, space + 1}:
        expected = float(reference.birthday_collision(items, space))
        assert capacity.birthday_collision(items, bits) == pytest.approx(expected, rel=1e-13, abs=0), items


@pytest.mark.parametrize(("items", "bits"), [(2, 1000), (1e9, 122), (65, 600), (1e30, 1000), (1e12, 128), (1e150, 999)])
def test_birthday_far_out(items, bits):
    # log1p(-i/N) summed: -n(n-1)/(2N) - (n-1)n(2n-1)/(12 N^2) - ..., whose second term is below 1e-18 of the first.
    with mpmath.workdps(700):
        n, space = mpmath.mpf(int(items)), mpmath.mpf(2) ** bits
        expected = float(-mpmath.expm1(-n * (n - 1) / (2 * space) - (n - 1) * n * (2 * n - 1) / (12 * space**2)))
    assert capacity.birthday_collision(items, bits) == pytest.approx(expected, rel=1e-13, abs=0)


def test_birthday_of_an_array():
    found = capacity.birthday_collision([[1, 2], [23, 300]], 8)
    expected = [[float(reference.birthday_collision(n, 256)) for n in row] for row in ((1, 2), (23, 300))]
    np.testing.assert_allclose(found, expected, rtol=1e-13)


@pytest.mark.parametrize("probability", [1e-9, 0.01, 0.5, 0.99, 1 - 1e-12])
@pytest.mark.parametrize("bits", [0, 1, 4, 9])
def test_items_for_collision_is_the_smallest(bits, probability):
    items = capacity.items_for_collision(bits, probability)
    assert reference.birthday_collision(items, 2**bits) >= probability
    assert reference.birthday_collision(items - 1, 2**bits) < probability


def test_items_for_collision_far_out():
    # sqrt(2 N ln 2) + 1/2 to first order, with a relative error of the order of 1 / sqrt(N).
    for bits in (64, 122, 256, 1000):
        expected = float(mpmath.sqrt(2 * mpmath.mpf(2) ** bits * mpmath.log(2)))
        assert capacity.items_for_collision(bits) == pytest.approx(expected, rel=1e-9)


# ------------------------------------------------------------------------------- binomial against Poisson


@pytest.mark.parametrize(
    ("p", "n"),
    [
        (0.5, 1),
        (1e-3, 1),
        (0.3, 7),
        (0.05, 100),
        (0.9, 40),
        (0.999, 50),
        (0.01, 800),
        (0.3, 300),
        (1e-9, 60),
        (0.02, 9),
    ],
)
def test_total_variation_is_the_sum(p, n):
    assert capacity.total_variation(p, n) == pytest.approx(float(reference.total_variation(p, n)), rel=2e-13, abs=0)


@pytest.mark.parametrize("n", [70, 3000])
def test_total_variation_around_the_change_of_formula(n):
    # Means of 64 to 70: factorial ratios change from a product to Stirling's series there.
    for mean in (63.5, 66.0, 69.9):
        expected = float(reference.total_variation(mean / n, n))
        assert capacity.total_variation(mean / n, n) == pytest.approx(expected, rel=1e-11)


def test_total_variation_of_tiny_chances():
    # One trial: |p - p e^-p| = p (1 - e^-p) at k = 1, which is p^2 for small p.
    assert capacity.total_variation(1e-100, 1) == pytest.approx(1e-200, rel=1e-14, abs=0)
    # Many trials with a large mean: p / sqrt(2 pi e) (Prohorov 1953), with an error of the order of 1 / mean.
    for p, n in ((1e-12, 10**17), (1e-9, 10**15), (1e-18, 9 * 10**18)):
        expected = p / math.sqrt(2 * math.pi * math.e)
        assert capacity.total_variation(p, n) == pytest.approx(expected, rel=max(0.3 / math.sqrt(n * p), 1e-8))


def test_total_variation_strides_where_the_mean_is_huge():
    # Beyond a mean of 1e10 every h-th term stands for h of them; Prohorov's limit is then exact to 1e-6.
    assert capacity.total_variation(1e-6, 10**18) == pytest.approx(1e-6 / math.sqrt(2 * math.pi * math.e), rel=2e-6)


def test_total_variation_where_failures_are_few():
    # n - X is nearly Poisson(1), beside which the Poisson law of X is flat.
    n, p = 10**11, 1 - 1e-11
    with mpmath.workdps(30):
        mean, miss = n * mpmath.mpf(p), 1 - mpmath.mpf(p)
        binomial = [mpmath.binomial(n, j) * miss**j * mpmath.mpf(p) ** (n - j) for j in range(40)]
        poisson = [mpmath.exp((n - j) * mpmath.log(mean) - mean - mpmath.loggamma(n - j + 1)) for j in range(40)]
        expected = float(sum(max(0, b - f) for b, f in zip(binomial, poisson, strict=True)))
    assert capacity.total_variation(p, n) == pytest.approx(expected, rel=1e-4)
    assert capacity.total_variation(p, n) < 1


def test_total_variation_at_the_ends():
    assert capacity.total_variation(0, 10) == 0
    assert capacity.total_variation(0.5, 0) == 0
    # A certain event: the binomial is a point at n, so that the distance is 1 - P(n), P(2) = 2 e^-2.
    assert capacity.total_variation(1, 2) == pytest.approx(1 - 2 * math.exp(-2), rel=1e-14)


@FEW
@given(p=st.floats(1e-6, 1), n=st.integers(1, 5000))
def test_bounds_hold(p, n):
    distance = capacity.total_variation(p, n)
    assert 0 <= distance <= capacity.barbour_hall_bound(p, n) * (1 + 1e-12)
    assert capacity.barbour_hall_bound(p, n) <= min(p, capacity.le_cam_bound(p, n)) * (1 + 1e-12)
    # Barbour and Hall's lower bound.
    assert distance >= min(1, 1 / (n * p)) * n * p * p / 32 * (1 - 1e-12)
