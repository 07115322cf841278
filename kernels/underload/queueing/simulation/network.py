"""Open networks: customers go from station to station by chance; each station has one queue and its servers.

Each station keeps a heap of the ends of the services in progress and a first-come-first-served list of those who wait.
The next event is the earliest end of any station, found by looking at all of them, or the next arrival.

Source: the model is Jackson's (Networks of waiting lines, Operations Research 5(4), 1957) with any service times.

Ties: of ends at the same moment that of the first station comes first, and an end comes before an arrival.
"""

import math
import typing

import numpy as np

from underload._jit import kernel
from underload.queueing.simulation.feeds import Feeds
from underload.queueing.simulation.keyed_heap import pop_keyed, push_keyed
from underload.queueing.simulation.tally import completed, served
from underload.random import uniform, variate
from underload.random._options import BORROW, INLINE

__all__ = ["Passengers", "Stations", "passes"]


class Passengers(typing.NamedTuple):
    """The customers inside, at slots; all arrays have one entry for each.

    Attributes
    ----------
    number, kind : int64[room]
    arrival, joined : float64[room]
        When it came into the network and to its station.
    service, worked : float64[room]
        Its service time at its station, and what all servers have worked for it before.
    following : int64[room]
        Who waits behind it.
    spare : int64[room]
        A permutation of the slots: from the number inside on, those that are empty.
    """

    number: np.ndarray
    kind: np.ndarray
    arrival: np.ndarray
    joined: np.ndarray
    service: np.ndarray
    worked: np.ndarray
    following: np.ndarray
    spare: np.ndarray


class Stations(typing.NamedTuple):
    """The stations.

    Attributes
    ----------
    next : float64[K]
        The earliest end of a service at each, inf if idle.
    ends, holders : float64[K, most], int64[K, most]
        Heaps of the ends of services, and whose they are; `most` is the largest number of servers.
    busy, servers : int64[K]
    head, tail : int64[K]
        Of those who wait; -1 for none.
    routes : float64[K, K]
        Cumulative probabilities of the next station; what the last lacks to 1 leaves.
    entries : int64[classes]
        The station to which each class comes first.
    inside : int64[1]
    clock : float64[1]
    services : Feeds
        Service times, a row for each station.
    state : uint64[4]
        Random state for the routes.
    """

    next: np.ndarray
    ends: np.ndarray
    holders: np.ndarray
    busy: np.ndarray
    servers: np.ndarray
    head: np.ndarray
    tail: np.ndarray
    routes: np.ndarray
    entries: np.ndarray
    inside: np.ndarray
    clock: np.ndarray
    services: Feeds
    state: np.ndarray


@kernel(**INLINE)
def begin(passengers, stations, k, slot, now):
    """Start a service at station k, which has an idle server."""
    push_keyed(stations.ends[k], stations.holders[k], stations.busy[k], now + passengers.service[slot], slot)
    stations.busy[k] += 1
    stations.next[k] = stations.ends[k, 0]


@kernel(**INLINE)
def join(passengers, stations, k, slot, now):
    """Let a customer come to station k."""
    passengers.joined[slot] = now
    services = stations.services
    passengers.service[slot] = variate(services.states[k], services.codes[k], services.params[k])
    if stations.busy[k] < stations.servers[k]:
        begin(passengers, stations, k, slot, now)
        return
    passengers.following[slot] = -1
    if stations.tail[k] < 0:
        stations.head[k] = slot
    else:
        passengers.following[stations.tail[k]] = slot
    stations.tail[k] = slot


@kernel(**INLINE)
def next_station(stations, k):
    """Where a customer goes from station k; -1 out of the network."""
    u = uniform(stations.state)
    for following in range(len(stations.next)):
        if u < stations.routes[k, following]:
            return following
    return -1


@kernel(**INLINE)
def end_service(passengers, stations, k, now, tally, visits):
    """End the service at station k that is due, start the next there, and send the customer on."""
    slot = stations.holders[k, 0]
    pop_keyed(stations.ends[k], stations.holders[k], stations.busy[k])
    stations.busy[k] -= 1
    stations.next[k] = stations.ends[k, 0] if stations.busy[k] > 0 else math.inf
    first = stations.head[k]
    if first >= 0:
        stations.head[k] = passengers.following[first]
        if stations.head[k] < 0:
            stations.tail[k] = -1
        begin(passengers, stations, k, first, now)
    service = passengers.service[slot]
    served(visits, passengers.number[slot], k, max(now - passengers.joined[slot] - service, 0.0), service)
    passengers.worked[slot] += service
    following = next_station(stations, k)
    if following >= 0:
        join(passengers, stations, following, slot, now)
        return
    response = now - passengers.arrival[slot]
    work = passengers.worked[slot]
    completed(tally, passengers.number[slot], passengers.kind[slot], max(response - work, 0.0), response, work)
    stations.inside[0] -= 1
    passengers.spare[stations.inside[0]] = slot


@kernel(**INLINE)
def earliest(moments):
    """The index of the least of float64[K], the first of several."""
    best = 0
    for k in range(1, len(moments)):
        if moments[k] < moments[best]:
            best = k
    return best


@kernel(**BORROW)
def passes(passengers, stations, gaps, kinds, number, tally, visits):
    """Let a block of customers pass; `visits` is a `Tally` whose classes are the stations."""
    for i in range(len(gaps)):
        arrival = stations.clock[0] + gaps[i]
        while stations.inside[0] > 0:
            k = earliest(stations.next)
            now = stations.next[k]
            if now > arrival:
                break
            end_service(passengers, stations, k, now, tally, visits)
        if gaps[i] == math.inf:
            break
        stations.clock[0] = arrival
        slot = passengers.spare[stations.inside[0]]
        stations.inside[0] += 1
        passengers.number[slot], passengers.kind[slot] = number + i, kinds[i]
        passengers.arrival[slot], passengers.worked[slot] = arrival, 0.0
        join(passengers, stations, stations.entries[kinds[i]], slot, arrival)
