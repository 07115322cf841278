"""Networks of several classes against sums over all states, one class, and what holds by symmetry."""

import math
import time

import networks_reference as slow
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload import queueing

INF = math.inf
SLOW = settings(derandomize=True, deadline=None, max_examples=15)


@given(
    demands=st.lists(st.lists(st.integers(1, 30), min_size=2, max_size=2), min_size=2, max_size=3),
    population=st.tuples(st.integers(1, 3), st.integers(1, 3), st.just(1)),
    think=st.integers(0, 9),
    delay=st.booleans(),
)
@SLOW
def test_sums_over_all_states(demands, population, think, delay):
    count = len(demands)
    demands = np.array(demands) / 8
    thinks = [think + r for r in range(count)]
    found = queueing.multiclass_mva(demands, population[:count], think_time=thinks, servers=[1, INF if delay else 1])
    throughput, number = slow.classes(demands.tolist(), [False, delay], thinks, population[:count])
    assert found.throughput == pytest.approx([float(x) for x in throughput], rel=1e-13)
    assert found.number_mean.ravel() == pytest.approx([float(n) for row in number for n in row], rel=1e-13)
    np.testing.assert_allclose(found.residence_mean * found.throughput[:, None], found.number_mean, rtol=1e-14)


def test_equal_classes_are_one_class():
    demands = [2.0, 0.3, 1.0]
    found = queueing.multiclass_mva([demands] * 3, [5, 40, 12], think_time=4, servers=[1, 1, INF])
    one = queueing.mva(demands, 57, think_time=4, servers=[1, 1, INF])
    assert found.throughput.sum() == pytest.approx(one.throughput, rel=1e-12)
    assert found.response_mean == pytest.approx([one.response_mean] * 3, rel=1e-12)
    assert found.number_mean.sum(axis=0) == pytest.approx(one.number_mean, rel=1e-12)
    assert found.utilization.sum(axis=0) == pytest.approx(one.utilization, rel=1e-12)


def test_the_order_of_classes_does_not_matter():
    demands, population = np.array([[1.0, 2], [3, 0.5], [0, 1], [0.2, 0.2]]), np.array([3, 17, 1, 6])
    found = queueing.multiclass_mva(demands, population, think_time=[0, 1, 2, 3])
    order = [2, 0, 3, 1]
    other = queueing.multiclass_mva(demands[order], population[order], think_time=np.array([0, 1, 2, 3])[order])
    np.testing.assert_allclose(other.throughput, found.throughput[order], rtol=1e-13)
    np.testing.assert_allclose(other.number_mean, found.number_mean[order], rtol=1e-13, atol=1e-300)
    everybody = found.number_mean.sum(axis=1) + found.throughput * [0, 1, 2, 3]
    np.testing.assert_allclose(everybody, population, rtol=1e-13)


def test_a_lattice_too_large_is_refused_at_once_with_its_size():
    start = time.perf_counter()
    with pytest.raises(ValueError, match=r"populations .* 101 x 101 x 101 x 101 x 101 = 1.05e\+10 populations"):
        queueing.multiclass_mva(np.ones((5, 2)), [100] * 5)
    assert time.perf_counter() - start < 1  # nothing was computed


def test_an_open_class_alone_is_jackson():
    network = queueing.open_network([[0.5, 1.2, 3.0]], [0.7], servers=[1, 2, INF])
    route = queueing.jackson(
        [[0, 1, 0], [0, 0, 1], [0, 0, 0]], arrivals=[0.7, 0, 0], service_rates=[2, 1 / 1.2, 1 / 3], servers=[1, 2, INF]
    )
    assert network.number_mean[0] == pytest.approx(route.number_means, rel=1e-13)
    assert network.response_mean[0] == pytest.approx(route.response_mean, rel=1e-13)
    assert network.utilization[0] == pytest.approx(route.utilizations, rel=1e-13)


def test_open_classes_share_the_queue_by_their_loads():
    # M/M/4 at 3.2 erlangs, 1.2 of them from the first class.
    network = queueing.open_network([[0.6], [2.0]], [2.0, 1.0], servers=4)
    whole = queueing.MMc(arrival_rate=3.2, service_rate=1, servers=4)
    assert network.number_mean.sum() == pytest.approx(whole.number_mean, rel=1e-13)
    assert network.number_mean[0, 0] == pytest.approx(whole.number_mean * 1.2 / 3.2, rel=1e-13)
    assert network.number_mean[:, 0] == pytest.approx([2.0, 1.0] * network.response_mean, rel=1e-13)


def test_an_idle_open_class_sees_the_others():
    network = queueing.open_network([[0.5], [1.0]], [1.0, 0.0])
    assert network.response_mean == pytest.approx([1.0, 2.0], rel=1e-15)
    assert network.number_mean[1, 0] == 0


def test_the_unstable_station_is_named():
    with pytest.raises(ValueError, match=r"utilization 1.5 of station 1 must be below 1"):
        queueing.open_network([[0.1, 1], [0.1, 2]], [1, 1], servers=[1, 2])


def _mixed_by_hand(opened, closed, rate, population, think):
    """One open and one closed class at two single servers, summed over up to 150 open requests at each."""
    most = 150
    weights = {}
    for here in range(population + 1):
        for there in range(population + 1 - here):
            away = population - here - there
            weight = think**away / math.factorial(away)
            columns = []
            for k, n in enumerate((here, there)):
                column = [math.comb(n + m, n) * closed[k] ** n * (rate * opened[k]) ** m for m in range(most)]
                columns.append(np.array(column))
            weights[here, there] = weight * np.outer(*columns)
    total = sum(weight.sum() for weight in weights.values())
    outside = [sum((w.sum(axis=1 - k) @ np.arange(most)) for w in weights.values()) / total for k in range(2)]
    inside = [sum(w.sum() * place[k] for place, w in weights.items()) / total for k in range(2)]
    return outside, inside


def test_mixed_classes_by_sums_over_states():
    opened, closed, rate, population, think = [0.3, 0.5], [1.0, 0.4], 1.1, 4, 2.0
    network = queueing.mixed_network(
        [opened], [closed], arrival_rates=[rate], populations=[population], think_time=think
    )
    outside, inside = _mixed_by_hand(opened, closed, rate, population, think)
    # 0.55 ** 150 is 1e-39: the rest of the sum is below rounding.
    assert network.open.number_mean[0] == pytest.approx(outside, rel=1e-12)
    assert network.closed.number_mean[0] == pytest.approx(inside, rel=1e-12)
    assert network.open.response_mean[0] == pytest.approx(sum(outside) / rate, rel=1e-12)
    assert network.closed.throughput * think + sum(inside) == pytest.approx([population], rel=1e-12)


def test_mixed_without_arrivals_is_closed():
    closed = [[1.0, 0.4, 2.0], [0.5, 0.5, 1.0]]
    network = queueing.mixed_network(
        [[1, 1, 1]], closed, arrival_rates=[0.0], populations=[3, 2], servers=[1, 1, INF], think_time=1
    )
    alone = queueing.multiclass_mva(closed, [3, 2], servers=[1, 1, INF], think_time=1)
    np.testing.assert_array_equal(network.closed.number_mean, alone.number_mean)
    assert network.open.residence_mean[0] == pytest.approx([*(1 + alone.number_mean.sum(axis=0)[:2]), 1], rel=1e-14)
