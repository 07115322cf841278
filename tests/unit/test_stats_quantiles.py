"""Quantile intervals against exact binomial sums and published ranks."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload.stats import batch_quantile, quantile, quantile_sample_size


@pytest.mark.parametrize(
    ("n", "low", "high"),
    [
        # Ranks of the 95 % interval for a median, from the binomial tables (Conover, Practical Nonparametric
        # Statistics, 1999): P(B <= 1) = 0.0107 for n = 10, P(B <= 5) = 0.0207 for n = 20, P(B = 0) = 0.0156 for n = 6.
        (6, 1, 6),
        (10, 2, 9),
        (20, 6, 15),
    ],
)
def test_median_by_published_ranks(n, low, high):
    interval = quantile(np.arange(1.0, n + 1), 0.5)
    assert (interval.low, interval.high) == (low, high)
    assert interval.mean == n / 2
    assert interval.half_width == (high - low) / 2


@pytest.mark.parametrize(
    ("q", "confidence", "size"),
    [
        # Wilks (1941): the sizes of one-sided bounds in every table of tolerance limits.
        (0.90, 0.95, 29),
        (0.95, 0.95, 59),
        (0.99, 0.95, 299),
        (0.99, 0.99, 459),
        (0.01, 0.95, 299),
        (0.5, 0.5, 1),
    ],
)
def test_sample_size_one_sided(q, confidence, size):
    assert quantile_sample_size(q, confidence) == size


@pytest.mark.parametrize("q", [0.5, 0.9, 0.99, 0.999, 0.05])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_sample_size_two_sided_is_the_fewest(q, confidence):
    n = quantile_sample_size(q, confidence, sides=2)
    data = np.arange(float(n))
    interval = quantile(data, q, confidence)
    assert 0 in (interval.low, n - 1 - interval.high)  # the extreme value is needed
    with pytest.raises(ValueError, match=f"at least {n} items"):
        quantile(data[1:], q, confidence)


def tail_masses(n, q):
    """P(B = k) for B binomial(n, q), exactly."""
    q = Fraction(q)
    return [math.comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(n + 1)]


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.integers(20, 150), st.floats(0.2, 0.8), st.sampled_from([0.5, 0.9, 0.95]))
def test_ranks_are_the_tightest_with_the_confidence(n, q, confidence):
    interval = quantile(np.arange(1.0, n + 1), q, confidence)
    low, high = int(interval.low), int(interval.high)
    mass = tail_masses(n, q)
    miss = (1 - Fraction(confidence)) / 2
    assert sum(mass[:low]) <= miss < sum(mass[: low + 1])
    assert sum(mass[high:]) <= miss < sum(mass[high - 1 :])
    assert low <= interval.mean <= high


@pytest.mark.parametrize("q", [0.07, 0.1, 0.3, 0.7, 0.9])
def test_rank_is_not_off_by_rounding(q):
    # 0.07 * 100 is 7.000000000000001 in floating point; the 0.07 quantile of 1..100 is 7.
    assert quantile(np.arange(1.0, 101), q, confidence=0.5).mean == round(100 * q)


def test_order_and_monotone_transforms_do_not_matter():
    data = np.random.default_rng(1).lognormal(size=500)
    one = quantile(data, 0.95)
    other = quantile(np.log(data[::-1]), 0.95)
    assert (math.log(one.low), math.log(one.mean), math.log(one.high)) == pytest.approx(
        (other.low, other.mean, other.high), rel=1e-12
    )


def test_huge_values_do_not_overflow():
    assert quantile(np.r_[[-1e308] * 10, [1e308] * 10], 0.5).half_width == 1e308


def test_batch_quantile_of_equal_batches():
    # Each batch is 1..100: its 0.9 quantile is 90 in all, so nothing varies.
    interval = batch_quantile(np.tile(np.arange(1.0, 101), 10), 0.9)
    assert interval.mean == 90
    assert interval.half_width == 0
    assert interval.n == 1000


def test_batch_quantile_by_hand():
    # Batches of 20 with medians 1, -1, 1, -1 ...: Student's half-width of those is t(9) / 3, see batch means.
    batches = [np.r_[np.full(10, m), np.full(10, 50.0)] for m in [1.0, -1.0] * 5]
    assert batch_quantile(np.concatenate(batches), 0.5).half_width == pytest.approx(2.2621571628 / 3, rel=1e-9)


def test_covers_the_quantile_of_independent_data():
    # 400 samples of 400 exponentials: the 0.99 quantile is log(100). The interval promises at least 95 %.
    data = np.random.default_rng(5).exponential(size=(400, 400))
    covered = sum(math.log(100) in quantile(row, 0.99) for row in data)
    assert covered >= 0.93 * 400  # two standard errors below 95 %
    # The check can fail: a value that is 40 % off is missed often.
    assert sum(1.4 * math.log(100) in quantile(row, 0.99) for row in data) < 0.5 * 400


def test_batch_quantile_needs_long_batches():
    with pytest.raises(ValueError, match="at least 10000 "):
        batch_quantile(np.arange(9999.0), 0.99)
