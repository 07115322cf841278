"""Placements of which any node can leave, and whose newest vacancy is the first to be filled."""

import numpy as np

from underload import _check
from underload.hashing.placement import MOST_NODES, Placement

__all__ = ["Stacked"]


class Stacked(Placement):
    """Places 0 ... total - 1, of which some are vacant, in the order in which they were vacated.

    A subclass keeps its tables in `_vacate` (before the vacancy is counted), `_fill` and `_resize`; the whole state is
    the total and the vacancies in order.
    """

    grows = True  # `add` makes a place if none is vacant
    parameters = ()

    def _start(self, total, vacancies):
        """Begin with `total` places and vacate these one after the other."""
        self._total, self._vacancies = total, []
        self._alive = np.ones(total, dtype=bool)
        self._resize()
        for node in vacancies:
            self._drop(int(node))

    def _drop(self, node):
        self._vacate(node, self._total - len(self._vacancies) - 1)
        self._vacancies.append(node)
        self._alive[node] = False

    def _resize(self):
        """The number of places is another one, and none is vacant."""

    def _vacate(self, node, left):
        """Node `node` leaves, after which `left` work."""

    def _fill(self, node):
        """Node `node`, the last that left, is back."""

    @property
    def nodes(self):
        """The nodes, int64, increasing."""
        return np.flatnonzero(self._alive)

    def __len__(self):
        return self._total - len(self._vacancies)

    def add(self, node=None):
        """Fill the newest vacancy, or else add a place; `node` can only be that one. Its number."""
        if not self._vacancies and not self.grows:
            _check.fail("node", node, f"does not fit: all {self._total} places of this {self.name} work")
        new = self._vacancies[-1] if self._vacancies else self._total
        if node is not None and _check.integer("node", node) != new:
            _check.fail("node", node, f"must be {new}, the only one that can join now")
        if new >= MOST_NODES:
            _check.fail("node", new, f"must be below {MOST_NODES}")
        if self._vacancies:
            self._vacancies.pop()
            self._alive[new] = True
            self._fill(new)
        else:
            self._total += 1
            self._alive = np.append(self._alive, True)
            self._resize()
        return new

    def remove(self, node=None):
        """Remove any node, by default the largest; its number."""
        if node is None:
            node = int(np.flatnonzero(self._alive)[-1])
        node = _check.integer("node", node)
        if node >= self._total or not self._alive[node]:
            _check.fail("node", node, "must be one of the nodes")
        if len(self) == 1:
            _check.fail("node", node, "must leave another one")
        if self.grows and not self._vacancies and node == self._total - 1:
            self._total -= 1
            self._alive = self._alive[:-1].copy()
            self._resize()
        else:
            self._drop(node)
        return node

    def _saved(self):
        more = {name: getattr(self, f"_{name}") for name in self.parameters}
        return {"total": self._total, "vacancies": np.array(self._vacancies, dtype=np.int64), **more}

    @classmethod
    def _restored(cls, state):
        placement = cls.__new__(cls)
        for name in cls.parameters:
            setattr(placement, f"_{name}", state[name].item())
        placement._start(state["total"].item(), state["vacancies"])
        return placement
