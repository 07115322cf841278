"""Uniform floats and bounded integers against exact arithmetic on the same bits."""

import pathlib
import runpy
import types

import numpy as np
import pytest
from scipy import stats
from underload import random

ORACLES = pathlib.Path(__file__).parents[1] / "oracles" / "random"
oracle = types.SimpleNamespace(**runpy.run_path(str(ORACLES / "xoshiro.py")))


def generator(seed):
    return oracle.Generator(random.seed_state(seed))


def test_uniform_is_the_upper_53_bits():
    state, slow = random.seed_state(1), generator(1)
    assert [random.uniform(state) for _ in range(1000)] == [slow.uniform() for _ in range(1000)]


def test_the_ends_of_the_unit_interval():
    # The output is rotl(s0 + s3, 23) + s0: with s0 = 0 the state (0, 0, 0, s3) gives rotl(s3, 23).
    def at(output):
        return np.array([0, 0, 0, (output >> 23 | output << 41) % 2**64], dtype=np.uint64)

    assert random.uniform(at(0)) == 0.0
    assert random.uniform(at(2**64 - 1)) == 1 - 2**-53
    assert random.uniform_open(at(0)) == 2**-53
    assert random.uniform_open(at(2**64 - 1)) == 1 - 2**-53


@pytest.mark.parametrize("n", [1, 2, 3, 6, 1000, 2**32 - 1, 2**32 + 1, 2**53, 3 * 2**61, 2**63 - 1])
def test_bounded_is_lemire_s_method(n):
    slow = generator(n)
    assert random.sample_integers(n, 2000, seed=n).tolist() == [slow.bounded(n) for _ in range(2000)]


def thirds(values):
    return stats.chisquare(np.bincount(values % 3, minlength=3)).pvalue


def test_bounded_has_no_bias():
    # Without rejection, 3 * 2**61 values share 2**64 outputs as 3, 3, 2, 3, 3, 2 ...: every third is drawn less often.
    n, size = 3 * 2**61, 10**5
    bits = generator(4)
    unrejected = np.array([bits.next() * n >> 64 for _ in range(size)])
    assert thirds(unrejected) < 1e-6
    assert thirds(random.sample_integers(n, size, seed=4)) > 1e-3


def test_bounded_fits_a_die():
    counts = np.bincount(random.sample_integers(6, 3_000_000, seed=8), minlength=6)
    assert len(counts) == 6
    assert stats.chisquare(counts).pvalue > 1e-3
    # Its resolution: a face that comes up 1 % too often would be seen.
    assert stats.chisquare(counts + np.array([5000, -1000, -1000, -1000, -1000, -1000])).pvalue < 1e-3
