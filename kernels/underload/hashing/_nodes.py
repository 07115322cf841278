"""Hashes of nodes, and points on a circle of 2**64 with the index that finds a key's successor among them."""

import numpy as np

from underload._jit import kernel
from underload.hashing._words import INLINE
from underload.hashing.splitmix import splitmix64

__all__ = ["circle", "node_hashes", "successor"]

U1 = np.uint64(1)
TOP = np.uint64(2**64 - 1)


def node_hashes(labels, seed):
    """uint64[n], a word for each label, another one for each seed."""
    return splitmix64(splitmix64(labels) ^ splitmix64([seed]))


def circle(points, owners):
    """Points sorted, with a sentinel and an index over their top bits.

    Parameters
    ----------
    points : uint64[m]
    owners : int64[m]

    Returns
    -------
    points : uint64[m + 1]
        Increasing; the last one is 2**64 - 1, so that a search never leaves the array.
    owners : int32[m + 1]
        The last one is the first one's: the circle closes. Of equal points the smaller owner comes first.
    first : uint32[2**k]
        The first point whose top k bits are at least the index; 2**k is from m to 2 m.
    shift : uint64
        64 - k.
    """
    order = np.lexsort((owners, points))
    points, owners = points[order], owners[order]
    digits = max(1, int(len(points) - 1).bit_length())
    shift = np.uint64(64 - digits)
    starts = np.arange(2**digits, dtype=np.uint64) << shift
    first = np.searchsorted(points, starts).astype(np.uint32)
    return np.append(points, TOP), np.append(owners, owners[0]).astype(np.int32), first, shift


@kernel(**INLINE)
def successor(h, points, first, shift):
    """Index of the first point that is at least `h`, uint64; the sentinel's if there is none."""
    at = np.uint64(first[h >> shift])
    while points[at] < h:
        at += U1
    return at
