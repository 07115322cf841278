"""General service: exact where a theorem says so, and ordered where it says that."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload import queueing

inf = math.inf
SCV = st.one_of(st.floats(0, 50), st.just(inf))


def test_clockwork_service_halves_the_wait():
    # M/D/1: W = rho / (2 (1 - rho)) = 4.5 service times at rho = 0.9; M/M/1: 9; scv 9: 45.
    for scv, expected in ((0, 4.5), (1, 9.0), (9, 45.0)):
        wait = queueing.pollaczek_khinchine_wait(arrival_rate=0.9, service_mean=1, service_scv=scv)
        assert wait == pytest.approx(expected, rel=1e-14)


def test_infinite_variance_waits_for_ever():
    # Unless nobody arrives.
    assert queueing.pollaczek_khinchine_wait(arrival_rate=0.1, service_mean=1, service_scv=inf) == inf
    assert queueing.pollaczek_khinchine_wait(arrival_rate=0, service_mean=1, service_scv=inf) == 0
    rates = {"arrival_rate": 0.1, "service_rate": 1}
    assert queueing.kingman_wait(**rates, arrival_scv=1, service_scv=inf) == inf
    assert queueing.kingman_bound(**rates, arrival_scv=inf, service_scv=1) == inf
    assert queueing.allen_cunneen_wait(arrival_rate=0, service_rate=1, arrival_scv=1, service_scv=inf, servers=3) == 0
    # Also where the load underflows, and for an infinity of another width.
    assert queueing.pollaczek_khinchine_wait(arrival_rate=1e-200, service_mean=1e-200, service_scv=inf) == inf
    rare = {"arrival_rate": 1e-200, "service_rate": 1, "arrival_scv": 1}
    assert queueing.kingman_bound(**rare, service_scv=inf) == inf
    assert queueing.allen_cunneen_wait(**rare, service_scv=np.float32("inf"), servers=3) == inf


def test_saturation_is_exact_for_the_floats_given():
    wait = queueing.pollaczek_khinchine_wait(arrival_rate=1 - 2**-30, service_mean=1 - 2**-30, service_scv=1)
    # rho = (1 - h)^2 and 1 - rho = h (2 - h), with h = 2^-30: the float product of the two would lose h^2.
    h = 2.0**-30
    assert wait == pytest.approx((1 - h) ** 3 / (h * (2 - h)), rel=1e-15)


@given(utilization=st.floats(0.01, 0.99), arrival=SCV, service=SCV)
@settings(derandomize=True, deadline=None, max_examples=80)
def test_kingman(utilization, arrival, service):
    rates = {"arrival_rate": utilization * 3, "service_rate": 3}
    approximate = queueing.kingman_wait(**rates, arrival_scv=arrival, service_scv=service)
    bound = queueing.kingman_bound(**rates, arrival_scv=arrival, service_scv=service)
    # rho (ca + cs) <= ca / rho + rho cs.
    assert approximate <= bound * (1 + 1e-12)
    exact = queueing.pollaczek_khinchine_wait(
        arrival_rate=rates["arrival_rate"], service_mean=1 / 3, service_scv=service
    )
    poisson = queueing.kingman_wait(**rates, arrival_scv=1, service_scv=service)
    assert poisson == pytest.approx(exact, rel=1e-12)
    assert queueing.kingman_bound(**rates, arrival_scv=1, service_scv=service) >= exact * (1 - 1e-12)


def test_the_bound_by_hand():
    # lambda = 1/2, mu = 1, ca = 1, cs = 0: variances 4 and 0; 1/2 x 4 / (2 x 1/2) = 2, and the truth, M/D/1, is 1/2.
    bound = queueing.kingman_bound(arrival_rate=0.5, service_rate=1, arrival_scv=1, service_scv=0)
    assert bound == pytest.approx(2.0, rel=1e-15)
    # Clockwork arrivals, service of variance 8 / mu^2 = 2 at mu = 2: 1/2 x 2 / (2 x 3/4) = 2/3.
    bound = queueing.kingman_bound(arrival_rate=0.5, service_rate=2, arrival_scv=0, service_scv=8)
    assert bound == pytest.approx(2 / 3, rel=1e-15)


def test_allen_cunneen_is_exact_for_exponential_times():
    queue = queueing.MMc(9, 1, 10)
    rates = {"arrival_rate": 9, "service_rate": 1, "servers": 10}
    assert queueing.allen_cunneen_wait(**rates, arrival_scv=1, service_scv=1) == queue.wait_mean
    assert queueing.allen_cunneen_wait(**rates, arrival_scv=1, service_scv=3) == pytest.approx(2 * queue.wait_mean)


def test_allen_cunneen_is_near_m_d_c():
    # Exact values of M/D/c: Crommelin 1932, as in tests/oracles/queueing.json.
    for servers, exact in ((2, 2.1469232147158266), (10, 0.34458205037968115)):
        rates = {"arrival_rate": 0.9 * servers, "service_rate": 1, "servers": servers}
        wait = queueing.allen_cunneen_wait(**rates, arrival_scv=1, service_scv=0)
        assert 0.9 < wait / exact < 1.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: queueing.pollaczek_khinchine_wait(arrival_rate=2, service_mean=0.5, service_scv=1),
        lambda: queueing.kingman_wait(arrival_rate=2, service_rate=2, arrival_scv=1, service_scv=1),
        lambda: queueing.kingman_bound(arrival_rate=2, service_rate=2, arrival_scv=1, service_scv=1),
        lambda: queueing.allen_cunneen_wait(arrival_rate=4, service_rate=2, arrival_scv=1, service_scv=1, servers=2),
    ],
)
def test_an_unstable_queue_names_its_utilization(call):
    with pytest.raises(ValueError, match=r"^utilization 1 must be below 1 \(arrival_rate="):
        call()
