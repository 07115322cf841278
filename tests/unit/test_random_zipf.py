"""Zipf items against zeta functions in high precision, from one item to 2**53."""

import pathlib
import runpy
import types

import numpy as np
import pytest
from scipy import stats
from underload import random
from underload.random.zipf import _in_block

ORACLES = pathlib.Path(__file__).parents[1] / "oracles" / "random"
goodness = types.SimpleNamespace(**runpy.run_path(str(ORACLES / "goodness.py")))
oracle = types.SimpleNamespace(**runpy.run_path(str(ORACLES / "zipf.py")))

N = 400_000
CASES = [
    *[(exponent, 10) for exponent in (0, 0.5, 1, 1.7, 6)],
    *[(exponent, 100_000) for exponent in (0, 0.3, 0.99, 1, 1.01, 2, 3.5)],
    *[(exponent, 2**53) for exponent in (0, 0.6, 1, 1.2, 2)],
    (1e-9, 1000),
    (1 + 1e-9, 1000),
    (0.8, 2**31 + 12345),
]
ALPHA = goodness.sidak(0.01, 2 * len(CASES))


def cells(items):
    """Each of the first items, then ever wider cells."""
    wide = np.geomspace(12, items, 40).astype(np.int64)
    return np.unique(np.concatenate([np.arange(1, min(items, 12)), wide[wide < items]]))


def cdf(exponent, items):
    return lambda ks: np.array([oracle.cdf(int(k), exponent, items) for k in ks])


@pytest.mark.parametrize(("exponent", "items"), CASES)
def test_fits(exponent, items):
    sample = random.Zipf(exponent, items).sample(N, seed=41)
    assert sample.dtype == np.int64
    assert sample.min() >= 1
    assert sample.max() <= items
    counts, edges = goodness.counted(sample, cells(items))
    assert goodness.discrete(counts, edges, cdf(exponent, items)) > ALPHA
    assert goodness.discrete(counts, edges, cdf(exponent + 0.1, items)) < ALPHA


@pytest.mark.parametrize(("exponent", "items"), CASES)
def test_probabilities_in_high_precision(exponent, items):
    ours = random.Zipf(exponent, items)
    edges = cells(items)
    np.testing.assert_allclose(ours.cdf(edges), cdf(exponent, items)(edges), rtol=1e-13)
    first = float(1 / oracle.harmonic(items, exponent))
    expected = first * edges.astype(float) ** -float(exponent)
    np.testing.assert_allclose(ours.probability(edges), expected, rtol=1e-13)
    assert ours.cdf(items) == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("exponent", [0, 0.4, 0.9])
def test_each_of_2_to_the_53_items_can_come(exponent):
    # Far from the head the lowest bits of an item are a fair coin's.
    sample = random.Zipf(exponent, 2**53).sample(N, seed=42)
    low = sample[sample > 2**52] & 255
    assert stats.chisquare(np.bincount(low, minlength=256)).pvalue > ALPHA
    # The method as published inverts one uniform and rounds; past 2**52 that draws even items only.
    x = (1 + np.random.default_rng(1).random(N) * (2.0 ** (53 * (1 - exponent)) - 1)) ** (1 / (1 - exponent))
    published = np.floor(x + 0.5).astype(np.int64)
    low = published[published > 2**52] & 255
    assert stats.chisquare(np.bincount(low, minlength=256)).pvalue < ALPHA


def test_the_end_of_the_last_block():
    # 2**31 + 12345 items, all alike: the last 12345 lie in a block that is cut off. They come in proportion.
    items = 2**31 + 12345
    sample = random.Zipf(0, items).sample(4_000_000, seed=43)
    last = int((sample > 2**31).sum())
    assert stats.binomtest(last, len(sample), 12345 / items).pvalue > ALPHA
    assert sample.max() <= items


def test_an_item_within_its_block():
    # The block of 2**40 is 2**31 items; at exponent 700 its last is 0.25 times as likely as its first.
    state, exponent = random.seed_state(44), 700.0
    steps = np.array([_in_block(state, 2.0**40, exponent, 2.0**53) for _ in range(100_000)]) - 2**40
    assert steps.min() >= 0
    assert steps.max() < 2**31
    edges = np.arange(1, 32) * 2.0**26

    def cdf(step):  # the integral of (1 + t)**-exponent over t = step / 2**40, normalized
        def mass(t):
            return -np.expm1((1 - exponent) * np.log1p(t))

        return mass(step / 2**40) / mass(2.0**-9)

    counts, edges = goodness.counted(steps, edges)
    assert goodness.discrete(counts, edges, cdf) > ALPHA
    assert goodness.discrete(counts, edges, lambda step: step / 2**31) < ALPHA


def test_one_item():
    assert set(random.Zipf(1.3, 1).sample(100, seed=1)) == {1}
    assert random.Zipf(1.3, 1).probability(1) == 1


@pytest.mark.parametrize("exponent", [100, 1e4, 1e100, 1e308])
def test_a_steep_law_draws_the_first_item(exponent):
    ours = random.Zipf(exponent, 2**53)
    assert set(ours.sample(1000, seed=2)) == {1}
    np.testing.assert_allclose(ours.probability([1, 2]), [1, 2.0**-exponent], rtol=1e-13)


def test_probability_of_what_is_not_an_item():
    ours = random.Zipf(1, 3)
    # 1 + 1/2 + 1/3 = 11/6: the items have 6/11, 3/11 and 2/11.
    np.testing.assert_allclose(ours.probability([-1, 0, 1, 2, 3, 4]) * 11, [0, 0, 6, 3, 2, 0], rtol=1e-15)
    np.testing.assert_allclose(ours.cdf([-1, 0, 1, 2, 3, 4]) * 11, [0, 0, 6, 9, 11, 11], rtol=1e-15)
    assert isinstance(ours.probability(2), float)
    assert ours.probability(np.ones((2, 2), dtype=int)).shape == (2, 2)


def test_samples_repeat_and_extend():
    ours = random.Zipf(0.9, 10**6)
    np.testing.assert_array_equal(ours.sample(30, seed=5), ours.sample(100, seed=5)[:30])
    assert (ours.sample(100, seed=5) != ours.sample(100, seed=6)).any()
