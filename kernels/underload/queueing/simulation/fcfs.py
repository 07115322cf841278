"""First come, first served at c servers: the wait of each customer in turn, without an event list.

One server: Lindley's recursion. More: a binary heap of the times at which the servers fall free. A customer takes the
server that is free first, so its wait is known on arrival, and a run that stops by arrivals leaves nobody out (one
that stops by departures would miss the long jobs).

Source: Lindley, The theory of queues with a single server, Math. Proc. Cambridge Philosophical Society 48(2), 1952;
Kiefer and Wolfowitz, On the theory of queues with many servers, Transactions of the AMS 78(1), 1955, whose sorted
vector the heap replaces.

Ties: a server that falls free at the moment of an arrival serves it at once, with a wait of exactly 0; of servers
that are free at the same time any serves, which no wait depends on.
"""

import typing

import numpy as np

from underload._jit import kernel
from underload.queueing.simulation.feeds import BLOCK
from underload.queueing.simulation.heap import replace_least
from underload.queueing.simulation.system import System
from underload.queueing.simulation.tally import served_block

__all__ = ["FirstComeFirstServed", "heap_waits", "lindley_waits"]


@kernel
def lindley_waits(state, gaps, services, waits):
    """Waits at one server.

    Parameters
    ----------
    state : float64[1]
        Work that the customer before found and brought, moved on in place; 0 in an empty system.
    gaps, services : float64[n]
        Time since the arrival before, and service time, of each customer.
    waits : float64[n]
        Filled.
    """
    work = state[0]
    for i in range(len(gaps)):
        work = max(0.0, work - gaps[i])
        waits[i] = work
        work += services[i]
    state[0] = work


@kernel
def heap_waits(state, free, gaps, services, waits):
    """Waits at c servers.

    Parameters
    ----------
    state : float64[1]
        Time of the last arrival, moved on in place.
    free : float64[c]
        Heap of the times at which the servers fall free, changed in place; zeros in an empty system.
    gaps, services, waits
        As in `lindley_waits`.

    Notes
    -----
    Hazard: the clock is absolute. After 10^9 arrivals it resolves 10^-7 of the mean time between them.
    """
    clock = state[0]
    for i in range(len(gaps)):
        clock += gaps[i]
        start = max(clock, free[0])
        waits[i] = start - clock
        replace_least(free, start + services[i])
    state[0] = clock


class Queue(typing.NamedTuple):
    """The servers: `free` (float64[c]) and `clock` (float64[1]) as above; for one server the clock is its work."""

    free: np.ndarray
    clock: np.ndarray


@kernel
def passes(queue, waits, gaps, kinds, services, number, tally):
    """Let a block of customers pass; see `System.start`. `waits` (float64[n]) is overwritten."""
    if len(queue.free) == 1:
        lindley_waits(queue.clock, gaps, services, waits)
    else:
        heap_waits(queue.clock, queue.free, gaps, services, waits)
    served_block(tally, number, kinds, waits, services)


class FirstComeFirstServed(System):
    """One queue for c servers, first come first served."""

    shares_queue = True

    def __init__(self, servers):
        self.servers = servers

    def start(self, states):
        queue, waits = Queue(np.zeros(self.servers), np.zeros(1)), np.empty(BLOCK)

        def advance(gaps, kinds, services, number, tally):
            passes(queue, waits[: len(gaps)], gaps, kinds, services, number, tally)

        return advance
