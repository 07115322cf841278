"""Closed systems: operational laws by hand, the machine-repairman queue by linear algebra and with 50 digits."""

import pathlib
import runpy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload import queueing
from underload.queueing.sources import likeliest

ORACLE = runpy.run_path(str(pathlib.Path(__file__).parents[1] / "oracles" / "queueing_reference.py"))


def test_laws_by_hand():
    # 300 users, 2 s at the servers and 28 s of thought: 10 requests per second.
    assert queueing.throughput(300, response_time=2, think_time=28) == 10
    assert queueing.response_time(300, throughput=10, think_time=28) == 2
    assert queueing.response_time(10, throughput=5) == 2
    assert queueing.throughput(10, response_time=2) == 5
    # Rounding may not make a response time negative: 3 / 0.3 - 10 is 0.
    assert queueing.response_time(3, throughput=0.3, think_time=10) == 0


def test_the_laws_invert_each_other_at_a_response_time_of_0():
    think = 3.0907700318645523
    assert queueing.response_time(816, queueing.throughput(816, 0, think), think) == pytest.approx(0, abs=1e-14)


def test_results_with_arrays_compare_by_identity():
    closed = [queueing.closed_mmc([1, 2], service_rate=1, think_time=1) for _ in range(2)]
    bounds = [queueing.asymptotic_bounds([1, 2], demand=1) for _ in range(2)]
    for one, other in (closed, bounds):
        assert one == one
        assert one != other


def test_contradictory_measurements_are_refused():
    with pytest.raises(ValueError, match=r"throughput 11.0 must be at most customers / think_time = 10"):
        queueing.response_time(100, throughput=11, think_time=10)
    with pytest.raises(ValueError, match="response_time"):
        queueing.throughput(1, response_time=0, think_time=0)


def test_bounds_by_hand():
    # D = 0.1 s at one of 2 servers, Z = 1 s. One customer: 1 / 1.1. The knee: 2 x 1.1 / 0.1 = 22, at 20 a second.
    # Low, three customers: 3 / (1.1 + 2 x 0.1 / 2) = 2.5.
    bounds = queueing.asymptotic_bounds([1, 3, 22, 100], demand=0.1, think_time=1, servers=2)
    np.testing.assert_allclose(bounds.throughput_high, [1 / 1.1, 3 / 1.1, 20, 20])
    np.testing.assert_allclose(bounds.throughput_low[:2], [1 / 1.1, 2.5])
    assert bounds.knee == pytest.approx(22)
    one = queueing.asymptotic_bounds(3, demand=0.1, think_time=1, servers=2)
    assert one.throughput_low == pytest.approx(2.5)
    assert type(one.throughput_high) is float


CUSTOMERS = st.integers(1, 60)


@given(customers=CUSTOMERS, servers=st.integers(1, 12), rate=st.floats(0.05, 20), think=st.floats(0.01, 50))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_repairman_solves_the_balance_equations(customers, servers, rate, think):
    closed = queueing.closed_mmc(customers, service_rate=rate, servers=servers, think_time=think)
    throughput, present = ORACLE["repairman"](customers, servers, rate, think)
    # The linear solver loses some digits of small probabilities; 1e-9 is what is left.
    assert closed.throughput == pytest.approx(throughput, rel=1e-9)
    assert closed.throughput * closed.response_mean == pytest.approx(present, rel=1e-9)
    assert closed.utilization == pytest.approx(throughput / (servers * rate), rel=1e-9)
    bounds = queueing.asymptotic_bounds(customers, demand=1 / rate, think_time=think, servers=servers)
    assert bounds.throughput_low * (1 - 1e-12) <= closed.throughput <= bounds.throughput_high * (1 + 1e-12)


@pytest.mark.parametrize(
    ("customers", "servers", "rate", "think"),
    [
        (1, 1, 0.3, 7.0),
        (90, 8, 0.25, 10.0),
        (2000, 256, 0.25, 10.0),
        (20_000, 1, 1.0, 19_990.0),
        (20_000, 1000, 0.1, 10_000.0),
        (20_000, 19_999, 1.0, 1e-6),
        (20_000, 30_000, 1.0, 3.0),
        (5000, 3, 1e-6, 1e-3),
    ],
)
def test_repairman_to_the_last_digits(customers, servers, rate, think):
    closed = queueing.closed_mmc(customers, service_rate=rate, servers=servers, think_time=think)
    throughput, present = ORACLE["repairman_digits"](customers, servers, rate, think)
    assert closed.throughput == pytest.approx(float(throughput), rel=1e-13)
    assert closed.response_mean == pytest.approx(float(present / throughput), rel=1e-13)


def test_large_populations():
    # 10^5 customers overwhelm 100 servers: X = 100 mu and N = X (R + Z). With 10^5 servers nobody waits.
    closed = queueing.closed_mmc(10**5, service_rate=2.0, servers=100, think_time=1.0)
    assert closed.throughput == pytest.approx(200, rel=1e-13)
    assert closed.response_mean == pytest.approx(10**5 / 200 - 1, rel=1e-12)
    free = queueing.closed_mmc(10**5, service_rate=2.0, servers=10**5, think_time=1.0)
    assert free.throughput == pytest.approx(10**5 / 1.5, rel=1e-12)
    assert free.wait_mean == 0.0


def test_one_pass_over_every_population():
    population = np.arange(1, 101)
    closed = queueing.closed_mmc(population, service_rate=0.25, servers=8, think_time=10)
    assert np.all(np.diff(closed.throughput) >= -1e-12)
    assert np.all(np.diff(closed.response_mean) >= -1e-9)
    # The interactive response-time law holds for each, though nothing in the computation used it.
    np.testing.assert_allclose(closed.customers / closed.throughput - 10, closed.response_mean, rtol=1e-11)
    single = queueing.closed_mmc(40, service_rate=0.25, servers=8, think_time=10)
    assert single.throughput == closed.throughput[39]
    assert type(single.customers) is int


def test_without_thought_everybody_is_at_the_servers():
    closed = queueing.closed_mmc([1, 3, 10], service_rate=2.0, servers=3, think_time=0)
    np.testing.assert_allclose(closed.throughput, [2, 6, 6])
    np.testing.assert_allclose(closed.response_mean, [0.5, 0.5, 10 / 6])


@given(customers=CUSTOMERS, servers=st.integers(1, 12), load=st.floats(0, 50))
@settings(derandomize=True, deadline=None, max_examples=100)
def test_the_mode_is_the_largest_weight(customers, servers, load):
    weights = [1.0]
    for n in range(customers - 1, -1, -1):  # from n = N down, since without thought only N has weight
        weights.append(weights[-1] * load * min(n + 1, servers) / (customers - n))
    assert weights[customers - likeliest(customers, servers, load)] >= max(weights) * (1 - 1e-12)
