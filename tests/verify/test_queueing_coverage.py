"""Long studies: how often the intervals of a simulated queue cover the truth, and what is refused one.

The numbers that the docstring of `underload.queueing.Run` states come from here; each test prints what it measured.
"""

import concurrent.futures
import math

import numpy as np
import pytest
from underload.queueing import MMc, pollaczek_khinchine_wait, simulate
from underload.random import Deterministic, Exponential, Hyperexponential, Pareto
from underload.stats.interval import adjusted_half_width

pytestmark = pytest.mark.verify


def study(runs, one):
    """Mean over runs, in threads, of the numbers that `one` gives for a seed."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return np.mean(list(pool.map(one, range(runs))), axis=0)


def sample_interval(run):
    """The mean wait and its half-width, also where the run refuses them."""
    means = np.array([batch.wait / batch.served for batch in run.batches])
    return means.mean(), adjusted_half_width(means, run.confidence, correlated=True)


def test_a_long_run():
    # The bar: M/M/1 at utilization 0.9 with 10^5 customers, 450 relaxations after the warm-up.
    theory = MMc(0.9, 1.0)

    def one(seed):
        run = simulate(Exponential(1 / 0.9), Exponential(1.0), customers=10**5, seed=seed)
        mine = (
            run.wait.interval,
            run.response.interval,
            run.wait_probability,
            run.wait.quantile(0.9),
            run.response.quantile(0.5),
        )
        exact = theory.wait_mean, theory.response_mean, 0.9, theory.wait_quantile(0.9), theory.response_quantile(0.5)
        return [value in interval for value, interval in zip(exact, mine, strict=True)] + [run.wait.interval.half_width]

    *coverage, width = study(2000, one)
    print("\nwait, response, probability, wait p90, response p50:", coverage, "width", width / theory.wait_mean)
    assert min(coverage) >= 0.93
    assert max(coverage) <= 0.99  # not bought with width
    assert width <= 0.25 * theory.wait_mean


SYSTEMS = {
    "M/M/1 at 0.8": (0.8, 1, Exponential(1.0)),
    "M/M/1 at 0.9": (0.9, 1, Exponential(1.0)),
    "M/M/1 at 0.95": (0.95, 1, Exponential(1.0)),
    "M/M/10 at 0.9": (0.9, 10, Exponential(1.0)),
    "M/M/100 at 0.95": (0.95, 100, Exponential(1.0)),
    "M/D/1 at 0.9": (0.9, 1, Deterministic(1.0)),
    "M/H2/1 at 0.8": (0.8, 1, Hyperexponential(1.0, 9.0)),
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_coverage_follows_the_number_of_relaxations(system):
    utilization, servers, service = SYSTEMS[system]
    source = Exponential(1 / (utilization * servers)), service, servers
    if service.scv == 1:
        exact = MMc(utilization * servers, 1.0, servers).wait_mean
    else:
        exact = pollaczek_khinchine_wait(arrival_rate=utilization, service_mean=1, service_scv=service.scv)
    relaxation = simulate(*source, customers=1000).relaxation

    def coverage(relaxations, runs):
        customers = max(1000, math.ceil(relaxations * relaxation / 0.9) + 10)

        def one(seed):
            mean, half_width = sample_interval(simulate(*source, customers=customers, seed=seed))
            return [abs(mean - exact) <= half_width]

        return study(runs, one)[0]

    short, limit, long = (coverage(*case) for case in ((10, 500), (50, 1000), (500, 500)))
    print(f"\n{system}: coverage {short:.3f} at 10 relaxations, {limit:.3f} at 50, {long:.3f} at 500")
    assert short < 0.92  # what is refused
    assert limit >= 0.88  # the least that is answered
    assert long >= 0.93


@pytest.mark.parametrize(
    ("utilization", "servers", "q"),
    [(0.5, 1, 0.7), (0.5, 1, 0.99), (0.8, 1, 0.99), (0.9, 1, 0.9), (0.9, 1, 0.99), (0.9, 10, 0.99), (0.95, 1, 0.9)],
)
def test_quantiles_at_the_least_length(utilization, servers, q):
    theory = MMc(utilization * servers, 1.0, servers)
    source = Exponential(1 / (utilization * servers)), Exponential(1.0), servers
    relaxation = simulate(*source, customers=1000).relaxation
    customers = max(1000, math.ceil(max(50, 10 / min(q, 1 - q)) * relaxation / 0.9) + 20)

    def one(seed):
        run = simulate(*source, customers=customers, seed=seed)
        wait, response = run.wait.quantile(q), run.response.quantile(q)
        exact = theory.wait_quantile(q)
        return exact in wait, theory.response_quantile(q) in response, wait.half_width / exact

    wait, response, width = study(500, one)
    print(
        f"\nutilization {utilization}, {servers} servers, q={q}: wait {wait:.3f}, response {response:.3f}, {width:.2f}"
    )
    assert min(wait, response) >= 0.90


@pytest.mark.parametrize(("shape", "low", "high"), [(2.2, 0, 0.6), (2.5, 0, 0.8), (2.75, 0, 0.91), (3.25, 0.92, 1)])
def test_heavy_tails(shape, low, high):
    # Below the third moment the wait has no variance, and the interval would cover far less than it says.
    service = Pareto(1.0, shape)
    exact = pollaczek_khinchine_wait(arrival_rate=0.5, service_mean=1, service_scv=service.scv)

    def one(seed):
        run = simulate(Exponential(2.0), service, seed=seed)
        mean, half_width = sample_interval(run)
        return [abs(mean - exact) <= half_width]

    (coverage,) = study(400, one)
    print(f"\nPareto service of shape {shape}: coverage {coverage:.3f}")
    assert low <= coverage <= high
