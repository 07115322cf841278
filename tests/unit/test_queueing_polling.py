"""Polling against the pseudo-conservation law, Fuhrmann's symmetric formulas, vacations and a simulation."""

import collections
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload.queueing import MG1Vacations, OneLimitedApproximation, PhaseType, Polling
from underload.random import Deterministic, Exponential, Gamma, Hyperexponential, Pareto

LINE = ([1, 1, 1], [PhaseType.erlang(0.1, 2), PhaseType.erlang(0.1, 3), Hyperexponential(0.1, 2.0)])


def symmetric_wait(discipline, n, rate, mean, scv, walk, walk_scv):
    """Takagi 1986: the three closed forms for n like queues; walk is the mean of one switchover."""
    rho, total, spread = n * rate * mean, n * walk, walk**2 * walk_scv
    work = n * rate * mean**2 * (1 + scv)
    if discipline == "exhaustive":
        return spread / (2 * walk) + (total * (1 - rate * mean) + work) / (2 * (1 - rho))
    if discipline == "gated":
        return spread / (2 * walk) + (total * (1 + rate * mean) + work) / (2 * (1 - rho))
    room = 2 * (1 - rho - n * rate * walk)
    return spread / (2 * walk) + (total * (1 + rate * mean) + work + n * rate * spread) / room


@pytest.mark.parametrize("discipline", ["exhaustive", "gated", "limited"])
@pytest.mark.parametrize("n", [1, 2, 7])
def test_like_queues(discipline, n):
    rate, service, walk = 0.6 / n, Gamma(1.0, 0.7), Gamma(0.5 / n, 2.0)
    expected = symmetric_wait(discipline, n, rate, 1.0, 0.7, 0.5 / n, 2.0)
    if discipline == "limited":
        queue = OneLimitedApproximation([rate] * n, service, walk)
        assert queue.exact
    else:
        queue = Polling([rate] * n, service, walk, discipline)
    np.testing.assert_allclose(queue.wait_mean, expected, rtol=1e-12)


def test_one_queue_is_a_server_with_vacations():
    # Exhaustive polling of one queue: every walk is a vacation.
    service, walk = Hyperexponential(1.0, 4.0), Exponential(3.0)
    expected = MG1Vacations(0.7, service, walk)
    queue = Polling([0.7], service, walk)
    assert queue.wait_mean[0] == pytest.approx(expected.wait_mean, rel=1e-13)
    assert queue.number_mean[0] == pytest.approx(expected.number_mean, rel=1e-13)


@given(
    load=st.floats(0.05, 0.98),
    weights=st.lists(st.tuples(st.floats(0.05, 1), st.floats(0.1, 5), st.floats(0, 10)), min_size=1, max_size=6),
    gated=st.integers(0, 63),
)
@settings(derandomize=True, deadline=None, max_examples=25)
def test_work_is_conserved(load, weights, gated):
    # Boxma and Groenendijk's law is a theorem about any mixture, and knows nothing of branching.
    shares = np.array([w for w, _, _ in weights])
    shares *= load / shares.sum()
    services = [PhaseType.exponential(m) for _, m, _ in weights]
    walks = [Gamma(0.3 + c, 0.5 + c) for _, _, c in weights]
    rates = shares / [m for _, m, _ in weights]
    words = ["gated" if gated >> i & 1 else "exhaustive" for i in range(len(weights))]
    queue = Polling(rates, services, walks, words)
    is_gated = np.array([word == "gated" for word in words])
    rho, walk = queue.utilization, queue.switchover_mean
    variance = sum(time.mean**2 * time.scv for time in walks)
    means = np.array([m for _, m, _ in weights])
    law = (
        rho * (rates @ (2 * means**2)) / (2 * (1 - rho))
        + rho * (walk**2 + variance) / (2 * walk)
        + walk / (2 * (1 - rho)) * (rho**2 - (shares**2).sum() + 2 * (shares[is_gated] ** 2).sum())
    )
    assert shares @ queue.wait_mean == pytest.approx(law, rel=1e-11)
    assert queue.cycle_mean == pytest.approx(walk / (1 - rho), rel=1e-12)


def simulate(rng, rates, draw, walk, discipline, cycles):
    """Mean waits of all that started after the first tenth of the cycles, event by event."""
    n = len(rates)
    ahead = [iter(np.cumsum(rng.exponential(1 / rate, int(rate * cycles * 4) + 100))) for rate in rates]
    following = [next(times) for times in ahead]
    lines, clock = [collections.deque() for _ in rates], 0.0
    sums, counts = np.zeros(n), np.zeros(n)

    def arrive(q):
        while following[q] <= clock:
            lines[q].append(following[q])
            following[q] = next(ahead[q])

    for cycle in range(cycles):
        for q in range(n):
            arrive(q)
            left = {"exhaustive": math.inf, "gated": len(lines[q]), "limited": 1}[discipline]
            while lines[q] and left > 0:
                since = lines[q].popleft()
                if cycle > cycles / 10:
                    sums[q] += clock - since
                    counts[q] += 1
                clock += draw[q]()
                left -= 1
                arrive(q)
            clock += walk[q]()
    return sums / counts


@pytest.mark.parametrize("discipline", ["exhaustive", "gated"])
def test_unlike_queues_by_simulation(discipline):
    rng, rates = np.random.default_rng(3), [0.5, 0.2, 0.1]
    draw = [lambda: rng.exponential(0.6), lambda: rng.gamma(2, 0.5), lambda: 2.0]
    walk = [lambda: 0.3, lambda: rng.exponential(0.5), lambda: rng.uniform(0, 0.4)]
    services = [Exponential(0.6), Gamma(1.0, 0.5), Deterministic(2.0)]
    walks = [Deterministic(0.3), Exponential(0.5), Gamma(0.2, 1 / 3)]  # only two moments matter
    exact = Polling(rates, services, walks, discipline).wait_mean
    found = np.array([simulate(rng, rates, draw, walk, discipline, 1500) for _ in range(12)])
    error = found.std(axis=0, ddof=1) / math.sqrt(len(found))
    assert np.all(error / exact < 0.06)
    # Three queues at 5 standard errors of 12 replications: below 1 in 800 by chance, with a fixed seed.
    assert np.all(np.abs(found.mean(axis=0) - exact) < 5 * error)


def test_one_at_a_time_where_a_peer_is_half_as_long():
    # By hand: the right side of the law is 0.0125 + 0.105 + 2 x 0.6 x 0.03 / 0.7 = 473 / 2800, the left side
    # 0.3 (1 - 0.6 / 0.7) = 3 / 70 times the wait. LINE's unit test pins 1.7417.
    queue = OneLimitedApproximation(*LINE, PhaseType.erlang(0.2, 2))
    np.testing.assert_allclose(queue.wait_mean, 473 / 120, rtol=1e-13)
    assert not queue.exact  # alike in means, not in second moments


def test_unlike_queues_one_at_a_time_keep_the_law():
    rates, services, walks = (
        np.array([0.2, 0.1, 0.05]),
        [Exponential(1.0), Gamma(2.0, 0.3), Exponential(0.5)],
        Exponential(0.2),
    )
    queue = OneLimitedApproximation(rates, services, walks)
    rho, walk = queue.utilization, 0.6
    left = (queue.utilizations * (1 - rates * walk / (1 - rho))) @ queue.wait_mean
    seconds = np.array([2.0, 4 * 1.3, 0.5])
    right = (
        rho * (rates @ seconds) / (2 * (1 - rho))
        + rho * (0.36 + 3 * 0.04) / 1.2
        + walk / (2 * (1 - rho)) * (rho**2 + (queue.utilizations**2).sum())
    )
    assert left == pytest.approx(right, rel=1e-13)
    assert queue.wait_mean[0] > queue.wait_mean[2]


def test_heavy_tails_wait_forever():
    assert np.all(Polling([0.2, 0.2], [Pareto(1.0, 1.5), Exponential(1.0)], Exponential(1.0)).wait_mean == math.inf)


def test_an_unstable_system_names_its_utilization():
    with pytest.raises(ValueError, match=r"^utilization 1.2 must be below 1"):
        Polling([0.6, 0.6], Exponential(1.0), Exponential(1.0))
    with pytest.raises(ValueError, match=r"arrival_rates\[0\].*utilization 0.8"):
        OneLimitedApproximation([0.4, 0.4], Exponential(1.0), Exponential(1.0))


def test_the_callers_array_stays_the_callers():
    rates = np.array([0.2, 0.3])
    walk = Polling(rates, Exponential(1.0), Exponential(0.1))
    rates[0] = 0.6
    assert walk.arrival_rates.tolist() == [0.2, 0.3]
