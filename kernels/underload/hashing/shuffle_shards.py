"""Shuffle sharding: every customer has a few nodes of its own choosing, and few share all of them with another.

Source: MacCarthaigh, Workload isolation using shuffle-sharding, Amazon Builders' Library, 2019.
"""

import math

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._keys import words
from underload.hashing._words import BORROW, GOLDEN, mix, scale
from underload.hashing.strings import Strings
from underload.hashing.xxhash import xxh64

__all__ = ["ShuffleShards"]


@kernel(**BORROW)
def _choose(keys, nodes, out):
    """`width` different nodes below `nodes` for each key, all choices alike: Floyd's method; out is int32[n, width].

    Bentley and Floyd, A sample of brilliance, Communications of the ACM 30(9), 1987.
    """
    width = out.shape[1]
    for i in range(len(keys)):
        state = keys[i]
        for j in range(width):
            state += GOLDEN
            last = nodes - width + j
            node = np.int32(scale(mix(state), np.uint64(last + 1)))
            for before in range(j):
                if out[i, before] == node:
                    node = np.int32(last)
                    break
            out[i, j] = node


class ShuffleShards:
    """Virtual shards: `width` of the nodes for each customer.

    Parameters
    ----------
    nodes : int
        At most 2**31 - 1.
    width : int
        From 1 to `nodes`, at most 1000.
    """

    def __init__(self, nodes, width):
        self.nodes = _check.integer("nodes", nodes, least=1, most=2**31 - 1)
        self.width = _check.integer("width", width, least=1, most=min(self.nodes, 1000))

    def assign(self, keys):
        """The nodes of each customer, different from each other: int32[n, width]. Keys are uint64[n] or Strings."""
        keys = xxh64(keys) if isinstance(keys, Strings) else words("keys", keys)
        out = np.empty((len(keys), self.width), dtype=np.int32)
        _choose(keys, self.nodes, out)
        return out

    @property
    def combinations(self):
        """Number of different shards, an int."""
        return math.comb(self.nodes, self.width)

    def overlap_probability(self, shared):
        """Probability that two customers share exactly so many nodes: hypergeometric.

        Parameters
        ----------
        shared : int

        Returns
        -------
        float
        """
        shared = _check.integer("shared", shared)
        if shared > self.width:
            return 0.0
        rest = math.comb(self.nodes - self.width, self.width - shared)
        return math.comb(self.width, shared) * rest / self.combinations

    def harmed(self, needed=1):
        """Share of the other customers that are down when one takes all of its nodes along.

        Parameters
        ----------
        needed : int
            Working nodes that a customer needs, from 1 to `width`.

        Returns
        -------
        float
            Probability that fewer of a customer's nodes are left; ``1 / combinations`` if one is enough.
        """
        needed = _check.integer("needed", needed, least=1, most=self.width)
        return math.fsum(self.overlap_probability(m) for m in range(self.width - needed + 1, self.width + 1))
