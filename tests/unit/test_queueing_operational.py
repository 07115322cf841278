"""What follows from counting at a resource, by hand and at a simulated one; counts that contradict each other."""

import numpy as np
import pytest
from underload import queueing
from underload.queueing import OperationalLaws


def test_a_disk_by_hand():
    # 60 s: 7200 accesses, busy 54 s, for 600 requests of the system; 9000 seconds of presence in all.
    disk = OperationalLaws(60, 7200, 54, arrivals=7236, initial=2, time_present=9000, system_completions=600)
    assert disk.throughput == 120
    assert disk.arrival_rate == 120.6
    assert disk.utilization == 0.9
    assert disk.service_mean == pytest.approx(0.0075)
    assert disk.visits == 12
    assert disk.demand == pytest.approx(0.09)
    assert disk.number_mean == 150
    assert disk.response_mean == 1.25
    assert disk.imbalance == pytest.approx(0.005)
    # The laws: utilization, forced flow, Little.
    assert disk.utilization == pytest.approx(disk.throughput * disk.service_mean)
    assert disk.throughput == pytest.approx(disk.visits * 600 / 60)
    assert disk.number_mean == pytest.approx(disk.throughput * disk.response_mean)
    assert OperationalLaws(60, 10, 90, servers=3).utilization == 0.5


def test_they_hold_for_any_measured_path():
    # A Lindley recursion with neither Poisson arrivals nor exponential service, counted until it is empty.
    rng = np.random.default_rng(3)
    come = np.cumsum(rng.uniform(0, 2, 500))
    work = rng.choice([0.1, 2.0], 500)
    leave, free = np.empty(500), 0.0
    for i in range(500):
        free = leave[i] = max(free, come[i]) + work[i]
    interval = free
    present = float((leave - come).sum())
    seen = OperationalLaws(interval, 500, float(work.sum()), arrivals=500, initial=0, time_present=present)
    grid = np.linspace(0, interval, 200_001)
    number = np.searchsorted(come, grid, "right") - np.searchsorted(np.sort(leave), grid, "right")
    assert seen.number_mean == pytest.approx(number.mean(), rel=1e-3)  # a grid of 2e5 points
    assert seen.utilization == pytest.approx((number > 0).mean(), rel=1e-3)
    assert seen.imbalance == 0


CONTRADICTIONS = [
    ({"busy_time": 61}, r"busy_time 61.0 must be at most servers x interval = 60"),
    ({"arrivals": 90, "initial": 5}, r"completions 100 must be at most initial \+ arrivals = 95"),
    ({"time_present": 29}, r"time_present 29.0 must be at least busy_time=30"),
    ({"arrivals": 100, "initial": 0, "time_present": 6001}, r"time_present 6001.0 must be at most 100 requests"),
]


@pytest.mark.parametrize(("counts", "message"), CONTRADICTIONS)
def test_counts_that_contradict_each_other(counts, message):
    with pytest.raises(ValueError, match=message):
        OperationalLaws(**{"interval": 60, "completions": 100, "busy_time": 30, **counts})


def test_what_was_not_counted_is_asked_for():
    seen = OperationalLaws(60, 100, 30)
    for name, missing in [("number_mean", "time_present"), ("visits", "system_completions"), ("imbalance", "arrivals")]:
        with pytest.raises(ValueError, match=f"{missing} None must have been given"):
            getattr(seen, name)


def test_bounds_of_several_stations():
    # D = 0.2 + 0.3 + 0.5, Z = 9, two servers at the last: 0.3 is the slowest. Low, N = 3: waits 0.4 + 0.6 + 0.5.
    bounds = queueing.asymptotic_bounds([1, 3, 100], [0.2, 0.3, 0.5], 9, [1, 1, 2])
    np.testing.assert_allclose(bounds.throughput_high, [0.1, 0.3, 1 / 0.3], rtol=1e-15)
    np.testing.assert_allclose(bounds.throughput_low[:2], [0.1, 3 / 11.5], rtol=1e-15)
    assert bounds.knee == pytest.approx(10 / 0.3)
    one = queueing.asymptotic_bounds(7, [0.1], 1, 2)
    same = queueing.asymptotic_bounds(7, 0.1, 1, 2)
    assert (one.throughput_low, one.throughput_high, one.knee) == (same.throughput_low, same.throughput_high, same.knee)
    free = queueing.asymptotic_bounds(7, [1.0, 2.0], 1, np.inf)
    assert free.throughput_low == free.throughput_high == 7 / 4
    assert free.knee == np.inf
