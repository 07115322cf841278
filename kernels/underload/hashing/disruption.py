"""What moves when nodes come or go, against the least that must."""

import dataclasses

import numpy as np

from underload import _check
from underload.hashing.placement import Placement
from underload.hashing.registry import restore

__all__ = ["Disruption", "disruption", "resized"]


@dataclasses.dataclass(frozen=True)
class Disruption:
    """Keys that a change of nodes moved, as shares of all.

    Attributes
    ----------
    moved : float
        Keys whose node is another one now.
    least : float
        What had to move: the part that the new nodes are due, or that those which left had.
    elsewhere : float
        Keys that moved from a node that stays to a node that was there before: 0 for a consistent hash.
    """

    moved: float
    least: float
    elsewhere: float

    @property
    def ratio(self):
        """Moved over least; 1 if nothing had to move and nothing did, inf if only the latter fails."""
        if self.least > 0:
            return self.moved / self.least
        return 1.0 if self.moved == 0 else np.inf


def disruption(before, after, *, least, joined=(), left=()):
    """What moved between two assignments of the same keys.

    Parameters
    ----------
    before, after : int[keys]
        Nodes of the keys.
    least : float
        Share of the keys that had to move.
    joined, left : sequence of int
        Nodes that are new, and that have gone.

    Returns
    -------
    Disruption
    """
    before, after = np.asarray(before), np.asarray(after)
    if before.ndim != 1 or not before.size or before.dtype.kind not in "iu":
        _check.fail("before", before, "must be a one-dimensional array of at least one node")
    if after.shape != before.shape or after.dtype.kind not in "iu":
        _check.fail("after", after, f"must be an array of {len(before)} nodes")
    moved = before != after
    elsewhere = moved & ~np.isin(after, list(joined)) & ~np.isin(before, list(left))
    least = _check.probability("least", least)
    return Disruption(float(moved.mean()), least, float(elsewhere.mean()))


def resized(placement, keys, *, add=0, remove=()):
    """What would move if nodes joined or left; the placement itself stays as it is.

    Parameters
    ----------
    placement : Placement
    keys : uint64[n] or Strings
        At least one.
    add : int
        Nodes to add, one after the other, with weight 1.
    remove : sequence of int
        Nodes to remove before.

    Returns
    -------
    Disruption
        `least` is the share of the keys on nodes that left, or that the new ones' weight is due, whichever is more.
    """
    if not isinstance(placement, Placement):
        _check.fail("placement", placement, "must be a placement")
    if not len(keys):
        _check.fail("keys", keys, "must be at least one")
    add, left = _check.integer("add", add, most=10**6), [_check.integer("remove", node) for node in remove]
    before, copy = placement.assign(keys), restore(placement.save())
    for node in left:
        copy.remove(node)
    joined = [copy.add() for _ in range(add)]
    after = copy.assign(keys)
    weight = dict(zip(copy.nodes.tolist(), copy.weights.tolist()))
    due = sum(weight[node] for node in joined) / sum(weight.values())
    least = max(due, float(np.isin(before, left).mean()))
    return disruption(before, after, least=least, joined=joined, left=left)
