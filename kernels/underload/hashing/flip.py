"""FlipHash: a masked hash, its lower bits flipped at random, is a bucket of a power of two; beyond the end, again.

Source: Masson and Lee, FlipHash: a constant-time consistent range-hashing algorithm, arXiv:2402.17549, 2024, and the
authors' program (fliphash-rs), ``fliphash_64``, bit for bit.
"""

import numpy as np

from underload._jit import kernel
from underload.hashing._words import BORROW, INLINE, digits, smear
from underload.hashing.placement import Numbered

__all__ = ["Flip"]

ZERO, U1, U2, U27, U33 = (np.uint64(n) for n in (0, 1, 2, 27, 33))
MULTIPLY_1, MULTIPLY_2 = np.uint64(0x3C79AC492BA7B653), np.uint64(0x1C69B3F74AC4AE35)
MOST_DRAWS = 64


@kernel(**INLINE)
def _hash(key, level, draw):
    """One of the source's family of hashes; `level` and `draw` are uint64."""
    key *= U2 * level + U1
    key = (key ^ (key >> U27)) * MULTIPLY_1
    key *= U2 * draw + U1
    key = (key ^ (key >> U33)) * MULTIPLY_2
    return key ^ (key >> U27)


@kernel(**INLINE)
def _of_power(key, h, mask):
    masked = h & mask
    if masked == ZERO:
        return ZERO
    level = digits(masked) - U1
    return masked ^ (_hash(key, level, ZERO) & ((U1 << level) - U1))


@kernel(**BORROW)
def _assign(keys, buckets, out):
    last = buckets - U1
    mask = smear(last)
    level = digits(last) - U1
    for i in range(len(keys)):
        h = _hash(keys[i], ZERO, ZERO)
        bucket = _of_power(keys[i], h, mask)
        draw = 0
        while bucket > last:
            draw += 1
            word = _hash(keys[i], level, np.uint64(draw)) & mask
            if draw > MOST_DRAWS or word <= mask >> U1:
                bucket = _of_power(keys[i], h, mask >> U1)
            else:
                bucket = word
        out[i] = np.int32(bucket)


class Flip(Numbered):
    """FlipHash.

    Parameters
    ----------
    nodes : int
        From 1 to 2**31 - 1.
    """

    name = "flip"

    def _assign(self, keys, out):
        _assign(keys, np.uint64(self._count), out)
