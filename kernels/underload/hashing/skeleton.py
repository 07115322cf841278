"""Rendezvous in a tree: at each node of a skeleton the halves race for the key, so that a lookup takes log n steps.

Source: Wang and Ravishankar, Hash-based virtual hierarchies for scalable location service in mobile ad-hoc networks,
Mobile Networks and Applications 14(5), 2009, the skeleton of rendezvous hashing.

**Deviations.** The skeleton is binary and weighted: a key goes left if its hash with the skeleton's node is below the
left half's part of the weight, which is an exponential race of two. So shares are exact whatever nodes are there.
"""

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._labelled import Labelled
from underload.hashing._words import BORROW, GOLDEN, mix
from underload.hashing.splitmix import splitmix64

__all__ = ["Skeleton"]

U11 = np.uint64(11)


@kernel(**BORROW)
def _assign(keys, lefts, seed, depth, out):
    """Walk down the tree.

    Parameters
    ----------
    keys : uint64[n]
    lefts : float64[2**depth]
        Part of the left half at each inner node times 2**53; node k has the children 2 k and 2 k + 1, the root is 1.
    seed : uint64
    depth : int
    out : int32[n]
    """
    for i in range(len(keys)):
        h, at = mix(keys[i] + GOLDEN) ^ seed, 1
        for level in range(depth):
            # Counted from the leaves, so that a root that is set on top leaves the tree below as it was.
            inner = (depth - level) << 32 | (at - (1 << level))
            u = mix(h + GOLDEN * np.uint64(inner)) >> U11
            at = 2 * at + (0 if np.float64(u) < lefts[at] else 1)
        out[i] = np.int32(at - (1 << depth))


class Skeleton(Labelled):
    """Rendezvous hashing by a tree over the labels.

    Parameters
    ----------
    nodes : int or int[n]
        How many, or their labels, below 2**24: the tree has a leaf for each label up to the largest.
    weights : float[n], optional
    seed : int

    Notes
    -----
    Shares are exact, but a change is felt at every level above: a new node draws keys into its half, where they spread
    over all the nodes of the half. Up to log2 n times the least number of keys move.
    """

    name = "skeleton"
    weighted = True
    minimal = False
    parameters = ("seed",)

    def __init__(self, nodes, *, weights=None, seed=0):
        self._seed = _check.seed("seed", seed)
        super().__init__(nodes, weights)

    def _build(self):
        if self._labels[-1] >= 2**24:
            _check.fail("nodes", int(self._labels[-1]), "must be below 2**24")
        self._depth = int(self._labels[-1]).bit_length()
        level = np.zeros(2**self._depth)
        level[self._labels] = self._weights
        levels = []
        while len(level) > 1:
            pairs = level.reshape(-1, 2)
            level = pairs.sum(axis=1)
            levels.append(np.divide(pairs[:, 0], level, out=np.zeros(len(level)), where=level > 0))
        # Without weight on the right the left part is 1 exactly, and every u below it.
        self._lefts = np.concatenate([[0.0], *levels[::-1]]) * 2.0**53

    def _tables(self):
        return (self._lefts,)

    def _assign(self, keys, out):
        _assign(keys, self._lefts, splitmix64([self._seed])[0], self._depth, out)
