"""Bounds: they hold wherever the exact wait is known, and are met where a theorem says so."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload.queueing import GIMc, MDc, MMc, daley_bound, kingman_bound, lower_bound, pollaczek_khinchine_wait
from underload.random import Deterministic, Gamma, Hyperexponential, Lognormal, Pareto, Uniform, Weibull

inf = math.inf


def bracket(exact, *, load, servers, a, s):
    given = {"arrival_rate": load, "service_rate": 1.0, "arrival_scv": a, "service_scv": s, "servers": servers}
    low, daley, kingman = lower_bound(**given), daley_bound(**given), kingman_bound(**given)
    # Each is met by some queue, so rounding is allowed for.
    assert low * (1 - 1e-13) <= exact <= daley * (1 + 1e-12)
    assert daley <= kingman * (1 + 1e-13)


LAWS = [
    Deterministic(1.0),
    Uniform(0.0, 2.0),
    Gamma(1.0, 0.2),
    Gamma(1.0, 5.0),
    Hyperexponential(1.0, 20.0),
    Lognormal(1.0, 4.0),
    Pareto(1.0, 2.2),
    Pareto(1.0, 1.7),
    Weibull(1.0, 0.5),
]


@pytest.mark.parametrize("law", LAWS, ids=repr)
@pytest.mark.parametrize("servers", [1, 2, 9])
@pytest.mark.parametrize("utilization", [0.1, 0.6, 0.95])
def test_any_arrivals_exponential_service(law, servers, utilization):
    load = utilization * servers
    queue = GIMc(law, 1 / load, servers)  # the service rate sets the load; times are scaled to a service rate of 1
    bracket(queue.wait_mean / load, load=load, servers=servers, a=law.scv, s=1.0)


@given(servers=st.integers(1, 40), utilization=st.floats(0.1, 0.999))
@settings(derandomize=True, deadline=None, max_examples=25)
def test_poisson_arrivals_constant_service(servers, utilization):
    load = utilization * servers
    bracket(MDc(load, 1.0, servers).wait_mean, load=load, servers=servers, a=1.0, s=0.0)
    bracket(MMc(load, 1.0, servers).wait_mean, load=load, servers=servers, a=1.0, s=1.0)


@given(utilization=st.floats(0.01, 0.999), scv=st.floats(0, 50))
@settings(derandomize=True, deadline=None, max_examples=40)
def test_poisson_arrivals_one_server(utilization, scv):
    exact = pollaczek_khinchine_wait(arrival_rate=utilization, service_mean=1.0, service_scv=scv)
    bracket(exact, load=utilization, servers=1, a=1.0, s=scv)


def test_the_bounds_by_hand():
    # lambda = 1/2, mu = 1, a = 1, s = 0: variances 4 and 0; 1/2 x 4 / (2 x 1/2) = 2, and the truth, M/D/1, is 1/2.
    given = {"arrival_rate": 0.5, "service_rate": 1, "arrival_scv": 1, "service_scv": 0}
    assert kingman_bound(**given) == pytest.approx(2.0, rel=1e-15)
    assert daley_bound(**given) == pytest.approx(1.5, rel=1e-15)  # 1/2 x 3/2 / (2 x 1/2 x 1/2)
    # Clockwork arrivals, service of variance 8 / mu^2 = 2 at mu = 2: 1/2 x 2 / (2 x 3/4) = 2/3.
    given = {"arrival_rate": 0.5, "service_rate": 2, "arrival_scv": 0, "service_scv": 8}
    assert kingman_bound(**given) == pytest.approx(2 / 3, rel=1e-15)
    assert daley_bound(**given) == pytest.approx(2 / 3, rel=1e-15)
    # rho = 1/4: 1/4 x (9/4 - 1) / (2 x 3/4 x 1/2) = 5/12.
    assert lower_bound(**given) == pytest.approx(5 / 12, rel=1e-15)


def test_heavy_traffic_closes_the_upper_bound_for_one_server():
    # Kingman: both sides times 1 - rho meet; the lower bound knows nothing of the arrivals.
    slack = 2.0**-30
    given = {"arrival_rate": 1 - slack, "service_rate": 1, "arrival_scv": 3.0, "service_scv": 1.0}
    exact = GIMc.from_slack(slack, interarrival=Gamma(1 / (1 - slack), 3.0)).wait_mean
    assert daley_bound(**given) == pytest.approx(exact, rel=1e-8)


def test_a_clock_and_whole_services_meet_the_lower_bound():
    # D/G/1, service 0 or 2 gaps with probability 0.6 and 0.4: W' = max(W + V - 1, 0) on whole numbers.
    size = 400
    step = np.zeros((size, size))
    for w in range(size):
        for service, p in ((0, 0.6), (2, 0.4)):
            step[w, min(max(w + service - 1, 0), size - 1)] += p
    balance = step.T - np.eye(size)
    balance[0] = 1.0
    exact = np.linalg.solve(balance, np.eye(size)[0]) @ np.arange(size)
    # E V = 0.8, E V^2 = 1.6, scv = 1.5.
    bound = lower_bound(arrival_rate=1.0, service_rate=1.25, arrival_scv=0.0, service_scv=1.5)
    assert bound == pytest.approx(exact, rel=1e-12)


def test_several_servers_can_make_the_lower_bound_positive():
    # rho = 0.95 at 2 servers, scv 20: the fast single server waits 0.95 x (0.95 x 21 - 1) / (2 x 0.05 x 1.9) = 94.75,
    # of which 1/2 x 21/2 = 5.25 are saved.
    bound = lower_bound(arrival_rate=1.9, service_rate=1.0, arrival_scv=1.0, service_scv=20.0, servers=2)
    assert bound == pytest.approx(94.75 - 5.25, rel=1e-13)


def test_infinite_variance():
    rates = {"arrival_rate": 0.1, "service_rate": 1}
    for bound in (kingman_bound, daley_bound):
        assert bound(**rates, arrival_scv=inf, service_scv=1) == inf
        assert bound(**rates, arrival_scv=1, service_scv=inf, servers=3) == inf
        assert bound(arrival_rate=1e-200, service_rate=1, arrival_scv=1, service_scv=np.float32("inf")) == inf
    # A heavy tail is waited for by all unless c - 1 servers suffice without the one that it holds.
    for load, expected in ((0.1, inf), (0.99, inf)):
        assert lower_bound(arrival_rate=load, service_rate=1, arrival_scv=1, service_scv=inf) == expected
    given = {"service_rate": 1, "arrival_scv": 1, "service_scv": inf, "servers": 3}
    assert lower_bound(arrival_rate=2.1, **given) == inf
    assert lower_bound(arrival_rate=1.9, **given) == 0.0
