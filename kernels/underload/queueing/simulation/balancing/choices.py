"""Balancing by a look at few servers: the shortest of d sampled queues, seen as they are or as they were.

The departures to come are lists in one pool of nodes, one list for each server: ``times`` of a node, and in
``marks[0]`` the node after it. What has departed is dropped from a list when somebody looks at it (a lazy list), so
that no customer costs more than the d looks, whatever the number of servers.

``places``: of each server the first node, the last node and the number of nodes; the servers in the order in which
they were sampled last; and the board, where queue lengths are as they were at the last refresh.
"""

import numpy as np

from underload._jit import kernel
from underload.queueing.simulation.balancing.farm import join_server
from underload.random import bounded
from underload.random._options import INLINE

__all__ = ["lengths_listed", "shortest_on_the_board", "shortest_sampled"]

COUNT, ORDER, FIRST, LAST, BOARD = range(5)
STORED, SPARE = 0, 1  # in the cursor: nodes in use, and the first that is not


@kernel(**INLINE)
def sample(farm, j):
    """The server that a customer looks at after `j` others: of all, or of those it has not seen.

    A step of Fisher and Yates' shuffle; it may go on from any order, so the order is kept.
    """
    servers, order = len(farm.free), farm.places[ORDER]
    if farm.replacement:
        return np.uint64(bounded(farm.coins, servers))
    other = j + bounded(farm.coins, servers - j)
    server = order[other]
    order[other] = order[j]
    order[j] = server
    return np.uint64(server)


@kernel(**INLINE)
def length(farm, departures, server, clock):
    """Customers at a server at this time, after those who have departed are dropped from its list."""
    count, node = farm.places[COUNT, server], np.uint64(farm.places[FIRST, server])
    while count > 0 and departures.times[node] <= clock:
        following = departures.marks[0, node]
        departures.marks[0, node] = farm.cursor[SPARE]
        farm.cursor[SPARE] = node
        farm.cursor[STORED] -= 1
        node = np.uint64(following)
        count -= 1
    farm.places[COUNT, server], farm.places[FIRST, server] = count, node
    return count


@kernel(**INLINE)
def append(farm, departures, server, end):
    """Add a departure to the list of a server."""
    node = np.uint64(farm.cursor[SPARE])
    farm.cursor[SPARE] = departures.marks[0, node]
    farm.cursor[STORED] += 1
    departures.times[node] = end
    if farm.places[COUNT, server] == 0:
        farm.places[FIRST, server] = node
    else:
        departures.marks[0, np.uint64(farm.places[LAST, server])] = node
    farm.places[LAST, server] = node
    farm.places[COUNT, server] += 1


@kernel
def lengths_listed(farm, departures, clock, lengths):
    """Fill in the length of each queue (int64[n]) at a time when all are known who came up to it.

    Hazard: who has departed by then is dropped, so that nobody may look at an earlier time.
    """
    for server in range(len(farm.free)):
        lengths[server] = length(farm, departures, np.uint64(server), clock)


@kernel
def shortest_sampled(farm, departures, gaps, services, waits):
    """Each customer samples d servers and joins the one with the fewest customers; of equal ones, the first sampled.

    The order of the sample is random, so that ties are broken uniformly at random. Parameters as of `own_queues`.
    """
    clock = farm.clock[0]
    for i in range(len(gaps)):
        clock += gaps[i]
        best = sample(farm, 0)
        least = length(farm, departures, best, clock)
        for j in range(1, farm.choices):
            server = sample(farm, j)
            found = length(farm, departures, server, clock)
            if found < least:
                best, least = server, found
        append(farm, departures, best, join_server(farm, best, clock, services, i, waits))
    farm.clock[0] = clock


@kernel
def refresh(farm, departures, clock):
    """Write all queue lengths on the board, as they were at the last multiple of the interval, if that is due."""
    if clock < farm.clock[1]:
        return
    # Hazard: the remainder is exact, also where clock / interval would overflow.
    then = clock - clock % farm.interval
    lengths_listed(farm, departures, then, farm.places[BOARD])
    farm.clock[1] = then + farm.interval


@kernel
def shortest_on_the_board(farm, departures, gaps, services, waits):
    """As `shortest_sampled`, by the board; nobody corrects it between two refreshes."""
    clock, board = farm.clock[0], farm.places[BOARD]
    for i in range(len(gaps)):
        clock += gaps[i]
        refresh(farm, departures, clock)
        best = sample(farm, 0)
        for j in range(1, farm.choices):
            server = sample(farm, j)
            if board[server] < board[best]:
                best = server
        append(farm, departures, best, join_server(farm, best, clock, services, i, waits))
    farm.clock[0] = clock
