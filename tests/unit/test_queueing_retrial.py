"""Retrial queues against their generator, closed forms with 40 digits, M/M/c, and moment identities."""

import math

import impatience_reference as reference
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload.queueing import MM1Retrial, MMc, MMcRetrial, erlang_b


def test_by_hand():
    # rho = 0.7, r = 1.4: E = rho / (1 - rho) (r + rho) = 0.7 / 0.3 x 2.1 = 4.9; P(0, 0) = 0.3^2.4.
    queue = MM1Retrial(0.7, 1.0, 0.5)
    assert queue.orbit_mean == pytest.approx(4.9, rel=1e-14)
    assert queue.wait_mean == pytest.approx(7.0, rel=1e-14)
    assert queue.retrials_mean == pytest.approx(3.5, rel=1e-14)
    assert queue.number_mean == pytest.approx(5.6, rel=1e-14)
    assert queue.response_mean == pytest.approx(8.0, rel=1e-14)
    assert queue.queue_mean == queue.orbit_mean
    assert queue.state_probability(0, 0) == pytest.approx(0.3**2.4, rel=1e-14)


@pytest.mark.parametrize("rates", [(0.7, 1.0, 0.5), (0.05, 1.0, 100.0), (9.5, 10.0, 0.02), (0.5, 1.0, 1e-4)])
def test_states_of_one_server(rates):
    queue = MM1Retrial(*rates)
    for n in (0, 1, 2, 7, 40, 900, 5000):
        free, busy = reference.retrial_one_server(*rates, n)
        if free > 1e-290:
            # A probability of e^-x, x up to 700, and exponents that cancel to it.
            assert float(abs(queue.state_probability(0, n) / free - 1)) < 2e-12, n
            assert float(abs(queue.state_probability(1, n) / busy - 1)) < 2e-12, n
            assert queue.orbit_probability(n) == pytest.approx(float(free + busy), rel=2e-12)


def test_slack_is_exact():
    queue = MM1Retrial.from_slack(1e-15, retrial_rate=2.0)
    assert queue.orbit_mean == pytest.approx(1.5e15, rel=1e-14)
    given = MM1Retrial(1 - 1e-12, 1.0, 1.0)
    assert given.orbit_mean == pytest.approx(2 / (1 - (1 - 1e-12)), rel=1e-11)
    assert MM1Retrial.from_slack(1 - 1e-16, retrial_rate=1e50).wait_mean >= 0


@pytest.mark.parametrize("rates", [(0.7, 1.0, 0.5), (0.05, 1.0, 100.0), (9.9, 10.0, 3.0), (0.5, 1.0, 1e-2)])
def test_one_server_both_ways(rates):
    closed, swept = MM1Retrial(*rates), MMcRetrial(rates[0], rates[1], 1, rates[2])
    for name in ("orbit_mean", "wait_probability", "wait_mean", "retrials_mean", "number_mean", "response_mean"):
        assert getattr(swept, name) == pytest.approx(getattr(closed, name), rel=1e-13), name
    n = np.arange(0, 60)
    np.testing.assert_allclose(swept.orbit_probability(n), closed.orbit_probability(n), rtol=2e-12)
    assert swept.state_probability(1, 13) == pytest.approx(closed.state_probability(1, 13), rel=3e-12)


@pytest.mark.parametrize("case", [(1.4, 1.0, 2, 0.3), (3.0, 2.0, 3, 5.0), (2.5, 0.5, 8, 0.2), (0.1, 1.0, 4, 1.0)])
def test_generator(case):
    queue = MMcRetrial(*case)
    law = reference.retrial_chain(*case, 120)
    # The chain is cut at 120, where less than 1e-13 is left, and solved by subtractions.
    np.testing.assert_allclose(queue.orbit_probability(np.arange(60)), law.sum(axis=1)[:60], rtol=1e-8, atol=1e-14)
    np.testing.assert_allclose(queue.busy_probability(np.arange(case[2] + 1)), law.sum(axis=0), rtol=1e-9, atol=1e-14)
    assert queue.wait_probability == pytest.approx(law[:, -1].sum(), rel=1e-9)
    assert queue.orbit_mean == pytest.approx(np.arange(121) @ law.sum(axis=1), rel=1e-8)
    for orbit, busy in ((0, 0), (3, case[2]), (5, 1)):
        assert queue.state_probability(busy, orbit) == pytest.approx(law[orbit, busy], rel=1e-8, abs=1e-14)
    assert queue.state_probability(0, 10**9) == 0.0
    assert queue.orbit_probability(10**9) == 0.0


def test_rare_requests_do_not_overflow():
    # The recursion grows by (n + 1) retrials / arrivals a level: from 64 levels up by far beyond the largest float.
    for rates in ((1e-4, 1.0, 0.5), (1e-50, 1.0, 1e50), (1e-20, 1.0, 1e-20)):
        closed, swept = MM1Retrial(*rates), MMcRetrial(rates[0], rates[1], 1, rates[2])
        assert swept.orbit_mean == pytest.approx(closed.orbit_mean, rel=1e-13)
        assert swept.wait_probability == pytest.approx(closed.wait_probability, rel=1e-13)
        n = np.arange(0, 5)
        np.testing.assert_allclose(swept.orbit_probability(n), closed.orbit_probability(n), rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize(("load", "servers"), [(0.9, 1), (1.8, 2), (9.0, 10), (95.0, 100)])
def test_fast_retrials_make_it_m_m_c(load, servers):
    queue, limit = MMcRetrial(load, 1.0, servers, 1e13), MMc(load, 1.0, servers)
    for name in ("wait_probability", "wait_mean", "queue_mean", "number_mean", "response_mean"):
        assert getattr(queue, name) == pytest.approx(getattr(limit, name), rel=1e-11), name


def test_rare_retrials_make_it_erlang_b_with_the_retries_as_load():
    # Cohen 1957: each try is then a new request; the load a' solves a' (1 - B(c, a')) = a.
    queue = MMcRetrial(7.0, 1.0, 10, 1e-3)
    low, high = 7.0, 20.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if middle * (1 - erlang_b(10, middle)) < 7.0 else (low, middle)
    assert queue.wait_probability == pytest.approx(erlang_b(10, low), rel=3e-3)
    assert queue.retrials_mean == pytest.approx(low / 7.0 - 1, rel=3e-3)


@given(servers=st.integers(1, 30), part=st.floats(0.05, 0.97), retrial=st.floats(-1, 3), rate=st.floats(0.1, 10))
@settings(derandomize=True, deadline=None, max_examples=20)
def test_identities(servers, part, retrial, rate):
    load = part * servers
    queue = MMcRetrial(load * rate, rate, servers, 10.0**retrial * rate)
    busy = queue.busy_probability(np.arange(servers + 1))
    # Everybody is served: the mean number busy is the load.
    assert busy @ np.arange(servers + 1) == pytest.approx(load, rel=1e-12)
    # Balance of the square of the number in the system: E (c - i) n = slack E n - a^2 - a + E i^2. It is at least
    # lambda / theta P(all busy), as theta E (n; a server free) = lambda P(all busy), and at most c times that.
    idle = (servers - load) * queue.orbit_mean - load**2 - load + busy @ np.arange(servers + 1) ** 2
    least = load / 10.0**retrial * queue.wait_probability
    assert least * (1 - 1e-10) - 1e-11 * load**2 <= idle <= servers * least * (1 + 1e-10) + 1e-11 * load**2
    # Retries only delay: not better than a queue, not worse than losses.
    assert queue.wait_mean >= MMc(load * rate, rate, servers).wait_mean * (1 - 1e-12)
    assert erlang_b(servers, load) <= queue.wait_probability * (1 + 1e-12)
    assert queue.wait_probability <= MMc(load, 1, servers).wait_probability * (1 + 1e-12)


def test_too_long_an_orbit_is_refused_at_once():
    with pytest.raises(ValueError, match=r"^retrial_rate 1e-09 makes the orbit too long"):
        MMcRetrial(9.0, 1.0, 10, 1e-9)
    assert MM1Retrial(0.5, 1.0, 1e-49).orbit_mean == pytest.approx(5e48, rel=1e-14)
    assert math.isfinite(MM1Retrial(0.5, 1.0, 1e-49).state_probability(0, 0))


def test_orbits_whose_square_wraps():
    # Neighbours at 2^32, 2^53 and 2^62, whose squares are 0 in 64 bits.
    for slack, n in ((1e-10, 2**32), (1e-16, 2**53), (1e-19, 2**62)):
        queue = MM1Retrial.from_slack(slack, retrial_rate=2.0)
        here, after = queue.orbit_probability([n, n + 1])
        assert here > 0
        assert here == pytest.approx(after, rel=1e-8)
