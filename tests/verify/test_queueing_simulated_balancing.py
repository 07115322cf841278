"""Long studies: how often the intervals of a run cover the truth when each server has a queue of its own."""

import functools

import balancing_reference as oracle
import numpy as np
import pytest
from underload.queueing import JoinIdleQueue, PowerOfChoices, Random, ShortestQueue, StaleChoices, simulate
from underload.random import Exponential

pytestmark = pytest.mark.verify
POLICIES = {
    "random": Random(),
    "jsq": ShortestQueue(),
    "power-of-two": PowerOfChoices(2),
    "jiq": JoinIdleQueue(),
    "stale": StaleChoices(2, 2.0),
}


@functools.cache
def exact(policy, servers, utilization):
    """The mean response and the error of that number: exact for random, of a long run of ours for the others."""
    if policy == "random":
        return 1 / (1 - utilization), 0.0
    source = Exponential(1 / (utilization * servers)), Exponential(1.0)
    run = simulate(
        *source, servers, customers=10**6, replications=64, seed=10**9, threads=2, balancing=POLICIES[policy]
    )
    return run.response.mean, run.response.interval.half_width / 2


def coverage(policy, servers, utilization, relaxations, runs):
    """Fraction of runs whose 95 % interval of the mean response covers it, and the mean half-width."""
    truth, error = exact(policy, servers, utilization)
    source = Exponential(1 / (utilization * servers)), Exponential(1.0)
    options = {"balancing": POLICIES[policy], "confidence": 0.95}
    relaxation = simulate(*source, servers, customers=1000, **options).relaxation
    customers = int(relaxations * relaxation / 0.9) + 20
    intervals = [
        simulate(*source, servers, customers=customers, seed=seed, **options).response.interval for seed in range(runs)
    ]
    width = np.mean([interval.half_width for interval in intervals])
    assert error < 0.15 * width  # the truth is known well enough
    return np.mean([truth in interval for interval in intervals]), width / truth


@pytest.mark.parametrize("policy", ["random", "jsq", "power-of-two"])
def test_coverage_of_a_long_run(policy):
    covered, width = coverage(policy, 10, 0.9, 500, 1000)
    print(f"\n{policy}: coverage {covered:.3f} at 500 relaxations, half-width {width:.3f} of the mean")
    # 1000 runs at 0.95 deviate by 0.007.
    assert 0.93 <= covered <= 0.97


@pytest.mark.parametrize(("servers", "utilization"), [(10, 0.9), (100, 0.8), (100, 0.9)])
@pytest.mark.parametrize("policy", POLICIES)
def test_coverage_of_the_shortest_run_that_is_answered(policy, servers, utilization):
    covered, width = coverage(policy, servers, utilization, 51, 400)
    print(f"\n{policy}, {servers} at {utilization}: coverage {covered:.3f} at 50 relaxations, half-width {width:.3f}")
    # As of a queue with one server, see test_queueing_coverage.
    assert covered >= 0.88


def test_the_long_run_knows_the_truth():
    # Three servers, exactly, by the balance equations.
    chain = oracle.chain_response(3, 2.1, 25, oracle.picks_jsq)
    mean, error = exact("jsq", 3, 0.7)
    assert abs(mean - chain) <= 4 * error
    assert error < 0.001 * chain
