"""Long studies of the coverage that the docstrings of `underload.stats` state.

The system is M/M/1 with service mean 1: mean wait ``u / (1 - u)`` and ``P(wait > t) = u exp(-(1 - u) t)`` at
utilization `u` (Gross and Harris, Fundamentals of Queueing Theory, chapter 2).
"""

import math

import numpy as np
import pytest
from underload._jit import kernel
from underload.random import exponential, streams
from underload.stats import batch_means, batch_quantile, mser5, quantile, regenerative, replications

pytestmark = pytest.mark.verify


@kernel
def waits_from(wait, state, utilization, waits):
    """Lindley's recursion from a first wait."""
    for i in range(len(waits)):
        waits[i] = wait
        wait = max(0.0, wait + exponential(state) - exponential(state) / utilization)


@kernel
def busy_cycles(state, utilization, sums, lengths):
    """The sum of waits and the number of customers in each cycle that begins at an empty queue."""
    for i in range(len(sums)):
        sums[i], lengths[i], wait = 0.0, 0, 0.0
        while True:
            sums[i] += wait
            lengths[i] += 1
            wait += exponential(state) - exponential(state) / utilization
            if wait <= 0:
                break


def study(estimator, utilization, truth, runs, customers=100_000, warmup=0, seed=1):
    """Coverage and mean relative half-width of an estimator over independent runs."""
    waits = np.empty(warmup + customers)
    covered, width = 0, 0.0
    for state in streams(seed, runs):
        waits_from(0.0, state, utilization, waits)
        interval = estimator(waits[warmup:])
        covered += truth in interval
        width += interval.half_width / truth / runs
    return covered / runs, width


@pytest.mark.parametrize("warmup", [0, 10_000])
def test_batch_means_at_utilization_90(warmup):
    coverage, width = study(batch_means, 0.9, 9, runs=2000, warmup=warmup)
    assert coverage >= 0.94
    assert width < 0.24  # not bought with a silly width


@pytest.mark.parametrize(
    ("utilization", "customers", "stated", "stated_width"),
    [
        (0.5, 100_000, 0.968, 0.048),
        (0.8, 100_000, 0.967, 0.105),
        (0.95, 100_000, 0.938, 0.44),
        (0.9, 10_000, 0.916, 0.72),
    ],
)
def test_batch_means_as_the_docstring_says(utilization, customers, stated, stated_width):
    coverage, width = study(batch_means, utilization, utilization / (1 - utilization), 2000, customers, warmup=5000)
    assert coverage == pytest.approx(stated, abs=4 * math.sqrt(stated * (1 - stated) / 2000))
    assert width == pytest.approx(stated_width, rel=0.1)


def test_naive_interval_misses():
    # The same study of s / sqrt(n): the known-wrong variant covers in one run of eight or fewer.
    assert study(replications, 0.9, 9, runs=300)[0] < 0.13


@pytest.mark.parametrize(
    ("utilization", "cycles", "stated"),
    [(0.5, 1000, 0.942), (0.8, 100, 0.903), (0.8, 1000, 0.936), (0.8, 10_000, 0.958), (0.9, 1000, 0.930)],
)
def test_regenerative_as_the_docstring_says(utilization, cycles, stated):
    truth = utilization / (1 - utilization)
    sums, lengths = np.empty(cycles), np.empty(cycles)
    runs = 2000
    estimates = []
    for state in streams(3, runs):
        busy_cycles(state, utilization, sums, lengths)
        estimates.append(regenerative(sums, lengths))
    coverage = sum(truth in interval for interval in estimates) / runs
    assert coverage == pytest.approx(
        stated, abs=4 * math.sqrt(stated * (1 - stated) / runs) + 0.002
    )  # and its rounding
    means = [interval.mean for interval in estimates]
    assert abs(np.mean(means) - truth) < max(0.02 * truth, 4 * np.std(means) / math.sqrt(runs))


@pytest.mark.parametrize(
    ("utilization", "q", "least"),
    [(0.5, 0.9, 0.94), (0.5, 0.99, 0.94), (0.9, 0.5, 0.94), (0.9, 0.9, 0.94), (0.9, 0.99, 0.85)],
)
def test_batch_quantile_as_the_docstring_says(utilization, q, least):
    truth = math.log(utilization / (1 - q)) / (1 - utilization)
    coverage, _ = study(lambda waits: batch_quantile(waits, q), utilization, truth, 600, 95_000, warmup=5000, seed=5)
    assert least <= coverage <= least + 0.05


@pytest.mark.parametrize(("n", "q"), [(50, 0.5), (400, 0.99), (1000, 0.9)])
def test_quantile_covers_what_the_binomial_says(n, q):
    runs = 20_000
    samples = np.random.default_rng(8).random((runs, n))
    coverage = sum(q in quantile(sample, q) for sample in samples) / runs
    ranks = quantile(np.arange(1.0, n + 1), q)
    exact = sum(math.comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(int(ranks.low), int(ranks.high)))
    assert exact >= 0.95
    assert coverage == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / runs))


def test_mser5_removes_a_bias():
    # A queue that starts with 300 units of work ahead: the mean of 100,000 waits is some 5 % too high without it.
    waits = np.empty(100_000)
    kept, cut, refused = [], [], 0
    for state in streams(11, 300):
        waits_from(300.0, state, 0.9, waits)
        kept.append(waits.mean())
        try:
            cut.append(waits[mser5(waits) :].mean())
        except ValueError:
            refused += 1
    assert refused <= 9  # 0.5 % is stated
    error = np.std(cut) / math.sqrt(len(cut))
    assert np.mean(kept) - 9 > 6 * error
    assert abs(np.mean(cut) - 9) < 4 * error
