"""PowerCH: a bucket of the next power of two, and for those beyond the end a few of jump's steps.

Source: Leu, Fast consistent hashing in constant time, arXiv:2307.12448, 2023, algorithms 1 to 3.

**Deviations.** The key's hash is its SplitMix64 and the hash of a hash and a number is word `number` of the SplitMix64
that starts at the hash. The uniform numbers of the second part are those of jump's linear congruential generator.
"""

import numpy as np

from underload._jit import kernel
from underload.hashing._words import BORROW, GOLDEN, INLINE, mix, smear, stream, top
from underload.hashing.placement import Numbered

__all__ = ["PowerCH"]

ZERO, U1, U33 = np.uint64(0), np.uint64(1), np.uint64(33)
MULTIPLIER = np.uint64(2862933555777941757)


@kernel(**INLINE)
def _of_power(h, mask):
    """A bucket from 0 to `mask` (2**k - 1): the masked hash decides the level, a second hash the place in it."""
    masked = h & mask
    if masked == ZERO:
        return ZERO
    rest = top(masked) - U1
    return rest + U1 + (stream(h, rest + U1) & rest)


@kernel(**INLINE)
def _jumps(h, start, buckets):
    """Jump hash from bucket `start` on."""
    here, top = np.float64(start), np.float64(buckets)
    while True:
        h = h * MULTIPLIER + U1
        there = np.floor((here + 1.0) * (2147483648.0 / (np.float64(h >> U33) + 1.0)))
        if there >= top:
            return np.uint64(here)
        here = there


@kernel(**BORROW)
def _assign(keys, buckets, out):
    mask = smear(buckets - U1)
    half = mask >> U1
    for i in range(len(keys)):
        h = mix(keys[i] + GOLDEN)
        bucket = _of_power(h, mask)
        if bucket >= buckets:
            bucket = _jumps(h, half, buckets)
            if bucket <= half:
                bucket = _of_power(h, half)
        out[i] = np.int32(bucket)


class PowerCH(Numbered):
    """Power consistent hashing.

    Parameters
    ----------
    nodes : int
        From 1 to 2**31 - 1.
    """

    name = "power"

    def _assign(self, keys, out):
        _assign(keys, np.uint64(self._count), out)
