"""Speed of the simulated balancing of load beside its C twin and beside what an analyst would write in plain Python.

Ratios of CPU times: each repetition runs all contestants in turn, and the medians are compared.
"""

import collections
import ctypes
import pathlib
import random as python_random
import statistics
import subprocess
import tempfile
import time

import numpy as np
from underload import queueing
from underload.queueing import PowerOfChoices
from underload.queueing.simulation.engine import BATCHES
from underload.random import Exponential, streams, ziggurat
from underload.stats import Histogram

SOURCE = pathlib.Path(__file__).with_suffix(".c")
REPETITIONS = 7

ROOM = 10**5  # who is inside, twenty times over
CASES = {"500 servers at 0.99": (500, 2, 0.99), "10 servers at 0.9": (10, 2, 0.9)}


def build():
    """The compiled twin."""
    library = pathlib.Path(tempfile.mkdtemp()) / "balancing.so"
    command = ["gcc", "-O3", "-march=native", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-lm"]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(library))


def _pointer(array):
    return ctypes.c_void_p(array.ctypes.data)


def simulate_in_c(twin, servers, choices, utilization, size, seed):
    """Batches of `size` customers: sums, and the histograms of waits and responses."""
    shape = Histogram()
    states = streams(seed, 3)
    sums = np.zeros((BATCHES, 3))
    waits, responses = (np.zeros((BATCHES, len(shape.counts)), dtype=np.int64) for _ in range(2))
    integers = (ctypes.c_int64(value) for value in (servers, choices, BATCHES, size))
    means = (ctypes.c_double(value) for value in (1 / (utilization * servers), 1.0))
    tables = (ziggurat.E_WIDTH, ziggurat.E_LIMIT, ziggurat.E_HEIGHT)
    reals = (ctypes.c_double(value) for value in (ziggurat.EXPONENTIAL_TAIL, shape.scale, shape.first))
    sizes = (ctypes.c_int64(value) for value in (len(shape.counts), ROOM))
    arrays, outputs = map(_pointer, (*states, *tables)), map(_pointer, (sums, waits, responses))
    twin.simulate(*integers, *means, *arrays, *reals, *sizes, *outputs)
    return sums, waits, responses


def simulate(servers, choices, utilization, size, seed):
    """The same with the package."""
    interarrival, policy = Exponential(1 / (utilization * servers)), PowerOfChoices(choices)
    return queueing.simulate(
        interarrival, Exponential(1.0), servers, customers=BATCHES * size, warmup=0, seed=seed, balancing=policy
    )


def simulate_in_python(servers, choices, utilization, customers, seed):
    """The loop that one writes in plain Python: the mean response."""
    source = python_random.Random(seed)
    queues, clock, total = [collections.deque() for _ in range(servers)], 0.0, 0.0
    for _ in range(customers):
        clock += source.expovariate(utilization * servers)
        sample = [queues[k] for k in source.sample(range(servers), choices)]
        for queue in sample:
            while queue and queue[0] <= clock:
                queue.popleft()
        best = min(sample, key=len)
        best.append((best[-1] if best else clock) + source.expovariate(1.0))
        total += best[-1] - clock
    return total / customers


def _cpu(function, *arguments):
    start = time.process_time()
    function(*arguments)
    return time.process_time() - start


def check(twin):
    """The two must agree before their speed means anything: the same draws, the same waits, the same bins."""
    for servers, choices in ((2, 1), (2, 2), (10, 3), (500, 2)):
        sums, waits, responses = simulate_in_c(twin, servers, choices, 0.9, 5000, seed=1)
        run = simulate(servers, choices, 0.9, 5000, seed=1)
        np.testing.assert_allclose(sums[:, 0], [batch.wait for batch in run.batches], rtol=1e-12)
        np.testing.assert_array_equal(waits.sum(axis=0), run.wait.histogram.counts)
        np.testing.assert_array_equal(responses.sum(axis=0), run.response.histogram.counts)


def rows():
    """One row per case: (what, our time / that of C, our time / that of plain Python)."""
    twin = build()
    check(twin)
    table = []
    size, plain = 2_000_000 // BATCHES, 50_000
    for what, case in CASES.items():
        times = [[], [], []]
        for _ in range(REPETITIONS):
            times[0].append(_cpu(simulate, *case, size, 1) / (BATCHES * size))
            times[1].append(_cpu(simulate_in_c, twin, *case, size, 1) / (BATCHES * size))
            times[2].append(_cpu(simulate_in_python, *case, plain, 1) / plain)
        mine, c, other = map(statistics.median, times)
        table.append((f"JSQ(2), {what}, per customer", mine / c, mine / other))
    return table


if __name__ == "__main__":
    for what, to_c, to_peer in rows():
        print(f"{what:44s} {to_c:6.2f} x C   1/{1 / to_peer:.0f} of plain Python")
