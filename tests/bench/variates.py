"""The variates beside a C twin of the same algorithms and beside NumPy's Generator.

Hazard: started as a script, Python would find this file as the standard library's `random`; load it with `runpy`.
"""

import ctypes
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy as np
from underload import random
from underload._jit import kernel

HERE = pathlib.Path(__file__).parent
N, REPETITIONS = 200_000, 31


def twin():
    """The C twin, compiled for this machine."""
    with tempfile.TemporaryDirectory() as folder:
        library = f"{folder}/random.so"
        options = ["-O3", "-march=native", "-shared", "-fPIC"]
        subprocess.run(["gcc", *options, str(HERE / "variates.c"), "-o", library, "-lm"], check=True)
        loaded = ctypes.CDLL(library)
    loaded.setup()
    return loaded


def pointer(array):
    return ctypes.c_void_p(array.ctypes.data)


def loops(variate):
    """Our loops: one that fills an array, and one that adds up, as a simulator that keeps no record."""

    @kernel
    def fill(state, out):
        for i in range(len(out)):
            out[i] = variate(state)

    @kernel
    def add(state, n):
        total = 0.0
        for _ in range(n):
            total += variate(state)
        return total

    return fill, add


def medians(functions):
    """The median CPU time of each, in ns per variate; one run of each in turn, the first is not counted."""
    times = [[] for _ in functions]
    for _ in range(REPETITIONS + 1):
        for function, taken in zip(functions, times, strict=True):
            start = time.process_time_ns()
            function()
            taken.append((time.process_time_ns() - start) / N)
    return [statistics.median(taken[1:]) for taken in times]


def rows():
    """(what, our time / C's, our time / NumPy's) for each variate, filled into an array and added up."""
    library, generator, out = twin(), np.random.default_rng(1), np.empty(N)
    peers = {
        "uniform": generator.random,
        "exponential": generator.standard_exponential,
        "normal": generator.standard_normal,
    }
    table = []
    for name, peer in peers.items():
        fill, add = loops(getattr(random, name))
        state, n = random.seed_state(1), ctypes.c_int64(N)
        fill_in_c, add_in_c = getattr(library, f"fill_{name}"), getattr(library, f"sum_{name}")
        add_in_c.restype = ctypes.c_double
        filled, filled_c, numpy, added, added_c = medians(
            [
                lambda fill=fill, state=state: fill(state, out),
                lambda function=fill_in_c, state=state, n=n: function(pointer(state), pointer(out), n),
                lambda peer=peer: peer(out=out),
                lambda add=add, state=state: add(state, N),
                lambda function=add_in_c, state=state, n=n: function(pointer(state), n),
            ]
        )
        table.append((f"{name}, an array filled", filled / filled_c, filled / numpy))
        table.append((f"{name}, added up", added / added_c, added / numpy))
    return table
