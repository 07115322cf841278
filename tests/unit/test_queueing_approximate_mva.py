"""Schweitzer and the Linearizer against a plain program, their fixed points, and the exact values they approximate."""

import math

import networks_reference as slow
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload import queueing

SLOW = settings(derandomize=True, deadline=None, max_examples=25)


@pytest.mark.parametrize("population", [[4, 3], [1, 6], [20, 1], [1, 1]])
def test_linearizer_loop_by_loop(population):
    demands, think = [[1.0, 0.4, 0.1], [0.2, 0.9, 0.3]], [2.0, 0.0]
    found = queueing.approximate_mva(demands, population, think_time=think)
    throughput, residence = slow.linearizer(demands, think, population)
    assert found.method == "linearizer"
    # Both stop at a fixed point of their own, a few 1e-13 of the population from the true one.
    assert found.throughput == pytest.approx(throughput, rel=1e-10)
    np.testing.assert_allclose(found.residence_mean, residence, rtol=1e-10)


@given(
    demands=st.lists(st.lists(st.floats(0.05, 3), min_size=3, max_size=3), min_size=1, max_size=3),
    population=st.lists(st.integers(1, 50), min_size=3, max_size=3),
    think=st.floats(0, 20),
)
@SLOW
def test_schweitzer_is_its_fixed_point(demands, population, think):
    count = len(demands)
    found = queueing.approximate_mva(demands, population[:count], think_time=think, method="schweitzer")
    everybody = found.number_mean.sum(axis=1) + found.throughput * think
    assert everybody == pytest.approx(population[:count], rel=1e-12)
    seen = found.number_mean.sum(axis=0) - found.number_mean / np.array(population[:count])[:, None]
    np.testing.assert_allclose(found.residence_mean, np.array(demands) * (1 + seen), rtol=1e-10)


def test_how_far_from_exact():
    # 60 networks of two classes and four stations. The Linearizer is the better one, everywhere and by a lot.
    rng = np.random.default_rng(7)
    errors = {"schweitzer": [], "linearizer": []}
    for _ in range(60):
        demands, population = rng.exponential(size=(2, 4)), rng.integers(1, 16, 2)
        think = rng.exponential(3)
        exact = queueing.multiclass_mva(demands, population, think_time=think)
        for method, found in errors.items():
            network = queueing.approximate_mva(demands, population, think_time=think, method=method)
            found.append(np.abs(network.throughput / exact.throughput - 1).max())
    assert 0.05 < max(errors["schweitzer"]) < 0.15
    assert max(errors["linearizer"]) < 0.01
    assert np.mean(errors["linearizer"]) < np.mean(errors["schweitzer"]) / 5


@pytest.mark.parametrize("method", ["schweitzer", "linearizer"])
def test_exact_for_one_customer_and_for_very_many(method):
    alone = queueing.approximate_mva([1.0, 0.5], 1, think_time=3, servers=[4, 1], method=method)
    assert alone.throughput == pytest.approx(1 / 4.5, rel=1e-12)
    crowd = queueing.approximate_mva([1.0, 0.5], 10**6, think_time=3, servers=[4, 1], method=method)
    assert crowd.throughput == pytest.approx(2, rel=1e-5)
    assert type(crowd.throughput) is float
    assert crowd.utilization == pytest.approx([0.5, 1], rel=1e-5)


def test_several_servers_approximately():
    # Seidmann's substitute for 8 servers of 4 s: good far from the knee of 28 customers, some per cent wrong at it.
    worst = 0.0
    for population in (5, 28, 90):
        exact = queueing.mva([4.0], population, think_time=10, servers=8)
        found = queueing.approximate_mva([4.0], population, think_time=10, servers=8)
        worst = max(worst, abs(found.throughput / exact.throughput - 1))
    assert 0.005 < worst < 0.08


def test_one_class_is_a_row():
    one = queueing.approximate_mva([1.0, 0.4], 7, think_time=2)
    row = queueing.approximate_mva([[1.0, 0.4]], [7], think_time=[2])
    assert one.throughput == row.throughput[0]
    np.testing.assert_array_equal(one.number_mean, row.number_mean[0])
    free = queueing.approximate_mva([1.0, 0.4], 7, think_time=2, servers=math.inf)
    assert free.throughput == pytest.approx(7 / 3.4, rel=1e-15)
    assert free.utilization == pytest.approx([0, 0])
