"""Bounded loads: a ring on which a key passes on from a node that is full.

Source: Mirrokni, Thorup and Zadimoghaddam, Consistent hashing with bounded loads, SODA 2018 (arXiv:1608.01350): a node
takes at most ceil(c m / n) of m keys on n nodes, and a change moves O(1 / (c - 1)**2) keys for each that it must.

**Deviations.** Keys come one after the other in the order of the array, each to the first node with room; the source's
placement, which does not depend on the order, has the same loads.
"""

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._nodes import successor
from underload.hashing._words import BORROW, GOLDEN, mix
from underload.hashing.ring import Ring
from underload.hashing.strings import Strings
from underload.hashing.xxhash import xxh64

__all__ = ["BoundedLoads"]

U0, U1 = np.uint64(0), np.uint64(1)


@kernel(**BORROW)
def _assign(keys, points, places, first, shift, room, labels, out):
    """`room` (int64[n]) is how many keys a node still takes, and is used up; `places` are in `room` and in `labels`."""
    last = np.uint64(len(points) - 1)
    for i in range(len(keys)):
        at = successor(mix(keys[i] + GOLDEN), points, first, shift)
        place = np.uint64(places[at])
        while room[place] == 0:
            at = at + U1 if at < last else U0
            place = np.uint64(places[at])
        room[place] -= 1
        out[i] = np.int32(labels[place])


class BoundedLoads(Ring):
    """Consistent hashing with bounded loads.

    Parameters
    ----------
    nodes : int or int[n]
        How many, or their labels.
    load_factor : float
        c > 1: no node takes more than ceil(c m w / W) of the m keys of a call, w its weight and W that of all.
    points : int
    weights : float[n], optional
    seed : int

    Notes
    -----
    `assign` places all of its keys together: where a key goes depends on those before it, and the keys of one call fill
    nodes that start empty. The answer does not depend on `threads`, as only one works.
    """

    name = "bounded-loads"
    shares = "capped"
    minimal = False
    parameters = ("load_factor", *Ring.parameters)

    def __init__(self, nodes, load_factor=1.25, *, points=100, weights=None, seed=0):
        self._load_factor = _check.real("load_factor", load_factor)
        if not 1 < self._load_factor <= 1e6:
            _check.fail("load_factor", load_factor, "must be above 1, and at most 1e6")
        super().__init__(nodes, points, weights=weights, seed=seed)

    def _build(self):
        super()._build()
        points, owners, first, shift = self._circle
        places = np.searchsorted(self._labels, owners).astype(np.uint32)
        self._walk = points, places, first, shift

    def _tables(self):
        return (*self._walk[:3], self._labels)

    def caps(self, keys):
        """The most that each of `nodes` takes of so many keys, int64[n]."""
        keys = _check.integer("keys", keys, most=2**40)
        fair = self._weights / self._weights.sum()
        return np.maximum(1, np.ceil(self._load_factor * keys * fair * (1 - 1e-12))).astype(np.int64)

    def _assign_all(self, keys, out, threads):
        keys = xxh64(keys) if isinstance(keys, Strings) else keys
        _assign(keys, *self._walk, self.caps(len(keys)), self._labels, out)
