"""JumpBackAnchorHash: JumpBackHash over all numbers ever used, then AnchorHash's way on from those that left.

Source: Dynatrace's hash4j, ``jumpBackAnchorHash``, 2025, after Mendelson et al., AnchorHash (2021) and Ertl,
JumpBackHash (2025). Bit for bit that program with SplitMix64.
"""

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._stacked import Stacked
from underload.hashing._words import BORROW, GOLDEN, INLINE, LOW32, mix
from underload.hashing.jumpback import jump_back
from underload.hashing.placement import MOST_NODES

__all__ = ["JumpBackAnchor"]

U32 = np.uint64(32)
TWO32 = np.uint64(2**32)


@kernel(**INLINE)
def _below(state, n):
    """A number below `n` from the words after `state`, and where these end: Lemire's method on the low 32 bits."""
    state += GOLDEN
    product = (mix(state) & LOW32) * n
    if product & LOW32 < n:
        threshold = TWO32 % n
        while product & LOW32 < threshold:
            state += GOLDEN
            product = (mix(state) & LOW32) * n
    return product >> U32, state


@kernel(**BORROW)
def _assign(keys, total, left, successor, out):
    """As for AnchorHash; `left` and `successor` (uint32[k]) end after the largest place that left."""
    stored = np.uint64(len(left))
    for i in range(len(keys)):
        place, state = jump_back(keys[i] + GOLDEN, total)
        while place < stored and left[place] > 0:
            view = np.uint64(left[place])
            place, state = _below(state, view)
            while place < stored and np.uint64(left[place]) >= view:
                place = np.uint64(successor[place])
        out[i] = np.int32(place)


class JumpBackAnchor(Stacked):
    """JumpBackAnchorHash: any node may leave, in nearly constant time, without a limit on growth.

    Parameters
    ----------
    nodes : int
        From 1 to 2**31 - 1.

    Notes
    -----
    Those that left come back in the opposite order. As long as nodes leave from the end only this is JumpBackHash.
    """

    name = "jumpback-anchor"

    def __init__(self, nodes):
        self._start(_check.integer("nodes", nodes, least=1, most=MOST_NODES), [])

    def _resize(self):
        self._left, self._successor = np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.uint32)

    def _vacate(self, node, left):
        stored = len(self._left)
        if node >= stored:  # at least half as long again, so that a thousand removals do not copy a thousand times
            size = min(self._total, max(node + 1, stored + stored // 2))
            self._left = np.append(self._left, np.zeros(size - stored, dtype=np.uint32))
            self._successor = np.append(self._successor, np.arange(stored, size, dtype=np.uint32))
        place = left
        while place < len(self._left) and self._left[place] >= left + 1:
            place = int(self._successor[place])
        self._left[node], self._successor[node] = left, place

    def _fill(self, node):
        self._left[node], self._successor[node] = 0, node

    def _tables(self):
        return self._left, self._successor

    def _assign(self, keys, out):
        _assign(keys, np.uint64(self._total), self._left, self._successor, out)
