"""xxHash, 64 bits: four lanes of multiply and rotate over stripes of 32 bytes.

Source: Yann Collet, xxHash specification 0.1.1, section "XXH64 algorithm".
"""

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._keys import hashed
from underload.hashing._words import BORROW, INLINE, rotate, word32, word64

__all__ = ["xxh64"]

P1, P2, P3, P4, P5 = (
    np.uint64(n)
    for n in (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
)
ZERO, R1, R7, R8, R11, R12, R18, R23, R27, R29, R31, R32, R33 = (
    np.uint64(n) for n in (0, 1, 7, 8, 11, 12, 18, 23, 27, 29, 31, 32, 33)
)


@kernel(**INLINE)
def _round(lane, word):
    return rotate(lane + word * P2, R31) * P1


@kernel(**INLINE)
def _merge(h, lane):
    return (h ^ _round(ZERO, lane)) * P1 + P4


@kernel(**INLINE)
def _word(h, word):
    return rotate(h ^ _round(ZERO, word), R27) * P1 + P4


@kernel(**INLINE)
def _avalanche(h):
    h = (h ^ (h >> R33)) * P2
    h = (h ^ (h >> R29)) * P3
    return h ^ (h >> R32)


@kernel(**INLINE)
def _stripes(data, at, stop, seed):
    """The hash of the stripes of 32 bytes from `at` on, of which there is at least one."""
    a, b, c, d = seed + P1 + P2, seed + P2, seed, seed - P1
    while stop - at >= 32:
        a, b = _round(a, word64(data, at)), _round(b, word64(data, at + 8))
        c, d = _round(c, word64(data, at + 16)), _round(d, word64(data, at + 24))
        at += 32
    h = rotate(a, R1) + rotate(b, R7) + rotate(c, R12) + rotate(d, R18)
    return _merge(_merge(_merge(_merge(h, a), b), c), d)


@kernel(**BORROW)
def _of_words(keys, seed, out):
    for i in range(len(keys)):
        out[i] = _avalanche(_word(seed + P5 + R8, keys[i]))


@kernel(**BORROW)
def _of_strings(offsets, data, seed, out):
    for i in range(len(out)):
        at, stop = offsets[i], offsets[i + 1]
        size, h = np.uint64(stop - at), seed + P5
        if stop - at >= 32:
            h = _stripes(data, at, stop, seed)
            at += (stop - at) // 32 * 32
        h += size
        while stop - at >= 8:
            h = _word(h, word64(data, at))
            at += 8
        if stop - at >= 4:
            h = rotate(h ^ (word32(data, at) * P1), R23) * P2 + P3
            at += 4
        for place in range(at, stop):
            h = rotate(h ^ (np.uint64(data[place]) * P5), R11) * P1
        out[i] = _avalanche(h)


def xxh64(keys, seed=0):
    """XXH64 of each key.

    Parameters
    ----------
    keys : uint64[n] or Strings
        A number is hashed as its 8 bytes, the lowest first.
    seed : int
        In [0, 2**64).

    Returns
    -------
    uint64[n]
    """
    seed = np.uint64(_check.seed("seed", seed))
    return hashed("keys", keys, np.uint64, _of_words, _of_strings, seed)
