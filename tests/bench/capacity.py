"""Percolation and gossip beside a C twin and beside what one would write instead."""

import ctypes
import pathlib
import subprocess
import tempfile
import time

import networkx
import numpy as np
from underload.capacity import gossip, percolation
from underload.random import seed_state

HERE = pathlib.Path(__file__).parent
NODES, ROUNDS = 200_000, 7


def twin():
    """The C twin, compiled for this machine."""
    with tempfile.TemporaryDirectory() as folder:
        library = f"{folder}/capacity.so"
        options = ["-O3", "-march=native", "-shared", "-fPIC"]
        subprocess.run(["gcc", *options, str(HERE / "capacity.c"), "-o", library], check=True)
        return ctypes.CDLL(library)


def pointer(array):
    return ctypes.c_void_p(array.ctypes.data)


def percolate():
    tree = np.full(NODES, -1, dtype=np.int32)
    return percolation._unite_random(seed_state(3), 150_000, tree)[0]


def percolate_in_c(library):
    tree, state = np.full(NODES, -1, dtype=np.int32), seed_state(3)
    return library.unite_random(pointer(state), ctypes.c_int64(150_000), pointer(tree), ctypes.c_int64(NODES))


def percolate_with_networkx():
    graph = networkx.gnm_random_graph(NODES, 150_000, seed=3)
    return max(len(part) for part in networkx.connected_components(graph))


def gossip_in_c(library):
    state, knows = seed_state(3), np.zeros(NODES, dtype=np.uint8)
    informed, count, rounds = np.zeros(NODES + 1, dtype=np.int32), 1, 0
    knows[0] = 1
    while count < NODES:
        count = library.push_round(
            pointer(state), ctypes.c_int64(count), pointer(knows), ctypes.c_int64(NODES), pointer(informed)
        )
        rounds += 1
    return rounds


def gossip_with_numpy():
    draw, knows, rounds = np.random.default_rng(3), np.zeros(NODES, dtype=bool), 0
    knows[0] = True
    while not knows.all():
        knows[draw.integers(0, NODES, knows.sum())] = True
        rounds += 1
    return rounds


def cpu_times(contestants):
    """Least CPU time of each, in turns; a contestant that takes a second has two."""
    times = [[] for _ in contestants]
    for turn in range(ROUNDS):
        for own, contestant in zip(times, contestants):
            if turn >= 2 and min(own) > 1:
                continue
            start = time.process_time()
            contestant()
            own.append(time.process_time() - start)
    return [min(own) for own in times]


def rows():
    """Kernel, time over the twin's, time over the peer's."""
    library = twin()
    assert percolate() == percolate_in_c(library)
    assert gossip.gossip_rounds(NODES, 3) == gossip_in_c(library)
    table = []
    for what, contestants in (
        (
            "percolation, 200,000 nodes (peer: networkx)",
            (percolate, lambda: percolate_in_c(library), percolate_with_networkx),
        ),
        (
            "gossip, 200,000 nodes (peer: NumPy)",
            (lambda: gossip.gossip_rounds(NODES, 3), lambda: gossip_in_c(library), gossip_with_numpy),
        ),
    ):
        ours, c, peer = cpu_times(contestants)
        table.append((what, ours / c, ours / peer))
    return table
