"""M/G/1 with a server that goes away, against one large chain with phase-type times, and against limits."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload.queueing import MG1Setup, MG1Threshold, MG1Vacations, PhaseType, pollaczek_khinchine_wait, stationary
from underload.random import Deterministic, Exponential, Gamma, Hyperexponential, Lognormal, Pareto, Uniform

SERVICE, AWAY, RATE = PhaseType.fit(1.0, 0.6), PhaseType.fit(2.5, 2.0), 0.55


def chain_means(kind, service, away, rate, threshold=1, room=110):
    """Mean number, and starts of work per unit of time, in the truncated chain of (jobs, what the server does)."""
    place, moves = {}, []

    def at(*state):
        return place.setdefault(state, len(place))

    def begin(n, phase_rate, source):
        """Work begins with n jobs."""
        for j, p in enumerate(service.initial):
            moves.append((source, at(n, "serve", j), phase_rate * p))

    def leave(n, source, flow):
        """The server goes away from an empty system."""
        if kind in ("multiple", "single"):
            for j, p in enumerate(away.initial):
                moves.append((source, at(n, "away", j), flow * p))
        else:
            moves.append((source, at(n, "off", 0), flow))

    started = []
    for n in range(room + 1):
        for j in range(service.phases) if n else ():
            here = at(n, "serve", j)
            moves.extend((here, at(n, "serve", k), service.rates[j, k]) for k in range(service.phases) if k != j)
            if n < room:
                moves.append((here, at(n + 1, "serve", j), rate))
            if n > 1:
                begin(n - 1, service.exits[j], here)
            else:
                leave(0, here, service.exits[j])
                started.append((here, service.exits[j]))  # as many ends as starts
        for j in range(away.phases) if kind != "threshold" and (n or kind in ("multiple", "single")) else ():
            here = at(n, "away", j)
            moves.extend((here, at(n, "away", k), away.rates[j, k]) for k in range(away.phases) if k != j)
            if n < room:
                moves.append((here, at(n + 1, "away", j), rate))
            if n:
                begin(n, away.exits[j], here)
            elif kind == "multiple":
                leave(0, here, away.exits[j])
            else:
                moves.append((here, at(0, "off", 0), away.exits[j]))
        if n < threshold and kind != "multiple" and (n == 0 or kind == "threshold"):
            here = at(n, "off", 0)
            if kind == "setup":
                for j, p in enumerate(away.initial):
                    moves.append((here, at(1, "away", j), rate * p))
            elif n + 1 == threshold:
                begin(n + 1, rate, here)
            else:
                moves.append((here, at(n + 1, "off", 0), rate))
    generator = np.zeros((len(place), len(place)))
    for source, target, flow in moves:
        if source != target:
            generator[source, target] += flow
    law = stationary(generator - np.diag(generator.sum(axis=1)))
    jobs = np.array([state[0] for state in place])
    assert law[jobs == room].sum() < 1e-11
    return law @ jobs, sum(law[here] * flow for here, flow in started)


@pytest.mark.parametrize("kind", ["multiple", "single", "setup", "threshold"])
def test_against_one_chain(kind):
    queue = {
        "multiple": lambda: MG1Vacations(RATE, SERVICE, AWAY),
        "single": lambda: MG1Vacations(RATE, SERVICE, AWAY, single=True),
        "setup": lambda: MG1Setup(RATE, SERVICE, AWAY),
        "threshold": lambda: MG1Threshold(RATE, SERVICE, 4),
    }[kind]()
    number, starts = chain_means(kind, SERVICE, AWAY, RATE, threshold=4 if kind == "threshold" else 1)
    assert queue.number_mean == pytest.approx(number, rel=1e-9)
    assert 1 / queue.cycle_mean == pytest.approx(starts, rel=1e-10)
    assert queue.queue_mean == pytest.approx(number - queue.utilization, rel=1e-9)


def test_clocks_by_hand():
    # Vacations of exactly 2: an arrival finds half of it left on average; V* = e^-1 at rate 1/2.
    queue = MG1Vacations(0.5, Deterministic(1.0), Deterministic(2.0))
    assert queue.wait_mean == pytest.approx(0.5 + 1.0, rel=1e-15)
    assert queue.away_mean == pytest.approx(2 / (1 - math.exp(-1)), rel=1e-14)
    single = MG1Vacations(0.5, Deterministic(1.0), Deterministic(2.0), single=True)
    assert single.wait_mean == pytest.approx(0.5 + 0.5 * 4 / (2 * (math.exp(-1) + 1)), rel=1e-14)
    # A setup of exactly 3, 1.5 arrivals in it: (2 x 3 + 0.5 x 9) / (2 (1 + 1.5)).
    assert MG1Setup(0.5, Exponential(1.0), Deterministic(3.0)).wait_mean == pytest.approx(1 + 10.5 / 5, rel=1e-15)


@given(
    slack=st.floats(1e-6, 0.99),
    law=st.sampled_from(
        [Exponential(1.5), Gamma(0.2, 3.0), Uniform(0, 4), Hyperexponential(2.0, 7.0), Lognormal(1, 2)]
    ),
)
@settings(derandomize=True, deadline=None, max_examples=20)
def test_orders_and_limits(slack, law):
    rate = 1 - slack
    ordinary = pollaczek_khinchine_wait(arrival_rate=rate, service_mean=1.0, service_scv=0.5)
    service = Gamma(1.0, 0.5)
    multiple, single = MG1Vacations(rate, service, law), MG1Vacations(rate, service, law, single=True)
    assert ordinary < single.wait_mean < multiple.wait_mean
    assert multiple.wait_mean - ordinary == pytest.approx(law.mean * (1 + law.scv) / 2, rel=1e-6 + 1e-15 * ordinary)
    assert MG1Threshold(rate, service).wait_mean == pytest.approx(ordinary, rel=1e-12)
    assert MG1Setup(rate, service, Deterministic(0.0)).wait_mean == pytest.approx(ordinary, rel=1e-12)
    # The server is at work for the utilization of the time, whatever it does else.
    for queue in (multiple, single, MG1Setup(rate, service, law), MG1Threshold(rate, service, 7)):
        assert 1 - queue.away_mean / queue.cycle_mean == pytest.approx(rate, rel=1e-9)
        assert queue.away_mean > 1 / rate * (1 - 1e-12)


def test_short_vacations_cost_nothing():
    # Vacations far shorter than the time between arrivals: 1 - V* would lose all digits.
    queue = MG1Vacations(0.5, Exponential(1.0), Exponential(1e-14))
    assert queue.away_mean == pytest.approx(2.0, rel=1e-13)
    assert queue.wait_mean == pytest.approx(1.0, rel=1e-13)


def test_heavy_tails_wait_forever():
    assert MG1Vacations(0.5, Exponential(1.0), Pareto(1.0, 1.5)).wait_mean == math.inf
    assert MG1Setup(0.5, Pareto(1.0, 1.5), Deterministic(1.0)).wait_mean == math.inf


@pytest.mark.parametrize("start_cost", [0.0, 1.0, 17.0, 1e4])
def test_the_cheapest_threshold(start_cost):
    best = MG1Threshold.cheapest(0.3, Exponential(1.0), start_cost=start_cost, holding_cost=0.7).threshold

    def cost(threshold):
        queue = MG1Threshold(0.3, Exponential(1.0), threshold)
        return start_cost / queue.cycle_mean + 0.7 * queue.number_mean

    assert cost(best) == pytest.approx(min(cost(n) for n in range(1, 200)), rel=1e-13)


def test_an_unstable_queue_names_its_utilization():
    with pytest.raises(ValueError, match=r"^utilization 1.5 must be below 1 \(arrival_rate=0.5, service_mean=3\)$"):
        MG1Threshold(0.5, Exponential(3.0), 2)
