"""Where the copies go: k different nodes for each key, in different zones where there are as many.

The first copy is on the key's node. The others are found by placing the key again under other names until a node turns
up that no copy has, which works with every placement: DeCandia et al., Dynamo, SOSP 2007, section 4.3, walk on along
the ring instead, and skip what they have met.
"""

import numpy as np

from underload import _check
from underload.hashing._keys import words
from underload.hashing.placement import Placement
from underload.hashing.splitmix import splitmix64
from underload.hashing.strings import Strings
from underload.hashing.xxhash import xxh64

__all__ = ["replicas"]

MOST_NAMES = 10_000
GOLDEN = 0x9E3779B97F4A7C15


def replicas(placement, keys, copies, *, zones=None):
    """Different nodes for the copies of each key.

    Parameters
    ----------
    placement : Placement
        Not one with bounded loads.
    keys : uint64[n] or Strings
    copies : int
        At most the number of nodes.
    zones : int[nodes], optional
        The zone of each of `placement.nodes`. Copies then lie in different zones until every zone has one, then again.

    Returns
    -------
    int32[n, copies]
        Column 0 is ``placement.assign(keys)``.

    Notes
    -----
    Name j of a key is word j of the SplitMix64 that starts at the key. If a node leaves a consistent placement, only
    keys that had a copy on it, or had passed over it, get another one.
    """
    if not isinstance(placement, Placement) or placement.shares == "capped":
        _check.fail("placement", placement, "must be a placement without bounded loads")
    keys = xxh64(keys) if isinstance(keys, Strings) and placement.name != "ketama" else keys
    if isinstance(keys, Strings):
        _check.fail("keys", "Strings", "must be numbers for ketama")
    keys, nodes = words("keys", keys), placement.nodes
    copies = _check.integer("copies", copies, least=1, most=len(nodes))
    zone_of, per_zone = _zones(zones, nodes, copies)
    chosen = np.full((len(keys), copies), -1, dtype=np.int32)
    count, pending = np.zeros(len(keys), dtype=np.int64), np.arange(len(keys))
    for name in range(MOST_NAMES):
        found = placement.assign(_named(keys[pending], name))
        fits = _fits(found, chosen[pending], count[pending], nodes, zone_of, per_zone)
        rows = pending[fits]
        chosen[rows, count[rows]] = found[fits]
        count[rows] += 1
        pending = pending[count[pending] < copies]
        if not len(pending):
            return chosen
    return _rest(chosen, count, pending, nodes, zone_of, per_zone)


def _named(keys, name):
    """Other keys for the same ones: word `name` of each key's SplitMix64; number 0 is the key itself."""
    return splitmix64(keys + np.uint64((name - 1) * GOLDEN % 2**64)) if name else keys


def _zones(zones, nodes, copies):
    """The zone of each place in `nodes`, from 0, and which number of copies a zone can have after so many in all."""
    if zones is None:
        return np.arange(len(nodes)), np.ones(copies, dtype=np.int64)
    zones = _check.counts("zones", zones)
    if len(zones) != len(nodes):
        _check.fail("zones", zones.tolist(), f"must be {len(nodes)} numbers, the zone of each node")
    zone_of = np.unique(zones, return_inverse=True)[1]
    room, per_zone, sizes = 0, [], np.bincount(zone_of)
    level = 0
    for copy in range(copies):  # another round begins when every zone with nodes left has had its turn
        while copy >= room:
            level += 1
            room += int((sizes >= level).sum())
        per_zone.append(level)
    return zone_of, np.array(per_zone)


def _fits(found, chosen, count, nodes, zone_of, per_zone):
    """Whether a node is new among the chosen ones and its zone has room."""
    new = ~(chosen == found[:, None]).any(axis=1)
    zone = zone_of[np.searchsorted(nodes, found)]
    theirs = np.where(chosen >= 0, zone_of[np.minimum(np.searchsorted(nodes, chosen), len(nodes) - 1)], -1)
    return new & ((theirs == zone[:, None]).sum(axis=1) < per_zone[count])


def _rest(chosen, count, pending, nodes, zone_of, per_zone):
    """For the few keys whose names all met the same nodes (tiny weights, say): the first nodes that fit."""
    for row in pending:
        for place, node in enumerate(nodes):
            if count[row] == chosen.shape[1]:
                break
            taken = chosen[row, : count[row]]
            same = (zone_of[np.searchsorted(nodes, taken)] == zone_of[place]).sum()
            if node not in taken and same < per_zone[count[row]]:
                chosen[row, count[row]] = node
                count[row] += 1
        for node in nodes:
            if count[row] < chosen.shape[1] and node not in chosen[row, : count[row]]:
                chosen[row, count[row]] = node
                count[row] += 1
    return chosen
