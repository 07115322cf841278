"""The simulator's one door: who arrives, what they need, who serves them, in what order, by which choice of server.

A run draws customers in blocks that stay in the cache and keeps sums and histograms by batch, so that its memory does
not grow with it. It stops by arrivals and waits for all who count to leave. Each purpose has its own random stream:
runs with the same seed see the same customers, whatever serves them. (In a network the services are those of visits,
and only the arrivals are the same; further copies and tasks have a stream of their own.)
"""

import concurrent.futures
import itertools
import math
import os
import sys
import threading
import typing

import numpy as np

from underload import _check
from underload.queueing.simulation.disciplines import discipline_system
from underload.queueing.simulation.fcfs import FirstComeFirstServed
from underload.queueing.simulation.feeds import BLOCK, TRACE, Customers, draw_customers, fill
from underload.queueing.simulation.limited import Limited
from underload.queueing.simulation.run import Batch, Record, Run
from underload.queueing.simulation.sources import Source, stack
from underload.queueing.simulation.system import Traffic
from underload.queueing.simulation.tally import Tally, new_tally, settle_all
from underload.random import Distribution, streams
from underload.stats import Histogram

__all__ = ["simulate", "waits"]

BATCHES = 25  # more cover less, fewer are wider: see the study of coverage in tests/verify
RANGE = 1e9  # histograms reach from 1 / RANGE to RANGE mean service times
CHUNK = 10**6  # customers between two reports of progress, and two chances to interrupt
FEWEST_REPLICATIONS = 5
SYSTEM_STREAMS = 6
MOST_EXTRA = 1000  # times the customers of a run may arrive after it until the last who counts has left


def simulate(
    interarrival,
    service,
    servers=1,
    customers=None,
    warmup=None,
    seed=0,
    confidence=0.95,
    *,
    discipline="fcfs",
    balancing=None,
    capacity=None,
    balking=None,
    patience=None,
    replications=1,
    threads=None,
    record=False,
    progress=None,
):
    """Simulate a queue, or a group of them, from an empty system.

    Parameters
    ----------
    interarrival : Distribution, float64[n], an arrival process, or a list of these
        Time between arrivals; an array is a recorded trace, replayed as it is. A list makes one class of customers of
        each item.
    service : Distribution, float64[n], or a list of these
        Service times, for each class.
    servers : int
        c >= 1.
    customers : int
        How many arrive, at least 1000; 10^5 if not given, or all of a trace.
    warmup : int
        How many of the first to leave out; a tenth if not given. It grows by what does not fill a batch, at most 24.
    seed : int
    confidence : float
        Of the intervals, in (0, 1).
    discipline : str or discipline object
        Order of service: "fcfs", "lcfs", "lcfs-pr", "sjf", "psjf", "srpt", "ps", "fb" (least attained service first),
        "priority", "priority-pr", or a `Priority`. "pr" preempts and goes on; only "fcfs", "lcfs", "sjf", "ps" and the
        priorities take more than one server.
    balancing : str or balancing object, optional
        Each server has a queue of its own, and this chooses: "random", "round-robin", "jsq", "power-of-two", "jiq",
        "leastconn", "least-work", or an object such as `PowerOfChoices`, `StaleChoices`, `Weighted`, `Affinity`; or it
        sends a request to several servers: `Forked`, `Redundant`, `Hedging`. Without it all servers share one queue.
    capacity : int, optional
        Places in the system, those in service included; who finds none is blocked.
    balking : float64[m], optional
        Probability to leave at once, by the number waiting, of a customer who would have to wait; the last holds from
        there on.
    patience : Distribution, optional
        The longest that a customer waits before it abandons.
    replications : int
        1, or at least 5 independent runs of this length, each with its warm-up. The intervals then come from their
        means.
    threads : int, optional
        For replications; as many as there are cores if not given. Results do not depend on it.
    record : bool
        Keep every customer's times; see `Run.record`.
    progress : callable or True, optional
        Called as ``progress(done, total)``; True writes a line on standard error.

    Returns
    -------
    Run

    Raises
    ------
    ValueError
        If an argument breaks its rule, or the utilization is not below 1 and nobody is lost.

    Notes
    -----
    Coverage: see `Run`. A run needs many times (interarrival.scv + service.scv) / (1 - utilization)^2 customers.
    """
    system = _system(servers, discipline, balancing, capacity, balking, patience)
    return run_system(
        system,
        interarrival,
        service,
        customers=customers,
        warmup=warmup,
        seed=seed,
        confidence=confidence,
        replications=replications,
        threads=threads,
        record=record,
        progress=progress,
    )


def waits(interarrival, service, servers=1, customers=None, seed=0):
    """The wait of each customer of GI/G/c, first come first served, from an empty system.

    Parameters
    ----------
    interarrival, service, servers, customers, seed
        As in `simulate`, but at least 1 customer, and any utilization: a queue that grows is shown growing.

    Returns
    -------
    float64[customers]
        Time from arrival to the start of service, warm-up included, in the unit of the distributions.
    """
    sources = [Source.of("interarrival", interarrival)], [Source.of("service", service)]
    system = FirstComeFirstServed(_check.integer("servers", servers, least=1))
    longest = min(source.length or 2**53 for row in sources for source in row)
    if customers is None:
        customers = longest if longest < 2**53 else 10**5
    customers = _check.integer("customers", customers, least=1, most=longest)
    states = streams(_check.seed("seed", seed), SYSTEM_STREAMS + 2)
    books = _books(sources, 0, customers, 1, record=customers)
    _passage(system.start(states[2:]), _customers(sources, states), books, lambda n: None)
    return books.wait_record


def _sources(name, spec):
    if isinstance(spec, (list, tuple)):
        if not spec:
            _check.fail(name, spec, "must hold at least one class")
        return [Source.of(f"{name}[{k}]", one) for k, one in enumerate(spec)]
    return [Source.of(name, spec)]


def _system(servers, discipline, balancing, capacity, balking, patience):
    servers = _check.integer("servers", servers, least=1)
    limits = {"capacity": capacity, "balking": balking, "patience": patience}
    given = [name for name, value in limits.items() if value is not None]
    if balancing is not None:
        from underload.queueing.simulation.balancing import balancing_system

        plain = isinstance(discipline, str) and discipline == "fcfs"
        if given or not plain:
            name = given[0] if given else "discipline"
            _check.fail(name, limits.get(name, discipline), "must be left out with balancing")
        return balancing_system(balancing, servers)
    if not isinstance(discipline, str) or discipline != "fcfs":
        if given:
            _check.fail(given[0], limits[given[0]], "must be left out unless discipline is 'fcfs'")
        return discipline_system(discipline, servers)
    if not given:
        return FirstComeFirstServed(servers)
    if patience is not None and not isinstance(patience, Distribution):
        _check.fail("patience", patience, "must be a Distribution")
    return Limited(servers, capacity, balking, None if patience is None else Source.of("patience", patience))


def run_system(
    system,
    interarrival,
    service,
    *,
    customers=None,
    warmup=None,
    seed=0,
    confidence=0.95,
    replications=1,
    threads=None,
    record=False,
    progress=None,
):
    """Simulate any `System`; the arguments are those of `simulate`."""
    sources = _sources("interarrival", interarrival), _sources("service", service)
    if len(sources[0]) != len(sources[1]):
        _check.fail("service", service, f"must have as many classes as interarrival ({len(sources[0])})")
    traffic = _traffic(sources)
    system = system.serving(sources[1])
    system.check(len(sources[0]), traffic)
    confidence = _check.fraction("confidence", confidence)
    seed = _check.seed("seed", seed)
    record = _check.flag("record", record)
    customers = _customers_of_a_run(customers, sources)
    replications = _replications(replications, sources)
    batches = BATCHES if replications == 1 else 1
    most = customers - 20 * BATCHES
    warmup = customers // 10 if warmup is None else _check.integer("warmup", warmup, most=most)
    size = (customers - warmup) // batches
    width = SYSTEM_STREAMS + 2 * len(sources[0])
    states = streams(seed, width * replications).reshape(replications, width, 4)
    stop = threading.Event()
    report = _reporter(progress, customers * replications, stop)
    threads = _check.integer("threads", os.cpu_count() or 1 if threads is None else threads, least=1)

    def replicate(r):
        kept = customers if record and r == 0 else 0
        books = _books(sources, customers - size * batches, size, batches, kept)
        passing = _customers(sources, states[r], kept)
        advance = system.start(states[r, 2 : 2 + SYSTEM_STREAMS])
        elapsed = _passage(advance, passing, books, report)
        visits = getattr(advance, "visits", None)
        settle_all(books)
        if visits is not None:
            settle_all(visits)
        return Outcome(books, elapsed, passing, visits)

    if min(threads, replications) == 1:
        outcomes = [replicate(r) for r in range(replications)]
    else:
        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            try:
                outcomes = list(pool.map(replicate, range(replications)))
            except BaseException:  # an interrupt does not wait for runs that nobody will see
                stop.set()
                raise
    first = outcomes[0]
    by_class = tuple(_batches(sources, outcomes, [k]) for k in range(len(sources[0])))
    return Run(
        interarrival=interarrival,
        service=service,
        system=system,
        traffic=traffic,
        confidence=confidence,
        correlated=replications == 1,
        customers=size * batches * replications,
        batches=by_class[0] if len(by_class) == 1 else _batches(sources, outcomes, range(len(by_class))),
        by_class=by_class,
        by_station=_stations(sources, outcomes) if first.visits is not None else (),
        record=Record.of(first.books, first.passing) if record else None,
    )


class Outcome(typing.NamedTuple):
    """What one replication leaves: its books, how long each batch was in arriving, and the books of its stations."""

    books: Tally
    elapsed: list
    passing: Customers
    visits: Tally | None


def _customers_of_a_run(customers, sources):
    lengths = [source.length for row in sources for source in row if source.length is not None]
    longest = min(lengths, default=2**53)
    if lengths and len(sources[0]) > 1:
        longest = 2**53  # which class ends first depends on the others: what comes after a trace is an error of its own
    if customers is None:
        customers = longest if lengths and longest < 2**53 else 10**5
    return _check.integer("customers", customers, least=1000, most=longest)


def _replications(replications, sources):
    replications = _check.integer("replications", replications, least=1)
    if 1 < replications < FEWEST_REPLICATIONS:
        _check.fail("replications", replications, f"must be 1, or at least {FEWEST_REPLICATIONS} for an interval")
    if replications > 1 and all(source.length is not None for row in sources for source in row):
        _check.fail("replications", replications, "must be 1 when all times are recorded: every run would be the same")
    return replications


def _traffic(sources):
    gaps, services = sources
    rates = np.array([1 / gap.mean for gap in gaps])
    share = rates / rates.sum()
    service_mean = math.fsum(share * [s.mean for s in services])
    # Scaled by the mean, so that no square overflows.
    each = zip(share, [s.mean / service_mean for s in services], services)
    second = math.fsum(p * ratio * ratio * (1 + s.scv) for p, ratio, s in each)
    # Of a superposition the limit of the index of dispersion is the mean of those of its parts, weighted by rate. A gap
    # of infinite variance counts as exponential: long gaps only empty the queue.
    dispersion = math.fsum(share * [gap.scv if math.isfinite(gap.scv) else 1.0 for gap in gaps])
    memory = sum(max(s.memory * rates.sum() / rate for s, rate in zip(row, rates)) for row in sources)
    return Traffic(float(1 / rates.sum()), dispersion, service_mean, second - 1, float(memory))


def _customers(sources, states, record=0):
    """The customers of one run: streams 0 and 1 are those of the first class, the last ones those of the others."""
    gaps, services = sources
    more = states[2 + SYSTEM_STREAMS :]
    arriving = stack(gaps, np.concatenate([states[:1], more[0::2]]))
    needing = stack(services, np.concatenate([states[1:2], more[1::2]]))
    ahead = np.zeros(len(gaps))
    if len(gaps) > 1:
        for k in range(len(gaps)):
            fill(arriving, k, ahead[k : k + 1])
    return Customers(arriving, needing, ahead, np.zeros(1), np.zeros(1, dtype=np.int64), np.zeros(record))


def _shape(sources):
    """An empty histogram for the times of a run."""
    means = [source.mean for source in sources[1]]
    return Histogram(lowest=min(means) / RANGE, highest=max(means) * RANGE)


def _books(sources, warmup, size, batches, record):
    shape = _shape(sources)
    counts = batches, len(sources[1]), len(shape.counts)
    return new_tally(warmup, size, (shape.scale, shape.first), shape.lowest / 2, counts, record)


def _passage(advance, passing, books, report):
    """Let the customers of one run pass and fill its books; returns how long each batch was in arriving."""
    edges = [0, *(books.warmup + b * books.size for b in range(len(books.sums) + 1))]
    elapsed = []
    for start, end in itertools.pairwise(edges):
        passing.elapsed[0] = 0.0
        for number in range(start, end, CHUNK):
            n = min(CHUNK, end - number)
            _let_pass(advance, passing, number, n, books)
            report(n)
        elapsed.append(float(passing.elapsed[0]))
        if math.isinf(elapsed[-1]):
            rule = "must be at most as many as the recorded times of all classes are for"
            _check.fail("customers", edges[-1], rule)
    # Who counts and is still inside needs company: more arrive, who do not count, until all who do have left.
    number = edges[-1]
    last = MOST_EXTRA * (number + 1000)
    while books.open[0] > 0:
        if number > last:
            rule = f"must leave in time: {books.open[0]} are inside long after the last arrival"
            _check.fail("customers", edges[-1], rule)
        _let_pass(advance, passing, number, 512, books)
        number += 512
    return elapsed[1:]


def _let_pass(advance, passing, number, n, books):
    """Draw the next n customers and let them pass, in blocks."""
    size = min(BLOCK, n)
    gaps, services, kinds = np.empty(size), np.empty(size), np.empty(size, dtype=np.int64)
    for first in range(number, number + n, size):
        m = min(size, number + n - first)
        draw_customers(passing, gaps[:m], kinds[:m], services[:m])
        if TRACE in passing.services.codes and np.isinf(services[:m]).any():  # a customer without a recorded need
            gaps[np.argmax(np.isinf(services[:m])) : m] = np.inf
            passing.elapsed[0] = np.inf
        advance(gaps[:m], kinds[:m], services[:m], first, books)


def _batches(sources, outcomes, kinds):
    rows = [(outcome.books, b, time) for outcome in outcomes for b, time in enumerate(outcome.elapsed)]
    return tuple(Batch.of(books, b, list(kinds), time, _shape(sources)) for books, b, time in rows)


def _stations(sources, outcomes):
    """The batches of each station."""
    visited = [outcome._replace(books=outcome.visits) for outcome in outcomes]
    return tuple(_batches(sources, visited, [k]) for k in range(outcomes[0].visits.sums.shape[1]))


def _reporter(progress, total, stop):
    """A function of how many more customers have arrived; it ends the run if `stop` is set."""
    if progress is None:
        progress = _silence
    if progress is True:
        progress = _line
    elif not callable(progress):
        _check.fail("progress", progress, "must be callable with (done, total), True or None")
    lock = threading.Lock()
    state = [0]

    def report(n):
        if stop.is_set():
            raise InterruptedError
        with lock:
            state[0] += n
            progress(state[0], total)

    return report


def _silence(done, total):
    pass


def _line(done, total):
    print(f"\r{done}/{total} customers", end="\n" if done == total else "", file=sys.stderr, flush=True)
