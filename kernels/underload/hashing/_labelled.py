"""Placements that are functions of the set of nodes and their weights: any node can join, and any can leave."""

import numpy as np

from underload import _check
from underload.hashing.placement import MOST_NODES, Placement

__all__ = ["Labelled"]


class Labelled(Placement):
    """Nodes with labels of one's choice: the placement is a function of the labels and their weights.

    Parameters
    ----------
    nodes : int or int[n]
        How many (their labels are then 0 ... n - 1), or the labels.
    weights : float[n], optional
        Wanted shares, up to a common factor; 1 for each if left out.
    """

    parameters = ()  # names of the further arguments, which are attributes with an underscore too

    def __init__(self, nodes, weights=None):
        labels = _labels(nodes)
        order = np.argsort(labels)
        self._labels = labels[order]
        self._weights = np.ones(len(labels))
        if weights is not None:
            weights = _check.sample("weights", weights)
            if len(weights) != len(labels) or weights.min() <= 0:
                _check.fail("weights", weights.tolist(), f"must be {len(labels)} numbers > 0, one for each node")
            self._weights = weights[order]
            self._check_weights("weights", weights)
        self._build()

    def _check_weights(self, name, weights):
        if not self.weighted and np.any(weights != 1):
            _check.fail(
                name, weights.tolist() if np.ndim(weights) else weights, f"must be 1: {self.name} has no weights"
            )

    def _build(self):
        """Make the tables anew from `_labels` (sorted) and `_weights`."""
        raise NotImplementedError

    @property
    def nodes(self):
        """The nodes, int64, increasing."""
        return self._labels.copy()

    @property
    def weights(self):
        """Weight of each of `nodes`, float64."""
        return self._weights.copy()

    def __len__(self):
        return len(self._labels)

    def add(self, node=None, weight=1.0):
        """Add a node, by default the one after the largest; its label."""
        node = int(self._labels[-1]) + 1 if node is None else node
        node = _check.integer("node", node, most=MOST_NODES - 1)
        weight = _check.positive("weight", weight)
        self._check_weights("weight", weight)
        place = int(np.searchsorted(self._labels, node))
        if place < len(self) and self._labels[place] == node:
            _check.fail("node", node, "must be a new one")
        before = self._labels, self._weights
        self._labels = np.insert(self._labels, place, node)
        self._weights = np.insert(self._weights, place, weight)
        self._rebuild(before)
        return node

    def remove(self, node=None):
        """Remove a node, by default the largest; its label."""
        node = int(self._labels[-1]) if node is None else _check.integer("node", node)
        place = int(np.searchsorted(self._labels, node))
        if place == len(self) or self._labels[place] != node:
            _check.fail("node", node, "must be one of the nodes")
        if len(self) == 1:
            _check.fail("node", node, "must leave another one")
        before = self._labels, self._weights
        self._labels, self._weights = np.delete(self._labels, place), np.delete(self._weights, place)
        self._rebuild(before)
        return node

    def _rebuild(self, before):
        try:
            self._build()
        except ValueError:
            self._labels, self._weights = before
            raise

    def _saved(self):
        more = {name: getattr(self, f"_{name}") for name in self.parameters}
        return {"nodes": self._labels, "weights": self._weights, **more}

    @classmethod
    def _restored(cls, state):
        more = {name: state[name].item() for name in cls.parameters}
        if cls.weighted:
            more["weights"] = state["weights"]
        return cls(state["nodes"], **more)


def _labels(nodes):
    """Distinct labels as int64 from a count or from an array."""
    if np.ndim(nodes) == 0:
        return np.arange(_check.integer("nodes", nodes, least=1, most=MOST_NODES))
    labels = _check.counts("nodes", nodes)
    if labels.max() >= MOST_NODES:
        _check.fail("nodes", labels.max(), f"must be below {MOST_NODES}")
    if len(np.unique(labels)) != len(labels):
        _check.fail("nodes", labels.tolist(), "must be different from each other")
    return labels
