"""Rendezvous, or highest random weight: each node's hash with the key is a score, and the highest one wins.

Source: Thaler and Ravishankar, Using name-based mappings to increase hit rates, IEEE/ACM Transactions on Networking
6(1), 1998. Weights: Schindelhauer and Schomaker, Weighted distributed hash tables, SPAA 2005 (the logarithmic method):
the node with the least -ln(u) / weight, an exponential race that each node wins with its weight's share.

**Deviations.** Without weights a score has 32 bits, made of all 64 of the hashes of node and key with two 32-bit
multiplications, which processors do for eight keys at once. Scores are equal with probability 2**-32, and then the
smaller label wins. The same nodes are tried with 64 keys in turn.
"""

import numpy as np

from underload import _check
from underload._jit import kernel
from underload._libm import log
from underload.hashing._labelled import Labelled
from underload.hashing._nodes import node_hashes
from underload.hashing._words import BORROW, GOLDEN, INLINE, mix

__all__ = ["Rendezvous"]

LANES = 64
U11, U32 = np.uint64(11), np.uint64(32)
TO_UNIT = 2.0**-53
BELOW = 1 - 2.0**-48


@kernel(**INLINE)
def score(high, low, node_high, node_low):
    """A 32-bit score of key and node, from the halves of their hashes (uint32)."""
    x = np.uint32((high ^ node_high) * np.uint32(0x85EBCA6B))
    x = np.uint32((x ^ (x >> np.uint32(15))) + (low ^ node_low))
    x = np.uint32((x ^ (x >> np.uint32(16))) * np.uint32(0xC2B2AE35))
    return np.uint32(x ^ (x >> np.uint32(14)))


@kernel(**BORROW)
def _best_of_block(high, low, node_high, node_low, best, where):
    """The best node of each lane.

    Parameters
    ----------
    high, low : uint32[LANES]
        Halves of the keys' hashes.
    node_high, node_low : uint32[n]
    best : uint32[LANES]
        Scratch.
    where : int32[LANES]
        Output: places in the arrays of nodes.
    """
    for lane in range(LANES):
        best[lane] = score(high[lane], low[lane], node_high[0], node_low[0])
        where[lane] = 0
    for k in range(1, len(node_high)):
        for lane in range(LANES):
            value, old, place = score(high[lane], low[lane], node_high[k], node_low[k]), best[lane], where[lane]
            best[lane] = value if value > old else old
            where[lane] = np.int32(k) if value > old else place


@kernel(**BORROW)
def _assign(keys, node_high, node_low, labels, halves, where, out):
    """`halves` (uint32[3, LANES]) and `where` (int32[LANES]) are scratch."""
    for start in range(0, len(keys), LANES):
        count = min(LANES, len(keys) - start)
        for lane in range(LANES):
            h = mix(keys[start + min(lane, count - 1)] + GOLDEN)
            halves[0, lane], halves[1, lane] = np.uint32(h >> U32), np.uint32(h)
        _best_of_block(halves[0], halves[1], node_high, node_low, halves[2], where)
        for lane in range(count):
            out[start + lane] = labels[where[lane]]


@kernel(**BORROW)
def _assign_weighted(keys, nodes, weights, labels, out):
    screened = len(nodes) > 32  # of few nodes one cannot foresee which are later, and a wrong guess costs more
    for i in range(len(keys)):
        h, best, where = mix(keys[i] + GOLDEN), np.inf, 0
        for k in range(len(nodes)):
            u = (np.float64(mix(h ^ nodes[k]) >> U11) + 0.5) * TO_UNIT
            # -log(u) >= 1 - u: most nodes are seen to be later without a logarithm, with room for all roundings.
            if screened and (1.0 - u) * BELOW >= best * weights[k]:
                continue
            time = -log(u) / weights[k]
            if time < best:
                best, where = time, k
        out[i] = labels[where]


class Rendezvous(Labelled):
    """Rendezvous hashing, by highest score or, with weights, by an exponential race.

    Parameters
    ----------
    nodes : int or int[n]
        How many, or their labels.
    weights : float[n], optional
        If all are equal they are not used.
    seed : int

    Notes
    -----
    A lookup costs n evaluations, and nothing else is stored or kept in order: any node may come and go, and a change of
    one weight moves keys from or to that node only (while some weights differ).
    """

    name = "rendezvous"
    weighted = True
    parameters = ("seed",)

    def __init__(self, nodes, *, weights=None, seed=0):
        self._seed = _check.seed("seed", seed)
        self._raced = False
        super().__init__(nodes, weights)

    def _build(self):
        self._hashes = node_hashes(self._labels, self._seed)
        self._halves = (self._hashes >> U32).astype(np.uint32), self._hashes.astype(np.uint32)
        self._targets = self._labels.astype(np.int32)
        # Once weights have differed, scores stay those of the race: a change of weight must not move every key.
        self._raced = self._raced or bool(np.any(self._weights != 1))

    def _tables(self):
        hashes = (self._hashes, self._weights) if self._raced else self._halves
        return (*hashes, self._targets)

    def _assign(self, keys, out):
        if self._raced:
            _assign_weighted(keys, self._hashes, self._weights, self._targets, out)
        else:
            halves, where = np.empty((3, LANES), dtype=np.uint32), np.empty(LANES, dtype=np.int32)
            _assign(keys, *self._halves, self._targets, halves, where, out)

    def _saved(self):
        return super()._saved() | {"raced": self._raced}

    @classmethod
    def _restored(cls, state):
        placement = super()._restored(state)
        placement._raced = bool(state["raced"])
        return placement
