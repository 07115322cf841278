"""The ring: each node has points on a circle of hashes, and a key belongs to the first point at or after its own.

Source: Karger, Lehman, Leighton, Panigrahy, Levine and Lewin, Consistent hashing and random trees, STOC 1997, section
4; virtual nodes by DeCandia et al., Dynamo, SOSP 2007, section 4.2.

**Deviations.** The successor is not searched for by halves: an index over the top bits of the hash tells where the
search starts, and on average it ends within two steps. The points of a node are the words of a SplitMix64.
"""

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._labelled import Labelled
from underload.hashing._nodes import circle, node_hashes, successor
from underload.hashing._words import BORROW, GOLDEN, mix, stream

__all__ = ["Ring"]


@kernel(**BORROW)
def _points(nodes, counts, points, owners):
    """The points of each node: word j of the SplitMix64 that starts at the node's hash.

    Parameters
    ----------
    nodes : uint64[n]
        Hashes of the nodes.
    counts : int64[n]
        Points of each.
    points, owners : uint64[m], int64[m]
        Outputs; owners are places in `nodes`.
    """
    at = 0
    for k in range(len(nodes)):
        for j in range(counts[k]):
            points[at], owners[at] = stream(nodes[k], np.uint64(j + 1)), k
            at += 1


@kernel(**BORROW)
def _assign(keys, points, owners, first, shift, out):
    for i in range(len(keys)):
        h = mix(keys[i] + GOLDEN)
        out[i] = owners[successor(h, points, first, shift)]


class Ring(Labelled):
    """Consistent hashing on a ring with virtual nodes.

    Parameters
    ----------
    nodes : int or int[n]
        How many, or their labels.
    points : int
        Points of a node of weight 1, at least 1. A node has round(points x weight) of them, at least one.
    weights : float[n], optional
    seed : int
        Another one gives another ring.

    Notes
    -----
    The share of a node is drawn once, with the points: see `ring_share` for its law. Adding a node or removing any is
    the least disruption possible.
    """

    name = "ring"
    shares = "drawn"
    weighted = True
    parameters = ("points", "seed")

    def __init__(self, nodes, points=100, *, weights=None, seed=0):
        self._points = _check.integer("points", points, least=1, most=2**20)
        self._seed = _check.seed("seed", seed)
        super().__init__(nodes, weights)

    def _build(self):
        counts = np.maximum(1, np.rint(self._points * self._weights))
        if counts.sum() > 2**28:
            _check.fail("points", self._points, f"must give at most 2**28 points, here {counts.sum():.3g}")
        counts = counts.astype(np.int64)
        points, owners = np.empty(counts.sum(), dtype=np.uint64), np.empty(counts.sum(), dtype=np.int64)
        _points(node_hashes(self._labels, self._seed), counts, points, owners)
        self._circle = circle(points, self._labels[owners])

    def _tables(self):
        return self._circle[:3]

    def _assign(self, keys, out):
        _assign(keys, *self._circle, out)
