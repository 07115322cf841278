"""JumpBackHash: jump hash from the last jump backwards: a random word or two, whatever the number of buckets.

Source: Ertl, JumpBackHash: say goodbye to the modulo operation to distribute keys uniformly to buckets, Software:
Practice and Experience 55(3), 2025. Bit for bit ``jumpBackHash`` of Dynatrace's hash4j with SplitMix64.
"""

import numpy as np

from underload._jit import kernel
from underload.hashing._words import BORROW, GOLDEN, INLINE, mix, odd, smear, top
from underload.hashing.placement import Numbered

__all__ = ["JumpBack", "jump_back"]

ZERO, U1, U32 = np.uint64(0), np.uint64(1), np.uint64(32)


@kernel(**INLINE)
def jump_back(state, buckets):
    """The bucket of the key whose SplitMix64 stands at `state`, and where it stands afterwards.

    Parameters
    ----------
    state : uint64
        key + GOLDEN at the start; one GOLDEN for each word that was read.
    buckets : uint64
        From 1 to 2**31 - 1.

    Returns
    -------
    bucket, state : uint64
    """
    word = mix(state)
    # Bit k says whether a bucket of [2**k, 2**(k + 1)) was ever jumped to. The highest is looked at first.
    ranges = (word ^ (word >> U32)) & smear(buckets - U1)
    while ranges != ZERO:
        first = top(ranges)
        upper = first + first - U1
        bucket = first + ((word >> (odd(ranges) * U32)) & (first - U1))
        if bucket < buckets:
            return bucket, state
        while True:  # the next jump back within the range, or out of it
            state += GOLDEN
            more = mix(state)
            bucket = more & upper
            if bucket >= first and bucket >= buckets:
                bucket = (more >> U32) & upper
            if bucket < first:
                break
            if bucket < buckets:
                return bucket, state
        ranges ^= first
    return ZERO, state


@kernel(**BORROW)
def _assign(keys, buckets, out):
    for i in range(len(keys)):
        out[i] = np.int32(jump_back(keys[i] + GOLDEN, buckets)[0])


class JumpBack(Numbered):
    """JumpBackHash: as jump, in a time that does not grow.

    Parameters
    ----------
    nodes : int
        From 1 to 2**31 - 1.
    """

    name = "jumpback"

    def _assign(self, keys, out):
        _assign(keys, np.uint64(self._count), out)
