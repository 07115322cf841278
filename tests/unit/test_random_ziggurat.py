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
from underload.random import ziggurat

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


@kernel
def collect_exponential(state, n, tail, found):
    """Keep the variates beyond `tail` among `n`; how many they are."""
    k = 0
    for _ in range(n):
        x = exponential(state)
        if x > tail:
            found[k] = x
            k += 1
    return k


@kernel
def collect_normal(state, n, tail, found):
    k = 0
    for _ in range(n):
        x = abs(normal(state))
        if x > tail:
            found[k] = x
            k += 1
    return k


ALPHA = goodness.sidak(0.01, 8)
TAILS = {
    "exponential": (collect_exponential, stats.expon, ziggurat.EXPONENTIAL_TAIL),
    "normal": (collect_normal, stats.halfnorm, ziggurat.NORMAL_TAIL),
}


@pytest.mark.parametrize("name", TAILS)
def test_the_tail_beyond_the_last_edge(name):
    collect, distribution, tail = TAILS[name]
    n = 50_000_000
    beyond = np.empty(n // 1000)
    beyond = beyond[: collect(random.seed_state(12), n, tail, beyond)]
    # How many: 22 700 and 12 900 are expected.
    assert stats.binomtest(len(beyond), n, distribution.sf(tail)).pvalue > ALPHA

    # How far: the conditional distribution, which a second edge or a proposal always accepted would miss.
    def conditional(x):
        return 1 - distribution.sf(x) / distribution.sf(tail)

    assert goodness.continuous(beyond, conditional) > ALPHA
    # Excesses 7 % too long are refused: the normal's, if each exponential proposal were accepted.
    assert goodness.continuous(tail + (beyond - tail) * 1.07, conditional) < ALPHA


@pytest.mark.parametrize("name", CASES)
def test_each_strip(name):
    values = np.empty(4_000_000)
    if name == "exponential":
        fill_exponential(random.seed_state(13), values)
    else:
        values = np.abs(random.sample_normal(len(values), seed=13))
    edges = np.sort(CASES[name][0] * 2.0**53)[:-1]
    assert goodness.discrete(*goodness.counted(values, edges), TAILS[name][1].cdf) > ALPHA


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
