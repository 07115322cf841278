"""Ketama: the ring of memcached clients, made of the MD5 digests, or with nginx of the CRC-32s, of servers' names.

Sources: Richard Jones, libketama, 2007, ketama.c; twemproxy, nc_ketama.c; nginx, ngx_http_upstream_hash_module.c,
whose ``hash ... consistent`` is the ring of Perl's Cache::Memcached::Fast. The same points with the same weights, and
the same rounding in single precision.

**Deviations.** Equal points of two servers, which a sort may leave in any order, go to the one that was named first.
"""

import hashlib
import zlib

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._words import BORROW
from underload.hashing.crc import crc32
from underload.hashing.md5 import md5_words
from underload.hashing.placement import MOST_NODES, Placement
from underload.hashing.strings import Strings

__all__ = ["Ketama"]

FLAVORS = ("libketama", "twemproxy", "nginx")


@kernel(**BORROW)
def _assign(hashes, points, owners, first, shift, out):
    """The owner of the first point at or after each hash (uint32[n]); the first point's after the last."""
    last = len(points)
    for i in range(len(hashes)):
        h = hashes[i]
        at = first[h >> shift]
        while at < last and points[at] < h:
            at += 1
        out[i] = owners[at if at < last else 0]


@kernel(**BORROW)
def _decimals(keys, offsets, data):
    """Keys (uint64[n]) as decimal text, one after the other: offsets (int64[n + 1]) and data (uint8[20 n])."""
    ten, at = np.uint64(10), 0
    for i in range(len(keys)):
        rest, size = keys[i], 1
        while rest >= ten:
            rest //= ten
            size += 1
        offsets[i], rest = at, keys[i]
        for k in range(size):
            data[at + size - 1 - k] = np.uint8(np.uint64(48) + rest % ten)
            rest //= ten
        at += size
    offsets[len(keys)] = at


def _digests(name, count, index):
    """The 16 bytes of the digest of each "name-k" as four little-endian numbers, all in a row."""
    text = b"".join(hashlib.md5(f"{name}-{k}".encode(), usedforsecurity=False).digest() for k in range(count))
    points = np.frombuffer(text, dtype="<u4")
    return points, np.full(len(points), index)


def _checksums(name, count, index):
    """nginx's chain: each point is the CRC-32 of host, a zero byte, port, and the point before it."""
    host, _, port = name.rpartition(":") if name.rpartition(":")[2].isdecimal() else (name, "", "")
    if name[:5].lower() == "unix:":
        host, port = name[5:], ""
    base, points, point = zlib.crc32(host.encode() + b"\0" + port.encode()), np.empty(count, dtype=np.uint32), 0
    for j in range(count):
        points[j] = point = zlib.crc32(int(point).to_bytes(4, "little"), base)
    return points, np.full(count, index)


class Ketama(Placement):
    """The ring that memcached clients agree on.

    Parameters
    ----------
    nodes : int or list of str
        Servers by name, such as "10.0.1.1:11211"; they are nodes 0, 1, ... in this order. A number n stands for the
        names "server1" ... "server<n>".
    weights : int[n], optional
        From 1 to 65535.
    flavor : str
        "libketama"; "twemproxy", which rounds the number of points in another order; or "nginx".

    Notes
    -----
    Keys are byte strings; a number is placed as its decimal text. "libketama" and "twemproxy" (with ``hash: md5``)
    hash a key by the first four bytes of its MD5, "nginx" by its CRC-32. With equal weights each server has 160
    points.

    With weights that differ the first two give a server floor(40 n weight / sum) quadruples of points: whoever joins or
    leaves changes the points of all. nginx's 160 x weight do not change.
    """

    name = "ketama"
    shares = "drawn"
    weighted = True

    def __init__(self, nodes, weights=None, flavor="libketama"):
        self._flavor = _check.choice("flavor", flavor, FLAVORS)
        names = _names(nodes)
        weights = [1] * len(names) if weights is None else _check.counts("weights", weights, least=len(names)).tolist()
        if len(weights) != len(names) or not all(1 <= weight <= 65535 for weight in weights):
            _check.fail("weights", weights, f"must be {len(names)} whole numbers from 1 to 65535")
        self._servers = dict(enumerate(zip(names, weights)))
        self._next = len(names)
        self._build()

    def _build(self):
        servers, total = self._servers, sum(weight for _, weight in self._servers.values())
        parts = [self._points(name, weight, node, len(servers), total) for node, (name, weight) in servers.items()]
        points, owners = (np.concatenate(column) for column in zip(*parts))
        order = np.argsort(points, kind="stable")
        self._circle = np.ascontiguousarray(points[order], dtype=np.uint32), owners[order].astype(np.int32)
        digits = max(1, len(points).bit_length())
        self._shift = np.uint32(32 - digits)
        starts = np.arange(2**digits, dtype=np.uint32) << self._shift
        self._first = np.searchsorted(self._circle[0], starts).astype(np.int32)

    def _points(self, name, weight, node, servers, total):
        if self._flavor == "nginx":
            return _checksums(name, 160 * weight, node)
        share = np.float32(weight) / np.float32(total)
        if self._flavor == "libketama":  # in C a double, rounded to a float at the call of floorf
            count = np.float32(float(share) * 40.0 * float(np.float32(servers)))
        else:
            count = np.float32(float(share * np.float32(160) / np.float32(4) * np.float32(servers)) + 1e-10)
        return _digests(name, int(count), node)

    @property
    def nodes(self):
        """The nodes, int64, increasing."""
        return np.array(sorted(self._servers), dtype=np.int64)

    @property
    def names(self):
        """The name of each of `nodes`."""
        return [self._servers[node][0] for node in sorted(self._servers)]

    @property
    def weights(self):
        """Weight of each of `nodes`, float64."""
        return np.array([self._servers[node][1] for node in sorted(self._servers)], dtype=np.float64)

    def add(self, node=None, weight=1):
        """Add a server by its name, "server<k>" if left out, at the end of the list; its number."""
        name = f"server{self._next + 1}" if node is None else node
        if not isinstance(name, str) or not name or name in self.names:
            _check.fail("node", name, "must be a new name")
        weight = _check.integer("weight", weight, least=1, most=65535)
        self._servers[self._next] = name, weight
        self._next = self._next + 1
        self._build()
        return self._next - 1

    def remove(self, node=None):
        """Remove a server by its number or name, by default the last; its number."""
        if isinstance(node, str):
            found = [number for number, (name, _) in self._servers.items() if name == node]
            number = found[0] if found else -1
        else:
            number = max(self._servers) if node is None else _check.integer("node", node)
        if number not in self._servers:
            _check.fail("node", node, "must be one of the nodes")
        if len(self._servers) == 1:
            _check.fail("node", node, "must leave another one")
        del self._servers[number]
        self._build()
        return number

    def _part(self, keys, out):
        if not isinstance(keys, Strings):
            offsets, data = np.empty(len(keys) + 1, dtype=np.int64), np.empty(20 * len(keys), dtype=np.uint8)
            _decimals(keys, offsets, data)
            keys = Strings(offsets, data)
        hashes = crc32(keys) if self._flavor == "nginx" else np.ascontiguousarray(md5_words(keys)[:, 0])
        _assign(hashes, *self._circle, self._first, self._shift, out)

    def _tables(self):
        return *self._circle, self._first

    def _saved(self):
        servers = {"numbers": self.nodes, "names": self.names, "weights": self.weights.astype(np.int64)}
        return servers | {"next": self._next, "flavor": self._flavor}

    @classmethod
    def _restored(cls, state):
        placement = cls([str(name) for name in state["names"]], state["weights"], str(state["flavor"]))
        numbers, next_one = state["numbers"].tolist(), state["next"].item()
        if len(numbers) != len(placement) or max(numbers) >= next_one or next_one > MOST_NODES:
            _check.fail("state", numbers, "must be what save() returns")
        placement._servers, placement._next = dict(zip(numbers, placement._servers.values())), next_one
        placement._build()
        return placement


def _names(nodes):
    if isinstance(nodes, (int, np.integer)) and not isinstance(nodes, bool):
        return [f"server{i + 1}" for i in range(_check.integer("nodes", nodes, least=1, most=10**6))]
    named = isinstance(nodes, (list, tuple)) and nodes and all(isinstance(name, str) and name for name in nodes)
    if named and len(set(nodes)) == len(nodes):
        return list(nodes)
    return _check.fail("nodes", nodes, "must be a number from 1 on, or different names")
