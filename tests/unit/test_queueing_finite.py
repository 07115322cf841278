"""M/M/c/K against sums with 60 digits, against its textbook limits, and against the queue without a limit."""

import math

import mpmath
import numpy as np
import pytest
import stations_reference as reference
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate
from underload.queueing import MMc, MMcK, erlang_b
from underload.queueing.finite import geometric_mean, log_geometric_sum

# Rooms that break textbook sums: factorials beyond 170, loads above 1, a load of 1 but for 1e-9, loads nearly 0.
ROOMS = [
    (150.0, 1.0, 171, 300),
    (900.0, 1.0, 1000, 2000),
    (1 + 1e-9, 1.0, 1, 1000),
    (1.2, 1.0, 1, 5000),
    (1.01, 1.0, 1, 4000),
    (0.3, 0.1, 3, 40),
    (1e-5, 1.0, 3, 10),
    (1e8, 1.0, 2, 5),
    (5.0, 1.0, 5, 5),
    (1000.0, 1.0, 10, 10),
    (1e9, 1.0, 2, 6000),
    (10 - 1e-13, 1.0, 10, 3000),
    (2000.0, 1.0, 2000, 2010),
    (100.0, 0.25, 1000, 1000),
]


def error(computed, exact):
    """Relative error; what is below 1e-290 may vanish."""
    return float(abs(computed / exact - 1)) if exact > 1e-290 else (0.0 if computed < 1e-280 else math.inf)


@pytest.mark.parametrize("room", ROOMS, ids=str)
def test_attributes_to_the_last_digits(room):
    _, service_rate, servers, capacity = room
    queue = MMcK(*room)
    states, found = reference.room(*room)
    expected = reference.means(states, found, servers, service_rate)
    expected["blocking_probability"] = states[-1]
    expected["response_mean"] = expected["wait_mean"] + 1 / mpmath.mpf(service_rate)
    for name, exact in expected.items():
        assert error(getattr(queue, name), exact) < 1e-13, name
    asked = np.unique(np.linspace(0, capacity, 40).astype(int))
    for n, probability in zip(asked, queue.state_probability(asked), strict=True):
        # The exponent of a rare state reaches 700; its rounding is the error.
        assert error(probability, states[n]) < 1e-12, n
    assert queue.state_probability(capacity + 1) == 0.0


def test_a_hundred_thousand_places():
    # rho = 1.01: p(K - j) = (1 - 1 / rho) rho^-j but for a term of rho^-100001, so L = K - 1 / (rho - 1).
    queue = MMcK(1.01, 1.0, 1, 10**5)
    excess = mpmath.mpf(1.01) - 1
    assert error(queue.blocking_probability, excess / (1 + excess)) < 1e-13
    assert error(queue.number_mean, 10**5 - 1 / excess) < 1e-13
    assert error(queue.wait_mean, 10**5 - 1 / excess - 1) < 1e-13  # of K - 1 ahead of an admitted request, all but one


SERVED = [
    (8.0, 2.0, 5, 12),
    (150.0, 1.0, 171, 300),
    (1 + 1e-9, 1.0, 1, 1000),
    (3.0, 1.0, 1, 30),
    (100.0, 0.5, 2, 50),
    (995.0, 1.0, 1000, 1400),
    (5.0, 1.0, 5, 5),
]


@pytest.mark.parametrize("room", SERVED, ids=str)
def test_tails_and_quantiles_to_the_last_digits(room):
    _, service_rate, servers, _ = room
    queue = MMcK(*room)
    found = reference.room(*room)[1]
    for t in np.array([0.0, 1e-6, 0.1, 1.0, 5.0]) * queue.response_mean:
        wait, response = reference.tails(found, servers, service_rate, t)
        # The exponents of Poisson weights reach 700.
        assert error(queue.wait_tail(t), wait) < 5e-13
        assert error(queue.response_tail(t), response) < 5e-13
    for q in (0.01, 0.5, 0.99, 1 - 1e-10):
        _, tail = reference.tails(found, servers, service_rate, queue.response_quantile(q))
        # The quantile is rounded, and the tail falls by 1000 times that at a thousand servers' pace.
        assert error(1 - q, tail) < 2e-12
        t = queue.wait_quantile(q)
        wait, _ = reference.tails(found, servers, service_rate, t)
        assert wait <= 1 - q if t == 0 else error(1 - q, wait) < 2e-12


@given(servers=st.integers(1, 40), places=st.integers(0, 60), part=st.floats(0.05, 3), rate=st.floats(0.01, 100))
@settings(derandomize=True, deadline=None, max_examples=25)
def test_means_are_the_integrals_of_the_tails(servers, places, part, rate):
    queue = MMcK(part * servers * rate, rate, servers, servers + places)
    for tail, mean in ((queue.response_tail, queue.response_mean), (queue.wait_tail, queue.wait_mean)):
        far = (40 * math.sqrt(places + 1) + places + 40) / (servers * rate) + 40 / rate
        integral, _ = integrate.quad(tail, 0, far, epsabs=1e-14 / rate, epsrel=1e-10, limit=300)
        assert integral == pytest.approx(mean, rel=1e-8, abs=1e-13 / rate)
    assert queue.number_mean == pytest.approx(queue.throughput * queue.response_mean, rel=1e-13)
    assert queue.throughput == pytest.approx(queue.arrival_rate * (1 - queue.blocking_probability), rel=1e-12)
    assert queue.state_probability(np.arange(servers + places + 1)).sum() == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.3), (15, 8.108), (1000, 900.0), (10**6, 999_000.0), (10, 1e5)])
def test_without_a_queue_it_is_erlang_b(servers, load):
    queue = MMcK(load, 1.0, servers, servers)
    assert queue.blocking_probability == pytest.approx(erlang_b(servers, load), rel=1e-13)
    assert queue.wait_mean == queue.wait_probability == queue.queue_mean == queue.wait_quantile(0.999) == 0.0
    assert queue.response_quantile(0.9) == pytest.approx(math.log(10), rel=1e-14)


def test_with_room_for_all_it_is_the_queue_without_a_limit():
    room, queue = MMcK(9.0, 1.0, 10, 2000), MMc(9.0, 1.0, 10)
    t, q, n = np.array([0.0, 0.3, 5.0, 40.0]), [0.1, 0.5, 0.99, 1 - 1e-9], [0, 5, 9, 10, 50, 900]
    assert room.wait_mean == pytest.approx(queue.wait_mean, rel=1e-14)
    np.testing.assert_allclose(room.wait_tail(t), queue.wait_tail(t), rtol=1e-13)
    np.testing.assert_allclose(room.response_tail(t), queue.response_tail(t), rtol=1e-13)
    np.testing.assert_allclose(room.wait_quantile(q), queue.wait_quantile(q), rtol=1e-12)
    np.testing.assert_allclose(room.response_quantile(q), queue.response_quantile(q), rtol=1e-12)
    np.testing.assert_allclose(room.state_probability(n), queue.state_probability(n), rtol=1e-12)


def test_slack_carries_digits_that_a_load_cannot():
    # At 10^4 servers and 10^6 places, 1e-9 servers of slack are far below the grid of a load (2e-12) times the places.
    servers, places, slack = 10**4, 10**6, 1.2345e-9
    queue = MMcK.from_slack(slack, servers=servers, capacity=servers + places)
    y = 1 / mpmath.mpf(erlang_b(servers, servers - slack))
    ratio = 1 - mpmath.mpf(slack) / servers
    series = (1 - ratio ** (places + 1)) / (1 - ratio)
    assert error(queue.blocking_probability, ratio**places / (y - 1 + series)) < 1e-13
    # Nearly uniform: half of the places are taken.
    assert queue.queue_mean == pytest.approx(places / 2, rel=0.01)
    overload = MMcK.from_slack(-0.5, service_rate=2.0, servers=3, capacity=9)
    assert overload.number_mean == pytest.approx(MMcK(7.0, 2.0, 3, 9).number_mean, rel=1e-14)


@pytest.mark.parametrize("most", [0, 1, 2, 1000, 10**7])
@pytest.mark.parametrize("log_ratio", [0.0, 1e-300, 1e-12, 1e-7, 1e-3, 0.0199, 0.5, 1.0, 30.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_truncated_geometric_series(most, log_ratio, sign):
    x, n = mpmath.mpf(sign * log_ratio), most + 1
    with mpmath.workdps(700):
        total = (mpmath.expm1(n * x) / mpmath.expm1(x)) if x else mpmath.mpf(n)
        mean = n / (1 - mpmath.exp(-n * x)) - 1 / (1 - mpmath.exp(-x)) if x else mpmath.mpf(most) / 2
    # An absolute error of the logarithm is a relative one of the sum; the logarithm itself reaches 16.
    assert abs(log_geometric_sum(most, sign * log_ratio) - mpmath.log(total)) <= 4e-16 * (16 + abs(most * x))
    assert geometric_mean(most, sign * log_ratio) == pytest.approx(float(mean), rel=1e-13)


def test_shapes_and_types():
    queue = MMcK(8, 2, 5, 12)
    assert queue == MMcK(8.0, 2.0, 5.0, 12)
    assert type(queue.wait_tail(1)) is float
    assert type(queue.response_quantile(0.5)) is float
    assert queue.response_tail(0.0) == 1.0
    assert queue.response_quantile(0.0) == 0.0
    assert queue.wait_tail([[0.0, 1.0]]).shape == (1, 2)
    assert queue.state_probability([[0, 13]]).tolist() == [[queue.state_probability(0), 0.0]]


def test_a_slack_and_a_level_next_to_0():
    near, full = MMcK.from_slack(1e-310, servers=2, capacity=5), MMcK(2.0, 1.0, 2, 5)
    assert near.wait_tail([0.0, 1.0]) == pytest.approx(full.wait_tail([0.0, 1.0]), rel=1e-14)
    assert full.response_quantile([1e-300, 1e-20]) == pytest.approx([0.0, 0.0], abs=1e-15)
    assert MMcK(1e10, 1e10, 2, 5).response_tail([1e250, 1e308]).tolist() == [0, 0]
    for load in (1e6, 1e12, 1e17, 1e300):
        assert 1 - 1e-13 < MMcK(load, 1.0, 2, 5).utilization <= 1
