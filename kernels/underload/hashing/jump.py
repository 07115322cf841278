"""Jump: a key's bucket, as the number of buckets grows, jumps ahead ever more rarely; compute the jumps alone.

Source: Lamping and Veach, A fast, minimal memory, consistent hash algorithm, arXiv:1406.2294, 2014, figure 1. Bit for
bit that function, and so Guava's ``Hashing.consistentHash`` of a long.

**Deviations.** Not one key at a time but 512 of them side by side, each step for all: the compiler makes vectors of
the steps, and no key's exit is mispredicted. When half of them have arrived, the others move up. The products that the
source truncates to an integer are kept as rounded-down doubles, capped at the number of buckets: the same numbers
below it.
"""

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._keys import words
from underload.hashing._words import BORROW
from underload.hashing.placement import MOST_NODES, Numbered

__all__ = ["Jump", "jump", "jump_lanes"]

LANES, GROUP = 512, 16  # keys side by side, and those of a step whose loop has a fixed length
U1, U33 = np.uint64(1), np.uint64(33)
MULTIPLIER = np.uint64(2862933555777941757)


@kernel(**BORROW)
def _advance(states, here, there, groups, top):
    """One jump in every lane of the first groups; how many of them have still to jump.

    Parameters
    ----------
    states : uint64[LANES]
        Of the linear congruential generators.
    here, there : float64[LANES]
        The bucket where a lane is, and its next one. A lane whose next one is `top` has arrived, and stays so:
        (top + 1) times a number of at least 1 is above top.
    groups : int
    top : float64
        Number of buckets.
    """
    left = 0
    for group in range(groups):
        for member in range(GROUP):
            lane = group * GROUP + member
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
def _move_up(states, here, there, which, active, top, out):
    """Write where the first lanes are, move those that have still to jump to the front, and count them.

    Parameters
    ----------
    which : int32[LANES]
        The key of each lane, a place in `out`.
    active : int
        Lanes in use.
    out : int32[:]
    """
    count = 0
    for lane in range(active):  # without a branch: who has arrived is overwritten
        state, place, ahead, key = states[lane], here[lane], there[lane], which[lane]
        out[key] = np.int32(place)
        states[count], here[count], there[count], which[count] = state, place, ahead, key
        count += 1 if ahead < top else 0
    for lane in range(count, min(-(-count // GROUP) * GROUP, active)):
        there[lane] = top
    return count


@kernel(**BORROW)
def jump_lanes(keys, buckets, states, places, which, out):
    """Jump hash of keys.

    Parameters
    ----------
    keys : uint64[n]
    buckets : int
        From 1 to 2**31 - 1.
    states, places, which : uint64[LANES], float64[2, LANES], int32[LANES]
        Scratch.
    out : int32[n]
    """
    here, there, top = places[0], places[1], np.float64(buckets)
    for start in range(0, len(keys), LANES):
        active = min(LANES, len(keys) - start)
        for lane in range(active):
            states[lane], which[lane] = keys[start + lane], np.int32(lane)
            here[lane], there[lane] = 0.0, 0.0
        for lane in range(active, -(-active // GROUP) * GROUP):
            there[lane] = top
        while active > 0:
            left = _advance(states, here, there, -(-active // GROUP), top)
            if 2 * left <= active:
                active = _move_up(states, here, there, which, active, top, out[start:])


def jumped(keys, buckets, out):
    """`jump_lanes` with scratch of its own."""
    scratch = np.zeros(LANES, dtype=np.uint64), np.zeros((2, LANES)), np.zeros(LANES, dtype=np.int32)
    jump_lanes(keys, buckets, *scratch, out)


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
