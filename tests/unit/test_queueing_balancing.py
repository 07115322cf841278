"""Balancing rules against Markov chains, differential equations, simulations and brute force."""

import math

import mpmath
import numpy as np
import parallel_reference as reference
import pytest
from scipy import optimize
from underload import queueing
from underload.queueing import (
    MMc,
    RoundRobin,
    best_split,
    join_idle_queue,
    random_split,
)
from underload.queueing.balancing import log1p_excess


@pytest.mark.parametrize(("servers", "load"), [(2, 0.5), (4, 0.9), (10, 0.8)])
def test_round_robin_by_the_chain(servers, load):
    expected = reference.round_robin_mean(load * servers, servers, 150)  # 0.9^150 is 1e-7; E_4 falls much faster
    system = RoundRobin(load * servers, 1.0, servers)
    assert system.response_mean == pytest.approx(expected, rel=1e-9)
    assert system.number_mean == pytest.approx(load * servers * expected, rel=1e-9)


@pytest.mark.parametrize("servers", [1, 2, 100, 10**6])
@pytest.mark.parametrize("slack", [1e-12, 1e-3, 0.3, 0.999, 1 - 1e-9])
def test_the_root_of_round_robin(servers, slack):
    # sigma = (n rho / (n rho + 1 - sigma))^n with 60 digits, by fixed-point bisection on x = 1 - sigma.
    with mpmath.workdps(60):
        given = mpmath.mpf(slack * servers) / servers
        rho, n = 1 - given, servers
        low, high = given / 4, mpmath.mpf(1)
        for _ in range(200):
            x = (low + high) / 2
            low, high = (x, high) if mpmath.log1p(-x) + n * mpmath.log1p(x / (n * rho)) > 0 else (low, x)
        sigma = mpmath.exp(-n * mpmath.log1p(x / (n * rho)))
    system = RoundRobin.from_slack(slack * servers, servers=servers)
    # Where the utilization is 1e-9 its float keeps 7 digits less.
    tolerance = 1e-12 if slack < 0.9999 else 1e-6 * n**0.5
    assert system.response_mean == pytest.approx(float(1 / x), rel=1e-12)
    assert system.wait_probability == pytest.approx(float(sigma), rel=tolerance, abs=1e-300)


def test_the_cancelled_part_of_a_logarithm():
    for y in (-0.999, -0.1001, -0.0999, -0.03, -1e-9, 1e-300, 1e-5, 0.0999, 0.1001, 3.0, 1e200):
        with mpmath.workdps(330):
            exact = float(mpmath.log1p(mpmath.mpf(y)) / mpmath.mpf(y) - 1)
        # Beyond 0.1 the difference loses a digit and a half.
        assert log1p_excess(y) == pytest.approx(exact, rel=1e-14)


def test_round_robin_is_between_one_queue_and_many():
    for load in (0.3, 0.9, 0.999):
        responses = [RoundRobin(load * n, 1.0, n).response_mean for n in (1, 2, 8, 1000)]
        assert responses[0] == pytest.approx(MMc(load, 1.0).response_mean, rel=1e-12)
        assert np.all(np.diff(responses) < 0)
        assert responses[2] > MMc(8 * load, 1.0, 8).response_mean
    system = RoundRobin(3.6, 1.0, 4)
    t = system.response_quantile(0.99)
    assert system.response_tail(t) == pytest.approx(0.01, rel=1e-12)
    assert system.response_tail([0.0, t]).shape == (2,)
    assert system.wait_tail(system.wait_quantile(0.99)) == pytest.approx(0.01, rel=1e-12)
    assert system.wait_quantile([0.0, 1 - system.wait_probability - 1e-9]).tolist() == [0.0, 0.0]
    assert system.response_mean == pytest.approx(system.wait_mean + 1, rel=1e-12)
    assert RoundRobin(0.0, 2.0, 3).response_mean == 0.5


def test_the_best_split_by_brute_force():
    speeds = np.array([4.0, 1.0, 2.0, 0.05])
    best = best_split(arrival_rate=5.0, service_rates=speeds)

    def response(logits):
        rates = 5.0 * np.exp(logits) / np.exp(logits).sum()
        return np.sum(rates / (speeds - rates)) / 5 if np.all(rates < speeds) else 1e9

    start = np.log([0.55, 0.15, 0.27, 0.005])
    found = optimize.minimize(response, start, method="Nelder-Mead", options={"maxiter": 5000, "fatol": 1e-13})
    assert best.response_mean <= found.fun + 1e-12
    assert best.response_mean == pytest.approx(found.fun, rel=1e-3)  # the slowest goes to 0 only at infinity
    assert best.arrival_rates[3] == 0.0
    assert best.arrival_rates.sum() == pytest.approx(5.0, rel=1e-14)
    np.testing.assert_allclose(best.arrival_rates + best.slacks, speeds, rtol=1e-14)
    # However little arrives, the fastest gets it.
    assert best_split(arrival_rate=1e-300, service_rates=[1.0, 0.5]).arrival_rates.tolist() == [1e-300, 0.0]
    # Servers that are alike get alike; the tail is a mixture of the exponentials of M/M/1.
    even = best_split(arrival_rate=3.0, service_rates=[2.0, 2.0])
    assert even.response_mean == pytest.approx(2.0, rel=1e-14)
    assert even.response_tail([0.0, 2.0]) == pytest.approx([1.0, math.exp(-1)])


def test_random_splits_by_hand():
    # Rates 2 and 1 of 3, speeds 4 and 2: responses 1/2 and 1, the mean 2/3 1/2 + 1/3 1.
    split = random_split(arrival_rate=3.0, service_rates=[4.0, 2.0])
    assert split.response_mean == pytest.approx(2 / 3)
    assert split.utilizations == pytest.approx([0.5, 0.5])
    uneven = random_split(arrival_rate=3.0, service_rates=[4.0, 2.0], weights=[1, 0])
    assert uneven.response_mean == pytest.approx(1.0)
    assert best_split(arrival_rate=3.0, service_rates=[4.0, 2.0]).response_mean < 2 / 3
    with pytest.raises(ValueError, match="server 1 gets 3"):
        random_split(arrival_rate=3.0, service_rates=[4.0, 2.0], weights=[0, 1])


def test_join_idle_queue_simulated():
    # Five runs of 200 servers with 20 dispatchers. The limit of many servers is within 2 % of these.
    runs = [reference.join_idle_queue_wait(0.8, 20, 200, 40_000, seed) for seed in range(5)]
    error = np.std(runs, ddof=1) / math.sqrt(5)
    expected = join_idle_queue(0.8, servers_per_dispatcher=10)
    assert error < 0.025 * expected
    assert np.mean(runs) == pytest.approx(expected, abs=3.5 * error + 0.02 * expected)
    # The geometric list of Lu et al. is refuted by the same runs: u = 1/3, 0.267 / (1 - 0.267).
    assert np.mean(runs) + 3.5 * error < 0.8 / 3 / (1 - 0.8 / 3)


def test_join_idle_queue_by_its_balance_equations():
    # The list's law by linear algebra on its truncated chain, at the u that the function found.
    load, ratio = 0.9, 6.0
    wait = join_idle_queue(load, servers_per_dispatcher=ratio)
    ignorant = wait / load / (1 + wait)
    levels = np.arange(200)
    up = load * ratio * (1 - load * ignorant)
    generator = np.diag(np.full(199, up), 1) + np.diag(load * ratio + levels[1:] * load * ignorant, -1)
    generator -= np.diag(generator.sum(1))
    generator[:, 0] = 1.0
    law = np.linalg.solve(generator.T, np.eye(200)[0])
    assert law[0] == pytest.approx(ignorant, rel=1e-10)
    assert law @ levels == pytest.approx(ratio * (1 - load), rel=1e-10)  # all idle servers are on a list


def test_join_idle_queue_limits():
    # A dispatcher for each request knows none: M/M/1, M/G/1. One for very many servers knows all.
    assert join_idle_queue(0.9, servers_per_dispatcher=1e-6) == pytest.approx(9.0, rel=1e-4)
    assert join_idle_queue(0.9, servers_per_dispatcher=1e-6, service_scv=3.0) == pytest.approx(18.0, rel=1e-4)
    assert join_idle_queue(0.0, servers_per_dispatcher=1.0) == 0.0
    assert 0 < join_idle_queue(0.5, servers_per_dispatcher=1e5) < 2e-5


def test_an_idle_system_and_a_server_at_the_edge():
    idle = queueing.RoundRobin(0.0, 3.0, 4)
    assert idle.wait_quantile(0.9) == idle.wait_tail(1.0) == idle.wait_mean == 0
    assert queueing.RoundRobin(3e-4, 3.0, 100).wait_quantile(0.999) == 0
    # One request per unit at servers of 0.5 and 2: the slow one is just not worth it.
    split = queueing.best_split(arrival_rate=1, service_rates=[0.5, 2.0])
    assert split.arrival_rates.min() >= 0
    assert split.response_tail(800.0) >= 0
