"""Orders of service: one suite for all, each customer against a plain program, and means against theory."""

import concurrent.futures

import numpy as np
import pytest
import simulation_reference
from underload.queueing import MMc, simulate
from underload.queueing.simulation.disciplines import DISCIPLINES
from underload.queueing.simulation.priority import Priority
from underload.random import Deterministic, Exponential, Gamma, Hyperexponential, Pareto
from underload.stats import replications

MANY = ["fcfs", "lcfs", "sjf", "ps", "priority", "priority-pr"]
CUSTOMERS = 1500
CASES = [(d, 1) for d in DISCIPLINES] + [(d, 3) for d in MANY]


def both_classes(load, servers):
    """Two classes, of which the second brings two thirds of the load."""
    return (
        [Exponential(3 / load / servers), Gamma(3 / load / servers, 2.0)],
        [Exponential(1.0), Hyperexponential(2.0, 3.0)],
    )


@pytest.mark.parametrize(("discipline", "servers"), CASES)
def test_every_response_is_that_of_a_plain_program(discipline, servers):
    source = both_classes(0.8, servers)
    run = simulate(*source, servers, customers=CUSTOMERS, warmup=0, seed=4, discipline=discipline, record=True)
    record = run.record
    services = record.response - record.wait
    expected = simulation_reference.responses(record.gap, services, record.kind, servers, discipline)
    # What has come after the last recorded customer may have delayed it where later arrivals come first.
    until = np.cumsum(record.gap)[-1]
    mine, theirs = record.response, np.array(expected)
    left = np.cumsum(record.gap) + np.maximum(mine, theirs) < until
    assert left.sum() > CUSTOMERS - 100
    np.testing.assert_allclose(mine[left], theirs[left], rtol=0, atol=1e-7)


@pytest.mark.parametrize(("discipline", "servers"), CASES)
class TestContract:
    def test_everybody_leaves_once_and_is_counted_once(self, discipline, servers):
        source = both_classes(0.85, servers)
        run = simulate(*source, servers, customers=30_000, seed=2, discipline=discipline, record=True)
        assert sum(batch.served for batch in run.batches) == run.customers == 27_000
        assert sum(part.wait.histogram.count for part in run.classes) == 27_000
        wait, response = run.record.wait, run.record.response
        assert np.all(wait >= -1e-9)
        assert np.all(np.isfinite(response))
        assert run.wait.mean == pytest.approx(wait[3000:].mean(), rel=1e-9)
        assert run.response.mean == pytest.approx(response[3000:].mean(), rel=1e-9)
        busy = np.sum(response[3000:] - wait[3000:]) / servers / np.sum(run.record.gap[3000:])
        assert run.utilization.mean == pytest.approx(busy, rel=1e-9)
        assert run.number.mean == pytest.approx(response[3000:].sum() / run.record.gap[3000:].sum(), rel=1e-9)

    def test_the_same_seed_is_the_same_run(self, discipline, servers):
        source = both_classes(0.85, servers)

        def run(threads):
            return simulate(
                *source, servers, customers=5000, seed=2, discipline=discipline, replications=5, threads=threads
            )

        first, *others = (run(threads) for threads in (1, 2, 4))
        for other in others:
            assert [b.wait for b in other.batches] == [b.wait for b in first.batches]
            assert other.wait.histogram == first.wait.histogram

    def test_a_trace_is_what_it_was_drawn_from(self, discipline, servers):
        gap, work = Exponential(1.2 / servers), Gamma(1.0, 2.0)
        run = simulate(gap, work, servers, customers=3000, warmup=0, seed=9, discipline=discipline, record=True)
        services = run.record.response - run.record.wait
        again = simulate(run.record.gap, services, servers, warmup=0, discipline=discipline, record=True)
        left = np.cumsum(run.record.gap) + run.record.response < run.record.gap.sum()
        np.testing.assert_allclose(again.record.wait[left], run.record.wait[left], rtol=0, atol=1e-7)
        assert again.customers == 3000  # who is inside when the trace ends is let out


def mean_response(discipline, interarrival, service, servers=1, customers=300_000):
    """Mean response over 12 runs."""

    def one(seed):
        run = simulate(interarrival, service, servers, customers=customers, seed=seed, discipline=discipline)
        return run.response.mean

    with concurrent.futures.ThreadPoolExecutor() as pool:
        return replications(list(pool.map(one, range(12))), confidence=0.999)


THEORY = {
    # M/M/1 at 0.8: any order that does not look at sizes has the mean 5; FB and PSJF do better and worse below.
    ("lcfs", "M"): 5.0,
    ("lcfs-pr", "M"): 5.0,
    ("ps", "M"): 5.0,
    ("fb", "M"): 5.0,
    # M/H2/1 with scv 9 at 0.8: PS and LCFS-PR do not mind; LCFS waits as FCFS, 0.8 / 0.2 x 5 + 1.
    ("ps", "H"): 5.0,
    ("lcfs-pr", "H"): 5.0,
    ("lcfs", "H"): 21.0,
    # M/M/1-SRPT at 0.9 (Schrage and Miller): 3.552125099626788.
    ("srpt", "M9"): 3.552125099626788,
    # M/Pareto(1.5)/1-SRPT at 0.7: 1.768503, from the integral.
    ("srpt", "P"): 1.768503,
}
SERVICE = {"M": Exponential(1.0), "H": Hyperexponential(1.0, 9.0), "M9": Exponential(1.0), "P": Pareto(1.0, 1.5)}
LOAD = {"M": 0.8, "H": 0.8, "M9": 0.9, "P": 0.7}


@pytest.mark.parametrize("case", THEORY, ids=lambda case: "-".join(case))
def test_mean_response_agrees_with_theory(case):
    discipline, service = case
    interval = mean_response(discipline, Exponential(1 / LOAD[service]), SERVICE[service])
    assert THEORY[case] in interval
    assert interval.half_width < 0.12 * THEORY[case]


def test_several_servers_that_share_are_a_birth_and_death():
    # M/M/3-PS has the states of M/M/3, and so its mean number.
    exact = MMc(arrival_rate=2.4, service_rate=1.0, servers=3).response_mean
    interval = mean_response("ps", Exponential(1 / 2.4), Exponential(1.0), servers=3)
    assert exact in interval
    assert interval.half_width < 0.05 * exact


def test_priorities_are_those_of_cobham():
    # Two classes of load 0.45 each, exponential of mean 1: waits 0.9 / 0.55 and 0.9 / (0.55 x 0.1).
    gaps, works = [Exponential(1 / 0.45)] * 2, [Exponential(1.0)] * 2

    def both(seed, discipline):
        run = simulate(gaps, works, customers=10**6, seed=seed, discipline=discipline)
        return [part.wait.mean for part in run.classes]

    def intervals(discipline):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            columns = zip(*pool.map(lambda seed: both(seed, discipline), range(10)))
            return [replications(list(column), confidence=0.998) for column in columns]

    first, second = intervals("priority")
    assert 0.9 / 0.55 in first
    assert 0.9 / (0.55 * 0.1) in second
    assert second.half_width < 3
    # With preemption the first class does not see the second: 0.45 / 0.55. The second: 1 / 0.55 (1 + 0.9 / 0.1) - 1.
    first, second = intervals("priority-pr")
    assert 0.45 / 0.55 in first
    assert 1 / 0.55 + 0.9 / (0.55 * 0.1) - 1 in second
    # One level for both is first come, first served.
    tied = simulate(gaps, works, customers=10**5, seed=1, discipline=Priority(levels=[3, 3]), record=True)
    plain = simulate(gaps, works, customers=10**5, seed=1, record=True)
    np.testing.assert_allclose(tied.record.wait, plain.record.wait, rtol=0, atol=1e-7)


def test_equal_jobs_are_not_reordered_by_size():
    run = simulate(Exponential(1.25), Deterministic(1.0), customers=20_000, seed=1, discipline="srpt", record=True)
    plain = simulate(Exponential(1.25), Deterministic(1.0), customers=20_000, seed=1, record=True)
    assert run.wait.mean == pytest.approx(plain.wait.mean, rel=1e-9)


@pytest.mark.parametrize("discipline", [d for d in DISCIPLINES if d not in MANY])
def test_one_server_only(discipline):
    with pytest.raises(ValueError, match=r"^servers 2 must be 1 for "):
        simulate(Exponential(1.0), Exponential(1.0), 2, discipline=discipline)
