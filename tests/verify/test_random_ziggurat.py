"""Half a billion variates of each ziggurat: every strip, and the tail as far as they reach."""

import pathlib
import runpy
import types

import numpy as np
import pytest
from scipy import stats
from underload import random
from underload._jit import kernel

pytestmark = pytest.mark.verify

ORACLES = pathlib.Path(__file__).parents[1] / "oracles" / "random"
goodness = types.SimpleNamespace(**runpy.run_path(str(ORACLES / "goodness.py")))

N = 500_000_000
CELLS_PER_UNIT = 128
exponential, normal = random.exponential, random.normal


@kernel
def count_exponential(state, n, counts):
    for _ in range(n):
        counts[min(int(exponential(state) * CELLS_PER_UNIT), len(counts) - 1)] += 1


@kernel
def count_normal(state, n, counts):
    half = len(counts) // 2
    for _ in range(n):
        cell = int(np.floor(normal(state) * CELLS_PER_UNIT)) + half
        counts[min(max(cell, 0), len(counts) - 1)] += 1


def test_exponential():
    # A strip holds 2 million of the variates; one that were wrong by 1 in 100 would move 20 000, 14 standard errors.
    counts = np.zeros(24 * CELLS_PER_UNIT, dtype=np.int64)
    count_exponential(random.seed_state(601), N, counts)
    edges = np.arange(1, len(counts)) / CELLS_PER_UNIT
    assert goodness.discrete(counts, edges, stats.expon.cdf) > 0.001
    assert goodness.discrete(counts, edges, stats.expon(scale=1.002).cdf) < 0.001
    # Beyond the first and the second restart of the tail, at 7.697 and 15.39, by the cells' edges above them.
    for cell in (986, 1971):
        beyond = int(counts[cell:].sum())
        assert stats.binomtest(beyond, N, np.exp(-cell / CELLS_PER_UNIT)).pvalue > 0.001
        assert beyond > 50


def test_normal():
    counts = np.zeros(2 * 8 * CELLS_PER_UNIT, dtype=np.int64)
    count_normal(random.seed_state(602), N, counts)
    edges = np.arange(1, len(counts)) / CELLS_PER_UNIT - 8
    assert goodness.discrete(counts, edges, stats.norm.cdf) > 0.001
    assert goodness.discrete(counts, edges, stats.norm(scale=1.002).cdf) < 0.001
    for cell in (468, 600, 660):  # 3.656, 4.69 and 5.16 standard deviations
        beyond = int(counts[: 1024 - cell].sum() + counts[1024 + cell :].sum())
        assert stats.binomtest(beyond, N, 2 * stats.norm.sf(cell / CELLS_PER_UNIT)).pvalue > 0.001
        assert beyond > 50
