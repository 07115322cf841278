"""The ziggurats against tables in high precision, slow samplers on the same bits, and their own tails."""

import itertools
import pathlib
import runpy
import types

import mpmath
import numpy as np
import pytest
from scipy import stats
from underload import random
from underload._jit import kernel
from underload.random import _options, ziggurat

ORACLES = pathlib.Path(__file__).parents[1] / "oracles" / "random"
xoshiro = types.SimpleNamespace(**runpy.run_path(str(ORACLES / "xoshiro.py")))
slow = types.SimpleNamespace(**runpy.run_path(str(ORACLES / "ziggurat.py")))
goodness = types.SimpleNamespace(**runpy.run_path(str(ORACLES / "goodness.py")))

exponential, normal = random.exponential, random.normal


@kernel
def fill_exponential(state, out):
    for i in range(len(out)):
        out[i] = exponential(state)


@pytest.fixture(scope="module")
def exact():
    return {"exponential": slow.exponential_edges(), "normal": slow.normal_edges()}


CASES = {
    "exponential": (ziggurat.E_WIDTH, ziggurat.E_LIMIT, ziggurat.E_HEIGHT, slow.exponential_density),
    "normal": (ziggurat.N_WIDTH, ziggurat.N_LIMIT, ziggurat.N_HEIGHT, slow.normal_density),
}


@pytest.mark.parametrize("name", CASES)
def test_tables_in_high_precision(exact, name):
    widths, limits, heights, density = CASES[name]
    edge, _ = exact[name]
    # An edge is known to 1e-13: near the top each is the logarithm of a number close to 1, computed from the last.
    np.testing.assert_allclose(widths * 2**53, [float(x) for x in edge[:-1]], rtol=1e-12)
    np.testing.assert_allclose(limits / 2**53, [float(b / a) for a, b in itertools.pairwise(edge)], rtol=1e-11)
    np.testing.assert_allclose(heights, [float(density(x)) for x in edge], rtol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_the_strips_have_one_area(exact, name):
    edge, area = exact[name]
    density = CASES[name][3]
    with mpmath.workdps(40):
        for i in range(1, 256):
            assert abs(edge[i] * (density(edge[i + 1]) - density(edge[i])) / area - 1) < 1e-30
    assert getattr(ziggurat, f"{name.upper()}_AREA") == pytest.approx(float(area), rel=1e-14)


def test_exponential_walks_as_the_slow_sampler(exact):
    edge = [float(x) for x in exact["exponential"][0]]
    generator = xoshiro.Generator(random.seed_state(3))
    ours = np.empty(30_000)
    fill_exponential(random.seed_state(3), ours)
    np.testing.assert_allclose(ours, [slow.exponential(generator, edge) for _ in ours], rtol=1e-11)


def test_normal_walks_as_the_slow_sampler(exact):
    edge = [float(x) for x in exact["normal"][0]]
    generator = xoshiro.Generator(random.seed_state(3))
    ours = random.sample_normal(30_000, seed=3)
    assert (np.abs(ours) > 3.6541528853610088).any()  # the tail has been walked, too
    np.testing.assert_allclose(ours, [slow.normal(generator, edge) for _ in ours], rtol=1e-11)


ALPHA = goodness.sidak(0.01, 8)


def exponential_sample():
    out = np.empty(4_000_000)
    fill_exponential(random.seed_state(12), out)
    return out


@pytest.mark.parametrize(
    ("sample", "distribution", "tail"),
    [
        (exponential_sample, stats.expon, ziggurat.EXPONENTIAL_TAIL),
        (lambda: np.abs(random.sample_normal(4_000_000, seed=12)), stats.halfnorm, ziggurat.NORMAL_TAIL),
    ],
    ids=["exponential", "normal"],
)
def test_the_tail_beyond_the_last_edge(sample, distribution, tail):
    values = sample()
    beyond = values[values > tail]
    # How many: 1816 and 1032 are expected.
    assert stats.binomtest(len(beyond), len(values), distribution.sf(tail)).pvalue > ALPHA

    # How far: the conditional distribution, which a cut at the edge or a second edge would miss.
    def conditional(x):
        return 1 - distribution.sf(x) / distribution.sf(tail)

    assert goodness.continuous(beyond, conditional) > ALPHA
    # Excesses 30 % too long are refused.
    assert goodness.continuous(tail + (beyond - tail) * 1.3, conditional) < ALPHA
    # The strips one by one: cells from edge to edge.
    edges = np.sort((ziggurat.E_WIDTH if distribution is stats.expon else ziggurat.N_WIDTH) * 2.0**53)[:-1]
    assert goodness.discrete(*goodness.counted(values, edges), distribution.cdf) > ALPHA


def test_the_normal_is_symmetric():
    values = random.sample_normal(1_000_000, seed=5)
    assert stats.binomtest(int((values < 0).sum()), len(values)).pvalue > ALPHA
    # A sign that depended on the strip would show in the signed sample.
    assert goodness.continuous(values, stats.norm.cdf) > ALPHA


def test_no_variate_is_zero():
    # The position is odd: bits that are all zero give half a cell, not 0. (0, 0, 0, 0) is not a state, but the
    # output of (0, 0, 0, s3) is a rotation of s3, so the smallest position in strip 1 comes from s3 = 1 << 41.
    state = np.array([0, 0, 0, 1 << 41], dtype=np.uint64)
    value = random.exponential(state)
    assert 0 < value < 1e-14


def test_options_are_documented_deviations():
    assert set(_options.INLINE) | set(_options.BORROW) == {"_nrt", "forceinline"}
