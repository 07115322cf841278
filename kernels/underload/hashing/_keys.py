"""Keys at the door: an array of words, or packed strings."""

import numpy as np

from underload import _check
from underload.hashing.strings import Strings

__all__ = ["hashed", "words"]


def words(name, keys):
    """A one-dimensional array of whole numbers in [0, 2**64) as contiguous uint64."""
    rule = "must be a one-dimensional array of whole numbers from 0 to 2**64 - 1, or Strings"
    try:
        array = np.asarray(keys)
        # NumPy makes floats of a list with numbers below and above 2**63.
        if array.dtype.kind == "f" and isinstance(keys, (list, tuple)) and all(isinstance(key, int) for key in keys):
            array = np.array(keys, dtype=np.uint64)
    except (ValueError, OverflowError):
        _check.fail(name, keys, rule)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        if array.shape != (0,):
            _check.fail(name, keys, rule)
        array = array.astype(np.uint64)
    if array.dtype.kind == "i" and array.size and array.min() < 0:
        place = int(array.argmin())
        _check.fail(f"{name}[{place}]", array[place], "must be >= 0")
    return np.ascontiguousarray(array, dtype=np.uint64)


def hashed(name, keys, kind, of_words, of_strings, *more):
    """An array of hashes, one of each key: `of_words` of integers, `of_strings` of packed strings.

    Parameters
    ----------
    kind : dtype
        Of the result.
    of_words : callable
        Kernel (keys uint64[n], *more, out).
    of_strings : callable
        Kernel (offsets int64[n + 1], data uint8[:], *more, out).
    """
    if isinstance(keys, Strings):
        out = np.empty(len(keys), dtype=kind)
        of_strings(keys.offsets, keys.data, *more, out)
        return out
    array = words(name, keys)
    out = np.empty(len(array), dtype=kind)
    of_words(array, *more, out)
    return out
