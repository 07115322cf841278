"""Clocks of rare events: reproducible, at the right rate, and as bursty as they say."""

import math

import numpy as np
import pytest
from scipy import stats
from underload import capacity


def test_the_seed_decides():
    first, again = capacity.event_times(3, 100, seed=1), capacity.event_times(3, 100, seed=1)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first[:50], capacity.event_times(3, 100, seed=2)[:50])


def test_times_are_in_order_and_in_the_record():
    for times in (capacity.event_times(1000, 20, 3), capacity.clustered_event_times(1000, 20, 7.5, 3)):
        assert np.all(np.diff(times) >= 0)
        assert times[0] >= 0
        assert times[-1] < 20


def test_no_events():
    assert len(capacity.event_times(0, 100, 1)) == 0
    assert len(capacity.event_times(5, 0, 1)) == 0
    assert len(capacity.clustered_event_times(0, 100, 3, 1)) == 0


@pytest.mark.parametrize("block", [1, 64, 10**5])
def test_the_size_of_the_buffer_does_not_matter(block):
    # By default it holds the mean, 6 sigma and 16 more, so that a second one is hardly ever needed.
    from underload.capacity import clock
    from underload.random import seed_state

    times = clock._arrivals(seed_state(9), 50.0, 100.0, block)
    np.testing.assert_array_equal(times, capacity.event_times(50, 100, 9))


def test_gaps_are_exponential():
    gaps = np.diff(capacity.event_times(4, 25_000, 11))
    assert abs(len(gaps) - 1e5) < 4.5 * math.sqrt(1e5)
    assert stats.kstest(gaps * 4, "expon").pvalue > 1e-4


def test_bursts_are_geometric():
    times = capacity.clustered_event_times(4, 25_000, 4.0, 12)
    _, sizes = np.unique(times, return_counts=True)
    observed = np.bincount(sizes)[1:]
    expected = len(sizes) * 0.25 * 0.75 ** np.arange(len(observed))
    tail = int(np.flatnonzero(expected >= 10)[-1])
    observed = np.append(observed[:tail], observed[tail:].sum())
    expected = np.append(expected[:tail], len(sizes) - expected[:tail].sum())
    assert stats.chisquare(observed, expected).pvalue > 1e-4
    # Bursts of four come four times less often, so that the rate of events is the same.
    assert abs(len(sizes) - 25_000) < 4.5 * math.sqrt(25_000)


@pytest.mark.parametrize("burst_mean", [1.0, 2.0, 5.5])
def test_dispersion_is_twice_the_burst_less_one(burst_mean):
    # 20 records of 2000 windows: the mean of 20 independent indices and its own standard error.
    found = [
        capacity.dispersion_index(capacity.clustered_event_times(6, 4000, burst_mean, seed), 2, 4000)
        for seed in range(20)
    ]
    error = np.std(found, ddof=1) / math.sqrt(20)
    expected = 2 * burst_mean - 1
    assert error < 0.05 * expected
    assert abs(np.mean(found) - expected) < 4.5 * error
    # The test would see bursts with the wrong law: constant ones have an index of burst_mean.
    if burst_mean > 1:
        assert abs(np.mean(found) - burst_mean) > 10 * error


def test_dispersion_by_hand():
    # Windows [0,1) [1,2) [2,3) hold 3, 0 and 1 events; the event at 3.2 lies in no whole window.
    # Mean 4/3, variance ((5/3)^2 + (4/3)^2 + (1/3)^2) / 2 = 42/18, over the mean 7/4.
    assert capacity.dispersion_index([0, 0.5, 0.9, 2.5, 3.2], 1, 3.5) == pytest.approx(7 / 4, rel=1e-15)
    # One event in every window does not vary.
    assert capacity.dispersion_index(np.arange(10.0), 1, 10) == 0


def test_dispersion_counts_the_last_window():
    # 0.3 / 0.1 is a rounding below 3. Counts of 1, 1 and 3: a variance of 4/3 over a mean of 5/3.
    assert capacity.dispersion_index([0.05, 0.15, 0.25, 0.26, 0.27], 0.1, 0.3) == pytest.approx(0.8)


@pytest.mark.parametrize(("mean", "burst_mean"), [(6.0, 1.0), (6.0, 8.0), (0.5, 2.5), (300.0, 20.0), (0.0, 3.0)])
def test_counts_in_a_window(mean, burst_mean):
    law = capacity.geometric_poisson_pmf(mean, burst_mean, 5000)
    events = np.arange(5001)
    assert law.sum() == pytest.approx(1, rel=1e-12)
    assert events @ law == pytest.approx(mean, rel=1e-12)
    assert (events - mean) ** 2 @ law == pytest.approx((2 * burst_mean - 1) * mean, rel=1e-11)
    # Its generating function is exp(-bursts (1 - size's)), and z = 1/2 weighs the first probabilities most.
    size = 0.5 / (burst_mean - (burst_mean - 1) * 0.5)
    assert 0.5**events @ law == pytest.approx(math.exp(-mean / burst_mean * (1 - size)), rel=1e-12)
    if burst_mean == 1:
        np.testing.assert_allclose(law[:60], stats.poisson.pmf(events[:60], mean), rtol=1e-12)
    assert len(capacity.geometric_poisson_pmf(mean, burst_mean, 0)) == 1
