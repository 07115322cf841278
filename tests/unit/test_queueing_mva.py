"""Closed networks of one class against sums over all states, 50 digits, and what must hold whatever the numbers."""

import math

import networks_reference as slow
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from underload import queueing

INF = math.inf
SLOW = settings(derandomize=True, deadline=None, max_examples=25)
STATION = st.tuples(st.integers(1, 40), st.sampled_from([1, 1, 2, 3, INF]), st.integers(0, 3))


def _station(draw):
    """A demand in eighths, and its speed: servers, or rates where the third number is not 0."""
    demand, servers, kind = draw
    rates = None if kind == 0 or servers != 1 else [[1, 1.75, 0.5], [2, 3], [0.25, 4, 1, 8]][kind - 1]
    return demand / 8, servers, rates


@example(drawn=[(20, 1, 0), (36, 2, 0), (5, 1, 1)], population=5, think=3)  # every kind of station together
@given(drawn=st.lists(STATION, min_size=1, max_size=3), population=st.integers(1, 5), think=st.integers(0, 12))
@SLOW
def test_sums_over_all_states(drawn, population, think):
    demands, servers, rates = zip(*map(_station, drawn), strict=True)
    found = queueing.mva(demands, population, think_time=think, servers=servers, rates=list(rates))
    speed = [slow.speeds(c, r) for c, r in zip(servers, rates, strict=True)]
    throughput, number, marginal, _ = slow.closed(demands, speed, population, think)
    assert found.throughput == pytest.approx(float(throughput), rel=1e-13)
    assert found.number_mean == pytest.approx([float(n) for n in number], rel=1e-13)
    for k, law in enumerate(marginal):
        assert found.state_probability(k) == pytest.approx([float(p) for p in law], rel=1e-13)
        busy = (
            1 - law[0]
            if rates[k] is not None
            else throughput * slow.Fraction(demands[k]) / slow.Fraction(servers[k] if servers[k] < INF else 10**18)
        )
        assert found.utilization[k] == pytest.approx(float(busy), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(("population", "servers", "limit"), [(90, 8, 2), (500, 64, 16), (2000, 256, 64)])
def test_repairman_where_the_classical_recursion_loses_all_digits(population, servers, limit):
    # Z = 10, S = 4. Subtracting probabilities from 1 gives a negative throughput here, or half of it.
    found = queueing.mva([4], population, think_time=10, servers=servers)
    throughput, number = slow.repairman(population, servers, 4, 10)
    assert found.throughput == pytest.approx(float(throughput), rel=1e-13)
    assert found.throughput == pytest.approx(limit, rel=1e-12)
    assert found.number_mean[0] == pytest.approx(float(number), rel=1e-13)
    law = found.state_probability(0)
    assert law.min() >= 0
    assert math.fsum(law) == pytest.approx(1, rel=1e-13)
    assert law @ np.arange(population + 1) == pytest.approx(found.number_mean[0], rel=1e-13)


def test_several_stations_with_fifty_digits():
    demands, servers, slowing = [4.0, 0.26, 9.0, 0.05, 0.4], [16, 1, 40, 1, INF], [1, 1.9, 2.5, 2.2, 1.5]
    rates = [None, None, None, slowing, None]
    found = queueing.mva(demands, 130, think_time=15, servers=servers, rates=rates)
    speed = [slow.speeds(c, r) for c, r in zip(servers, rates, strict=True)]
    throughput, number, _ = slow.closed_digits(demands, speed, 130, 15)
    assert found.throughput == pytest.approx(float(throughput), rel=1e-13)
    assert found.number_mean == pytest.approx([float(n) for n in number], rel=1e-12)


def test_a_station_that_collapses():
    # A speed that falls with the queue has two places to be: all customers there, or hardly any. Both must be weighed.
    thrashing = [3, 3, 2, 1, 0.5, 0.2, 0.1]
    found = queueing.mva([1, 0.2], 40, think_time=12, rates=[thrashing, None])
    throughput, number, _ = slow.closed_digits([1, 0.2], [slow.speeds(1, thrashing), slow.speeds(1)], 40, 12)
    assert found.throughput == pytest.approx(float(throughput), rel=1e-13)
    assert found.number_mean == pytest.approx([float(n) for n in number], rel=1e-12)


@given(
    demands=st.lists(st.floats(0.01, 10), min_size=1, max_size=6),
    population=st.integers(1, 60),
    think=st.floats(0, 50),
    servers=st.integers(1, 9),
)
@SLOW
def test_what_must_hold(demands, population, think, servers):
    crew = [1 + (servers + k) % 9 for k in range(len(demands))]
    found = queueing.mva(demands, [population, population + 1], think_time=think, servers=crew)
    # Everybody is somewhere: the throughput came from constants, the numbers from sums of their own.
    everybody = found.number_mean.sum(axis=1) + found.throughput * think
    assert everybody == pytest.approx([population, population + 1], rel=1e-12)
    assert found.throughput[1] >= found.throughput[0] * (1 - 1e-13)
    bounds = queueing.asymptotic_bounds(found.population, demands, think, crew)
    assert np.all(found.throughput <= bounds.throughput_high * (1 + 1e-12))
    assert np.all(found.throughput >= bounds.throughput_low * (1 - 1e-12))
    assert np.all(found.utilization <= 1 + 1e-12)


def test_one_pass_over_many_populations():
    arguments = {"demands": [2.0, 0.3, 0.0], "think_time": 5, "servers": [4, 1, 1], "visits": [2, 3, 0]}
    found = queueing.mva(population=[1, 2, 7, 30], **arguments)
    assert found.number_mean.shape == (4, 3)
    for i, population in enumerate(found.population):
        one = queueing.mva(population=int(population), **arguments)
        assert type(one.throughput) is float
        assert one.throughput == pytest.approx(found.throughput[i], rel=1e-13)
        assert one.number_mean == pytest.approx(found.number_mean[i], rel=1e-13)
        assert one.station_throughput == pytest.approx(one.throughput * np.array([2, 3, 0]), rel=1e-15)
        assert one.visit_response_mean == pytest.approx(one.residence_mean / [2, 3, 1], rel=1e-15)
    assert found.throughput[0] == pytest.approx(1 / 7.3, rel=1e-15)
    assert found.state_probability(2)[0] == 1


def test_station_throughput_without_visits_is_the_throughput():
    found = queueing.mva([1.0, 2.0], [1, 2])
    assert found.station_throughput == pytest.approx(np.repeat(found.throughput[:, None], 2, axis=1))


def test_the_ends_of_the_floats():
    plain = queueing.mva([3.0, 1.0], 50, think_time=7, servers=[2, 1])
    for unit in (1e-190, 1e190):
        scaled = queueing.mva([3 * unit, unit], 50, think_time=7 * unit, servers=[2, 1])
        assert scaled.throughput * unit == pytest.approx(plain.throughput, rel=1e-13)
        assert scaled.number_mean == pytest.approx(plain.number_mean, rel=1e-13)
    # 199 orders apart: the small station is never busy, and its digits are there.
    apart = queueing.mva([1.0, 1e-199], 1000, servers=[3, 2])
    assert apart.throughput == pytest.approx(3, rel=1e-13)
    assert apart.number_mean[1] == pytest.approx(3e-199, rel=1e-12)


def test_large_populations():
    # Two servers of 1 s limit everything: X = 2, and what is not there thinks or stands at the quicker station.
    found = queueing.mva([1.0, 0.25], 10**5, think_time=1000, servers=[2, 1])
    assert found.throughput == pytest.approx(2, rel=1e-12)
    assert found.number_mean == pytest.approx([10**5 - 2000 - 1, 1], rel=1e-9)  # M/M/1 at 0.5 holds 1
    # Room for all: nobody waits.
    free = queueing.mva([1.0], 10**5, think_time=1, servers=10**5)
    assert free.throughput == pytest.approx(5e4, rel=1e-15)


def test_approximations_by_name():
    found = queueing.mva([1.0, 2.0], 5, method="schweitzer")
    assert isinstance(found, queueing.ApproximateNetwork)
    assert found.method == "schweitzer"
    with pytest.raises(ValueError, match=r"method 'linearizer' must be 'exact' where rates or visits are given"):
        queueing.mva([1.0, 2.0], 5, visits=[1, 1], method="linearizer")
