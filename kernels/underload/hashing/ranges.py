"""Range partitioning: each node has an interval of the keys themselves, and a full one is split.

Source: Chang et al., Bigtable, OSDI 2006, section 5.1 (tablets). Neighbouring keys stay together, so scans are cheap
and the load is as uneven as the keys are.
"""

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._keys import words
from underload.hashing._words import BORROW
from underload.hashing.placement import MOST_NODES, Placement
from underload.hashing.strings import Strings

__all__ = ["Ranges"]

ZERO, U1, U8 = np.uint64(0), np.uint64(1), np.uint64(8)


@kernel(**BORROW)
def _assign(keys, starts, owners, out):
    """Place keys on the interval they lie in; starts (uint64[m]) increase from 0."""
    for i in range(len(keys)):
        key, low, count = keys[i], ZERO, np.uint64(len(starts))
        while count > U1:  # without a branch to be mispredicted
            half = count >> U1
            low = low + half if starts[low + half] <= key else low
            count -= half
        out[i] = owners[low]


@kernel(**BORROW)
def _prefixes(offsets, data, out):
    """The first 8 bytes of each string as a number that orders as they do, zeros after the end."""
    for i in range(len(out)):
        word = np.uint64(0)
        for k in range(8):
            at = offsets[i] + k
            word = (word << U8) | (np.uint64(data[at]) if at < offsets[i + 1] else np.uint64(0))
        out[i] = word


class Ranges(Placement):
    """Intervals of the 64-bit keys.

    Parameters
    ----------
    nodes : int
        How many; their intervals start out equally long.
    starts : uint64[m], optional
        Where the intervals start instead: increasing, the first one 0; as many as nodes.

    Notes
    -----
    Strings lie where their first eight bytes do. `add` splits the widest interval in the middle, or that of the key
    `at`; `remove` gives an interval to the one before it.
    """

    name = "range"
    shares = "data"

    def __init__(self, nodes, starts=None):
        count = _check.integer("nodes", nodes, least=1, most=MOST_NODES)
        if starts is None:
            starts = np.array([-(-(i << 64) // count) for i in range(count)], dtype=np.uint64)
        self._starts = words("starts", starts)
        if len(self._starts) != count or self._starts[0] != 0 or np.any(self._starts[1:] <= self._starts[:-1]):
            _check.fail("starts", self._starts.tolist(), f"must be {count} increasing numbers, the first one 0")
        self._owners = np.arange(count, dtype=np.int32)

    @property
    def nodes(self):
        """The nodes, int64, increasing."""
        return np.sort(self._owners).astype(np.int64)

    @property
    def starts(self):
        """Where the intervals start, uint64, increasing."""
        return self._starts.copy()

    @property
    def owners(self):
        """The node of each interval, int32."""
        return self._owners.copy()

    def add(self, node=None, *, at=None):
        """Give the upper half of the widest interval to a new node, by default the one after the largest; its label.

        With `at`, a key at which no interval starts yet, the new node takes what its interval holds from `at` on.
        """
        new = int(self._owners.max()) + 1 if node is None else _check.integer("node", node, most=MOST_NODES - 1)
        if new in self._owners:
            _check.fail("node", new, "must be a new one")
        if at is None:
            ends = np.append(self._starts[1:], np.uint64(0))  # 2**64, modulo it
            widths = ends - self._starts - np.uint64(1)
            place = int(widths.argmax())
            start = int(self._starts[place]) + (int(widths[place]) + 1) // 2
        else:
            start = _check.integer("at", at, most=2**64 - 1)
            place = int(np.searchsorted(self._starts, np.uint64(start), side="right")) - 1
        if start == int(self._starts[place]):
            _check.fail("at", start, "must lie inside of an interval")
        self._starts = np.insert(self._starts, place + 1, np.uint64(start))
        self._owners = np.insert(self._owners, place + 1, np.int32(new))
        return new

    def remove(self, node=None):
        """Give the interval of a node, by default the largest, to the one before it, or after the first; its label."""
        node = int(self._owners.max()) if node is None else _check.integer("node", node)
        if node not in self._owners:
            _check.fail("node", node, "must be one of the nodes")
        if len(self._owners) == 1:
            _check.fail("node", node, "must leave another one")
        place = int(np.flatnonzero(self._owners == node)[0])
        self._starts, self._owners = np.delete(self._starts, max(place, 1)), np.delete(self._owners, place)
        return node

    def _part(self, keys, out):
        if isinstance(keys, Strings):
            prefixes = np.empty(len(keys), dtype=np.uint64)
            _prefixes(keys.offsets, keys.data, prefixes)
            keys = prefixes
        self._assign(keys, out)

    def _tables(self):
        return self._starts, self._owners

    def _assign(self, keys, out):
        _assign(keys, self._starts, self._owners, out)

    def _saved(self):
        return {"starts": self._starts, "owners": self._owners}

    @classmethod
    def _restored(cls, state):
        placement = cls(len(state["starts"]), state["starts"])
        placement._owners = np.array(state["owners"], dtype=np.int32)
        return placement
