"""Bounds against exact mean value analysis; bottlenecks by hand; cycles with finite room against linear algebra."""

import math

import networks_reference as slow
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload import queueing

SLOW = settings(derandomize=True, deadline=None, max_examples=40)
DEMANDS = st.lists(st.floats(0.01, 10), min_size=1, max_size=6)


@given(demands=DEMANDS, think=st.floats(0, 50))
@SLOW
def test_balanced_jobs_bracket_the_exact_throughput(demands, think):
    population = np.array([1, 2, 5, 17, 60])
    exact = queueing.mva(demands, population, think_time=think).throughput
    bounds = queueing.balanced_job_bounds(population, demands, think)
    loose = queueing.asymptotic_bounds(population, demands, think)
    assert np.all(bounds.throughput_low <= exact * (1 + 1e-12))
    assert np.all(bounds.throughput_high >= exact * (1 - 1e-12))
    assert np.all(bounds.throughput_low >= loose.throughput_low * (1 - 1e-12))
    assert np.all(bounds.throughput_high <= loose.throughput_high * (1 + 1e-12))
    assert bounds.knee == pytest.approx(loose.knee, rel=1e-13)


def test_balanced_networks_meet_both_bounds():
    # Without thought and with equal demands the two bounds are the throughput, N / ((N + K - 1) D).
    bounds = queueing.balanced_job_bounds([1, 8, 90], [2.0, 0.0, 2.0, 2.0])
    expected = np.array([1, 8, 90]) / (np.array([3, 10, 92]) * 2.0)
    np.testing.assert_allclose(bounds.throughput_low, expected, rtol=1e-14)
    np.testing.assert_allclose(bounds.throughput_high, expected, rtol=1e-14)


def test_balanced_job_bounds_by_hand():
    # D = 5 + 4 + 3 = 12, Z = 15, N = 4. High: 4 / (27 + 3 * 4 / 2.25). Low: 4 / (27 + 3 * 5 / (1 + 15 / 48)).
    bounds = queueing.balanced_job_bounds(4, [5, 4, 3], 15)
    assert bounds.throughput_high == pytest.approx(4 / (27 + 16 / 3), rel=1e-15)
    assert bounds.throughput_low == pytest.approx(4 / (27 + 15 * 48 / 63), rel=1e-15)
    assert bounds.knee == 5.4
    assert type(bounds.throughput_low) is float


def test_bottlenecks_by_hand():
    # Each server of the four carries 0.5 s; the disk 0.4 s; the last station never queues.
    found = queueing.bottlenecks([2.0, 0.4, 0.1, 7.0], servers=[4, 1, 1, math.inf], think_time=5.5)
    assert found.order.tolist() == [0, 1, 2, 3]
    assert found.first == 0
    assert found.throughput_max == 2.0
    assert found.gain == pytest.approx([1.25, 1, 1, 1], rel=1e-15)
    assert found.response_min == pytest.approx(9.5)
    assert found.knee == pytest.approx(30)
    assert found.headroom(1.6) == pytest.approx(1.25)
    tie = queueing.bottlenecks([1.0, 1.0])
    assert tie.gain == pytest.approx([1, 1])
    assert queueing.bottlenecks([1.0]).gain[0] == math.inf
    free = queueing.bottlenecks([1.0, 2.0], servers=math.inf)
    assert free.throughput_max == free.knee == math.inf


@given(demands=DEMANDS, crew=st.integers(1, 4))
@SLOW
def test_a_crowd_reaches_the_limit_of_the_bottleneck(demands, crew):
    demands[0] = 2.5 * crew * max(demands)  # one clear bottleneck
    servers = [crew] + [1] * (len(demands) - 1)
    found = queueing.bottlenecks(demands, servers=servers)
    exact = queueing.mva(demands, 300, servers=servers)
    assert exact.throughput == pytest.approx(found.throughput_max, rel=1e-12)
    assert found.first == np.argmax(exact.utilization)


@pytest.mark.parametrize(
    ("rates", "room", "population"),
    [([0.2, 0.4], [3, 2], 4), ([1, 2, 3], [2, 1, 2], 4), ([1, 1, 1], [1, 1, 1], 2), ([3, 1, 2, 1], [1, 2, 1, 3], 5)],
)
@pytest.mark.parametrize("blocking", ["after service", "repetitive service"])
def test_finite_room_by_linear_algebra(rates, room, population, blocking):
    found = queueing.finite_cycle(rates, room, population, blocking=blocking)
    throughput, number = slow.cycle(rates, room, population, blocking == "after service")
    assert found.throughput == pytest.approx(throughput, rel=1e-11)  # the reference solves by least squares
    assert found.number_mean == pytest.approx(number, rel=1e-11)
    # Every station passes the same customers, though only the first one was asked.
    assert found.utilization * rates == pytest.approx([found.throughput] * len(rates), rel=1e-12)
    assert found.response_mean * found.throughput == pytest.approx(found.number_mean, rel=1e-15)
    idle = 1 - found.utilization - found.blocking_probability
    assert np.all(idle >= -1e-14)


@given(
    rates=st.lists(st.floats(0.1, 10), min_size=2, max_size=2), room=st.lists(st.integers(1, 6), min_size=2, max_size=2)
)
@SLOW
def test_two_stations_hold_one_more_in_the_server_before(rates, room):
    # Blocked after service, a customer waits in the server before as if it had a place more behind it.
    population = sum(room) - 1
    held = queueing.finite_cycle(rates, room, population)
    roomy = queueing.finite_cycle(rates, [n + 1 for n in room], population, blocking="repetitive service")
    assert held.throughput == pytest.approx(roomy.throughput, rel=1e-12)


def test_room_for_all_is_mean_value_analysis():
    rates, population = np.array([1.0, 0.5, 2.0]), 5
    exact = queueing.mva(1 / rates, population)
    for blocking in ("after service", "repetitive service"):
        found = queueing.finite_cycle(rates, [5, 5, 5], population, blocking=blocking)
        assert found.throughput == pytest.approx(exact.throughput, rel=1e-13)
        assert found.number_mean == pytest.approx(exact.number_mean, rel=1e-13)
        assert found.blocking_probability == pytest.approx([0, 0, 0])


def test_states_likelier_by_180_orders_of_magnitude():
    # The chain is explored from the state with all 20 customers at the quick station, whose weight is 1e-180.
    for rates, quick in (([1, 1e-9], 0), ([1e-9, 1], 1)):
        found = queueing.finite_cycle(rates, [20, 20], 20)
        assert found.throughput == pytest.approx(1e-9, rel=1e-13)
        assert found.number_mean[quick] == pytest.approx(1e-9 / (1 - 1e-9), rel=1e-13)


def test_a_chain_too_large_is_refused():
    with pytest.raises(ValueError, match=r"population 40 must make at most 4096 states"):
        queueing.finite_cycle([1] * 5, [20] * 5, 40)
