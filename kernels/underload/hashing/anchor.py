"""AnchorHash: hash into the anchor, the places that may ever work; from one that does not, on into those that were left
when it went.

Source: Mendelson, Vargaftik, Barabash, Lorenz, Keslassy and Orda, AnchorHash: a scalable consistent hash, IEEE/ACM
Transactions on Networking 29(2), 2021, section IV, in the version with two arrays of the authors' program.

**Deviations.** Their hash of a key and a place is a CRC-32C and a remainder; here step s takes word s of the SplitMix64
that starts at the key, scaled. The path over the places is theirs.
"""

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._stacked import Stacked
from underload.hashing._words import BORROW, GOLDEN, mix, scale
from underload.hashing.placement import MOST_NODES

__all__ = ["Anchor"]


@kernel(**BORROW)
def _assign(keys, left, successor, out):
    """Place keys.

    Parameters
    ----------
    keys : uint64[n]
    left : uint32[capacity]
        How many places worked when this one went; 0 if it works.
    successor : uint32[capacity]
        Who took its turn then.
    out : int32[n]
    """
    capacity = np.uint64(len(left))
    for i in range(len(keys)):
        state = keys[i] + GOLDEN
        place = scale(mix(state), capacity)
        view = np.uint64(left[place])
        while view > 0:
            state += GOLDEN
            place = scale(mix(state), view)
            while np.uint64(left[place]) >= view:
                place = np.uint64(successor[place])
            view = np.uint64(left[place])
        out[i] = np.int32(place)


class Anchor(Stacked):
    """AnchorHash: any node may leave; those that left come back in the opposite order, up to a fixed capacity.

    Parameters
    ----------
    nodes : int
        From 1 to 2**31 - 1.
    capacity : int, optional
        Places, at least `nodes`; twice as many if left out.

    Notes
    -----
    A lookup makes about 1 + ln(capacity / nodes) draws.
    """

    name = "anchor"
    grows = False

    def __init__(self, nodes, capacity=None):
        nodes = _check.integer("nodes", nodes, least=1, most=MOST_NODES)
        capacity = min(2 * nodes, MOST_NODES) if capacity is None else capacity
        capacity = _check.integer("capacity", capacity, least=nodes, most=MOST_NODES)
        self._start(capacity, range(capacity - 1, nodes - 1, -1))

    def _resize(self):
        self._left = np.zeros(self._total, dtype=np.uint32)
        self._successor = np.arange(self._total, dtype=np.uint32)

    def _vacate(self, node, left):
        place = left
        while self._left[place] >= left + 1:
            place = int(self._successor[place])
        self._left[node], self._successor[node] = left, place

    def _fill(self, node):
        self._left[node], self._successor[node] = 0, node

    def _tables(self):
        return self._left, self._successor

    def _assign(self, keys, out):
        _assign(keys, self._left, self._successor, out)
