"""DxHash: try the places of a key's own random sequence until one works.

Source: Dong and Wang, DxHash: a memory-saving consistent hashing algorithm, arXiv:2107.07930, 2021, section 3: a bit
for each place of an array whose size is a power of two.

**Deviations.** The sequence is the top bits of the SplitMix64 that starts at the key. It is followed to its end: the
source gives up after eight times the number of places. The array keeps its size; the source doubles it when it is full.
"""

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._stacked import Stacked
from underload.hashing._words import BORROW, GOLDEN, mix

__all__ = ["Dx"]

U1, U6, U63 = np.uint64(1), np.uint64(6), np.uint64(63)


@kernel(**BORROW)
def _assign(keys, working, shift, out):
    """`working` (uint64[capacity / 64]) has a bit for each place; `shift` (uint64) leaves a place's number."""
    for i in range(len(keys)):
        state = keys[i] + GOLDEN
        place = mix(state) >> shift
        while (working[place >> U6] >> (place & U63)) & U1 == 0:
            state += GOLDEN
            place = mix(state) >> shift
        out[i] = np.int32(place)


class Dx(Stacked):
    """DxHash: any node may leave; those that left come back in the opposite order, up to a fixed capacity.

    Parameters
    ----------
    nodes : int
        From 1 to 2**30.
    capacity : int, optional
        Places, rounded up to a power of two of at least 2; at least twice `nodes` if left out.

    Notes
    -----
    A lookup makes capacity / nodes draws on average: keep the capacity within a small factor of the nodes.
    """

    name = "dx"
    grows = False

    def __init__(self, nodes, capacity=None):
        nodes = _check.integer("nodes", nodes, least=1, most=2**30)
        capacity = min(2 * nodes, 2**30) if capacity is None else capacity
        capacity = max(2, _check.integer("capacity", capacity, least=nodes, most=2**30))
        total = 1 << (capacity - 1).bit_length()
        self._start(total, range(total - 1, nodes - 1, -1))

    def _resize(self):
        self._working = np.full(-(-self._total // 64), 2**64 - 1, dtype=np.uint64)
        self._shift = np.uint64(65 - self._total.bit_length())

    def _vacate(self, node, left):
        self._working[node // 64] &= ~(U1 << np.uint64(node % 64))

    def _fill(self, node):
        self._working[node // 64] |= U1 << np.uint64(node % 64)

    def _tables(self):
        return (self._working,)

    def _assign(self, keys, out):
        _assign(keys, self._working, self._shift, out)
