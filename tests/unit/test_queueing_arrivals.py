"""Arrival processes: their rates and dispersion, against counting, against theory, against the queue that they feed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload.queueing import (
    MAPPH1,
    BatchArrivals,
    MarkovianArrivals,
    NonhomogeneousPoisson,
    PhaseType,
    SelfSimilar,
    simulate,
)
from underload.queueing.simulation.feeds import fill
from underload.queueing.simulation.sources import Source, stack
from underload.random import Exponential, Gamma, Pareto, streams
from underload.stats import replications


def gaps(process, n, seed=1):
    feeds = stack([Source.of("interarrival", process)], streams(seed, 1))
    out = np.empty(n)
    fill(feeds, 0, out)
    return out


PROCESSES = {
    "MMPP": MarkovianArrivals.mmpp(rates=[2.0, 0.3], switching=[[0, 0.1], [0.2, 0]]),
    "three phases": MarkovianArrivals.mmpp(rates=[0.0, 1.0, 5.0], switching=[[0, 1, 0], [0, 0, 1], [2, 0, 0]]),
    "day": NonhomogeneousPoisson(times=[0, 6, 12, 24], rates=[0.2, 1.0, 0.5, 0.2]),
    "batches": BatchArrivals(Gamma(2.5, 0.5), sizes=[0.5, 0.0, 0.5]),
    "self-similar": SelfSimilar(rate=2.0, hurst=0.7, burst=3.0, sources=10),
}


@pytest.mark.parametrize("name", PROCESSES)
def test_rate_and_dispersion_are_those_of_the_counts(name):
    process = PROCESSES[name]
    source = process.source()
    drawn = gaps(process, 400_000)
    assert np.all(drawn >= 0)
    assert np.array_equal(drawn[:1000], gaps(process, 1000))  # the first do not depend on how many
    moments = np.cumsum(drawn)
    # Counts in windows of many memories: a whole number of days for the day.
    window = 96.0 if name == "day" else 400.0
    counts = np.bincount((moments // window).astype(int))[:-1]
    rate = replications(counts / window, confidence=0.998)
    assert 1 / source.mean in rate
    assert rate.half_width < (0.35 if name == "self-similar" else 0.05) / source.mean
    if name != "self-similar":
        # The sample variance of k counts is off by sqrt(2 / k), 6 % at 500 windows; three of that.
        dispersion = counts.var() / counts.mean()
        assert dispersion == pytest.approx(source.scv, rel=3 * np.sqrt(2 / len(counts)) + 0.03)


def test_dispersion_by_hand():
    # Batches of 1 or 3, mean 2, variance 1, at Poisson times: 2 x 1 + 1 / 2.
    assert BatchArrivals(Exponential(1.0), [0.5, 0, 0.5]).source().scv == pytest.approx(2.5, rel=1e-12)
    # MMPP of two phases: 1 + 2 (l1 - l2)^2 r1 r2 / ((r1 + r2)^2 (l1 r2 + l2 r1)), Fischer and Meier-Hellstern 1993.
    by_hand = 1 + 2 * 1.7**2 * 0.1 * 0.2 / (0.3**2 * (2 * 0.2 + 0.3 * 0.1))
    assert PROCESSES["MMPP"].source().scv == pytest.approx(by_hand, rel=1e-10)
    # One rate in both phases is a Poisson process.
    assert MarkovianArrivals.mmpp([1.0, 1.0], [[0, 1], [3, 0]]).source().scv == pytest.approx(1, abs=1e-12)


@given(rates=st.lists(st.floats(0.1, 10), min_size=3, max_size=3), pace=st.floats(0.1, 10))
@settings(derandomize=True, deadline=None, max_examples=10)
def test_phases_spend_the_time_they_should(rates, pace):
    switching = pace * np.array([[0, 1, 2], [3, 0, 1], [1, 1, 0]])
    source = MarkovianArrivals.mmpp(rates, switching).source()
    generator = switching - np.diag(switching.sum(axis=1))
    phase = np.linalg.solve(np.vstack([generator.T[:-1], np.ones(3)]), [0, 0, 1])
    assert 1 / source.mean == pytest.approx(phase @ rates, rel=1e-9)
    assert source.scv >= 1 - 1e-9


def test_the_rate_follows_the_hour():
    moments = np.cumsum(gaps(PROCESSES["day"], 300_000)) % 24
    counts, edges = np.histogram(moments, bins=24, range=(0, 24))
    middle = (edges[1:] + edges[:-1]) / 2
    expected = np.interp(middle, [0, 6, 12, 24], [0.2, 1.0, 0.5, 0.2])
    share = expected / expected.sum()
    # 24 deviations of a multinomial: chi-square with 23 degrees of freedom, 49.7 at 0.999.
    assert np.sum((counts - 300_000 * share) ** 2 / (300_000 * share)) < 49.7


def test_counts_of_self_similar_arrivals_never_even_out():
    # The variance of the counts over time t grows as t^(2 H): the slope between windows of 10 and 1000 bursts, with
    # Poisson noise on top that flattens it a little. Poisson arrivals have the slope 1.
    moments = np.cumsum(gaps(SelfSimilar(rate=20.0, hurst=0.85, burst=1.0, sources=20), 4_000_000, seed=4))

    def slope(moments):
        variances = [np.var(np.bincount((moments // w).astype(int))[:-1]) for w in (10, 1000)]
        return np.log(variances[1] / variances[0]) / np.log(100)

    assert 1.5 < slope(moments) < 1.9
    assert slope(np.cumsum(Exponential(1 / 20).sample(4_000_000, seed=4))) == pytest.approx(1.0, abs=0.15)


def test_queues_fed_by_processes():
    # MMPP(2)/M/1: 4.531271268639024, computed from a truncated chain of 1501 levels; M^X/M/1: rho (E X^2 + E X) /
    # (2 E X (1 - rho)) = 0.8 x 7 / (4 x 0.2) = 7.
    run = simulate(PROCESSES["MMPP"], Exponential(0.5), customers=2 * 10**6, seed=3, confidence=0.995)
    assert 4.531271268639024 in run.number.interval
    assert run.number.interval.half_width < 0.4
    batches = BatchArrivals(Exponential(2.5), [0.5, 0.0, 0.5])
    run = simulate(batches, Exponential(1.0), customers=2 * 10**6, seed=3, confidence=0.995)
    assert 7.0 in run.number.interval
    assert run.number.interval.half_width < 0.5


def test_long_memory_needs_replications():
    process = SelfSimilar(rate=0.5, hurst=0.8, burst=5.0)
    run = simulate(process, Exponential(1.0), customers=10**4)
    with pytest.raises(ValueError, match=r"^replications 1 must be at least 5 for wait.interval: these arrivals never"):
        _ = run.wait.interval
    run = simulate(process, Exponential(1.0), customers=10**4, replications=8)
    assert run.wait.interval.half_width > 0
    assert run.wait.mean > 1.0  # M/M/1 waits 1.0


def test_phases_and_processes_of_theory_can_be_simulated():
    # What the exact MAP/PH/1 takes, the simulation takes: the mean number and the wait agree.
    arrivals = MarkovianArrivals([[-3.0, 1.0], [0.5, -1.0]], [[1.5, 0.5], [0.0, 0.5]])
    service = PhaseType.coxian([4.0, 2.0], [0.3])
    exact = MAPPH1(arrivals, service)
    run = simulate(arrivals, service, customers=2 * 10**6, seed=5, confidence=0.998)
    assert exact.number_mean in run.number.interval
    assert exact.wait_mean in run.wait.interval
    assert run.wait.interval.half_width < 0.1 * exact.wait_mean
    # The first time of a phase-type law starts where its initial law says: with an atom of one path, always.
    first = [gaps(PhaseType.erlang(1.0, 400), 1, seed)[0] for seed in range(40)]
    assert np.mean(first) == pytest.approx(1.0, abs=4 * 0.05 / np.sqrt(40))


def test_times_of_service_may_be_slow_to_forget_too():
    # A cycle of 2000 holds 3500 services.
    cycle = NonhomogeneousPoisson([0.0, 1000.0, 2000.0], [0.5, 3.0, 0.5])
    assert simulate(Exponential(1.0), cycle, customers=1000).relaxation > 3500
    run = simulate(Exponential(2.0), SelfSimilar(1.0), customers=10**4)
    with pytest.raises(ValueError, match=r"^replications 1 must be at least 5 for wait.interval"):
        _ = run.wait.interval


def test_batches_far_apart_are_still_batches():
    # Gaps without a variance count as exponential: batches of 1000 then have a dispersion of 1000.
    far = BatchArrivals(Pareto(1000.0, 1.9), [0.0] * 999 + [1.0])
    assert simulate(far, Exponential(0.5), customers=1000).relaxation > 4000
