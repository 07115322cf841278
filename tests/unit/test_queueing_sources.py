"""Finite populations against sums with 60 digits, by the arrival theorem, and against simpler systems."""

import math

import numpy as np
import pytest
import stations_reference as reference
from hypothesis import given, settings
from hypothesis import strategies as st
from underload.queueing import Engset, MMcK, MMcKN, closed_mmc, erlang_b

# population, source rate, service rate, servers, capacity
CASES = [
    (200, 0.02, 1.0, 5, 200),
    (12, 8.0, 2.0, 5, 12),
    (10, 0.1, 1.0, 3, 3),
    (1000, 0.1, 0.25, 128, 1000),
    (1000, 0.1, 0.25, 128, 150),
    (1500, 1 / 1490, 1.0, 1, 1500),
    (500, 0.1, 0.25, 64, 500),
    (3, 1.0, 1.0, 5, 3),
    (90, 0.1, 0.25, 8, 40),
    (500, 1e3, 1e-6, 3, 500),
    (1, 2.0, 3.0, 1, 1),
]


def station(population, source_rate, service_rate, servers, capacity):
    return MMcKN(
        source_rate=source_rate,
        service_rate=service_rate,
        servers=servers,
        population=population,
        capacity=capacity,
    )


def error(computed, exact):
    """Relative error; what is below 1e-290 may vanish."""
    return float(abs(computed / exact - 1)) if exact > 1e-290 else (0.0 if computed < 1e-280 else math.inf)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_to_the_last_digits(case):
    population, source_rate, service_rate, servers, capacity = case
    queue = station(*case)
    states, found = reference.sources(*case)
    expected = reference.means(states, found, servers, service_rate)
    asking = sum((population - n) * p for n, p in enumerate(states))
    expected["arrival_rate"] = asking * source_rate
    expected["blocking_probability"] = (population - capacity) * states[-1] / asking
    expected["time_congestion"] = states[-1]
    for name, exact in expected.items():
        # The weights of states far from the likeliest have gone through as many roundings.
        assert error(getattr(queue, name), exact) < 2e-13, name
    for n in range(0, capacity + 1, max(1, capacity // 30)):
        assert error(queue.state_probability(n), states[n]) < 1e-12, n
    for t in np.array([0.1, 1.0, 3.0]) * queue.response_mean:
        wait, response = reference.tails(found, servers, service_rate, t)
        # The exponents of Poisson weights reach 700.
        assert error(queue.wait_tail(t), wait) < 5e-13
        assert error(queue.response_tail(t), response) < 5e-13
    for q in (0.1, 0.99):
        assert queue.response_tail(queue.response_quantile(q)) == pytest.approx(1 - q, rel=1e-11)
        t = queue.wait_quantile(q)
        assert queue.wait_probability <= 1 - q if t == 0 else queue.wait_tail(t) == pytest.approx(1 - q, rel=1e-11)


def test_two_hundred_sources_of_a_published_example():
    # NewInput.MMCKK(lambda=0.02, mu=1, c=5, k=200) of the R package queueing 0.2.12, whose print-out fails.
    assert station(200, 0.02, 1.0, 5, 200).number_mean == pytest.approx(5.468395, abs=5e-7)


@given(
    population=st.integers(2, 60),
    servers=st.integers(1, 12),
    part=st.floats(0, 1),
    source_rate=st.floats(0.01, 20),
    service_rate=st.floats(0.05, 20),
)
@settings(derandomize=True, deadline=None, max_examples=40)
def test_a_request_finds_what_one_source_less_leaves(population, servers, part, source_rate, service_rate):
    least = min(servers, population)
    capacity = least + round(part * (population - least))
    queue = station(population, source_rate, service_rate, servers, capacity)
    others = population - 1
    fewer = station(others, source_rate, service_rate, servers, min(capacity, others))
    if capacity < population:
        assert queue.blocking_probability == pytest.approx(fewer.state_probability(capacity), rel=1e-11)
        assert queue.blocking_probability < queue.time_congestion
    else:
        assert queue.blocking_probability == 0.0
        wait = sum(fewer.state_probability(n) * (n - servers + 1) for n in range(servers, population))
        assert queue.wait_mean == pytest.approx(wait / servers / service_rate, rel=1e-11, abs=1e-15)
    assert queue.number_mean == pytest.approx(queue.throughput * queue.response_mean, rel=1e-12)
    served = queue.arrival_rate * (1 - queue.blocking_probability)
    assert queue.throughput == pytest.approx(served, rel=1e-9)  # 1 - B cancels where nearly all are lost
    # A source is in the system or pauses.
    assert queue.number_mean + queue.arrival_rate / source_rate == pytest.approx(population, rel=1e-12)


def test_it_is_the_closed_queue_by_think_times():
    closed = closed_mmc([1, 90, 2000], service_rate=0.25, servers=8, think_time=10)
    for i, population in enumerate(closed.customers):
        queue = station(int(population), 0.1, 0.25, 8, int(population))
        assert queue.throughput == pytest.approx(closed.throughput[i], rel=1e-13)
        assert queue.wait_mean == pytest.approx(closed.wait_mean[i], rel=1e-13)
    without = MMcKN(source_rate=0.1, service_rate=0.25, servers=8, population=90)
    assert without == station(90, 0.1, 0.25, 8, 90)


def test_many_slow_sources_are_a_poisson_stream():
    # The error of the limit falls with the population.
    limit = MMcK(9.0, 1.0, 10, 30)
    errors = []
    for population in (10**4, 10**6):
        queue = station(population, 9.0 / population, 1.0, 10, 30)
        errors.append(abs(queue.wait_mean / limit.wait_mean - 1))
    assert errors[0] < 0.02
    assert errors[1] == pytest.approx(errors[0] / 100, rel=0.05)


def test_engset_by_hand():
    # 4 sources that ask once per mean service each, 2 servers: weights 1, 4, 6. Time congestion 6 / 11; the pausing
    # sources number 4 x 1 + 3 x 4 + 2 x 6 = 28, of which 12 find no server: call congestion 3 / 7.
    loss = Engset(1.0, 1.0, servers=2, population=4)
    assert loss.time_congestion == pytest.approx(6 / 11, rel=1e-15)
    assert loss.blocking_probability == pytest.approx(3 / 7, rel=1e-15)
    assert loss.throughput == pytest.approx((4 + 12) / 11, rel=1e-15)
    assert loss.wait_mean == loss.wait_quantile(0.9) == 0.0
    assert loss.capacity == 2


@pytest.mark.parametrize(("servers", "population"), [(3, 10), (20, 100), (150, 300)])
@pytest.mark.parametrize("rate", [1e-3, 0.05, 3.0])
def test_engset_is_a_truncated_binomial(servers, population, rate):
    # The number of busy servers is binomial, cut at c: sum over k <= c of C(N, k) rate^k.
    def congestion(sources):
        weights = [math.comb(sources, k) * math.exp(k * math.log(rate)) for k in range(servers + 1)]
        return weights[-1] / math.fsum(weights)

    loss = Engset(rate, 1.0, servers, population)
    assert loss.time_congestion == pytest.approx(congestion(population), rel=1e-12)
    assert loss.blocking_probability == pytest.approx(congestion(population - 1), rel=1e-12)
    # Fewer can ask when more are served: Engset loses less than Erlang at the load of all pausing sources.
    assert loss.blocking_probability <= erlang_b(servers, rate * population)


def test_nothing_is_lost_with_a_server_for_each_source():
    loss = Engset(2.0, 1.0, servers=7, population=5)
    assert loss.blocking_probability == 0.0
    assert loss.throughput == pytest.approx(5 * 2 / 3, rel=1e-14)
    assert loss.response_quantile(0.5) == pytest.approx(math.log(2), rel=1e-14)
