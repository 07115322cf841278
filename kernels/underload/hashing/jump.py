"""Jump: a key's bucket, as the number of buckets grows, jumps ahead ever more rarely; compute the jumps alone.

Source: Lamping and Veach, A fast, minimal memory, consistent hash algorithm, arXiv:1406.2294, 2014, figure 1. Bit for
bit that function, and so Guava's ``Hashing.consistentHash`` of a long.

**Deviations.** Not one key at a time but 64 of them side by side, each step for all until the last has arrived: the
compiler makes vectors of the steps, and one key's mispredicted exit stops nobody. The products that the source
truncates to an integer are kept as rounded-down doubles, capped at the number of buckets: the same numbers below it.
"""

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._keys import words
from underload.hashing._words import BORROW
from underload.hashing.placement import MOST_NODES, Numbered

__all__ = ["Jump", "jump", "jump_lanes"]

LANES = 64
U1, U33 = np.uint64(1), np.uint64(33)
MULTIPLIER = np.uint64(2862933555777941757)


@kernel(**BORROW)
def _advance(states, here, there, top):
    """One jump in every lane; how many lanes have still to jump.

    Parameters
    ----------
    states : uint64[LANES]
        Of the linear congruential generators.
    here, there : float64[LANES]
        The bucket where a lane is, and its next one. A lane whose next one is `top` has arrived, and stays so:
        (top + 1) times a number of at least 1 is above top.
    top : float64
        Number of buckets.
    """
    left = 0
    for lane in range(LANES):
        state, place, old = states[lane] * MULTIPLIER + U1, there[lane], here[lane]
        # In this order: the double nearest to the quotient, then the double nearest to the product.
        ahead = (place + 1.0) * (2147483648.0 / (np.float64(np.int32(state >> U33)) + 1.0))
        ahead = np.floor(min(ahead, top))
        states[lane] = state
        here[lane] = place if place < top else old
        there[lane] = ahead
        left += 1 if ahead < top else 0
    return left


@kernel(**BORROW)
def jump_lanes(keys, buckets, states, places, out):
    """Jump hash of keys.

    Parameters
    ----------
    keys : uint64[n]
    buckets : int
        From 1 to 2**31 - 1.
    states : uint64[LANES]
        Scratch.
    places : float64[2, LANES]
        Scratch.
    out : int32[n]
    """
    here, there, top = places[0], places[1], np.float64(buckets)
    for start in range(0, len(keys), LANES):
        count = min(LANES, len(keys) - start)
        for lane in range(LANES):
            states[lane] = keys[start + min(lane, count - 1)]
            here[lane], there[lane] = 0.0, 0.0
        while _advance(states, here, there, top) > 0:
            pass
        for lane in range(count):
            out[start + lane] = np.int32(here[lane])


def jumped(keys, buckets, out):
    """`jump_lanes` with scratch of its own."""
    jump_lanes(keys, buckets, np.empty(LANES, dtype=np.uint64), np.empty((2, LANES)), out)


def jump(keys, buckets):
    """Jump consistent hash of each key.

    Parameters
    ----------
    keys : uint64[n]
        Whole numbers in [0, 2**64); the function mixes them itself.
    buckets : int
        From 1 to 2**31 - 1.

    Returns
    -------
    int32[n]
        Buckets from 0 to buckets - 1.
    """
    keys = words("keys", keys)
    buckets = _check.integer("buckets", buckets, least=1, most=MOST_NODES)
    out = np.empty(len(keys), dtype=np.int32)
    jumped(keys, buckets, out)
    return out


class Jump(Numbered):
    """Jump consistent hash: no tables, nodes 0 ... n - 1, about ln n steps a key.

    Parameters
    ----------
    nodes : int
        From 1 to 2**31 - 1.
    """

    name = "jump"

    def _assign(self, keys, out):
        jumped(keys, self._count, out)
