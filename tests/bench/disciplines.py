"""Speed of the simulators of disciplines and networks beside their C twins and beside what one writes in plain Python.

Ratios of CPU times: each repetition runs all contestants in turn, and the medians are compared.
"""

import collections
import ctypes
import functools
import heapq
import pathlib
import random as python_random
import statistics
import subprocess
import tempfile
import time

import numpy as np
from underload import queueing
from underload.queueing.simulation.engine import BATCHES, RANGE
from underload.queueing.simulation.network_system import streams_for
from underload.random import Exponential, streams, ziggurat
from underload.stats import Histogram

SOURCE = pathlib.Path(__file__).with_suffix(".c")
REPETITIONS = 7
ROOM = 10**5  # who is inside, many times over
UTILIZATION = 0.9
DISCIPLINES = {"ps": "share", "srpt": "shortest"}
# Three stations of utilizations 0.8, 0.9 and 0.7, one with two servers; customers come to the first, one per unit of
# time.
ROUTING = np.array([[0.0, 0.5, 0.5], [0.0, 0.0, 0.4], [0.2, 0.0, 0.0]])
CREW = np.array([1, 2, 1])
RATES = np.array([1.4534883720930232, 0.36337209302325585, 1.0174418604651163])


class Ziggurat(ctypes.Structure):
    """The tables that the twin draws with."""

    _fields_ = [*((name, ctypes.c_void_p) for name in ("width", "height", "limit")), ("tail", ctypes.c_double)]


class Books(ctypes.Structure):
    """What the twin keeps."""

    _fields_ = [
        *((name, ctypes.c_double) for name in ("scale", "first")),
        *((name, ctypes.c_int64) for name in ("slots", "size", "batches", "classes", "open")),
        *((name, ctypes.c_void_p) for name in ("sums", "waits", "responses")),
    ]


def build():
    """The compiled twin."""
    library = pathlib.Path(tempfile.mkdtemp()) / "disciplines.so"
    command = ["gcc", "-O3", "-march=native", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-lm"]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(library))


def _pointer(array):
    return ctypes.c_void_p(array.ctypes.data)


def _tables():
    columns = (array.ctypes.data for array in (ziggurat.E_WIDTH, ziggurat.E_HEIGHT, ziggurat.E_LIMIT))
    return Ziggurat(*columns, ziggurat.EXPONENTIAL_TAIL)


def _books(size, mean, classes=1):
    """Empty books, and their arrays: sums, waits and responses by batch and class."""
    shape = Histogram(lowest=mean / RANGE, highest=mean * RANGE)
    slots = len(shape.counts)
    sums = np.zeros((BATCHES, classes, 4))
    waits, responses = (np.zeros((BATCHES, classes, slots), dtype=np.int64) for _ in range(2))
    pointers = (array.ctypes.data for array in (sums, waits, responses))
    books = Books(shape.scale, shape.first, slots, size, BATCHES, classes, size * BATCHES, *pointers)
    return books, (sums, waits, responses)


def discipline_in_c(twin, discipline, size, seed, servers=1):
    """Batches of `size` customers: sums, and the histograms of waits and responses."""
    books, arrays = _books(size, 1.0)
    means = (ctypes.c_double(mean) for mean in (1 / (UTILIZATION * servers), 1.0))
    states, tables = streams(seed, 2), _tables()
    run = getattr(twin, DISCIPLINES[discipline])
    run(ctypes.c_int64(servers), *means, _pointer(states), *map(ctypes.byref, (tables, books)), ctypes.c_int64(ROOM))
    return arrays


def discipline(discipline, size, seed, servers=1):
    """The same with the package."""
    arrivals = Exponential(1 / (UTILIZATION * servers))
    given = {"customers": BATCHES * size, "warmup": 0, "seed": seed, "discipline": discipline}
    return queueing.simulate(arrivals, Exponential(1.0), servers, **given)


def network_in_c(twin, size, seed):
    """Sums and histograms of the passages, and of the visits to each station."""
    works = np.linalg.solve(np.eye(len(RATES)) - ROUTING.T, [1.0, 0.0, 0.0]) / RATES
    passages, arrays = _books(size, works.sum())
    visits, more = _books(size, 1.0, classes=len(RATES))
    visits.scale, visits.first, visits.slots = passages.scale, passages.first, passages.slots
    states, tables = streams(seed, 4), _tables()
    own = streams_for(states[2], len(RATES))
    given = CREW, 1 / RATES, np.cumsum(ROUTING, axis=1)
    twin.visit(
        ctypes.c_int64(len(RATES)),
        *map(_pointer, given),
        ctypes.c_double(1.0),
        *map(_pointer, (states[0], own, states[3])),
        *map(ctypes.byref, (tables, passages, visits)),
        ctypes.c_int64(ROOM),
    )
    return arrays, more


def network(size, seed):
    """The same with the package."""
    return queueing.simulate_network(
        ROUTING,
        interarrivals=[Exponential(1.0), None, None],
        services=[Exponential(1 / rate) for rate in RATES],
        servers=CREW,
        customers=BATCHES * size,
        warmup=0,
        seed=seed,
    )


def ps_in_python(customers, seed):
    """The loop that one writes in plain Python: the mean response."""
    draw = python_random.Random(seed).expovariate
    heap, clock, virtual, total = [], 0.0, 0.0, 0.0
    for _ in range(customers):
        arrival = clock + draw(UTILIZATION)
        while heap and clock + (heap[0][0] - virtual) * len(heap) <= arrival:
            size = len(heap)
            mark, came = heapq.heappop(heap)
            clock, virtual = clock + (mark - virtual) * size, mark
            total += clock - came
        if heap:
            virtual += (arrival - clock) / len(heap)
        clock = arrival
        heapq.heappush(heap, (virtual + draw(1.0), clock))
    return total / customers


def srpt_in_python(customers, seed):
    """The loop that one writes in plain Python: the mean response."""
    draw = python_random.Random(seed).expovariate
    heap, clock, total = [], 0.0, 0.0
    for _ in range(customers):
        arrival = clock + draw(UTILIZATION)
        while heap and clock + heap[0][0] <= arrival:
            need, came = heapq.heappop(heap)
            clock += need
            total += clock - came
        if heap:
            need, came = heap[0]
            heapq.heapreplace(heap, (need - (arrival - clock), came))
        clock = arrival
        heapq.heappush(heap, (draw(1.0), clock))
    return total / customers


def network_in_python(customers, seed):
    """The list of events that one writes in plain Python: the mean time in the network."""
    source = python_random.Random(seed)
    draw, routes = source.expovariate, np.cumsum(ROUTING, axis=1).tolist()
    rates, idle = RATES.tolist(), CREW.tolist()
    queues = [collections.deque() for _ in rates]
    events, arrived, total = [(draw(1.0), -1, 0.0)], 0, 0.0

    def join(k, came, now):
        if idle[k]:
            idle[k] -= 1
            heapq.heappush(events, (now + draw(rates[k]), k, came))
        else:
            queues[k].append(came)

    while events:
        now, k, came = heapq.heappop(events)
        if k < 0:
            arrived += 1
            if arrived < customers:
                heapq.heappush(events, (now + draw(1.0), -1, 0.0))
            join(0, now, now)
            continue
        if queues[k]:
            heapq.heappush(events, (now + draw(rates[k]), k, queues[k].popleft()))
        else:
            idle[k] += 1
        u = source.random()
        for following, edge in enumerate(routes[k]):
            if u < edge:
                join(following, came, now)
                break
        else:
            total += now - came
    return total / customers


def _agree(arrays, batches):
    """Raise unless sums by batch and histograms of the twin (of one class) and of the package are the same."""
    sums, waits, responses = arrays
    ours = [(batch.wait, batch.response, batch.service, batch.served) for batch in batches]
    np.testing.assert_allclose(sums, ours, rtol=1e-9)
    waits[:, 1] += waits[:, 2]  # the package counts a wait that is rounding as none
    waits[:, 2] = 0
    np.testing.assert_array_equal(waits, [batch.waits.counts for batch in batches])
    np.testing.assert_array_equal(responses, [batch.responses.counts for batch in batches])


def check(twin):
    """The two must agree before their speed means anything: the same draws, the same waits, the same bins."""
    for name, servers in (("ps", 1), ("ps", 4), ("srpt", 1)):
        arrays = discipline_in_c(twin, name, 5000, 1, servers)
        _agree([array[:, 0] for array in arrays], discipline(name, 5000, 1, servers).batches)
    passages, visits = network_in_c(twin, 5000, 1)
    run = network(5000, 1)
    _agree([array[:, 0] for array in passages], run.batches)
    for k in range(len(RATES)):
        _agree([array[:, k] for array in visits], run.stations[k].batches)


def _cpu(function, *arguments):
    start = time.process_time()
    function(*arguments)
    return time.process_time() - start


def cases(twin):
    """What is timed: the package, the twin and plain Python, each a function of the number of customers."""
    of = functools.partial
    table = {}
    for name, plain in (("ps", ps_in_python), ("srpt", srpt_in_python)):
        in_c = of(discipline_in_c, twin, name)
        table[f"M/M/1 under {name.upper()}, per customer"] = of(discipline, name), in_c, plain
    table["network of 3 stations, per customer"] = network, of(network_in_c, twin), network_in_python
    return table


def rows():
    """One row per case: (what, our time / that of C, our time / that of plain Python)."""
    twin = build()
    check(twin)
    table, size, plain = [], 100_000, 50_000
    for what, contestants in cases(twin).items():
        times = [[], [], []]
        for _ in range(REPETITIONS):
            for column, function, n in zip(times, contestants, (size, size, plain), strict=True):
                column.append(_cpu(function, n, 1) / (n if n == plain else BATCHES * n))
        mine, c, other = map(statistics.median, times)
        table.append((what, mine / c, mine / other))
    return table


if __name__ == "__main__":
    for what, to_c, to_peer in rows():
        print(f"{what:44s} {to_c:6.2f} x C   1/{1 / to_peer:.0f} of plain Python")
