"""Copysets: replicas on few sets of nodes, so that a power cut seldom hits all of one.

Source: Cidon, Rumble, Stutsman, Katti, Ousterhout and Rosenblum, Copysets: reducing the frequency of data loss in cloud
storage, USENIX ATC 2013, section 3.2. `capacity.copyset_loss` has the probabilities.
"""

import numpy as np

from underload import _check
from underload.capacity import copysets as number_of_copysets
from underload.hashing._keys import words
from underload.hashing._nodes import node_hashes
from underload.hashing.modulo import FastRange
from underload.hashing.splitmix import splitmix64
from underload.hashing.strings import Strings
from underload.hashing.xxhash import xxh64

__all__ = ["Copysets"]


class Copysets:
    """Copyset replication: random permutations of the nodes, each cut into sets of as many as there are copies.

    Parameters
    ----------
    nodes : int
    replicas : int
        Copies of each key, at least 2.
    scatter_width : int
        Nodes that share data with a given one, about: from replicas - 1 to nodes - 1.
    seed : int

    Attributes
    ----------
    sets : int32[copysets, replicas]
        The nodes of each copyset; their number is that of ``capacity.copysets``.
    """

    def __init__(self, nodes, replicas, scatter_width, *, seed=0):
        count = number_of_copysets(nodes, replicas, scatter_width)
        nodes, replicas = _check.integer("nodes", nodes, most=10**7), int(replicas)
        groups, seed = nodes // replicas, _check.seed("seed", seed)
        labels, permutations = np.arange(nodes), count // groups
        self.sets = np.empty((count, replicas), dtype=np.int32)
        for k in range(permutations):
            # Sorted by independent hashes, a list is in random order.
            order = np.argsort(node_hashes(labels, int(splitmix64([seed])[0]) ^ k), kind="stable")
            self.sets[k * groups : (k + 1) * groups] = order[: groups * replicas].reshape(groups, replicas)
        self._nodes = nodes

    def assign(self, keys):
        """The nodes of each key's copies.

        Parameters
        ----------
        keys : uint64[n] or Strings

        Returns
        -------
        int32[n, replicas]
            The nodes of one copyset; which of them comes first is drawn by the key.
        """
        keys = xxh64(keys) if isinstance(keys, Strings) else words("keys", keys)
        chosen = self.sets[FastRange(len(self.sets)).assign(keys)]
        replicas = self.sets.shape[1]
        turn = FastRange(replicas).assign(splitmix64(keys))
        return chosen[np.arange(len(keys))[:, None], (np.arange(replicas) + turn[:, None]) % replicas]

    def scatter_widths(self):
        """Number of other nodes that each node shares a copyset with, int64[nodes]."""
        replicas = self.sets.shape[1]
        pairs = [self.sets[:, [i, j]] for i in range(replicas) for j in range(replicas) if i != j]
        pairs = np.unique(np.concatenate(pairs), axis=0)
        return np.bincount(pairs[:, 0], minlength=self._nodes)

    def lost(self, failed):
        """Share of the copysets of which every node has failed.

        Parameters
        ----------
        failed : int[k]
            Nodes that do not come back.

        Returns
        -------
        float
        """
        down = np.zeros(self._nodes, dtype=bool)
        failed = _check.counts("failed", failed, least=0)
        if len(failed) and failed.max() >= self._nodes:
            _check.fail("failed", failed.tolist(), f"must be nodes below {self._nodes}")
        down[failed] = True
        return float(down[self.sets].all(axis=1).mean())
