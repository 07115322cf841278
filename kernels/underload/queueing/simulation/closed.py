"""A closed loop by simulation: N customers who think, then wait first come first served for one of c servers.

When a request arrives, its completion is known: it takes the server that is free first. So is the customer's next
arrival, a think time later. Two binary heaps, of the customers' next arrivals and of the times at which the servers
fall free, are the whole state: no event list and no queue.

Requests are drawn and served in blocks that stay in the cache; of each only sums and a histogram remain. Think and
service times come from two streams of one seed: runs with the same seed see the same requests, whatever the number of
servers.

Source: the server heap as in `fcfs` (Kiefer and Wolfowitz 1955); the model is that of Scherr, An Analysis of
Time-Shared Computer Systems, 1967, with any think and service time.
"""

import dataclasses
import functools
import math
import typing

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.queueing.simulation.engine import RANGE
from underload.queueing.simulation.feeds import BLOCK, fill
from underload.queueing.simulation.heap import replace_least
from underload.queueing.simulation.sources import Source, stack
from underload.random import Deterministic, Distribution, streams
from underload.stats import Histogram, Interval
from underload.stats.binning import BELOW, ZERO, record_all
from underload.stats.interval import adjusted_half_width

__all__ = ["ClosedBatch", "ClosedRun", "simulate_closed"]

BATCHES = 10
MOST_CUSTOMERS = 10**6
ROUNDS = 20  # the fewest requests for each customer


class Loop(typing.NamedTuple):
    """The state: heaps of the customers' next `arrivals` (float64[N]) and of when servers fall `free` (float64[c])."""

    arrivals: np.ndarray
    free: np.ndarray


@kernel
def closed_responses(loop, thinks, services, responses):
    """Serve the next n requests in order of arrival.

    Parameters
    ----------
    loop : Loop
        Changed in place. It may have fewer than c servers if it has no fewer than customers.
    thinks, services : float64[n]
        Service time of each request, and the think time after it.
    responses : float64[n]
        Filled: time from arrival to completion.

    Notes
    -----
    Ties: of requests that arrive at the same moment any is first, and of servers that are free at the same time any
    serves; customers are alike, so no result depends on it.

    Hazard: the clock is absolute. A wait is exact to 1e-16 of the time since the start.
    """
    arrivals, free = loop
    for i in range(len(services)):
        now = arrivals[0]
        start = max(now, free[0])
        end = start + services[i]
        responses[i] = (start - now) + services[i]
        replace_least(free, end)
        replace_least(arrivals, end + thinks[i])


@kernel
def serve_closed(times, loop, requests, scale, first, sums, counts):
    """Serve the next requests and keep sums and the histogram of their responses.

    Parameters
    ----------
    times : Feeds
        Think times in row 0, service times in row 1.
    loop : Loop
    requests : int64
    scale, first, counts : float64, int64, int64[slots]
        The histogram; `counts` is added to.
    sums : float64[3]
        Responses, services and thinks, added to.
    """
    thinks, services, responses = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    responded, served, thought = 0.0, 0.0, 0.0
    while requests > 0:
        n = min(requests, BLOCK)
        fill(times, 0, thinks[:n])
        fill(times, 1, services[:n])
        closed_responses(loop, thinks[:n], services[:n], responses[:n])
        record_all(counts, scale, first, responses[:n])
        for i in range(n):
            responded += responses[i]
            served += services[i]
            thought += thinks[i]
        requests -= n
    sums[0] += responded
    sums[1] += served
    sums[2] += thought


@kernel
def mean_of(values):
    """The mean of float64[n], added up in their order."""
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


@kernel
def throughput_of(requests, elapsed, rates):
    """Requests over the time that all batches took; `rates` is filled with what each batch says, about that value.

    The rate is of all over all, so that no ratio is averaged; what a batch says is linearised.
    """
    mean = mean_of(elapsed)
    rate = requests / (mean * len(elapsed))
    for i in range(len(elapsed)):
        rates[i] = rate * elapsed[i] / mean
    return rate


@dataclasses.dataclass(frozen=True)
class ClosedBatch:
    """A stretch of successive requests, from the first's arrival to that of the first of the next batch.

    `response`, `service` and `think` are sums over the requests, `elapsed` is the length of the stretch, and `busy`
    the time that servers worked in it, summed over the servers.
    """

    requests: int
    response: float
    service: float
    think: float
    elapsed: float
    busy: float
    responses: Histogram

    def __post_init__(self):
        # Nobody asks how far below 1e-9 mean service times a response is.
        self.responses.counts[ZERO] += self.responses.counts[BELOW]
        self.responses.counts[BELOW] = 0


@dataclasses.dataclass(frozen=True)
class ClosedRun:
    """A finished simulation of a closed loop.

    Attributes
    ----------
    customers, think, service, servers, confidence
        As given to `simulate_closed`; without a think time, `think` is Deterministic(0).
    batches : tuple of ClosedBatch
        Ten successive stretches of the run, of equally many requests, after the warm-up.

    Notes
    -----
    The intervals are those of batch means (see `underload.stats.batch_means`). They need a finite variance of think and
    service time, but no higher moment as an open queue does: a long job delays N - 1 customers at most. Without it the
    property raises an error in place of an interval that would not mean what it says.

    Coverage at 95 %, measured on 1,000 runs of 20,000 requests with exponential times at a utilization of 0.88 (12
    customers, one server), 0.90 (30, three) and 0.99 (100, four): of the throughput 0.966, 0.965 and 0.961, of the mean
    response 0.969, 0.976 and 0.970.
    """

    customers: int
    think: Distribution
    service: Distribution
    servers: int
    confidence: float
    batches: tuple = dataclasses.field(repr=False)

    @property
    def requests(self):
        """How many requests the results are from."""
        return sum(batch.requests for batch in self.batches)

    @property
    def throughput(self):
        """Requests per unit of time, as an `Interval`: all requests over all time, so that no ratio is averaged."""
        elapsed = np.array([batch.elapsed for batch in self.batches])
        rates = np.empty(len(elapsed))
        return self._interval(throughput_of(self.requests, elapsed, rates), rates)

    @property
    def response_mean(self):
        """Mean time from arrival to completion, as an `Interval`."""
        means = np.array([batch.response / batch.requests for batch in self.batches])
        return self._interval(mean_of(means), means)

    @property
    def utilization(self):
        """Fraction of the time that a server was busy."""
        busy, elapsed = (math.fsum(getattr(b, name) for b in self.batches) for name in ("busy", "elapsed"))
        return min(1.0, busy / (self.servers * elapsed))  # always busy, the sums differ by their rounding

    @property
    def response_histogram(self):
        """`Histogram` of the response times; those below 1e-9 mean service times count as 0."""
        return functools.reduce(Histogram.merge, (batch.responses for batch in self.batches))

    def response_quantile(self, q):
        """The `q` quantile of the response time, q in (0, 1), as an `Interval`; within 1 % beside its width."""
        q = _check.fraction("q", q)
        need = math.ceil(10 / min(q, 1 - q) * (1 - 1e-12)) * len(self.batches)  # 1 - 0.9 is a little less than 0.1
        if self.requests < need:
            _check.fail("requests", self.requests, f"must be at least {need} after the warm-up for q={q:g}")
        each = np.array([batch.responses.quantile(q) for batch in self.batches])
        return self._interval(self.response_histogram.quantile(q), each)

    def _interval(self, estimate, values):
        for name, times in (("think", self.think), ("service", self.service)):
            if math.isinf(times.scv):
                _check.fail(name, times, "must have a finite variance for an interval; see batches for the sample")
        half_width = adjusted_half_width(values, self.confidence, correlated=True)
        return Interval(estimate, half_width, self.confidence, self.requests)


def simulate_closed(customers, think, service, servers=1, requests=10**5, seed=0, confidence=0.95):
    """Simulate a closed loop: customers think, queue first come first served for c servers, and think again.

    Parameters
    ----------
    customers : int
        N, from 1 to 10^6.
    think : Distribution or None
        Time from a completion to the customer's next arrival; None for no such time.
    service : Distribution
        Service time, in the same unit.
    servers : int
        c >= 1.
    requests : int
        At least 1000, and 20 for each customer.
    seed : int
    confidence : float
        Of the intervals, in (0, 1).

    Returns
    -------
    ClosedRun

    Notes
    -----
    All customers start by thinking, so the first arrivals may come at once. At least the first tenth of the requests
    is left out. A batch is a whole number of rounds, N requests each, so that customers who move in step cross it
    equally often; what does not fill ten batches joins the warm-up, which in short runs can be half of the requests.

    Requests are counted as they arrive. Over a long time as many arrive as complete, and no long job is left out.
    """
    customers = _check.integer("customers", customers, least=1, most=MOST_CUSTOMERS)
    think = Deterministic(0.0) if think is None else _times("think", think)
    if not _times("service", service).mean > 1e-200:
        _check.fail("service", service, "must have a mean above 1e-200")
    servers = _check.integer("servers", servers, least=1)
    requests = _check.integer("requests", requests, least=1000)
    if requests < ROUNDS * customers:
        _check.fail("requests", requests, f"must be at least {ROUNDS} for each customer (customers={customers})")
    confidence = _check.fraction("confidence", confidence)
    sources = [Source(d, d.mean, d.scv, d.code, d.params) for d in (think, service)]
    times = stack(sources, streams(_check.seed("seed", seed), 2))
    arrivals = np.empty(customers)
    fill(times, 0, arrivals)
    arrivals.sort()  # a sorted array is a heap
    loop = Loop(arrivals, np.zeros(min(servers, customers)))
    system = times, loop
    size = (requests - requests // 10) // BATCHES
    size -= size % customers
    _batch(system, requests - size * BATCHES, service.mean)
    batches = tuple(_batch(system, size, service.mean) for _ in range(BATCHES))
    return ClosedRun(customers, think, service, servers, confidence, batches)


def _times(name, value):
    if not isinstance(value, Distribution):
        _check.fail(name, value, "must be a Distribution, such as underload.random.Exponential(mean=1.0)")
    if not value.mean < 1e200:
        _check.fail(name, value, "must have a mean below 1e200")
    return value


def _batch(system, size, unit):
    """Serve `size` requests; `unit` is the mean service time."""
    loop = system[-1]
    histogram = Histogram(lowest=unit / RANGE, highest=unit * RANGE)
    sums = np.zeros(3)
    start, backlog = loop.arrivals[0], _backlog(loop)
    serve_closed(*system, size, histogram.scale, histogram.first, sums, histogram.counts)
    response, service, think = (float(total) for total in sums)
    elapsed = float(loop.arrivals[0] - start)
    return ClosedBatch(size, response, service, think, elapsed, service + backlog - _backlog(loop), histogram)


def _backlog(loop):
    """Work left for the servers at the moment of the next arrival."""
    return float(np.maximum(loop.free - loop.arrivals[0], 0.0).sum())
