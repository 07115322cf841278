"""Where customers come from: interarrival and service times, drawn or replayed, of one class or more.

A feed is a row of arrays, so that kernels take any number of any kind and compile once: a distribution is drawn from by
its code and parameters, a trace is read from a table. After the end of a trace the next arrival is at infinity.
"""

import typing

import numpy as np

from underload._jit import kernel
from underload.queueing.simulation.processes import next_gap
from underload.random import exponential, variate
from underload.random.variate import EXPONENTIAL

__all__ = ["TRACE", "Customers", "Feeds", "draw", "draw_customers", "fill"]

BLOCK = 8192  # customers drawn at once: three arrays of 64 KiB, which stay in the cache of the second level
TRACE = 100  # the code of a feed that is read from its table


class Feeds(typing.NamedTuple):
    """Sources of numbers, one a row.

    Attributes
    ----------
    states : uint64[n, 4]
        Of the random streams, moved on in place.
    codes : int64[n]
        The code of a distribution, or of a process of this package.
    params : float64[n, 4]
    tables : float64[m]
        The tables of all rows behind each other, some of them changed in place.
    starts : int64[n + 1]
        Row k has ``tables[starts[k] : starts[k + 1]]``.
    cursors : float64[n, 4]
        What a row remembers between two draws, such as its place in a trace.
    """

    states: np.ndarray
    codes: np.ndarray
    params: np.ndarray
    tables: np.ndarray
    starts: np.ndarray
    cursors: np.ndarray


class Customers(typing.NamedTuple):
    """The customers of a run.

    Attributes
    ----------
    gaps, services : Feeds
        Interarrival and service times, a row for each class.
    ahead : float64[classes]
        Time from the last arrival of any class to the next of each.
    elapsed : float64[1]
        Sum of the gaps drawn since it was last set to 0.
    drawn : int64[1]
        How many customers have been drawn.
    gap_record : float64[m]
        The gaps of the first m customers; m is 0 if nobody asked.
    """

    gaps: Feeds
    services: Feeds
    ahead: np.ndarray
    elapsed: np.ndarray
    drawn: np.ndarray
    gap_record: np.ndarray


@kernel
def draw(state, code, params, out):
    """Fill `out` (float64[n]) with variates of the distribution of this `code` and `params` (float64[4])."""
    if code == EXPONENTIAL:  # as `variate` does, in a loop of its own: two thirds of the time
        for i in range(len(out)):
            out[i] = params[0] * exponential(state)
        return
    for i in range(len(out)):
        out[i] = variate(state, code, params)


@kernel
def fill(feeds, k, out):
    """Fill `out` (float64[n]) with the next numbers of row `k`."""
    code = feeds.codes[k]
    if code == TRACE:
        table = feeds.tables[feeds.starts[k] : feeds.starts[k + 1]]
        place = int(feeds.cursors[k, 0])
        for i in range(len(out)):
            out[i] = table[place + i] if place + i < len(table) else np.inf
        feeds.cursors[k, 0] += len(out)
        return
    state, params = feeds.states[k], feeds.params[k]
    if code > TRACE:
        table, cursor = feeds.tables[feeds.starts[k] : feeds.starts[k + 1]], feeds.cursors[k]
        for i in range(len(out)):
            out[i] = next_gap(code, state, params, table, cursor)
        return
    draw(state, code, params, out)


@kernel
def merge(customers, gaps, kinds, services):
    """The next arrivals of several independent classes, in order of time; of equal times, the lower class first."""
    ahead = customers.ahead
    for i in range(len(gaps)):
        first = 0
        for k in range(1, len(ahead)):
            if ahead[k] < ahead[first]:
                first = k
        gap = ahead[first]
        gaps[i], kinds[i] = gap, first
        fill(customers.services, first, services[i : i + 1])
        if gap == np.inf:
            continue
        for k in range(len(ahead)):
            ahead[k] -= gap
        fill(customers.gaps, first, ahead[first : first + 1])


@kernel
def note(customers, gaps):
    """Add the gaps of a block to the books of the arrivals."""
    elapsed = customers.elapsed[0]
    for gap in gaps:
        elapsed += gap
    customers.elapsed[0] = elapsed
    first = customers.drawn[0]
    for i in range(min(len(gaps), len(customers.gap_record) - first)):
        customers.gap_record[first + i] = gaps[i]
    customers.drawn[0] = first + len(gaps)


def draw_customers(customers, gaps, kinds, services):
    """Draw the next n customers.

    Parameters
    ----------
    customers : Customers
    gaps : float64[n]
        Filled: time since the arrival before; inf where a trace has ended.
    kinds : int64[n]
        Filled: the class.
    services : float64[n]
        Filled: the service time.

    Notes
    -----
    No kernel, as all that follows would have to compile what it calls again.
    """
    if len(customers.ahead) == 1:
        fill(customers.gaps, 0, gaps)
        fill(customers.services, 0, services)
        kinds[:] = 0
    else:
        merge(customers, gaps, kinds, services)
    note(customers, gaps)
