"""The least number of servers, by search through exact values, and the square-root law."""

import math
import pathlib
import runpy

import mpmath
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from underload import queueing
from underload.queueing import MMc

ORACLE = runpy.run_path(str(pathlib.Path(__file__).parents[1] / "oracles" / "queueing_reference.py"))


@pytest.mark.parametrize("load", [0.4, 1.0, 7.3, 100.0, 1000.0, 10000.0, 123456.75])
@pytest.mark.parametrize("target", [0.9, 0.2, 1e-6])
def test_wait_probability_is_met_just(load, target):
    servers = queueing.servers_for_wait_probability(load, target)
    assert ORACLE["erlang_c_digits"](servers, load) <= target
    assert servers - 1 <= load or ORACLE["erlang_c_digits"](servers - 1, load) > target


@pytest.mark.parametrize("load", [0.4, 20.0, 33.3, 400.0])
@pytest.mark.parametrize("target", [0.5, 0.01, 1e-9])
def test_blocking_is_met_just(load, target):
    servers = queueing.servers_for_blocking(load, target)
    assert ORACLE["erlang_b"](servers, load) <= target < ORACLE["erlang_b"](servers - 1, load)


@pytest.mark.parametrize("arrival_rate", [0.5, 40.0, 3000.0])
@pytest.mark.parametrize("target", [3.0, 0.1, 1e-4])
def test_mean_wait_is_met_just(arrival_rate, target):
    rate = 2.0
    servers = queueing.servers_for_mean_wait(arrival_rate=arrival_rate, service_rate=rate, target=target)
    assert MMc(arrival_rate, rate, servers).wait_mean <= target
    fewer = servers - 1
    assert fewer * rate <= arrival_rate or MMc(arrival_rate, rate, fewer).wait_mean > target


@pytest.mark.parametrize("within", [0.0, 0.05, 2.0])
@pytest.mark.parametrize("fraction", [0.2, 0.8, 0.999])
def test_service_level_is_met_just(within, fraction):
    arrival_rate, rate = 30.0, 0.5
    servers = queueing.servers_for_service_level(
        arrival_rate=arrival_rate, service_rate=rate, within=within, fraction=fraction
    )
    assert MMc(arrival_rate, rate, servers).wait_tail(within) <= 1 - fraction
    fewer = servers - 1
    assert fewer * rate <= arrival_rate or MMc(arrival_rate, rate, fewer).wait_tail(within) > 1 - fraction


@given(load=st.floats(0.01, 3000), part=st.floats(0.02, 1.2))
@example(load=15.471809509763972, part=16.5 / 15.471809509763972)  # 17 servers
@settings(derandomize=True, deadline=None, max_examples=100)
def test_the_blocking_of_a_number_of_servers_asks_for_no_more(load, part):
    servers = math.floor(load * part) + 1
    blocking = queueing.erlang_b(servers, load)
    found = queueing.servers_for_blocking(load, blocking)
    assert found <= servers
    assert queueing.erlang_b(found, load) <= blocking < queueing.erlang_b(found - 1, load)


@given(rate=st.floats(0.01, 10), load=st.floats(0.01, 3000), more=st.integers(1, 30))
@settings(derandomize=True, deadline=None, max_examples=100)
def test_the_mean_wait_of_a_number_of_servers_asks_for_no_more(rate, load, more):
    check_mean_wait(load * rate, rate, math.floor(load) + 1 + more)


def test_the_mean_wait_asks_for_no_more():
    assert check_mean_wait(167.20501094832534, 2.203627260449302, 80) == 80
    assert check_mean_wait(0.3, 0.1, 3) == 3  # stable by 2^-55 / 0.1 only


def check_mean_wait(arrival_rate, rate, servers):
    target = MMc(arrival_rate, rate, servers).wait_mean
    if target == 0:
        return servers
    found = queueing.servers_for_mean_wait(arrival_rate=arrival_rate, service_rate=rate, target=target)
    assert found <= servers
    assert MMc(arrival_rate, rate, found).wait_mean <= target
    return found


@pytest.mark.parametrize("target", [0.9, 0.1, 1e-6])
def test_the_largest_load(target):
    # B(c, a) tends to 1 - c / a below the load, and exceeds it by less than 1 / (a - c).
    load = 1e12
    servers = queueing.servers_for_blocking(load, target)
    assert queueing.erlang_b(servers, load) <= target < queueing.erlang_b(servers - 1, load)
    assert servers == pytest.approx(load * (1 - target), abs=1e6)


def test_no_load_needs_one_server():
    assert queueing.servers_for_wait_probability(0, 0.5) == 1
    assert queueing.servers_for_blocking(0, 0.5) == 1
    assert queueing.servers_for_mean_wait(arrival_rate=0, service_rate=1, target=1) == 1
    assert queueing.servers_for_service_level(arrival_rate=0, service_rate=1, within=0, fraction=0.5) == 1


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
        exact = queueing.servers_for_wait_probability(load, target)
        assert 0 <= exact - math.ceil(queueing.square_root_staffing(load, target)) <= 1
