"""Every continuous sampler against SciPy's distribution function, and against two that are a little wrong.

Chi-square over 64 cells, two million variates; the level is split over the family. At this size a mean that is off by
1 % (where the variance is large, 2 or 5 %) and a shape that is off by about as much are seen, case by case.
"""

import pathlib
import runpy
import types

import pytest
from underload import random

ORACLES = pathlib.Path(__file__).parents[1] / "oracles" / "random"
goodness = types.SimpleNamespace(**runpy.run_path(str(ORACLES / "goodness.py")))
oracle = types.SimpleNamespace(**runpy.run_path(str(ORACLES / "continuous.py")))

N = 2_000_000
ALPHA = goodness.sidak(0.01, len(oracle.CASES))


def sample(kind, arguments):
    return random.sample_normal(N, seed=77) if kind == "Normal" else getattr(random, kind)(*arguments).sample(N, 77)


@pytest.mark.parametrize("case", oracle.CASES, ids=oracle.name)
def test_fits(case):
    kind, arguments, right, wrong_mean, wrong_shape = case
    counts, edges = goodness.counted(sample(kind, arguments), oracle.edges(right, 64))
    assert goodness.discrete(counts, edges, right.cdf) > ALPHA
    assert goodness.discrete(counts, edges, wrong_mean.cdf) < ALPHA
    if wrong_shape is not None:
        assert goodness.discrete(counts, edges, wrong_shape.cdf) < ALPHA
