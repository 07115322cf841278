"""What every placement of keys on nodes offers: assign, add, remove, weights, memory, and a state that can be saved.

A node is a number from 0 to 2**31 - 2. `Numbered` placements know only how many nodes there are, so that the last one
alone can leave.
"""

import concurrent.futures

import numpy as np

from underload import _check
from underload.hashing._keys import words
from underload.hashing.strings import Strings
from underload.hashing.xxhash import xxh64

__all__ = ["MOST_NODES", "Numbered", "Placement"]

MOST_NODES = 2**31 - 1
BLOCK = 2**16  # keys that a thread takes at least


class Placement:
    """A rule that gives every key a node.

    Attributes
    ----------
    name : str
        In the registry.
    shares : str
        "equal": the hash gives each node its weight's share; "drawn": shares depend on where the nodes' hashes fall;
        "table": equal up to an entry of a table; "capped": no node takes more than its cap.
    removes : str
        "any" node can be removed, or the "last" alone.
    minimal : bool
        A key changes its node only if its node leaves, or goes to the one that joins.
    reversible : bool
        Who joins and leaves again leaves every key where it was before.
    weighted : bool
        Nodes can have weights other than 1.
    """

    name = ""
    shares = "equal"
    removes = "any"
    minimal = True
    reversible = True
    weighted = False

    def assign(self, keys, out=None, *, threads=1):
        """The node of each key.

        Parameters
        ----------
        keys : uint64[n] or Strings
            Strings are placed by their XXH64.
        out : int32[n], optional
            Where the answer goes.
        threads : int
            Parts that are worked on at the same time; the answer does not depend on it.

        Returns
        -------
        int32[n]
        """
        keys = keys if isinstance(keys, Strings) else words("keys", keys)
        threads = _check.integer("threads", threads, least=1, most=1024)
        if out is None:
            out = np.empty(len(keys), dtype=np.int32)
        elif not isinstance(out, np.ndarray) or out.dtype != np.int32 or out.shape != (len(keys),):
            _check.fail("out", out, f"must be an int32 array of length {len(keys)}")
        self._assign_all(keys, out, threads)
        return out

    def _assign_all(self, keys, out, threads):
        size = max(BLOCK, -(-len(keys) // threads))
        parts = [slice(start, start + size) for start in range(0, len(keys), size)]
        if threads == 1 or len(parts) == 1:
            for part in parts:
                self._part(keys[part], out[part])
        else:
            with concurrent.futures.ThreadPoolExecutor(threads) as pool:
                list(pool.map(lambda part: self._part(keys[part], out[part]), parts))

    def _part(self, keys, out):
        self._assign(xxh64(keys) if isinstance(keys, Strings) else keys, out)

    def _assign(self, keys, out):
        """Place keys (uint64[n]) in out (int32[n])."""
        raise NotImplementedError

    def _tables(self):
        """The arrays that a lookup reads."""
        return ()

    @property
    def memory_bytes(self):
        """Bytes of the arrays that a lookup reads."""
        return sum(table.nbytes for table in self._tables())

    @property
    def weights(self):
        """Weight of each of `nodes`, float64."""
        return np.ones(len(self.nodes))

    def save(self):
        """The state as a dict of plain arrays, for `restore` or ``np.savez``."""
        return {"algorithm": np.array(self.name), **{key: np.array(value) for key, value in self._saved().items()}}

    @classmethod
    def restore(cls, state):
        """The placement that `save` gave the state of."""
        if not isinstance(state, (dict, np.lib.npyio.NpzFile)) or "algorithm" not in state:
            _check.fail("state", state, "must be what save() returns")
        if str(state["algorithm"]) != cls.name:
            _check.fail("state", str(state["algorithm"]), f"must be the state of {cls.name!r}")
        return cls._restored(state)

    def __len__(self):
        return len(self.nodes)

    def __repr__(self):
        return f"<{type(self).__name__}: {len(self)} nodes, {self.memory_bytes} bytes>"


class Numbered(Placement):
    """Nodes 0 ... n - 1: a new one gets the next number, and only the last can leave.

    Parameters
    ----------
    nodes : int
        From 1 to 2**31 - 1.
    """

    removes = "last"

    def __init__(self, nodes):
        self._count = _check.integer("nodes", nodes, least=1, most=MOST_NODES)
        self._changed()

    def _changed(self):
        """The number of nodes is another one."""

    @property
    def nodes(self):
        """The nodes, int64, increasing."""
        return np.arange(self._count)

    def __len__(self):
        return self._count

    def add(self, node=None):
        """Add the next node, the only one that `node` can be; its number."""
        new = self._count
        if node is not None and _check.integer("node", node) != new:
            _check.fail("node", node, f"must be the next one, {new}")
        if new >= MOST_NODES:
            _check.fail("node", new, f"must be below {MOST_NODES}")
        self._count += 1
        self._changed()
        return new

    def remove(self, node=None):
        """Remove the last node, the only one that `node` can be; its number."""
        last = self._count - 1
        if node is not None and _check.integer("node", node) != last:
            _check.fail("node", node, f"must be the last one, {last}: {self.name} can remove no other")
        if last == 0:
            _check.fail("node", last, "must leave another one")
        self._count -= 1
        self._changed()
        return last

    def _saved(self):
        return {"nodes": self._count}

    @classmethod
    def _restored(cls, state):
        return cls(**{key: value.item() for key, value in state.items() if key != "algorithm"})
