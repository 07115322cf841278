"""Every sampler at full size: 10 million variates each, by Kolmogorov and Smirnov or chi-square, and moments."""

import math
import pathlib
import runpy
import types

import numpy as np
import pytest
from scipy import stats
from underload import random

pytestmark = pytest.mark.verify

ORACLES = pathlib.Path(__file__).parents[1] / "oracles" / "random"
goodness = types.SimpleNamespace(**runpy.run_path(str(ORACLES / "goodness.py")))
continuous = types.SimpleNamespace(**runpy.run_path(str(ORACLES / "continuous.py")))
zipf = types.SimpleNamespace(**runpy.run_path(str(ORACLES / "zipf.py")))

N = 10_000_000
MEANS = [0.05, 2.5, 9.99, 10.0, 11.0, 47.0, 1e4, 1e8, 1e9]
ITEMS = [(0, 6), (0.4, 2**53), (0.75, 10**6), (1, 10**9), (1, 2**53), (1.3, 500), (2.5, 2**40), (8, 100)]
ALPHA = goodness.sidak(0.01, len(continuous.CASES) + len(MEANS) + len(ITEMS))


def sample(kind, arguments, seed):
    return random.sample_normal(N, seed) if kind == "Normal" else getattr(random, kind)(*arguments).sample(N, seed)


@pytest.mark.parametrize("case", continuous.CASES, ids=continuous.name)
def test_continuous(case):
    kind, arguments, right, wrong_mean, wrong_shape = case
    values = np.sort(sample(kind, arguments, 501))
    assert goodness.continuous(values, right.cdf) > ALPHA
    assert goodness.continuous(values, wrong_mean.cdf) < ALPHA
    if wrong_shape is not None:
        assert goodness.continuous(values, wrong_shape.cdf) < ALPHA


@pytest.mark.parametrize(
    "distribution",
    [
        random.Exponential(3),
        random.Uniform(2, 5),
        random.Gamma(3, 0.2),
        random.Gamma(3, 7),
        random.Lognormal(3, 0.5),
        random.Pareto(3, 9),
        random.Weibull(3, 0.8),
        random.Hyperexponential(3, 5),
    ],
    ids=repr,
)
def test_moments(distribution):
    # Four standard errors, taken from the sample: independent draws with a finite fourth moment.
    values = distribution.sample(N, seed=502)
    error = values.std() / math.sqrt(N)
    assert error / distribution.mean < 0.001
    assert abs(values.mean() - distribution.mean) < 4 * error
    squares = (values - distribution.mean) ** 2
    variance = distribution.scv * distribution.mean**2
    error = squares.std() / math.sqrt(N)
    assert error / variance < 0.01
    assert abs(squares.mean() - variance) < 4 * error


@pytest.mark.parametrize("mean", MEANS)
def test_poisson(mean):
    edges = np.unique(stats.poisson.ppf(np.linspace(0, 1, 401)[1:-1], mean))
    counts, edges = goodness.counted(random.sample_poisson(mean, N, seed=503), edges)
    assert goodness.discrete(counts, edges, lambda k: stats.poisson.cdf(k, mean)) > ALPHA
    wrong = mean + 0.005 * math.sqrt(mean)
    assert goodness.discrete(counts, edges, lambda k: stats.poisson.cdf(k, wrong)) < ALPHA


@pytest.mark.parametrize(("exponent", "items"), ITEMS)
def test_zipf(exponent, items):
    wide = np.unique(np.geomspace(1, items, 200).astype(np.int64))[:-1]
    counts, edges = goodness.counted(random.Zipf(exponent, items).sample(N, seed=504), wide)

    def cdf(exponent):
        return lambda ks: np.array([zipf.cdf(int(k), exponent, items) for k in ks])

    assert goodness.discrete(counts, edges, cdf(exponent)) > ALPHA
    assert goodness.discrete(counts, edges, cdf(exponent + 0.03)) < ALPHA
