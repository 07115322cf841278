"""Finite room, balking and abandonment by simulation: every customer against a plain program, and theory."""

import math

import limited_reference
import numpy as np
import pytest
from underload import random
from underload.queueing import erlang_b, simulate
from underload.random import Deterministic, Exponential, Lognormal

CUSTOMERS = 3000
SYSTEMS = {
    "room": {"capacity": 5},
    "no room": {"capacity": 3},
    "patience": {"patience": Exponential(0.7)},
    "balking": {"balking": np.array([0.0, 0.3, 0.6, 0.9])},
    "all": {"capacity": 9, "balking": np.array([0.1, 0.2]), "patience": Lognormal(1.5, 2.0)},
}


def drawn(source, state, customers):
    return [random.variate(state, source.code, source.params) for _ in range(customers)]


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_customer_fares_as_in_a_plain_program(system):
    limits, servers = SYSTEMS[system], 3
    interarrival, service = Exponential(1 / 3.3), Lognormal(1.0, 1.0)
    run = simulate(interarrival, service, servers, customers=CUSTOMERS, warmup=0, seed=5, record=True, **limits)
    states = random.streams(5, 4)  # gaps, services, patience, coins
    gaps, services = drawn(interarrival, states[0], CUSTOMERS), drawn(service, states[1], CUSTOMERS)
    patience = drawn(limits["patience"], states[2], CUSTOMERS) if "patience" in limits else [math.inf] * CUSTOMERS
    coins = [random.uniform(states[3]) for _ in range(CUSTOMERS)]
    expected = limited_reference.limited(
        gaps, services, patience, coins, servers, limits.get("capacity", math.inf), limits.get("balking", [0.0])
    )
    for k, (outcome, wait) in enumerate(expected):
        assert run.record.wait[k] == pytest.approx(wait, abs=1e-9), k
        assert math.isfinite(run.record.response[k]) == (outcome == "served"), k
    count = {word: sum(outcome == word for outcome, _ in expected) for word in ("blocked", "balked", "abandoned")}
    assert {word: sum(getattr(b, word) for b in run.batches) for word in count} == count
    lossy = {"room": "blocked", "no room": "blocked", "patience": "abandoned", "balking": "balked", "all": "abandoned"}
    assert count[lossy[system]] > 100


def test_a_loss_system_is_erlang_b():
    run = simulate(Exponential(1 / 9), Lognormal(1.0, 4.0), 10, customers=2 * 10**6, seed=2, capacity=10)
    assert erlang_b(10, 9.0) in run.blocking_probability
    assert run.blocking_probability.half_width < 0.04 * erlang_b(10, 9.0)
    assert run.wait.mean == 0
    assert 9.0 * (1 - erlang_b(10, 9.0)) in run.number.interval


def test_a_small_room_is_a_birth_and_death():
    # M/M/1/5 at 1.2: probabilities proportional to 1.2^n.
    weights = 1.2 ** np.arange(6)
    p = weights / weights.sum()
    run = simulate(Exponential(1 / 1.2), Exponential(1.0), customers=10**6, seed=1, capacity=5, record=True)
    assert p[-1] in run.blocking_probability
    assert p @ np.arange(6) in run.number.interval
    assert 1 - p[0] in run.utilization.interval
    assert 1.2 * (1 - p[-1]) in run.throughput
    for q in (0.25, 0.5, 0.75):
        assert run.number.quantile(q).mean == np.searchsorted(np.cumsum(p), q)
    # p0 is 0.1007: a moment chosen at random finds the server idle with that probability.
    assert run.utilization.quantile(0.05).mean == 0
    assert run.utilization.quantile(0.15).mean == 1


def test_impatience_keeps_an_overload_steady():
    # M/M/1+M with patience as long as service: the number in the system is that of M/M/inf, Poisson of mean 2.
    run = simulate(Exponential(0.5), Exponential(1.0), customers=10**6, seed=1, patience=Exponential(1.0))
    assert 2.0 in run.number.interval
    # Work done is 1 - e^-2 of the server's time; who is not served abandons.
    assert 1 - math.exp(-2) in run.utilization.interval
    assert 1 - (1 - math.exp(-2)) / 2 in run.abandonment_probability


def test_balking_alone_may_be_too_little():
    with pytest.raises(
        ValueError, match=r"^utilization 1.2 must be below 1 \(offered_load=2, servers=1, balking=0.4\)$"
    ):
        simulate(Exponential(0.5), Exponential(1.0), balking=np.array([0.0, 0.4]))
    run = simulate(Exponential(0.5), Exponential(1.0), customers=10**5, balking=np.array([0.6]))
    assert run.balking_probability.mean > 0.3


def test_a_long_queue_that_nobody_leaves_is_slow_to_forget():
    # Up to a hundred wait before anybody balks, or loses its patience: as in a room for a hundred.
    late = np.concatenate([np.zeros(100), [0.9]])
    for limits in ({"balking": late}, {"patience": Deterministic(100.0)}):
        run = simulate(Exponential(1.0), Exponential(1.0), customers=1000, **limits)
        assert 100**2 < run.relaxation < 4 * 100**2
    # Patience without memory acts on the first who waits.
    run = simulate(Exponential(1.0), Exponential(1.0), customers=1000, patience=Exponential(100.0))
    assert run.relaxation == pytest.approx(2 * 100 + 1)
    assert simulate(Exponential(1.0), Exponential(0.5), customers=1000, balking=late).relaxation == pytest.approx(8.5)


def test_servers_may_always_be_busy_where_customers_balk():
    # Twice what the server can do up to a thousand who wait: it never idles, so its utilization is 1 give or take.
    busy = np.concatenate([np.zeros(1000), [0.9]])
    runs = [simulate(Exponential(1.0), Exponential(2.0), customers=80_000, seed=s, balking=busy) for s in range(4)]
    assert max(run.utilization.mean for run in runs) > 1
    assert all(run.wait.interval.half_width > 0 for run in runs)


def test_what_has_not_been_seen_may_still_happen():
    # M/M/1/12 at 0.5 blocks 0.00012 of its customers: of a thousand mostly none.
    exact = 0.5**13 / (1 - 0.5**13)
    runs = [simulate(Exponential(1.0), Exponential(0.5), customers=1100, seed=s, capacity=12) for s in range(20)]
    assert sum(run.blocking_probability.mean == 0 for run in runs) > 10
    assert all(exact in run.blocking_probability for run in runs)
    # What cannot happen is 0.
    assert all(run.abandonment_probability.high == run.balking_probability.high == 0 for run in runs)
