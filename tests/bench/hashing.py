"""Speed of the placements beside their C++ twins, one thread each, and beside what Python has to offer.

Ratios of CPU times: each repetition runs both contestants in turn, and the least times are compared. Twins must place
every key where the kernel does before their speed means anything.
"""

import ctypes
import pathlib
import subprocess
import tempfile
import time

import numpy as np
from underload import hashing
from underload.hashing import registry
from underload.hashing.splitmix import splitmix64

SOURCE = pathlib.Path(__file__).with_suffix(".cpp")
KEYS, REPETITIONS = 2**18, 7
SIZES = (10, 1000, 100_000)
SLOW = {"rendezvous", "straw2", "rendezvous, weighted"}  # time grows with the nodes


def build():
    """The compiled twins."""
    library = pathlib.Path(tempfile.mkdtemp()) / "hashing.so"
    command = ["g++", "-O3", "-march=native", "-shared", "-fPIC", "-o", str(library), str(SOURCE)]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(library))


def _c(value):
    if isinstance(value, np.ndarray):
        return ctypes.c_void_p(value.ctypes.data)
    return ctypes.c_uint64(int(value))


def _removed(placement):
    """Half of the nodes gone, every other one."""
    for node in range(0, len(placement), 2):
        placement.remove(node)
    return placement


def cases(n):
    """Name, placement, name of the twin, and its arguments after keys, number of keys and output."""
    yield "modulo", hashing.Modulo(n), "modulo", (n,)
    yield "fast-range", hashing.FastRange(n), "fast_range", (n,)
    yield "jump", hashing.Jump(n), "jump", (n,)
    yield "jumpback", hashing.JumpBack(n), "jumpback", (n,)
    yield "power", hashing.PowerCH(n), "power", (n,)
    yield "flip", hashing.Flip(n), "flip", (n,)
    yield "binomial", hashing.Binomial(n), "binomial", (n,)
    yield "ranges", (one := hashing.Ranges(n)), "ranges", (one._starts, one._owners, n)
    if n <= 16384:
        yield "directory", (one := hashing.Directory(n)), "table", (one._table, len(one._table))
        yield "maglev", (one := hashing.Maglev(n)), "table", (one._table, len(one._table))
    ring = hashing.Ring(n)
    points, owners = ring._circle[:2]
    yield "ring, lower_bound", ring, "ring", (points, owners, len(points) - 1)
    yield "multi-probe", (one := hashing.MultiProbe(n)), "multi_probe", (*one._circle, n, 21)
    if n <= 1000:
        labels = np.arange(n, dtype=np.int32)
        yield "rendezvous", (one := hashing.Rendezvous(n)), "rendezvous", (*one._halves, labels, n)
        heavy = hashing.Rendezvous(n, weights=np.arange(n) % 3 + 1)
        yield "rendezvous, weighted", heavy, "rendezvous_weighted", (heavy._hashes, heavy._weights, labels, n)
        straw = hashing.Straw2(n)
        yield "straw2", straw, "straw2", (straw._items, straw._fixed, hashing.Straw2._ln, n)
    tree = hashing.Skeleton(n)
    yield "skeleton", tree, "skeleton", (tree._lefts, splitmix64([0])[0], tree._depth)
    yield "anchor", (one := hashing.Anchor(n)), "anchor", (one._left, one._successor, 2 * n)
    yield "dx", (one := hashing.Dx(n)), "dx", (one._working, one._shift)
    memento = _removed(hashing.Memento(n))
    yield "memento, half gone", memento, "memento", (memento._total, memento._table, len(memento._table))
    back = _removed(hashing.JumpBackAnchor(n))
    yield "jumpback-anchor, half gone", back, "jumpback_anchor", (n, back._left, back._successor, len(back._left))


def _least(contestants):
    """Least CPU time of each, in turns."""
    times = [[] for _ in contestants]
    for _ in range(REPETITIONS):
        for own, contestant in zip(times, contestants):
            start = time.process_time()
            contestant()
            own.append(time.process_time() - start)
    return [min(own) for own in times]


def beside_twins(twins, n):
    """(what, million keys a second, our speed / that of C++) of each placement with `n` nodes."""
    table = []
    for what, placement, name, arguments in cases(n):
        count = KEYS // 16 if n > 100 and what in SLOW else KEYS
        keys = splitmix64(np.arange(count))
        mine, other = np.empty(count, dtype=np.int32), np.full(count, -1, dtype=np.int32)
        call = (_c(keys), _c(count), _c(other), *map(_c, arguments))
        placement.assign(keys, mine)
        twins[name](*call)
        np.testing.assert_array_equal(mine, other, err_msg=what)
        ours, c = _least((lambda: placement.assign(keys, mine), lambda: twins[name](*call)))  # noqa: B023
        table.append((f"{what}, {n} nodes", count / ours / 1e6, c / ours))
    return table


def bounded_loads(twins, n):
    """The same for bounded loads, whose twin uses up the room that it is given."""
    placement = hashing.BoundedLoads(n)
    keys = splitmix64(np.arange(KEYS))
    mine, other = np.empty(KEYS, dtype=np.int32), np.empty(KEYS, dtype=np.int32)
    points, places, first, shift = placement._walk

    def twin():
        room = placement.caps(KEYS)
        tables = (points, places, first, shift, len(points) - 1, room, placement._labels)
        twins.bounded_loads(_c(keys), _c(KEYS), _c(other), *map(_c, tables))

    placement.assign(keys, mine)
    twin()
    np.testing.assert_array_equal(mine, other)
    ours, c = _least((lambda: placement.assign(keys, mine), twin))
    return f"bounded-loads, {n} nodes", KEYS / ours / 1e6, c / ours


def _per_key(what, ours, keys, theirs, peer_keys):
    """A row of `beside_python`: each contestant has as many keys as it needs to be timed."""
    mine, peer = _least((ours, theirs))
    return what, keys / mine / 1e6, (peer / peer_keys) / (mine / keys)


def beside_python(n):
    """(what, million keys a second, our speed / theirs) beside the packages that are installed here."""
    table, keys, few = [], splitmix64(np.arange(KEYS)), 2**13
    texts = [str(key) for key in range(KEYS // 4)]
    packed, out = hashing.pack(texts), np.empty(KEYS, dtype=np.int32)
    try:
        import jump as peer
    except ImportError:
        pass
    else:
        mine, numbers = hashing.Jump(n), keys[:few].tolist()
        pair = (lambda: mine.assign(keys, out)), KEYS, (lambda: [peer.hash(key, n) for key in numbers]), few
        table.append(_per_key(f"jump-consistent-hash, {n} nodes", *pair))
    try:
        import uhashring
    except ImportError:
        return table
    names = [f"server{i}" for i in range(n)]
    plain, compatible = uhashring.HashRing(nodes=names), uhashring.HashRing(nodes=names, hash_fn="ketama")
    ring, ketama, part = hashing.Ring(n, 160), hashing.Ketama(names), out[: len(texts)]
    for what, peer, ours, count in (
        ("uhashring, numbers", plain, lambda: ring.assign(keys, out), KEYS),
        ("uhashring, strings", plain, lambda: ring.assign(packed, part), len(texts)),
        ("uhashring with ketama", compatible, lambda: ketama.assign(packed, part), len(texts)),
    ):
        pair = ours, count, (lambda: [peer.get_node(text) for text in texts[:few]]), few  # noqa: B023
        table.append(_per_key(f"{what}, {n} nodes", *pair))
    return table


def many_keys(count=10**8):
    """Seconds for the loads of so many keys on a ring of 100 nodes, in chunks, by one thread and by two."""
    ring, times = registry["ring"](100), []
    for threads in (1, 2):
        start = time.perf_counter()
        hashing.node_loads(ring, count, threads=threads)
        times.append(time.perf_counter() - start)
    return times


def speeds():
    """(what, million keys a second, our speed / theirs): beside the twins, and beside Python."""
    twins, table = build(), []
    for n in SIZES:
        table += [*beside_twins(twins, n), bounded_loads(twins, n)]
    return table, [row for n in (10, 1000) for row in beside_python(n)]


def rows():
    """One row a case: (what, our time / that of C++, our time / that of Python's package)."""
    twins, peers = speeds()
    return [(what, 1 / ratio, None) for what, _, ratio in twins] + [(what, None, 1 / ratio) for what, _, ratio in peers]


if __name__ == "__main__":
    for part in speeds():
        for what, speed, ratio in part:
            print(f"{what:40s} {speed:8.1f} M keys/s  {ratio:7.2f} x")
