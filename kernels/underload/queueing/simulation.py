"""The queue GI/G/c, first come first served, by simulation: any interarrival time, any service time, c servers.

Customers are drawn and served in blocks that stay in the cache; of each only sums and two histograms remain, so that
memory does not grow with the run. Interarrival and service times come from two streams of one seed: runs with the same
seed see the same customers, whatever the number of servers.
"""

import typing

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.queueing.erlang import check_stable
from underload.queueing.fcfs import heap_waits, lindley_waits
from underload.queueing.run import Batch, Run
from underload.random import Distribution, streams, variate
from underload.stats import Histogram
from underload.stats.binning import record_all

__all__ = ["simulate", "waits"]

BLOCK = 512  # customers drawn at once: three arrays of 4 KiB
BATCHES = 10
RANGE = 1e9  # histograms reach from 1 / RANGE to RANGE mean service times


class Source(typing.NamedTuple):
    """Where a kernel draws from: the state, and the `code` and `params` of a distribution."""

    state: np.ndarray
    code: int
    params: np.ndarray


class Queue(typing.NamedTuple):
    """The servers: `free` (float64[c]) and `clock` (float64[1]) as in `fcfs`; for one server the clock is its work."""

    free: np.ndarray
    clock: np.ndarray


@kernel
def draw(source, out):
    """Fill `out` (float64[n]) with the next variates of a `Source`."""
    state, code, params = source
    for i in range(len(out)):
        out[i] = variate(state, code, params)


@kernel
def serve(arrivals, demands, queue, gaps, services, waits):
    """Draw the next n customers and fill their `gaps`, `services` and `waits` (float64[n])."""
    draw(arrivals, gaps)
    draw(demands, services)
    if len(queue.free) == 1:
        lindley_waits(queue.clock, gaps, services, waits)
    else:
        heap_waits(queue.clock, queue.free, gaps, services, waits)


@kernel
def serve_record(arrivals, demands, queue, waits):
    """Fill the waits (float64[n]) of the next n customers."""
    gaps, services = np.empty(BLOCK), np.empty(BLOCK)
    for start in range(0, len(waits), BLOCK):
        block = waits[start : start + BLOCK]
        serve(arrivals, demands, queue, gaps[: len(block)], services[: len(block)], block)


@kernel
def serve_summary(arrivals, demands, queue, customers, scale, first, sums, wait_counts, response_counts):
    """Serve the next customers and keep sums and histograms of their waits and responses.

    Parameters
    ----------
    arrivals, demands : Source
    queue : Queue
    customers : int64
    scale, first : float64
        Of the histograms.
    sums : float64[3]
        Waits, services and gaps, added to.
    wait_counts, response_counts : int64[slots]
        Histograms, added to.
    """
    gaps, services, waits = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    waited, served, elapsed = 0.0, 0.0, 0.0
    while customers > 0:
        n = min(customers, BLOCK)
        serve(arrivals, demands, queue, gaps[:n], services[:n], waits[:n])
        record_all(wait_counts, scale, first, waits[:n])
        for i in range(n):
            waited += waits[i]
            served += services[i]
            elapsed += gaps[i]
            waits[i] += services[i]
        record_all(response_counts, scale, first, waits[:n])
        customers -= n
    sums[0] += waited
    sums[1] += served
    sums[2] += elapsed


def simulate(interarrival, service, servers=1, customers=10**5, warmup=None, seed=0, confidence=0.95):
    """Simulate GI/G/c, first come first served, from an empty system.

    Parameters
    ----------
    interarrival, service : Distribution
        Of the time between arrivals and of the service time, in one unit of time.
    servers : int
        c >= 1.
    customers : int
        Arrivals, at least 1000; the run ends when each of them has its wait.
    warmup : int, optional
        How many of the first to leave out; a tenth if not given. It grows by what does not fill a batch, at most 9.
    seed : int
    confidence : float
        Of the intervals, in (0, 1).

    Returns
    -------
    Run

    Raises
    ------
    ValueError
        If an argument breaks its rule or the utilization is not below 1.

    Notes
    -----
    Coverage: see `Run`. A run needs many times (interarrival.scv + service.scv) / (1 - utilization)^2 customers.
    """
    servers, customers, streams_ = _checked(interarrival, service, servers, customers, seed, least=1000)
    slack = servers - service.mean / interarrival.mean
    check_stable(slack, servers, interarrival_mean=interarrival.mean, service_mean=service.mean, servers=servers)
    warmup = customers // 10 if warmup is None else _check.integer("warmup", warmup, most=customers - 100 * BATCHES)
    confidence = _check.fraction("confidence", confidence)
    size = (customers - warmup) // BATCHES
    source = _sources(interarrival, service, servers, streams_)
    _batch(source, customers - size * BATCHES, service)
    return Run(
        interarrival=interarrival,
        service=service,
        servers=servers,
        confidence=confidence,
        batches=tuple(_batch(source, size, service) for _ in range(BATCHES)),
    )


def waits(interarrival, service, servers=1, customers=10**5, seed=0):
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
    servers, customers, streams_ = _checked(interarrival, service, servers, customers, seed, least=1)
    out = np.empty(customers)
    serve_record(*_sources(interarrival, service, servers, streams_), out)
    return out


def _checked(interarrival, service, servers, customers, seed, least):
    for name, value in (("interarrival", interarrival), ("service", service)):
        if not isinstance(value, Distribution):
            _check.fail(name, value, "must be a Distribution, such as underload.random.Exponential(mean=1.0)")
        if not 1e-200 < value.mean < 1e200:
            _check.fail(name, value, "must have a mean between 1e-200 and 1e200")
    servers = _check.integer("servers", servers, least=1)
    customers = _check.integer("customers", customers, least=least)
    return servers, customers, streams(_check.seed("seed", seed), 2)


def _sources(interarrival, service, servers, states):
    return (
        Source(states[0], interarrival.code, interarrival.params),
        Source(states[1], service.code, service.params),
        Queue(np.zeros(servers), np.zeros(1)),
    )


def _batch(source, size, service):
    histograms = [Histogram(lowest=service.mean / RANGE, highest=service.mean * RANGE) for _ in range(2)]
    sums = np.zeros(3)
    wait, response = histograms
    serve_summary(*source, size, wait.scale, wait.first, sums, wait.counts, response.counts)
    return Batch(size, *(float(total) for total in sums), wait, response)
