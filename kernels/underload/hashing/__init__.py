"""Hashing: which node holds which key, what moves when the nodes change, and where the copies go.

Hashes of words and of packed strings (`pack`), bit for bit those of their references: `splitmix64`, `murmur3_32`,
`murmur3_128`, `fmix64`, `xxh64`, `crc32c`, `crc32`, `fnv1a_64`, `md5_words`. Placements of keys on nodes, all with the
same methods and each under its name in `registry`: the ring and its kin (`Ring`, `Ketama`, `BoundedLoads`,
`MultiProbe`), scores (`Rendezvous`, `Skeleton`, `Straw2`), tables (`Maglev`, `Directory`, `Ranges`), numbers without
tables (`Jump`, `PowerCH`, `Flip`, `Binomial`, `JumpBack`, `Modulo`, `FastRange`), and those of which any node may
leave (`Anchor`, `Dx`, `Memento`, `JumpBackAnchor`)::

    ring = hashing.Ring(8)
    before = ring.assign(keys)
    ring.add()
    moved = (ring.assign(keys) != before).mean()
"""

from underload.hashing.anchor import Anchor
from underload.hashing.binomial import Binomial
from underload.hashing.bounded_loads import BoundedLoads
from underload.hashing.crc import crc32, crc32c
from underload.hashing.directory import Directory
from underload.hashing.dx import Dx
from underload.hashing.flip import Flip
from underload.hashing.fnv import fnv1a_64
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
from underload.hashing.power import PowerCH
from underload.hashing.ranges import Ranges
from underload.hashing.registry import registry, restore
from underload.hashing.rendezvous import Rendezvous
from underload.hashing.ring import Ring
from underload.hashing.skeleton import Skeleton
from underload.hashing.splitmix import splitmix64
from underload.hashing.straw2 import Straw2
from underload.hashing.strings import Strings, pack
from underload.hashing.xxhash import xxh64

__all__ = [
    "Anchor",
    "Binomial",
    "BoundedLoads",
    "Directory",
    "Dx",
    "FastRange",
    "Flip",
    "Jump",
    "JumpBack",
    "JumpBackAnchor",
    "Ketama",
    "Maglev",
    "Memento",
    "Modulo",
    "MultiProbe",
    "PowerCH",
    "Ranges",
    "Rendezvous",
    "Ring",
    "Skeleton",
    "Straw2",
    "Strings",
    "crc32",
    "crc32c",
    "fmix64",
    "fnv1a_64",
    "jump",
    "maglev_table",
    "md5_words",
    "modulo_moved",
    "murmur3_32",
    "murmur3_128",
    "pack",
    "registry",
    "restore",
    "splitmix64",
    "xxh64",
]
