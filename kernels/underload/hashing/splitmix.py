"""SplitMix64 as a hash of words: the first output of the generator that starts at the key.

Source: Steele, Lea and Flood, Fast splittable pseudorandom number generators, OOPSLA 2014; the finalizer is variant 13
of David Stafford's "Better bit mixing", 2011.
"""

import numpy as np

from underload._jit import kernel
from underload.hashing._keys import words
from underload.hashing._words import BORROW, GOLDEN, mix

__all__ = ["splitmix64"]


@kernel(**BORROW)
def _splitmix64(keys, out):
    for i in range(len(keys)):
        out[i] = mix(keys[i] + GOLDEN)


def splitmix64(keys):
    """SplitMix64 of each key, a bijection of the 64-bit words.

    Parameters
    ----------
    keys : uint64[n]
        Whole numbers in [0, 2**64).

    Returns
    -------
    uint64[n]
        The first output of SplitMix64 seeded with the key. Output i (from 0) of a generator seeded with s is
        ``splitmix64([s + i * 0x9E3779B97F4A7C15])``, modulo 2**64.
    """
    keys = words("keys", keys)
    out = np.empty(len(keys), dtype=np.uint64)
    _splitmix64(keys, out)
    return out
