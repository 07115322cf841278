"""Poisson counts against SciPy's probabilities, around the change of method and at means that hide errors."""

import pathlib
import runpy
import types

import numpy as np
import pytest
from scipy import stats
from underload import random

ORACLES = pathlib.Path(__file__).parents[1] / "oracles" / "random"
goodness = types.SimpleNamespace(**runpy.run_path(str(ORACLES / "goodness.py")))

MEANS = [0.1, 1.0, 5.5, 9.999, 10.0, 14.3, 60.0, 1e3, 1e6, 1e9]
ALPHA = goodness.sidak(0.01, len(MEANS))
N = 400_000


def cells(mean):
    """Where the distribution function passes multiples of 1/250, as counts."""
    return np.unique(stats.poisson.ppf(np.linspace(0, 1, 251)[1:-1], mean))


@pytest.mark.parametrize("mean", MEANS)
def test_fits(mean):
    sample = random.sample_poisson(mean, N, seed=31)
    counts, edges = goodness.counted(sample, cells(mean))
    assert goodness.discrete(counts, edges, lambda k: stats.poisson.cdf(k, mean)) > ALPHA
    # Resolution: a mean that is a fiftieth of a standard deviation off (5 % at 0.1, 0.6 at 1e3) is refused.
    wrong = mean + 0.02 * np.sqrt(mean)
    assert goodness.discrete(counts, edges, lambda k: stats.poisson.cdf(k, wrong)) < ALPHA
    # A normal of the same mean and variance, rounded, is refused where it differs at this size.
    if mean < 100:
        rounded = stats.norm(mean, np.sqrt(mean))
        assert goodness.discrete(counts, edges, lambda k: rounded.cdf(k + 0.5)) < ALPHA


@pytest.mark.parametrize("mean", MEANS)
def test_tails(mean):
    # The 1 in 1000 on either side, where the squeeze does not decide: counts within a binomial's limits.
    sample = random.sample_poisson(mean, N, seed=32)
    for quantile in (0.001, 0.999):
        k = stats.poisson.ppf(quantile, mean)
        at_most = int((sample <= k).sum())
        assert stats.binomtest(at_most, N, stats.poisson.cdf(k, mean)).pvalue > ALPHA / 2


def test_mean_and_variance_at_any_mean():
    # Both equal the mean. Their standard errors: sqrt(mean / n), and mean sqrt((2 + 1 / mean) / n).
    for mean in (0.01, 3.3, 10.0, 1e4, 1e9, 1e12):
        sample = random.sample_poisson(mean, N, seed=33).astype(float)
        assert abs(sample.mean() - mean) < 4.5 * np.sqrt(mean / N)
        assert abs(sample.var() - mean) < 4.5 * mean * np.sqrt((2 + 1 / mean) / N)


def test_no_arrivals_in_no_time():
    assert set(random.sample_poisson(0, 100, seed=1)) == {0}


def test_samples_repeat_and_extend():
    for mean in (3, 300):
        sample = random.sample_poisson(mean, 100, seed=5)
        assert sample.dtype == np.int64
        np.testing.assert_array_equal(random.sample_poisson(mean, 30, seed=5), sample[:30])


def test_an_inverted_count_rises_with_its_mean():
    # One uniform a count below 10: common random numbers stay in order.
    low, high = (random.sample_poisson(mean, 10_000, seed=6) for mean in (4.0, 4.5))
    assert (high >= low).all()
    assert (high > low).any()
