"""Malformed calls of hashing: (callable, arguments, the argument that the error must name)."""

import math

import numpy as np
from underload import hashing as h

nan, inf = math.nan, math.inf
keys = np.arange(10, dtype=np.uint64)


def strings(offsets, data):
    return h.Strings(np.array(offsets), np.array(data, dtype=np.uint8))


def assign(**arguments):
    return h.Jump(3).assign(**({"keys": keys} | arguments))


def add(placement, **arguments):
    return placement.add(**arguments)


def remove(placement, node):
    return placement.remove(node)


BAD_CALLS = [
    *(
        (hash_, {"keys": bad}, "keys")
        for hash_ in (h.splitmix64, h.xxh64, h.crc32c)
        for bad in ([1.5], [-1], [[1]], "a", 5)
    ),
    (h.fmix64, {"keys": h.pack(["a"])}, "keys"),
    (h.splitmix64, {"keys": [2**64]}, "keys"),
    (h.splitmix64, {"keys": [True, False]}, "keys"),
    (h.murmur3_32, {"keys": keys, "seed": 2**32}, "seed"),
    (h.murmur3_128, {"keys": keys, "seed": -1}, "seed"),
    (h.xxh64, {"keys": keys, "seed": 2**64}, "seed"),
    (h.md5_words, {"keys": keys}, "keys"),
    (h.pack, {"texts": "abc"}, "texts"),
    (h.pack, {"texts": ["a", 1]}, "texts"),
    (strings, {"offsets": [0, 5], "data": [1, 2]}, "offsets"),
    (strings, {"offsets": [2, 1], "data": [1, 2]}, "offsets"),
    (strings, {"offsets": [-1, 1], "data": [1, 2]}, "offsets"),
    (strings, {"offsets": [0.0, 1.0], "data": [1, 2]}, "offsets"),
    (h.Strings, {"offsets": np.zeros(1, dtype=int), "data": np.zeros(3)}, "data"),
    (h.jump, {"keys": keys, "buckets": 0}, "buckets"),
    (h.jump, {"keys": keys, "buckets": 2**31}, "buckets"),
    (h.jump, {"keys": keys, "buckets": nan}, "buckets"),
    *((cls, {"nodes": bad}, "nodes") for cls in h.registry.values() for bad in (0, -3, 2.5, nan, inf, "ten")),
    *(
        (cls, {"nodes": bad}, "nodes")
        for cls in (h.Ring, h.Rendezvous, h.Maglev)
        for bad in ([], [1, 1], [-1], [2**31])
    ),
    *(
        (cls, {"nodes": 2, "weights": bad}, "weights")
        for cls in (h.Ring, h.Rendezvous, h.Maglev, h.Straw2, h.Skeleton)
        for bad in ([1], [1, 0], [1, -1], [1, nan], [1, inf], "ab")
    ),
    (h.Ring, {"nodes": 2, "points": 0}, "points"),
    (h.Ring, {"nodes": 2, "points": 100, "weights": [1e9, 1]}, "points"),
    (h.Ring, {"nodes": 2, "seed": -1}, "seed"),
    (h.MultiProbe, {"nodes": 2, "probes": 0}, "probes"),
    (h.Maglev, {"nodes": 5, "size": 4}, "size"),
    (h.Maglev, {"nodes": 2, "weights": [1e-9, 1]}, "turns"),
    (h.maglev_table, {"offsets": [0, 7], "steps": [1, 1], "size": 7}, "offsets"),
    (h.maglev_table, {"offsets": [0, 1], "steps": [1, 7], "size": 7}, "steps"),
    (h.maglev_table, {"offsets": [0, 1], "steps": [1], "size": 7}, "steps"),
    (h.maglev_table, {"offsets": [0, 1], "steps": [1, 1], "size": 1}, "size"),
    (h.maglev_table, {"offsets": [0, 1], "steps": [1, 1], "size": 7, "turns": [1, 0]}, "turns"),
    (h.Anchor, {"nodes": 5, "capacity": 4}, "capacity"),
    (h.Dx, {"nodes": 5, "capacity": 2**31}, "capacity"),
    (h.Binomial, {"nodes": 5, "rounds": -1}, "rounds"),
    (h.BoundedLoads, {"nodes": 5, "load_factor": 1.0}, "load_factor"),
    (h.BoundedLoads, {"nodes": 5, "load_factor": nan}, "load_factor"),
    (h.BoundedLoads, {"nodes": 5, "load_factor": inf}, "load_factor"),
    (h.Straw2, {"nodes": 2, "weights": [1e-6, 1]}, "weights"),
    (h.Straw2, {"nodes": 2, "weights": [65536, 1]}, "weights"),
    (h.Straw2, {"nodes": 2, "replica": -1}, "replica"),
    (h.Skeleton, {"nodes": [2**24]}, "nodes"),
    (h.Ranges, {"nodes": 2, "starts": [1, 2]}, "starts"),
    (h.Ranges, {"nodes": 2, "starts": [0, 0]}, "starts"),
    (h.Ranges, {"nodes": 3, "starts": [0, 1]}, "starts"),
    (add, {"placement": h.Ranges(2), "at": 0}, "at"),
    (h.Directory, {"nodes": 5, "slots": 4}, "nodes"),
    (add, {"placement": h.Directory(4, slots=4)}, "node"),
    (h.Ketama, {"nodes": ["a", "a"]}, "nodes"),
    (h.Ketama, {"nodes": ["a", ""]}, "nodes"),
    (h.Ketama, {"nodes": []}, "nodes"),
    (h.Ketama, {"nodes": 2, "weights": [1, 0]}, "weights"),
    (h.Ketama, {"nodes": 2, "weights": [1, 1.5]}, "weights"),
    (h.Ketama, {"nodes": 2, "flavor": "ketama"}, "flavor"),
    (add, {"placement": h.Ketama(2), "node": "server1"}, "node"),
    (add, {"placement": h.Ketama(2), "weight": 0}, "weight"),
    (remove, {"placement": h.Ketama(2), "node": "nobody"}, "node"),
    (add, {"placement": h.Ring(2), "weight": 0}, "weight"),
    (add, {"placement": h.Ring(2), "weight": nan}, "weight"),
    (add, {"placement": h.MultiProbe(2), "weight": 2}, "weight"),
    (add, {"placement": h.Jump(2), "node": 5}, "node"),
    (remove, {"placement": h.Jump(5), "node": 2}, "node"),
    (add, {"placement": h.Anchor(2, 2)}, "node"),
    (add, {"placement": h.Memento(2), "node": 5}, "node"),
    (remove, {"placement": h.Memento(2), "node": 5}, "node"),
    (assign, {"keys": [0.5]}, "keys"),
    (assign, {"threads": 0}, "threads"),
    (assign, {"threads": 1.5}, "threads"),
    (assign, {"out": np.zeros(10)}, "out"),
    (assign, {"out": np.zeros(9, dtype=np.int32)}, "out"),
    (assign, {"out": [0] * 10}, "out"),
    (h.restore, {"state": {}}, "state"),
    (h.restore, {"state": {"algorithm": np.array("md4")}}, "state"),
    (h.restore, {"state": None}, "state"),
    (h.Jump.restore, {"state": h.Ring(2).save()}, "state"),
    (h.Jump.restore, {"state": 3}, "state"),
    (h.modulo_moved, {"before": 0, "after": 1}, "before"),
    (h.modulo_moved, {"before": 1, "after": 0.5}, "after"),
    (h.RingShare, {"nodes": 1, "points": 1}, "nodes"),
    (h.RingShare, {"nodes": 2, "points": 0}, "points"),
    (h.RingShare(2, 1).cdf, {"x": nan}, "x"),
    (h.RingShare(2, 1).tail, {"x": [1.0, inf]}, "x"),
    (h.RingShare(2, 1).quantile, {"p": 0}, "p"),
    (h.RingShare(2, 1).peak_quantile, {"p": 1.0}, "p"),
    (h.RingShare(2, 1).peak_cdf, {"x": "1"}, "x"),
    (h.balance, {"loads": []}, "loads"),
    (h.balance, {"loads": [0, 0]}, "loads"),
    (h.balance, {"loads": [1, -1]}, "loads"),
    (h.balance, {"loads": [1e308, 1e308]}, "loads"),
    (h.balance, {"loads": [1, 1], "weights": [1]}, "weights"),
    (h.balance, {"loads": [1, 1], "weights": [1, 0]}, "weights"),
    (h.node_loads, {"placement": "jump", "keys": 5}, "placement"),
    (h.node_loads, {"placement": h.Jump(2), "keys": -1}, "keys"),
    (h.node_loads, {"placement": h.Jump(2), "keys": 1.5}, "keys"),
    (h.disruption, {"before": [], "after": [], "least": 0}, "before"),
    (h.disruption, {"before": [1], "after": [1, 2], "least": 0}, "after"),
    (h.disruption, {"before": [1], "after": [1], "least": nan}, "least"),
    (h.resized, {"placement": h.Jump(2), "keys": []}, "keys"),
    (h.resized, {"placement": 3, "keys": keys}, "placement"),
    (h.resized, {"placement": h.Jump(2), "keys": keys, "add": -1}, "add"),
    (h.resized, {"placement": h.Jump(3), "keys": keys, "remove": [0]}, "node"),
    (h.hot_shard, {"items": 0, "exponent": 1, "shards": 2}, "items"),
    (h.hot_shard, {"items": 5, "exponent": -1, "shards": 2}, "exponent"),
    (h.hot_shard, {"items": 5, "exponent": 1, "shards": 0}, "shards"),
    (h.hot_shard, {"items": 5, "exponent": 1, "shards": 2, "salts": 3}, "salts"),
    (h.zipf_loads, {"placement": None, "items": 5, "exponent": 1}, "placement"),
    (h.zipf_loads, {"placement": h.Jump(2), "items": 5, "exponent": 1, "salted": 6}, "salted"),
    (h.zipf_loads, {"placement": h.Jump(2), "items": 5, "exponent": 1, "salts": 0}, "salts"),
    (h.split_hot_ranges, {"placement": h.Jump(2), "keys": keys, "loads": np.ones(10), "most": 1}, "placement"),
    (h.split_hot_ranges, {"placement": h.Ranges(2), "keys": keys, "loads": np.ones(9), "most": 1}, "loads"),
    (h.split_hot_ranges, {"placement": h.Ranges(2), "keys": keys, "loads": np.ones(10), "most": 0}, "most"),
    (h.cross_shard_fraction, {"shards": 0, "keys": 2}, "shards"),
    (h.cross_shard_fraction, {"shards": 2, "keys": 0}, "keys"),
    (h.distinct_shards, {"shards": 2, "keys": 1.5}, "keys"),
    (h.sharded_capacity, {"shards": 2, "cross_fraction": 1.1, "touched": 2}, "cross_fraction"),
    (h.sharded_capacity, {"shards": 2, "cross_fraction": 0.5, "touched": 3}, "touched"),
    (h.sharded_capacity, {"shards": 2, "cross_fraction": 0.5, "touched": 0.5}, "touched"),
    (h.scatter_slow, {"shards": 2, "slow": -0.1}, "slow"),
    (h.shard_quantile_for, {"shards": 2, "quantile": 1}, "quantile"),
    (h.any_shard_down, {"shards": 2, "availability": 1.5}, "availability"),
    (h.reshard, {"data": 0, "copy_rate": 1, "write_rate": 0, "longest_pause": 1}, "data"),
    (h.reshard, {"data": 1, "copy_rate": 0, "write_rate": 0, "longest_pause": 1}, "copy_rate"),
    (h.reshard, {"data": 1e300, "copy_rate": 1e-300, "write_rate": 0, "longest_pause": 1}, "copy_rate"),
    (h.reshard, {"data": 1, "copy_rate": 1, "write_rate": -1, "longest_pause": 1}, "write_rate"),
    (h.reshard, {"data": 1, "copy_rate": 1, "write_rate": 0, "longest_pause": 0}, "longest_pause"),
    (h.directory_availability, {"directory": 2, "shard": 1}, "directory"),
    (h.directory_availability, {"directory": 1, "shard": nan}, "shard"),
    (h.directory_availability, {"directory": 1, "shard": 1, "remembered": -1}, "remembered"),
    (h.remembered, {"hit_ratio": 2, "lifetime": 1, "outage_mean": 1}, "hit_ratio"),
    (h.remembered, {"hit_ratio": 1, "lifetime": 0, "outage_mean": 1}, "lifetime"),
    (h.remembered, {"hit_ratio": 1, "lifetime": 1, "outage_mean": inf}, "outage_mean"),
    (h.compare, {"algorithms": "jump", "nodes": 5, "keys": 5}, "algorithms"),
    (h.compare, {"algorithms": [], "nodes": 5, "keys": 5}, "algorithms"),
    (h.compare, {"algorithms": ["jmp"], "nodes": 5, "keys": 5}, "algorithms"),
    (h.compare, {"algorithms": [h.Jump(4)], "nodes": 5, "keys": 5}, "algorithms"),
    (h.compare, {"algorithms": ["jump"], "nodes": 1, "keys": 5}, "nodes"),
    (h.compare, {"algorithms": ["jump"], "nodes": 5, "keys": 0}, "keys"),
    (h.compare, {"algorithms": ["jump"], "nodes": 5, "keys": 5, "timed": 1}, "timed"),
    (h.replicas, {"placement": h.Jump(2), "keys": keys, "copies": 3}, "copies"),
    (h.replicas, {"placement": h.Jump(2), "keys": [-1], "copies": 1}, "keys"),
    (h.replicas, {"placement": h.BoundedLoads(2), "keys": keys, "copies": 1}, "placement"),
    (h.replicas, {"placement": h.Ketama(2), "keys": h.pack(["a"]), "copies": 1}, "keys"),
    (h.replicas, {"placement": h.Jump(2), "keys": keys, "copies": 1, "zones": [1]}, "zones"),
    (h.Copysets, {"nodes": 9, "replicas": 1, "scatter_width": 2}, "replicas"),
    (h.Copysets, {"nodes": 9, "replicas": 3, "scatter_width": 1}, "scatter_width"),
    (h.Copysets(9, 3, 2).lost, {"failed": [9]}, "failed"),
    (h.ShuffleShards, {"nodes": 5, "width": 6}, "width"),
    (h.ShuffleShards, {"nodes": 0, "width": 1}, "nodes"),
    (h.ShuffleShards(5, 2).overlap_probability, {"shared": -1}, "shared"),
    (h.ShuffleShards(5, 2).harmed, {"needed": 3}, "needed"),
    (h.ShuffleShards(5, 2).assign, {"keys": [0.5]}, "keys"),
    (h.Cells, {"cells": 0, "nodes_per_cell": 1}, "cells"),
    (h.Cells, {"cells": 2**20, "nodes_per_cell": 2**20}, "cells"),
    (h.Cells(2, 2).assign, {"customers": keys, "keys": keys[:3]}, "keys"),
    (h.Cells(2, 2).down, {"availability": 1.5}, "availability"),
]
