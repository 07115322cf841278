"""Erlang's formulas against exact fractions and against 50 digits, up to a million servers."""

import math
import pathlib
import runpy
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload.queueing import MMc, erlang_b, erlang_c
from underload.queueing.erlang import first_servers

ORACLE = runpy.run_path(str(pathlib.Path(__file__).parents[1] / "oracles" / "queueing_reference.py"))
SERVERS = [1, 2, 10, 100, 10**3, 10**4, 10**5, 10**6]
# Distances to saturation: absolute, down to what a float load can still hold, and in square roots of the load.
GAPS = [1e-3, 0.1]
ROOTS = [0.1, 1.0, 3.0, 10.0]


def relative_error(computed, expected):
    return float(abs(computed / expected - 1))


def loads(servers):
    gaps = GAPS + [root * math.sqrt(servers) for root in ROOTS]
    far = 0.5 * servers if servers <= 1000 else servers - 30 * math.sqrt(servers)  # C is about 1e-190
    return [servers - gap for gap in gaps if gap < servers] + [far]


@pytest.mark.parametrize("servers", [0, 1, 2, 3, 10, 50])
@pytest.mark.parametrize("load", [1e-9, 0.25, 1.0, 9.5, 50.0, 1000.0])
def test_b_is_the_definition(servers, load):
    # 4e-16 is two roundings; the fractions are exact.
    expected = ORACLE["erlang_b"](servers, load)
    assert erlang_b(servers, load) == pytest.approx(float(expected), rel=2e-15, abs=0)


@pytest.mark.parametrize("servers", [1, 7, 40])
def test_the_oracle_with_digits_agrees_with_the_definition(servers):
    for load in (0.5, servers - 0.25, 3.0 * servers):
        exact = ORACLE["erlang_b"](servers, load)
        digits = ORACLE["erlang_b_digits"](servers, load)
        assert relative_error(digits, mpmath.mpf(exact.numerator) / exact.denominator) < 1e-45


@pytest.mark.parametrize("servers", SERVERS)
def test_c_to_the_last_digits(servers):
    # 1e-12 is the promise; 2e-14 is the largest error found.
    for load in loads(servers):
        assert relative_error(erlang_c(servers, load), ORACLE["erlang_c_digits"](servers, load)) < 2e-14, load


@pytest.mark.parametrize("servers", SERVERS)
@pytest.mark.parametrize("slack", [1e-12, 1.2345678912345e-7, 1e-3, 0.77])
def test_c_with_exact_slack(servers, slack):
    expected = ORACLE["erlang_c_digits"](servers, servers - Fraction(slack))
    assert relative_error(erlang_c(servers, slack=slack), expected) < 2e-14
    queue = MMc.from_slack(slack, service_rate=0.3, servers=servers)
    assert relative_error(queue.wait_probability, expected) < 2e-14


def test_slack_carries_digits_that_a_load_cannot():
    # At 10^6 servers a float load is exact to 1e-10: with a slack of 1e-10 C differs from that at the rounded load.
    servers, slack = 10**6, 1.5e-10
    rounded = servers - slack
    assert rounded == servers - 1.1641532182693481e-10  # the float grid is 2^-33 wide here
    wait = MMc.from_slack(slack, servers=servers).wait_mean
    expected = ORACLE["erlang_c_digits"](servers, servers - Fraction(slack)) / mpmath.mpf(slack)
    assert relative_error(wait, expected) < 2e-14
    assert MMc(rounded, 1, servers).wait_mean > 1.2 * wait


@pytest.mark.parametrize("servers", [10**4, 10**5, 10**6])
@pytest.mark.parametrize("root", [-20.0, -3.0, 0.0, 3.0, 20.0])
def test_b_to_the_last_digits(servers, root):
    load = servers - root * math.sqrt(servers)
    assert relative_error(erlang_b(servers, load), ORACLE["erlang_b_digits"](servers, load)) < 3e-14


def test_the_cost_grows_with_the_root_of_the_load():
    for servers in (10**6, 10**8, 10**10):
        steps = servers - first_servers(servers, servers - 1.0)
        assert steps < 13 * math.sqrt(servers)


def test_far_below_the_load_the_answer_is_small_or_zero():
    # B(200, 1) = e^-1 / 200!, about 4.7e-376, is below the range; B(165, 1) is a normal number.
    assert erlang_b(200, 1.0) == 0.0
    assert erlang_c(200, 1.0) == 0.0
    assert erlang_c(10**6, 1.0) == 0.0
    assert erlang_b(165, 1.0) == pytest.approx(math.exp(-1 - math.lgamma(166)), rel=1e-12)


def test_edges():
    assert erlang_b(0, 0) == 1.0
    assert erlang_b(0, 5) == 1.0
    assert erlang_b(3, 0) == 0.0
    assert erlang_c(3, 0) == 0.0
    assert erlang_c(3, slack=3) == 0.0
    assert erlang_b(2, 1e300) == 1.0
    assert erlang_c(1, 1e-20) == 1e-20
    assert erlang_c(1e6, 999000.0) == erlang_c(10**6, 999000.0)


def test_one_server_waits_with_probability_utilization():
    for load in (1e-9, 0.3, 0.9, 1 - 1e-9):
        assert erlang_c(1, load) == pytest.approx(load, rel=4e-16)


@given(servers=st.integers(1, 3000), part=st.floats(0.01, 0.999))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_more_servers_help_and_c_exceeds_b(servers, part):
    load = part * servers
    wait, blocking = erlang_c(servers, load), erlang_b(servers, load)
    assert 0 <= blocking <= wait <= 1
    assert erlang_c(servers + 1, load) <= wait
    assert erlang_b(servers + 1, load) <= blocking
    # The identity of the two formulas, and the recursion over servers, both from the definition.
    assert wait * (servers - load * (1 - blocking)) == pytest.approx(servers * blocking, rel=1e-11)
    assert erlang_b(servers + 1, load) * (servers + 1 + load * blocking) == pytest.approx(load * blocking, rel=1e-12)


@pytest.mark.parametrize(("servers", "load"), [(1, 1), (3, 3.0), (3, 4), (1000, 1000)])
def test_an_unstable_queue_names_its_utilization(servers, load):
    with pytest.raises(ValueError, match=rf"^utilization {load / servers:g} must be below 1 \(offered_load={load:g}, "):
        erlang_c(servers, load)
