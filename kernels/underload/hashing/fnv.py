"""FNV-1a, 64 bits: exclusive or with a byte, times a prime; the hash of memcached clients and of the first rings.

Source: Fowler, Noll, Vo and Eastlake, The FNV non-cryptographic hash algorithm, IETF draft (now RFC 9923).
"""

import numpy as np

from underload._jit import kernel
from underload.hashing._keys import hashed
from underload.hashing._words import BORROW

__all__ = ["fnv1a_64"]

OFFSET, PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
BYTE, U8 = np.uint64(0xFF), np.uint64(8)


@kernel(**BORROW)
def _of_words(keys, out):
    for i in range(len(keys)):
        key, h = keys[i], OFFSET
        for _ in range(8):
            h = (h ^ (key & BYTE)) * PRIME
            key >>= U8
        out[i] = h


@kernel(**BORROW)
def _of_strings(offsets, data, out):
    for i in range(len(out)):
        h = OFFSET
        for at in range(offsets[i], offsets[i + 1]):
            h = (h ^ np.uint64(data[at])) * PRIME
        out[i] = h


def fnv1a_64(keys):
    """FNV-1a with 64 bits of each key.

    Parameters
    ----------
    keys : uint64[n] or Strings
        A number is hashed as its 8 bytes, the lowest first.

    Returns
    -------
    uint64[n]
    """
    return hashed("keys", keys, np.uint64, _of_words, _of_strings)
