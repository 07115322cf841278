"""Long studies: how often the intervals of a simulated queue cover the truth, and what is refused one.

The numbers that the docstring of `underload.queueing.Run` states come from here; each test prints what it measured.
"""

import concurrent.futures
import math

import numpy as np
import pytest
from underload.queueing import MMc, pollaczek_khinchine_wait, simulate
from underload.queueing.simulation.ratio import logarithmic_ends
from underload.random import Deterministic, Exponential, Hyperexponential, Pareto
from underload.stats.interval import adjusted_half_width

pytestmark = pytest.mark.verify


def study(runs, one):
    """Mean over runs, in threads, of the numbers that `one` gives for a seed."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return np.mean(list(pool.map(one, range(runs))), axis=0)


def covers(run, exact):
    """Whether the interval of the mean wait covers, also where the run refuses it."""
    means = np.array([batch.wait / batch.served for batch in run.batches])
    low, high = logarithmic_ends(means.mean(), adjusted_half_width(means, run.confidence, correlated=True))
    return low <= exact <= high


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
    # The narrowest that covers: 1.96 deviations of the mean of 90,000 waits, whose asymptotic variance is
    # rho (2 + 5 rho - 4 rho^2 + rho^3) / (1 - rho)^4 (Whitt 1989): 1.24 of 9.
    ideal = 1.96 * math.sqrt(0.9 * (2 + 4.5 - 3.24 + 0.729) / 0.1**4 / 90_000)
    print("\nwait, response, probability, wait p90, response p50:", coverage)
    print("half-width of the mean wait", width / theory.wait_mean, "of it,", width / ideal, "of the ideal")
    assert min(coverage) >= 0.93
    assert max(coverage[:3]) <= 0.97  # not bought with width
    assert max(coverage) <= 0.985  # a median moves in steps of 1 %, the bins of its histogram
    assert width <= 1.5 * ideal


@pytest.mark.parametrize(
    ("servers", "service", "exact"),
    [(10, Exponential(1.0), MMc(9, 1, 10).wait_mean), (1, Hyperexponential(1.0, 4.0), 22.5)],
    ids=["M/M/10", "M/H2/1"],
)
def test_other_long_runs(servers, service, exact):
    # Utilization 0.9, 10^5 customers; the ideal width is 1.96 deviations of the estimates themselves.
    def one(seed):
        interval = simulate(Exponential(1 / 0.9 / servers), service, servers, customers=10**5, seed=seed).wait.interval
        return exact in interval, interval.half_width, interval.mean, interval.mean**2

    coverage, width, mean, square = study(6000, one)
    ideal = 1.96 * math.sqrt(square - mean**2)
    print(f"\n{servers} servers, {service}: coverage {coverage:.3f}, {width / ideal:.2f} of the ideal width")
    assert 0.93 <= coverage <= 0.97
    assert width <= 1.53 * ideal


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
            return [covers(simulate(*source, customers=customers, seed=seed), exact)]

        return study(runs, one)[0]

    lengths = {5: 500, 10: 500, 20: 500, 50: 1000, 100: 1000, 500: 500}
    found = {length: coverage(length, runs) for length, runs in lengths.items()}
    print(f"\n{system}: coverage by relaxations", {length: f"{value:.3f}" for length, value in found.items()})
    short, limit, long = found[10], found[50], found[500]
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
        return [covers(simulate(Exponential(2.0), service, seed=seed), exact)]

    (coverage,) = study(400, one)
    print(f"\nPareto service of shape {shape}: coverage {coverage:.3f}")
    assert low <= coverage <= high
