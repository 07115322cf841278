"""Multi-probe consistent hashing: one point a node on the ring, several a key; the nearest to its successor wins.

Source: Appleton and O'Reilly, Multi-probe consistent hashing, arXiv:1505.00062, 2015, section 2: with 1 + 1/e probes
the largest share is at most 1 + e of the mean; 21 probes give 1.05.

**Deviations.** The probes are the SplitMix64 words of the key. The successor is found by an index over the top bits,
as for the ring.
"""

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._labelled import Labelled
from underload.hashing._nodes import circle, node_hashes, successor
from underload.hashing._words import BORROW, GOLDEN, mix

__all__ = ["MultiProbe"]

FARTHEST = np.uint64(2**64 - 1)


@kernel(**BORROW)
def _assign(keys, points, owners, first, shift, probes, out):
    count = np.uint64(len(points) - 1)
    for i in range(len(keys)):
        state, nearest, where = keys[i], FARTHEST, owners[0]
        for _ in range(probes):
            state += GOLDEN
            h = mix(state)
            at = successor(h, points, first, shift)
            # Around the end of the circle the distance to the first point, modulo 2**64.
            distance = points[at if at < count else np.uint64(0)] - h
            if distance < nearest:
                nearest, where = distance, owners[at]
        out[i] = where


class MultiProbe(Labelled):
    """Multi-probe consistent hashing.

    Parameters
    ----------
    nodes : int or int[n]
        How many, or their labels.
    probes : int
        Points of a key, at least 1.
    seed : int

    Notes
    -----
    The bound is on the largest share only: a node close before another one can get next to nothing.
    """

    name = "multi-probe"
    shares = "drawn"
    parameters = ("probes", "seed")

    def __init__(self, nodes, probes=21, *, seed=0):
        self._probes = _check.integer("probes", probes, least=1, most=10**4)
        self._seed = _check.seed("seed", seed)
        super().__init__(nodes)

    def _build(self):
        self._circle = circle(node_hashes(self._labels, self._seed), self._labels)

    def _tables(self):
        return self._circle[:3]

    def _assign(self, keys, out):
        _assign(keys, *self._circle, self._probes, out)
