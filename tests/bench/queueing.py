"""Speed of the queueing kernels beside their C twin and beside what an analyst would write in plain Python.

Ratios of CPU times: each repetition runs all contestants in turn, and the medians are compared.
"""

import ctypes
import heapq
import pathlib
import random as python_random
import statistics
import subprocess
import tempfile
import time

import numpy as np
from underload import queueing
from underload.queueing.simulation.engine import BATCHES
from underload.random import Exponential, streams, ziggurat
from underload.stats import Histogram

SOURCE = pathlib.Path(__file__).with_suffix(".c")
REPETITIONS = 7


def build():
    """The compiled twin."""
    folder = tempfile.mkdtemp()
    library = pathlib.Path(folder) / "queueing.so"
    command = ["gcc", "-O3", "-march=native", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-lm"]
    subprocess.run(command, check=True)
    twin = ctypes.CDLL(str(library))
    twin.erlang_c.restype = ctypes.c_double
    return twin


def _pointer(array):
    return ctypes.c_void_p(array.ctypes.data)


def simulate_in_c(twin, servers, size, seed):
    """Batches of `size` customers of M/M/c at utilization 0.9: sums, and the histograms of waits and responses."""
    shape = Histogram()
    states = streams(seed, 2)
    sums = np.zeros((BATCHES, 3))
    waits, responses = (np.zeros((BATCHES, len(shape.counts)), dtype=np.int64) for _ in range(2))
    free = np.zeros(servers)
    integers = (ctypes.c_int64(value) for value in (servers, BATCHES, size))
    means = (ctypes.c_double(value) for value in (1 / (0.9 * servers), 1.0))
    tables = (ziggurat.E_WIDTH, ziggurat.E_LIMIT, ziggurat.E_HEIGHT)
    reals = (ctypes.c_double(value) for value in (ziggurat.EXPONENTIAL_TAIL, shape.scale, shape.first))
    arrays = map(_pointer, (*states, *tables))
    outputs = map(_pointer, (free, sums, waits, responses))
    twin.simulate(*integers, *means, *arrays, *reals, ctypes.c_int64(len(shape.counts)), *outputs)
    return sums, waits, responses


def simulate(servers, size, seed):
    """The same with the package."""
    interarrival, service = Exponential(mean=1 / (0.9 * servers)), Exponential(mean=1.0)
    return queueing.simulate(interarrival, service, servers, customers=BATCHES * size, warmup=0, seed=seed)


def simulate_in_python(servers, customers, seed):
    """The loop that one writes in plain Python: the mean wait."""
    draw = python_random.Random(seed).expovariate
    free, clock, total = [0.0] * servers, 0.0, 0.0
    for _ in range(customers):
        clock += draw(0.9 * servers)
        start = max(clock, free[0])
        total += start - clock
        heapq.heapreplace(free, start + draw(1.0))
    return total / customers


def erlang_c_in_python(servers, load):
    """The recursion that one writes in plain Python."""
    blocking = 1.0
    for k in range(1, servers + 1):
        blocking = load * blocking / (k + load * blocking)
    return servers * blocking / (servers - load * (1 - blocking))


def _cpu(function, *arguments):
    start = time.process_time()
    function(*arguments)
    return time.process_time() - start


def _ratios(ours, twin, peer):
    """Medians of interleaved repetitions: ours / C and ours / peer. Each is (weight, function, arguments)."""
    times = [[], [], []]
    for _ in range(REPETITIONS):
        for column, (weight, function, *arguments) in zip(times, (ours, twin, peer), strict=True):
            column.append(_cpu(function, *arguments) / weight)
    mine, c, other = map(statistics.median, times)
    return mine / c, mine / other


def _repeated(function, *arguments, times):
    for _ in range(times):
        function(*arguments)


def check(twin):
    """The two must agree before their speed means anything: the same draws, the same waits, the same bins."""
    for servers in (1, 2, 10, 1000):
        sums, waits, responses = simulate_in_c(twin, servers, 5000, seed=1)
        run = simulate(servers, 5000, seed=1)
        np.testing.assert_allclose(sums[:, 0], [batch.wait for batch in run.batches], rtol=1e-12)
        np.testing.assert_array_equal(waits.sum(axis=0), run.wait.histogram.counts)
        np.testing.assert_array_equal(responses.sum(axis=0), run.response.histogram.counts)


def rows():
    """One row per kernel: (what, our time / that of C, our time / that of plain Python)."""
    twin = build()
    check(twin)
    table = []
    for servers, size in ((1, 70_000), (10, 35_000), (100, 35_000), (100_000, 20_000)):
        simulate(servers, 1000, 1)  # compile
        ours = (BATCHES * size, simulate, servers, size, 1)
        in_c = (BATCHES * size, simulate_in_c, twin, servers, size, 1)
        plain = (50_000, simulate_in_python, servers, 50_000, 1)
        table.append((f"FCFS M/M/{servers}, per customer", *_ratios(ours, in_c, plain)))
    for servers in (100, 10**6):
        load = servers - 3 * servers**0.5

        def called(function, *arguments, times):
            return times, lambda: _repeated(function, *arguments, times=times)

        ours = called(queueing.erlang_c, servers, load, times=300)
        in_c = called(twin.erlang_c, ctypes.c_int64(servers), ctypes.c_double(load), times=300)
        plain = called(erlang_c_in_python, servers, load, times=max(1, 10**5 // servers))
        table.append((f"Erlang C of {servers} servers, per call", *_ratios(ours, in_c, plain)))
    return table


if __name__ == "__main__":
    for what, to_c, to_peer in rows():
        print(f"{what:40s} {to_c:6.2f} x C   1/{1 / to_peer:.0f} of plain Python")
