"""The least number of servers and the most load, by search through exact values, and the square-root law."""

import math
import pathlib
import runpy

import mpmath
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from underload import queueing
from underload.queueing import MMc, arrival_rate_for, erlang_b, servers_for

ORACLE = runpy.run_path(str(pathlib.Path(__file__).parents[1] / "oracles" / "queueing_reference.py"))

# One promise of each kind, and the value that it bounds.
PROMISES = {
    "wait_mean": (0.03, lambda queue: queue.wait_mean),
    "wait_probability": (0.2, lambda queue: queue.wait_probability),
    "wait_quantile": ((0.8, 0.1), lambda queue: queue.wait_quantile(0.8)),
    "response_mean": (0.51, lambda queue: queue.response_mean),
    "response_quantile": ((0.99, 2.5), lambda queue: queue.response_quantile(0.99)),
}


def kept(queue, name):
    most, value = PROMISES[name]
    return value(queue) <= (most[1] if isinstance(most, tuple) else most)


@pytest.mark.parametrize("load", [0.4, 1.0, 7.3, 100.0, 1000.0, 10000.0, 123456.75])
@pytest.mark.parametrize("target", [0.9, 0.2, 1e-6])
def test_wait_probability_is_met_just(load, target):
    servers = servers_for(arrival_rate=load, service_rate=1, wait_probability=target)
    assert ORACLE["erlang_c_digits"](servers, load) <= target
    assert servers - 1 <= load or ORACLE["erlang_c_digits"](servers - 1, load) > target


@pytest.mark.parametrize("load", [0.4, 20.0, 33.3, 400.0])
@pytest.mark.parametrize("target", [0.5, 0.01, 1e-9])
def test_blocking_is_met_just(load, target):
    servers = servers_for(arrival_rate=load, service_rate=1, blocking_probability=target)
    assert ORACLE["erlang_b"](servers, load) <= target < ORACLE["erlang_b"](servers - 1, load)


@pytest.mark.parametrize("name", PROMISES)
@pytest.mark.parametrize("arrival_rate", [0.01, 0.5, 40.0, 3000.0])
def test_each_promise_is_met_just(name, arrival_rate):
    rate = 2.0
    servers = servers_for(arrival_rate=arrival_rate, service_rate=rate, **{name: PROMISES[name][0]})
    assert kept(MMc(arrival_rate, rate, servers), name)
    fewer = servers - 1
    assert fewer * rate <= arrival_rate or not kept(MMc(arrival_rate, rate, fewer), name)


@pytest.mark.parametrize("arrival_rate", [0.5, 40.0])
def test_a_search_from_one_server_on_finds_the_same(arrival_rate):
    for name, (most, _) in PROMISES.items():
        servers = math.floor(arrival_rate / 2) + 1
        while not kept(MMc(arrival_rate, 2.0, servers), name):
            servers += 1
        assert servers_for(arrival_rate=arrival_rate, service_rate=2.0, **{name: most}) == servers


def test_several_promises_take_the_hardest():
    alone = {name: servers_for(arrival_rate=40, service_rate=2, **{name: most}) for name, (most, _) in PROMISES.items()}
    together = {name: most for name, (most, _) in PROMISES.items()}
    assert len(set(alone.values())) > 1
    assert servers_for(arrival_rate=40, service_rate=2, **together) == max(alone.values())
    loss = servers_for(arrival_rate=40, service_rate=2, blocking_probability=1e-9)
    assert loss > max(alone.values())
    assert servers_for(arrival_rate=40, service_rate=2, **together, blocking_probability=1e-9) == loss
    assert servers_for(arrival_rate=40, service_rate=2, **together, blocking_probability=0.5) == max(alone.values())


def test_a_wait_within_no_time_is_a_wait_at_all():
    for target in (0.5, 0.1, 1e-3):
        immediate = servers_for(arrival_rate=100, service_rate=1, wait_quantile=(1 - target, 0.0))
        assert immediate == servers_for(arrival_rate=100, service_rate=1, wait_probability=target)


@given(load=st.floats(0.01, 3000), part=st.floats(0.02, 1.2))
@example(load=15.471809509763972, part=16.5 / 15.471809509763972)  # 17 servers
@settings(derandomize=True, deadline=None, max_examples=50)
def test_the_blocking_of_a_number_of_servers_asks_for_no_more(load, part):
    servers = math.floor(load * part) + 1
    blocking = erlang_b(servers, load)
    found = servers_for(arrival_rate=load, service_rate=1, blocking_probability=blocking)
    assert found <= servers
    assert erlang_b(found, load) <= blocking < erlang_b(found - 1, load)


@given(rate=st.floats(0.01, 10), load=st.floats(0.01, 3000), more=st.integers(1, 30))
@settings(derandomize=True, deadline=None, max_examples=50)
def test_the_mean_wait_of_a_number_of_servers_asks_for_no_more(rate, load, more):
    check_mean_wait(load * rate, rate, math.floor(load) + 1 + more)


def test_the_mean_wait_asks_for_no_more():
    assert check_mean_wait(167.20501094832534, 2.203627260449302, 80) == 80
    assert check_mean_wait(0.3, 0.1, 3) == 3  # stable by 2^-55 / 0.1 only


def check_mean_wait(arrival_rate, rate, servers):
    target = MMc(arrival_rate, rate, servers).wait_mean
    if target == 0:
        return servers
    found = servers_for(arrival_rate=arrival_rate, service_rate=rate, wait_mean=target)
    assert found <= servers
    assert MMc(arrival_rate, rate, found).wait_mean <= target
    return found


def test_a_very_large_load():
    # B(c, a) tends to 1 - c / a below the load, and exceeds it by less than 1 / (a - c).
    load, target = 1e9, 0.1
    servers = servers_for(arrival_rate=load, service_rate=1, blocking_probability=target)
    assert erlang_b(servers, load) <= target < erlang_b(servers - 1, load)
    assert servers == pytest.approx(load * (1 - target), abs=20)


def test_no_load_needs_one_server():
    for name, (most, _) in PROMISES.items():
        assert servers_for(arrival_rate=0, service_rate=2, **{name: most}) == 1
    assert servers_for(arrival_rate=0, service_rate=1, blocking_probability=0.5) == 1


@pytest.mark.parametrize("name", PROMISES)
@pytest.mark.parametrize("servers", [1, 7, 1000])
def test_the_most_load_meets_each_promise_just(name, servers):
    most = arrival_rate_for(servers=servers, service_rate=2.0, **{name: PROMISES[name][0]})
    assert kept(MMc(most, 2.0, servers), name)
    # One in 10^12 more is too much, of the load or of the slack; the values round in the sixteenth digit.
    assert not kept(MMc(min(most * (1 + 1e-12), 2 * servers * (1 - 1e-16)), 2.0, servers), name)
    assert servers_for(arrival_rate=most, service_rate=2.0, **{name: PROMISES[name][0]}) == servers


@given(servers=st.integers(1, 3000), target=st.floats(1e-12, 0.9), rate=st.floats(0.01, 100))
@settings(derandomize=True, deadline=None, max_examples=25)
def test_the_inverse_of_erlang_b(servers, target, rate):
    load = arrival_rate_for(servers=servers, service_rate=rate, blocking_probability=target) / rate
    blocking = ORACLE["erlang_b_digits"](servers, load)
    # d ln B / d ln a = c - a (1 - B) magnifies the rounding of the load.
    assert abs(float(blocking / target) - 1) < 1e-13 + 4e-16 * servers


def test_fifteen_trunks_of_a_published_table():
    # Erlang B tables: 15 trunks carry 8.108 erlangs at 1 %, 10 carry 4.461 and 100 carry 84.064.
    for servers, load in ((15, 8.108), (10, 4.461), (100, 84.064)):
        found = arrival_rate_for(servers=servers, service_rate=1, blocking_probability=0.01)
        assert found == pytest.approx(load, abs=0.0005)


def test_the_most_load_of_several_promises_is_the_least():
    promises = {name: most for name, (most, _) in PROMISES.items()} | {"blocking_probability": 0.001}
    alone = [arrival_rate_for(servers=30, service_rate=2, **{name: most}) for name, most in promises.items()]
    assert arrival_rate_for(servers=30, service_rate=2, **promises) == min(alone)
    # One server: C = rho, and R = 1 / (mu - lambda).
    assert arrival_rate_for(servers=1, service_rate=4, wait_probability=0.3) == pytest.approx(1.2, rel=1e-15)
    assert arrival_rate_for(servers=1, service_rate=4, response_mean=2) == pytest.approx(3.5, rel=1e-14)
    assert arrival_rate_for(servers=1, service_rate=4, wait_probability=1e-200) == pytest.approx(4e-200, rel=1e-15)


@pytest.mark.parametrize("beta", [0.0, 1e-9, 0.1, 0.5, 2.0, 10.0, 37.0])
def test_halfin_whitt_against_digits(beta):
    exact = 1 / (1 + mpmath.mpf(beta) * mpmath.ncdf(beta) / mpmath.npdf(beta))
    # The exponent beta^2 / 2 reaches 685, and its rounding is the error.
    assert queueing.halfin_whitt_wait_probability(beta) == pytest.approx(float(exact), rel=3e-13)


@given(probability=st.floats(1e-300, 1 - 1e-9))
@settings(derandomize=True, deadline=None, max_examples=50)
def test_halfin_whitt_inverts(probability):
    beta = queueing.halfin_whitt_beta(probability)
    # d ln P / d beta is below 40 here, and ln P has a rounding error of 690 ulp.
    assert queueing.halfin_whitt_wait_probability(beta) == pytest.approx(probability, rel=2e-12)


def test_halfin_whitt_is_the_limit_of_erlang_c():
    # The error of the limit falls with the root of the load.
    errors = []
    for load in (10**2, 10**4, 10**6):
        servers = load + math.sqrt(load)
        errors.append(queueing.erlang_c(int(servers), load) - queueing.halfin_whitt_wait_probability(1.0))
    assert abs(errors[2]) < abs(errors[1]) < abs(errors[0])
    assert abs(errors[2]) == pytest.approx(abs(errors[0]) / 100, rel=0.1)


@pytest.mark.parametrize("load", [10.0, 1000.0, 10**6])
def test_square_root_staffing_is_short_of_at_most_one_server(load):
    # Borst, Mandelbaum and Reiman (2004) find the law nearly exact, even for small loads.
    for target in (0.1, 0.5):
        exact = servers_for(arrival_rate=load, service_rate=1, wait_probability=target)
        assert 0 <= exact - math.ceil(queueing.square_root_staffing(load, target)) <= 1
