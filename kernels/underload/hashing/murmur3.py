"""MurmurHash3: 32 bits (x86), 128 bits (x64), and its finalizer alone.

Source: Austin Appleby, MurmurHash3.cpp, 2011 (public domain): MurmurHash3_x86_32, MurmurHash3_x64_128, fmix64.
Equal to them on a little-endian machine, whatever the machine here.
"""

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._keys import hashed, words
from underload.hashing._words import BORROW, INLINE, LOW32, rotate, word32, word64

__all__ = ["fmix64", "murmur3_32", "murmur3_128"]

ZERO, U8, U13, U15, U16, U17, U19, U27, U31, U32, U33 = (
    np.uint64(n) for n in (0, 8, 13, 15, 16, 17, 19, 27, 31, 32, 33)
)
A1, A2, A5, A_ADD = (np.uint64(n) for n in (0xCC9E2D51, 0x1B873593, 5, 0xE6546B64))
A_MIX_1, A_MIX_2 = np.uint64(0x85EBCA6B), np.uint64(0xC2B2AE35)
F1, F2, F5 = np.uint64(0x87C37B91114253D5), np.uint64(0x4CF5AD432745937F), np.uint64(5)
F_ADD_1, F_ADD_2 = np.uint64(0x52DCE729), np.uint64(0x38495AB5)
MIX_1, MIX_2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)


@kernel(**INLINE)
def finish64(h):
    """fmix64: a bijection of uint64."""
    h = (h ^ (h >> U33)) * MIX_1
    h = (h ^ (h >> U33)) * MIX_2
    return h ^ (h >> U33)


@kernel(**INLINE)
def _scramble32(k):
    """One block of 4 bytes before it enters the hash. 32-bit arithmetic in the low half of a uint64."""
    k = (k * A1) & LOW32
    k = ((k << U15) | (k >> U17)) & LOW32
    return (k * A2) & LOW32


@kernel(**INLINE)
def _block32(h, k):
    h ^= _scramble32(k)
    h = ((h << U13) | (h >> U19)) & LOW32
    return (h * A5 + A_ADD) & LOW32


@kernel(**INLINE)
def _finish32(h):
    h = ((h ^ (h >> U16)) * A_MIX_1) & LOW32
    h = ((h ^ (h >> U13)) * A_MIX_2) & LOW32
    return h ^ (h >> U16)


@kernel(**BORROW)
def _words32(keys, seed, out):
    for i in range(len(keys)):
        h = _block32(_block32(seed, keys[i] & LOW32), keys[i] >> U32)
        out[i] = np.uint32(_finish32(h ^ U8))


@kernel(**BORROW)
def _strings32(offsets, data, seed, out):
    for i in range(len(out)):
        at, stop = offsets[i], offsets[i + 1]
        size, h = np.uint64(stop - at), seed
        while stop - at >= 4:
            h = _block32(h, word32(data, at))
            at += 4
        k = ZERO
        for place in range(stop - 1, at - 1, -1):
            k = (k << U8) | np.uint64(data[place])
        out[i] = np.uint32(_finish32(h ^ _scramble32(k) ^ size))


@kernel(**INLINE)
def _first(k):
    return rotate(k * F1, U31) * F2


@kernel(**INLINE)
def _second(k):
    return rotate(k * F2, U33) * F1


@kernel(**INLINE)
def _finish128(h1, h2, size, out, i):
    h1 ^= size
    h2 ^= size
    h1 += h2
    h2 += h1
    h1, h2 = finish64(h1), finish64(h2)
    h1 += h2
    out[i, 0], out[i, 1] = h1, h2 + h1


@kernel(**BORROW)
def _words128(keys, seed, out):
    for i in range(len(keys)):
        _finish128(seed ^ _first(keys[i]), seed, U8, out, i)


@kernel(**BORROW)
def _strings128(offsets, data, seed, out):
    for i in range(len(out)):
        at, stop = offsets[i], offsets[i + 1]
        size, h1, h2 = np.uint64(stop - at), seed, seed
        while stop - at >= 16:
            h1 ^= _first(word64(data, at))
            h1 = (rotate(h1, U27) + h2) * F5 + F_ADD_1
            h2 ^= _second(word64(data, at + 8))
            h2 = (rotate(h2, U31) + h1) * F5 + F_ADD_2
            at += 16
        k1, k2 = ZERO, ZERO
        for place in range(stop - 1, at + 7, -1):
            k2 = (k2 << U8) | np.uint64(data[place])
        for place in range(min(stop, at + 8) - 1, at - 1, -1):
            k1 = (k1 << U8) | np.uint64(data[place])
        _finish128(h1 ^ _first(k1), h2 ^ _second(k2), size, out, i)


@kernel(**BORROW)
def _fmix64(keys, out):
    for i in range(len(keys)):
        out[i] = finish64(keys[i])


def fmix64(keys):
    """The 64-bit finalizer of Murmur3 of each key, a bijection that maps 0 to 0.

    Parameters
    ----------
    keys : uint64[n]

    Returns
    -------
    uint64[n]
    """
    keys = words("keys", keys)
    out = np.empty(len(keys), dtype=np.uint64)
    _fmix64(keys, out)
    return out


def murmur3_32(keys, seed=0):
    """MurmurHash3_x86_32 of each key.

    Parameters
    ----------
    keys : uint64[n] or Strings
        A number is hashed as its 8 bytes, the lowest first.
    seed : int
        In [0, 2**32).

    Returns
    -------
    uint32[n]
    """
    seed = np.uint64(_check.integer("seed", seed, most=2**32 - 1))
    return hashed("keys", keys, np.uint32, _words32, _strings32, seed)


def murmur3_128(keys, seed=0):
    """MurmurHash3_x64_128 of each key.

    Parameters
    ----------
    keys : uint64[n] or Strings
    seed : int
        In [0, 2**32).

    Returns
    -------
    uint64[n, 2]
        The two halves in the order in which the reference writes them.
    """
    seed = np.uint64(_check.integer("seed", seed, most=2**32 - 1))
    return hashed("keys", keys, np.dtype((np.uint64, 2)), _words128, _strings128, seed)
