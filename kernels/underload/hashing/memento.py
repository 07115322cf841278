"""MementoHash: jump hash over all numbers ever used, and a memory of those that left.

Source: Coluzzi, Brocco, Antonucci and Leidi, MementoHash: a stateful, minimal memory, best performing consistent hash
algorithm, IEEE/ACM Transactions on Networking 32(4), 2024, section IV and the authors' Java program.

**Deviations.** The hash of a key and a place that left is a word of SplitMix64, scaled and not a remainder. The memory
is an open hash table of numbers, at most half full, eight bytes an entry.
"""

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._stacked import Stacked
from underload.hashing._words import BORROW, GOLDEN, INLINE, LOW32, mix, scale
from underload.hashing.jump import jumped
from underload.hashing.placement import MOST_NODES

__all__ = ["Memento"]

U1, U32 = np.uint64(1), np.uint64(32)
EMPTY = np.uint64(2**64 - 1)
NONE = np.uint64(0)


@kernel(**INLINE)
def _left(table, place):
    """How many places worked after `place` (uint64) left, as uint64; 0 if it works."""
    last = np.uint64(len(table) - 1)
    at = (place * GOLDEN >> U32) & last
    while table[at] != EMPTY:
        if table[at] >> U32 == place:
            return table[at] & LOW32
        at = (at + U1) & last
    return NONE


@kernel(**BORROW)
def _put(table, entries):
    """Put entries (uint64[n], place and number left in 32 bits each) into a table (uint64[2**k], all EMPTY)."""
    last = np.uint64(len(table) - 1)
    for entry in entries:
        at = ((entry >> U32) * GOLDEN >> U32) & last
        while table[at] != EMPTY:
            at = (at + U1) & last
        table[at] = entry


@kernel(**BORROW)
def _resolve(keys, table, out):
    """Replace in `out` (int32[n]) the places that left. The one that follows a place that left k is place k."""
    for i in range(len(keys)):
        place = np.uint64(out[i])
        view = _left(table, place)
        while view > 0:
            place = scale(mix(keys[i] ^ mix(place + GOLDEN)), view)
            after = _left(table, place)
            while after >= view:
                place = after
                after = _left(table, place)
            view = after
        out[i] = np.int32(place)


class Memento(Stacked):
    """MementoHash: any node may leave, memory only for those that have, and no limit on growth.

    Parameters
    ----------
    nodes : int
        From 1 to 2**31 - 1.

    Notes
    -----
    As long as nodes leave from the end only this is jump hash. Those that left come back in the opposite order.
    """

    name = "memento"

    def __init__(self, nodes):
        self._start(_check.integer("nodes", nodes, least=1, most=MOST_NODES), [])

    def _start(self, total, vacancies):
        super()._start(total, [])
        self._vacancies = [int(node) for node in vacancies]
        self._alive[self._vacancies] = False
        self._remember()

    def _remember(self):
        places = np.array(self._vacancies, dtype=np.uint64)
        left = np.uint64(self._total - 1) - np.arange(len(places), dtype=np.uint64)
        self._table = np.full(max(2, 1 << max(0, 2 * len(places) - 1).bit_length()), EMPTY)
        _put(self._table, (places << U32) | left)

    def _resize(self):
        self._table = np.full(2, EMPTY)

    def _vacate(self, node, left):
        if 2 * (len(self._vacancies) + 1) > len(self._table):
            self._vacancies.append(node)
            self._remember()
            self._vacancies.pop()
        else:
            _put(self._table, np.array([(node << 32) | left], dtype=np.uint64))

    def _fill(self, node):
        self._remember()

    def _tables(self):
        return (self._table,) if self._vacancies else ()

    def _assign(self, keys, out):
        jumped(keys, self._total, out)
        if self._vacancies:
            _resolve(keys, self._table, out)
