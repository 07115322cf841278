"""Hot shards: keys of Zipf's law on shards that hold equal numbers of them, and what salting and splitting do.

The hottest key lies on one shard whatever the hash. Its share is 1 / H(items, exponent), and a shard's fair part is 1
/ n.
"""

import dataclasses

import numpy as np

from underload import _check
from underload.hashing.placement import Placement
from underload.hashing.ranges import Ranges
from underload.hashing.splitmix import splitmix64
from underload.random import Zipf

__all__ = ["HotShard", "hot_shard", "split_hot_ranges", "zipf_loads"]

CHUNK = 2**20


@dataclasses.dataclass(frozen=True)
class HotShard:
    """The shard of the hottest key.

    Attributes
    ----------
    top_share : float
        Part of the requests that ask for the hottest key.
    factor : float
        Load of its shard over the mean load, all other keys spread evenly: an approximation from below of the hottest
        shard.
    most_shards : int
        Shards beyond which another one takes nothing off the hottest: its key alone exceeds a fair part.
    """

    top_share: float
    factor: float
    most_shards: int


def hot_shard(items, exponent, shards, *, salts=1):
    """The shard of the hottest key under Zipf's law.

    Parameters
    ----------
    items : int
        Different keys, from 1 to 2**53.
    exponent : float
        Of Zipf's law, at least 0.
    shards : int
    salts : int
        Copies of the hottest key under names of their own, on different shards, at most `shards`: its writes divide by
        so many, and a read of all of it asks so many shards.

    Returns
    -------
    HotShard
    """
    law = Zipf(exponent, items)
    shards = _check.integer("shards", shards, least=1)
    salts = _check.integer("salts", salts, least=1, most=shards)
    top = float(law.probability(1))
    return HotShard(top, shards * top / salts + 1 - top, max(1, int(1 / top)))


def zipf_loads(placement, items, exponent, *, salted=0, salts=1):
    """Expected share of the requests on each node, if keys 1 ... items are asked for by Zipf's law.

    Parameters
    ----------
    placement : Placement
        Key k is the number k.
    items : int
        From 1 to 1e9.
    exponent : float
        At least 0.
    salted : int
        The hottest so many keys are salted: each becomes `salts` keys with equal parts of its requests.
    salts : int
        From 1 to 1e4.

    Returns
    -------
    float64[nodes]
        In the order of `placement.nodes`; the sum is 1. No sampling: the keys' probabilities are added up.
    """
    if not isinstance(placement, Placement):
        _check.fail("placement", placement, "must be a placement")
    law = Zipf(exponent, _check.integer("items", items, least=1, most=10**9))
    salted = _check.integer("salted", salted, most=min(items, 10**6))
    salts = _check.integer("salts", salts, least=1, most=10**4)
    nodes = placement.nodes
    loads = np.zeros(len(nodes))

    def count(keys, shares):
        places = np.searchsorted(nodes, placement.assign(keys))
        loads[:] += np.bincount(places, weights=shares, minlength=len(nodes))

    if salted:
        hot = np.arange(1, salted + 1, dtype=np.uint64)
        parts = np.arange(salts, dtype=np.uint64)
        names = splitmix64((hot[:, None] * np.uint64(10**4) + parts).ravel())
        count(names, np.repeat(law.probability(hot.astype(np.int64)) / salts, salts))
    for start in range(salted + 1, items + 1, CHUNK):
        keys = np.arange(start, min(start + CHUNK, items + 1))
        count(keys.astype(np.uint64), law.probability(keys))
    return loads / loads.sum()


def split_hot_ranges(placement, keys, loads, *, most):
    """Split the hottest range in two halves of equal load until none is above a bound, or a single key is.

    Parameters
    ----------
    placement : Ranges
        Gets more nodes.
    keys : uint64[n]
    loads : float[n]
        Requests of each key.
    most : float
        Load that a range may have, over the mean load of the ranges that there are at the start; above 0.

    Returns
    -------
    int
        Number of splits.
    """
    if not isinstance(placement, Ranges):
        _check.fail("placement", placement, "must be Ranges")
    loads = _check.sample("loads", loads, lowest=0)
    if len(keys) != len(loads):
        _check.fail("loads", len(loads), f"must be as many as the keys, {len(keys)}")
    order = np.argsort(keys, kind="stable")
    keys, loads = np.asarray(keys, dtype=np.uint64)[order], loads[order]
    bound, splits = _check.positive("most", most) * loads.sum() / len(placement), 0
    pending = [np.flatnonzero(placement.assign(keys) == node) for node in placement.nodes]
    while pending:
        inside = pending.pop()
        if loads[inside].sum() <= bound:
            continue
        different = np.flatnonzero(keys[inside][1:] != keys[inside][:-1]) + 1
        if len(different):  # the cut between two different keys that halves the load best
            below = np.cumsum(loads[inside])[different - 1]
            cut = different[np.abs(below - loads[inside].sum() / 2).argmin()]
            placement.add(at=int(keys[inside[cut]]))
            splits += 1
            pending += [inside[:cut], inside[cut:]]
    return splits
