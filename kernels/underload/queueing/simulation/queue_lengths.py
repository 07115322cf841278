"""How long each of several queues is over time: what a balancer sees that looks at all of them."""

import numpy as np

from underload import _check
from underload.queueing.simulation.balancing import balancing_system
from underload.queueing.simulation.engine import SYSTEM_STREAMS, _customers
from underload.queueing.simulation.feeds import BLOCK, draw_customers
from underload.queueing.simulation.sources import Source
from underload.random import streams

__all__ = ["queue_lengths"]

MOST_NUMBERS = 10**8


def queue_lengths(times, interarrival, service, servers, *, balancing, seed=0):
    """The number of customers at each of several servers, at given times, from an empty system.

    Parameters
    ----------
    times : float64[m]
        Increasing, at least 0. At most 10^8 / n of them.
    interarrival, service : Distribution, float64[k] or an arrival process
        As in `simulate`, for one class of customers; after the end of a trace nobody arrives any more.
    servers : int
        n >= 1.
    balancing : str or balancing object
        "jsq", "leastconn", "power-of-two", a `ShortestQueue`, `LeastConnections` or `PowerOfChoices`, of which one
        choice is the same as chance.
    seed : int
        The customers and their choices are those of `simulate` with the same seed.

    Returns
    -------
    int64[m, n]
        Those in service included. Who arrives at one of the times is there, who departs at it is not.

    Raises
    ------
    ValueError
        If an argument breaks its rule. Any utilization is allowed: queues that grow are shown growing.
    """
    times = _check.sample("times", times, lowest=0)
    if np.any(np.diff(times) < 0):
        _check.fail("times", times, "must increase")
    servers = _check.integer("servers", servers, least=1, most=MOST_NUMBERS // len(times))
    sources = [Source.of("interarrival", interarrival)], [Source.of("service", service)]
    system = balancing_system(balancing, servers)
    if getattr(system, "lengths", None) is None:
        _check.fail("balancing", balancing, "must be a ShortestQueue, LeastConnections or PowerOfChoices")
    states = streams(_check.seed("seed", seed), 2 + SYSTEM_STREAMS)
    customers, queue_up = _customers(sources, states), system.opened(states[2])
    gaps, services, waits = (np.empty(BLOCK) for _ in range(3))
    kinds = np.empty(BLOCK, dtype=np.int64)
    arrivals, fed = np.zeros(BLOCK + 1), BLOCK
    found = np.empty((len(times), servers), dtype=np.int64)
    for time, row in zip(times, found):
        while True:
            if fed == BLOCK:
                draw_customers(customers, gaps, kinds, services)
                # Hazard: added up one by one, as in the kernels, so that the times are the same.
                arrivals = np.cumsum(np.concatenate([arrivals[-1:], gaps]))
                fed = 0
            due = int(np.searchsorted(arrivals[1:], time, side="right"))
            queue_up(gaps[fed:due], services[fed:due], waits[fed:due])
            fed = due
            if due < BLOCK:
                break
        queue_up.look(time, row)
    return found
