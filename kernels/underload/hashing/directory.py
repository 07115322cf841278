"""A directory: keys hash into a fixed number of slots, and a table says which node holds each slot.

Source: the 16384 hash slots of Redis Cluster, and the fixed partitions of Dynamo (DeCandia et al., SOSP 2007, section
6.2, strategy 3). The table is the directory; whoever routes must have it, and its version.
"""

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._words import BORROW, GOLDEN, digits, entry, mix
from underload.hashing.placement import MOST_NODES, Placement

__all__ = ["Directory"]


@kernel(**BORROW)
def _assign(keys, table, out):
    slots = np.uint64(len(table))
    shift = digits(slots)
    for i in range(len(keys)):
        out[i] = table[entry(mix(keys[i] + GOLDEN), slots, shift)]


class Directory(Placement):
    """Slots of equal shares of the keys, and the node that holds each.

    Parameters
    ----------
    nodes : int
        From 1 to the number of slots.
    slots : int
        At most 2**26.

    Notes
    -----
    A new node takes its part slot by slot from whoever has most; a node that leaves gives each slot to whoever has
    least. The numbers of slots then differ by at most one, and no more slots move than must.
    """

    name = "directory"
    shares = "table"
    reversible = False

    def __init__(self, nodes, slots=16384):
        slots = _check.integer("slots", slots, least=1, most=2**26)
        nodes = _check.integer("nodes", nodes, least=1, most=slots)
        self._table = (np.arange(slots) * nodes // slots).astype(np.int32)
        self._held = {node: int(count) for node, count in enumerate(np.bincount(self._table))}

    @property
    def nodes(self):
        """The nodes, int64, increasing."""
        return np.array(sorted(self._held), dtype=np.int64)

    @property
    def table(self):
        """The node of each slot, int32."""
        return self._table.copy()

    def add(self, node=None):
        """Give a new node, by default the one after the largest, its part of the slots; its label."""
        new = max(self._held) + 1 if node is None else _check.integer("node", node, most=MOST_NODES - 1)
        if new in self._held:
            _check.fail("node", new, "must be a new one")
        if len(self._held) == len(self._table):
            _check.fail("node", new, f"does not fit: all {len(self._table)} slots have nodes of their own")
        part = len(self._table) // (len(self._held) + 1)
        for slot in self._given(part):
            self._table[slot] = new
        self._held[new] = part
        return new

    def _given(self, count):
        """The slots that are given up so that those who have most keep least: the last slots of each."""
        gives = dict.fromkeys(self._held, 0)
        level = sorted(self._held, key=lambda node: (-self._held[node], node))
        while count:
            most = self._held[level[0]]
            for node in level:
                if self._held[node] < most or count == 0:
                    break
                self._held[node] -= 1
                gives[node] += 1
                count -= 1
            level.sort(key=lambda node: (-self._held[node], node))
        return [slot for node, n in gives.items() if n for slot in np.flatnonzero(self._table == node)[-n:]]

    def remove(self, node=None):
        """Give the slots of a node, by default the largest, to those that have least; its label."""
        node = max(self._held) if node is None else _check.integer("node", node)
        if node not in self._held:
            _check.fail("node", node, "must be one of the nodes")
        if len(self._held) == 1:
            _check.fail("node", node, "must leave another one")
        del self._held[node]
        for slot in np.flatnonzero(self._table == node):
            least = min(self._held, key=lambda other: (self._held[other], other))
            self._table[slot] = least
            self._held[least] += 1
        return node

    def _tables(self):
        return (self._table,)

    def _assign(self, keys, out):
        _assign(keys, self._table, out)

    def _saved(self):
        return {"table": self._table}

    @classmethod
    def _restored(cls, state):
        placement = cls(1, len(state["table"]))
        placement._table = np.array(state["table"], dtype=np.int32)
        nodes, counts = np.unique(placement._table, return_counts=True)
        placement._held = dict(zip(nodes.tolist(), counts.tolist()))
        return placement
