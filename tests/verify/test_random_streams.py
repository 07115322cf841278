"""Pairs of outputs, within a stream and across streams, fill the square evenly."""

import numpy as np
import pytest
from scipy import stats
from underload import random
from underload._jit import kernel

pytestmark = pytest.mark.verify

SIDE = 256
next_uint64 = random.next_uint64


@kernel
def pairs(first, second, n, counts, shift):
    """Count where 8 bits of a draw of one state and 8 bits of the next draw of another fall."""
    for _ in range(n):
        row = (next_uint64(first) >> shift) & np.uint64(255)
        column = (next_uint64(second) >> shift) & np.uint64(255)
        counts[np.int64(row), np.int64(column)] += 1


@pytest.mark.parametrize("bits", ["upper", "lower"])
@pytest.mark.parametrize("which", ["serial", "neighbours", "distant"])
def test_pairs_are_even(bits, which):
    # 6 cases at 0.001 each. The square has 65536 cells that expect 1526 each.
    states = random.streams(701, 20)
    first = states[0]
    second = {"serial": first, "neighbours": states[1], "distant": states[19]}[which]
    counts = np.zeros((SIDE, SIDE), dtype=np.int64)
    pairs(first, second, 100_000_000, counts, np.uint64(56 if bits == "upper" else 0))
    assert stats.chisquare(counts.ravel()).pvalue > 0.001


def test_a_shared_stream_would_be_seen():
    first = random.seed_state(702)
    counts = np.zeros((SIDE, SIDE), dtype=np.int64)
    pairs(first, first.copy(), 1_000_000, counts, np.uint64(56))
    assert stats.chisquare(counts.ravel()).pvalue < 0.001
