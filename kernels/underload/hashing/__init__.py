"""Hashing: which node holds which key, what moves when the nodes change, and where the copies go.

Hashes of words and of packed strings (`pack`), bit for bit those of their references: `splitmix64`, `murmur3_32`,
`murmur3_128`, `fmix64`, `xxh64`, `crc32c`, `crc32`, `fnv1a_64`, `md5_words`. Placements, all with the same methods and
each under its name in `registry`: the ring and its kin (`Ring`, `Ketama`, `BoundedLoads`, `MultiProbe`), scores
(`Rendezvous`, `Skeleton`, `Straw2`), tables (`Maglev`, `Directory`, `Ranges`), numbers without tables (`Jump`,
`PowerCH`, `Flip`, `Binomial`, `JumpBack`, `Modulo`, `FastRange`), and those of which any node may leave (`Anchor`,
`Dx`, `Memento`, `JumpBackAnchor`)::

    ring = hashing.Ring(8)
    before = ring.assign(keys)
    ring.add()
    moved = (ring.assign(keys) != before).mean()

Measures: `balance`, `disruption`, `resized`, `compare`, the law of a ring's shares (`RingShare`), hot keys
(`hot_shard`, `zipf_loads`, `split_hot_ranges`), requests over several shards (`cross_shard_fraction`, `scatter_slow`),
moves under load (`reshard`) and directories (`directory_availability`). Copies and walls: `replicas`, `Copysets`,
`ShuffleShards`, `Cells`.
"""

from underload.hashing.anchor import Anchor
from underload.hashing.balance import Balance, balance, node_loads
from underload.hashing.binomial import Binomial
from underload.hashing.bounded_loads import BoundedLoads
from underload.hashing.cells import Cells
from underload.hashing.compare import Comparison, compare
from underload.hashing.copyset_placement import Copysets
from underload.hashing.crc import crc32, crc32c
from underload.hashing.cross_shard import (
    any_shard_down,
    cross_shard_fraction,
    distinct_shards,
    scatter_slow,
    shard_quantile_for,
    sharded_capacity,
)
from underload.hashing.directory import Directory
from underload.hashing.directory_availability import directory_availability, remembered
from underload.hashing.disruption import Disruption, disruption, resized
from underload.hashing.dx import Dx
from underload.hashing.flip import Flip
from underload.hashing.fnv import fnv1a_64
from underload.hashing.hot_shard import HotShard, hot_shard, split_hot_ranges, zipf_loads
from underload.hashing.jump import Jump, jump
from underload.hashing.jumpback import JumpBack
from underload.hashing.jumpback_anchor import JumpBackAnchor
from underload.hashing.ketama import Ketama
from underload.hashing.maglev import Maglev, maglev_table
from underload.hashing.md5 import md5_words
from underload.hashing.memento import Memento
from underload.hashing.modulo import FastRange, Modulo, modulo_moved
from underload.hashing.multiprobe import MultiProbe
from underload.hashing.murmur3 import fmix64, murmur3_32, murmur3_128
from underload.hashing.placement import Placement
from underload.hashing.power import PowerCH
from underload.hashing.ranges import Ranges
from underload.hashing.registry import registry, restore
from underload.hashing.rendezvous import Rendezvous
from underload.hashing.replicas import replicas
from underload.hashing.resharding import Resharding, reshard
from underload.hashing.ring import Ring
from underload.hashing.ring_share import RingShare
from underload.hashing.shuffle_shards import ShuffleShards
from underload.hashing.skeleton import Skeleton
from underload.hashing.splitmix import splitmix64
from underload.hashing.straw2 import Straw2
from underload.hashing.strings import Strings, pack
from underload.hashing.xxhash import xxh64

__all__ = [
    "Anchor",
    "Balance",
    "Binomial",
    "BoundedLoads",
    "Cells",
    "Comparison",
    "Copysets",
    "Directory",
    "Disruption",
    "Dx",
    "FastRange",
    "Flip",
    "HotShard",
    "Jump",
    "JumpBack",
    "JumpBackAnchor",
    "Ketama",
    "Maglev",
    "Memento",
    "Modulo",
    "MultiProbe",
    "Placement",
    "PowerCH",
    "Ranges",
    "Rendezvous",
    "Resharding",
    "Ring",
    "RingShare",
    "ShuffleShards",
    "Skeleton",
    "Straw2",
    "Strings",
    "any_shard_down",
    "balance",
    "compare",
    "crc32",
    "crc32c",
    "cross_shard_fraction",
    "directory_availability",
    "disruption",
    "distinct_shards",
    "fmix64",
    "fnv1a_64",
    "hot_shard",
    "jump",
    "maglev_table",
    "md5_words",
    "modulo_moved",
    "murmur3_32",
    "murmur3_128",
    "node_loads",
    "pack",
    "registry",
    "remembered",
    "replicas",
    "reshard",
    "resized",
    "restore",
    "scatter_slow",
    "shard_quantile_for",
    "sharded_capacity",
    "split_hot_ranges",
    "splitmix64",
    "xxh64",
    "zipf_loads",
]
