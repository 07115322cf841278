"""Balancing by a look at all servers: the shortest queue, or one that is idle.

A heap of departures keeps the queue lengths current. Servers of equal length stand together, in an array sorted by
length or in lists, so that a change of length by one moves a server in constant time.
"""

from underload._jit import kernel
from underload.queueing.simulation.balancing.farm import join_server
from underload.queueing.simulation.keyed_heap import pop_keyed, push_keyed, replace_least_keyed
from underload.random import bounded
from underload.random._options import INLINE

__all__ = ["all_idle", "idle_first", "lengths_in_turn", "lengths_ordered", "shortest_by_chance", "shortest_in_turn"]

# In the cursor: departures in the heap, the least length, the largest level in use, and how many servers are idle.
STORED, LOW, TOP, IDLE = range(4)
# For each server: its length; the servers by length, and where each stands; who came to the same length after, before.
LENGTH, ORDER, PLACE, NEXT, PREVIOUS = range(5)
# For each departure whose it is; for each level the first and the last server in it, and how many are not above it.
OWNER, FIRST, LAST, UP_TO = range(4)


@kernel
def all_idle(farm, departures):
    """The books of an empty system."""
    servers, places, marks = len(farm.free), farm.places, departures.marks
    for server in range(servers):
        places[LENGTH, server] = 0
        places[ORDER, server] = places[PLACE, server] = server
        places[NEXT, server], places[PREVIOUS, server] = server + 1, server - 1
    places[NEXT, servers - 1] = -1
    marks[FIRST, 0], marks[LAST, 0], marks[UP_TO, 0] = 0, servers - 1, servers
    farm.cursor[IDLE] = servers


@kernel(**INLINE)
def exchange(places, server, target):
    """Let a server change places with the one that stands at `target`."""
    order, place = places[ORDER], places[PLACE]
    other, here = order[target], place[server]
    order[here], order[target] = other, server
    place[other], place[server] = here, target


@kernel(**INLINE)
def leave_order(farm, departures, clock):
    """Let those go who have departed by a time, where servers stand in an array."""
    places, cursor = farm.places, farm.cursor
    times, owners, up_to = departures.times, departures.marks[OWNER], departures.marks[UP_TO]
    while cursor[STORED] > 0 and times[0] <= clock:
        server = owners[0]
        pop_keyed(times, owners, cursor[STORED])
        cursor[STORED] -= 1
        level = places[LENGTH, server] - 1
        exchange(places, server, up_to[level])
        up_to[level] += 1
        places[LENGTH, server] = level
        cursor[LOW] = min(cursor[LOW], level)


@kernel
def lengths_ordered(farm, departures, clock, lengths):
    """As `lengths_listed`, for `shortest_by_chance`."""
    leave_order(farm, departures, clock)
    for server in range(len(lengths)):
        lengths[server] = farm.places[LENGTH, server]


@kernel
def shortest_by_chance(farm, departures, gaps, services, waits):
    """Each customer joins the server with the fewest customers; of equal ones, any with the same probability.

    Notes
    -----
    ``marks[UP_TO, k]`` is the number of servers with at most k customers; they stand first in the order.
    Parameters as of `own_queues`.
    """
    clock, places, cursor = farm.clock[0], farm.places, farm.cursor
    times, owners, up_to = departures.times, departures.marks[OWNER], departures.marks[UP_TO]
    for i in range(len(gaps)):
        clock += gaps[i]
        leave_order(farm, departures, clock)
        low = cursor[LOW]
        server = places[ORDER, bounded(farm.coins, up_to[low])]
        exchange(places, server, up_to[low] - 1)
        up_to[low] -= 1
        places[LENGTH, server] = low + 1
        if low + 1 > cursor[TOP]:
            cursor[TOP] = low + 1
            up_to[low + 1] = len(farm.free)
        cursor[LOW] += up_to[low] == 0
        push_keyed(times, owners, cursor[STORED], join_server(farm, server, clock, services, i, waits), server)
        cursor[STORED] += 1
    farm.clock[0] = clock


@kernel(**INLINE)
def move(farm, departures, server, level):
    """Take a server out of the list of its length, and put it last in the list of those of length `level`."""
    length, following, previous = farm.places[LENGTH], farm.places[NEXT], farm.places[PREVIOUS]
    first, last = departures.marks[FIRST], departures.marks[LAST]
    before, after = previous[server], following[server]
    if before >= 0:
        following[before] = after
    else:
        first[length[server]] = after
    if after >= 0:
        previous[after] = before
    else:
        last[length[server]] = before
    if level > farm.cursor[TOP]:
        farm.cursor[TOP] = level
        first[level] = last[level] = -1
    tail = last[level]
    if tail >= 0:
        following[tail] = server
    else:
        first[level] = server
    previous[server], following[server], last[level], length[server] = tail, -1, server, level


@kernel(**INLINE)
def leave_lists(farm, departures, clock):
    """Let those go who have departed by a time, where servers stand in lists."""
    cursor, times, owners = farm.cursor, departures.times, departures.marks[OWNER]
    while cursor[STORED] > 0 and times[0] <= clock:
        server = owners[0]
        pop_keyed(times, owners, cursor[STORED])
        cursor[STORED] -= 1
        level = farm.places[LENGTH, server] - 1
        move(farm, departures, server, level)
        cursor[LOW] = min(cursor[LOW], level)


@kernel
def lengths_in_turn(farm, departures, clock, lengths):
    """As `lengths_listed`, for `shortest_in_turn`."""
    leave_lists(farm, departures, clock)
    for server in range(len(lengths)):
        lengths[server] = farm.places[LENGTH, server]


@kernel
def shortest_in_turn(farm, departures, gaps, services, waits):
    """Each customer joins the server with the fewest customers; of equal ones, who has had that number the longest.

    Notes
    -----
    ``marks[FIRST, k]`` and ``marks[LAST, k]`` are the first and the last server with k customers, -1 if there is none.
    Parameters as of `own_queues`.
    """
    clock, cursor = farm.clock[0], farm.cursor
    times, owners, first = departures.times, departures.marks[OWNER], departures.marks[FIRST]
    for i in range(len(gaps)):
        clock += gaps[i]
        leave_lists(farm, departures, clock)
        server = first[cursor[LOW]]
        move(farm, departures, server, cursor[LOW] + 1)
        cursor[LOW] += first[cursor[LOW]] < 0
        push_keyed(times, owners, cursor[STORED], join_server(farm, server, clock, services, i, waits), server)
        cursor[STORED] += 1
    farm.clock[0] = clock


@kernel
def idle_first(farm, departures, gaps, services, waits):
    """Each customer joins an idle server, any with the same probability; where none is idle, any server.

    Notes
    -----
    The heap holds a time for each busy server, at which it falls free unless somebody has joined it since; then it is
    asked again. ``places[ORDER]`` lists the idle servers, ``cursor[IDLE]`` of them. Parameters as of `own_queues`.
    """
    clock, idle, free, cursor = farm.clock[0], farm.places[ORDER], farm.free, farm.cursor
    times, owners = departures.times, departures.marks[OWNER]
    for i in range(len(gaps)):
        clock += gaps[i]
        while cursor[STORED] > 0 and times[0] <= clock:
            server = owners[0]
            if free[server] > times[0]:
                replace_least_keyed(times, owners, cursor[STORED], free[server], server)
                continue
            pop_keyed(times, owners, cursor[STORED])
            cursor[STORED] -= 1
            idle[cursor[IDLE]] = server
            cursor[IDLE] += 1
        listed = cursor[IDLE]
        place = bounded(farm.coins, listed if listed > 0 else len(free))
        server = idle[place] if listed > 0 else place
        end = join_server(farm, server, clock, services, i, waits)
        if listed > 0:
            idle[place] = idle[listed - 1]
            cursor[IDLE] = listed - 1
            push_keyed(times, owners, cursor[STORED], end, server)
            cursor[STORED] += 1
    farm.clock[0] = clock
