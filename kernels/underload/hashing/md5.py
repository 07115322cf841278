"""MD5 of packed strings: what libketama and memcached clients place keys with. A placement, not a secret.

Source: Rivest, The MD5 message-digest algorithm, RFC 1321, 1992.
"""

import math

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._words import BORROW, INLINE, LOW32, word32
from underload.hashing.strings import Strings

__all__ = ["md5_words"]

U32 = np.uint64(32)
# floor(2**32 |sin(i + 1)|), the four shifts of each round, and which word of the block each step reads.
SINES = np.array([int(abs(math.sin(i + 1)) * 2**32) for i in range(64)], dtype=np.uint64)
SHIFTS = np.repeat(np.array([[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]]), 4, axis=0)
SHIFTS = SHIFTS.ravel().astype(np.uint64)
ORDER = np.array([(1, 5, 3, 7)[i // 16] * i + (0, 1, 5, 0)[i // 16] for i in range(64)], dtype=np.int64) % 16
START = np.array([0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476], dtype=np.uint64)


@kernel(**INLINE)
def _choice(i, b, c, d):
    """The nonlinear function of step `i`; only the low 32 bits count."""
    if i < 16:
        return d ^ (b & (c ^ d))
    if i < 32:
        return c ^ (d & (b ^ c))
    return b ^ c ^ d if i < 48 else c ^ (b | (d ^ LOW32))


@kernel(**INLINE)
def _block(state, block):
    """Take a block (uint64[16], 32 bits each) into `state` (uint64[4])."""
    a, b, c, d = state[0], state[1], state[2], state[3]
    for i in range(64):
        f = (_choice(i, b, c, d) + a + SINES[i] + block[ORDER[i]]) & LOW32
        a, d, c = d, c, b
        b = (b + ((f << SHIFTS[i]) | (f >> (U32 - SHIFTS[i])))) & LOW32
    state[0], state[1] = (state[0] + a) & LOW32, (state[1] + b) & LOW32
    state[2], state[3] = (state[2] + c) & LOW32, (state[3] + d) & LOW32


@kernel(**BORROW)
def _digest(offsets, data, tail, block, out):
    """Digests as four words: out (uint32[n, 4]); `tail` (uint8[128]) and `block` (uint64[20]) are scratch."""
    state = block[16:]
    for i in range(len(out)):
        at, stop = offsets[i], offsets[i + 1]
        size = stop - at
        for w in range(4):
            state[w] = START[w]
        while stop - at >= 64:
            for w in range(16):
                block[w] = word32(data, at + 4 * w)
            _block(state, block)
            at += 64
        rest = stop - at
        blocks = 1 if rest < 56 else 2
        tail[:] = 0
        for k in range(rest):
            tail[k] = data[at + k]
        tail[rest] = 0x80
        for k in range(8):
            tail[64 * blocks - 8 + k] = ((8 * size) >> (8 * k)) & 0xFF
        for part in range(blocks):
            for w in range(16):
                block[w] = word32(tail, 64 * part + 4 * w)
            _block(state, block)
        for w in range(4):
            out[i, w] = np.uint32(state[w])


def md5_words(keys):
    """The MD5 digest of each string as four little-endian words.

    Parameters
    ----------
    keys : Strings

    Returns
    -------
    uint32[n, 4]
        Its bytes, on a little-endian machine, are the digests. Column 0 is ketama's hash of a key.
    """
    if not isinstance(keys, Strings):
        _check.fail("keys", keys, "must be Strings")
    out = np.empty((len(keys), 4), dtype=np.uint32)
    _digest(keys.offsets, keys.data, np.empty(128, dtype=np.uint8), np.empty(20, dtype=np.uint64), out)
    return out
