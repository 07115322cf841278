"""Balancing without a look at the servers: by chance, in turn, by weight.

Each kernel fills in the servers of a block of customers, `chosen` (int64[n]); `own_queues` then lets each server serve
its own, first come first served.
"""

import numpy as np

from underload._jit import kernel
from underload.queueing.simulation.balancing.farm import join_server
from underload.random import bounded, uniform

__all__ = ["by_weight", "in_turn", "own_queues", "smooth_rotation", "uniformly"]


@kernel
def uniformly(farm, chosen):
    """Each server is as likely as any other."""
    servers = len(farm.free)
    for i in range(len(chosen)):
        chosen[i] = bounded(farm.coins, servers)


@kernel
def by_weight(farm, chosen):
    """Server k with a probability of ``weights[k] - weights[k - 1]``: the running sum of the shares is inverted."""
    weights = farm.weights
    for i in range(len(chosen)):
        coin = uniform(farm.coins)
        low, high = 0, len(weights) - 1
        while low < high:  # the first server whose running sum is above the coin
            middle = (low + high) >> 1
            if weights[middle] > coin:
                high = middle
            else:
                low = middle + 1
        chosen[i] = low


@kernel
def in_turn(farm, chosen):
    """Server 0, 1, 2 and so on, and again."""
    servers, place = len(farm.free), farm.cursor[1]
    for i in range(len(chosen)):
        chosen[i] = place
        place = place + 1 if place + 1 < servers else 0
    farm.cursor[1] = place


@kernel
def smooth_rotation(farm, chosen):
    """In turn, a server of weight w w times in a round, and evenly: each gains its weight, the richest pays for all.

    Of equal credits the first server is chosen.
    """
    weights, credit = farm.weights, farm.credit
    total = 0.0
    for weight in weights:
        total += weight
    for i in range(len(chosen)):
        best = 0
        for k in range(len(weights)):
            credit[k] += weights[k]
            if credit[k] > credit[best]:
                best = k
        credit[best] -= total
        chosen[i] = best


@kernel
def own_queues(farm, chosen, gaps, services, waits):
    """Each customer joins the server chosen for it.

    Parameters
    ----------
    farm : Farm
        Changed in place.
    chosen : int64[n]
    gaps, services : float64[n]
        Interarrival times; work on entry, service times on return.
    waits : float64[n]
        Filled.
    """
    clock = farm.clock[0]
    for i in range(len(gaps)):
        clock += gaps[i]
        join_server(farm, np.uint64(chosen[i]), clock, services, i, waits)
    farm.clock[0] = clock
