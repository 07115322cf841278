"""The locks of `conflicts`: a dense table of holders and queues, and transactions that move through it.

A transaction occupies a slot. All work takes the same time, so that work ends in the order in which it begins: the
list of future events is a queue, and no heap is needed. A slot is on exactly one list at a time, of those at work, of
those that wait for an object, or of the free ones; all lists are linked through `after`.
"""

import typing

import numpy as np

from underload._jit import kernel
from underload.random import bounded, exponential

FIRST, LAST, FREE, OPEN, COMMITS, DEADLOCKS, WAITS, ARRIVALS = range(8)
NONE = -1

# Borrowed arrays are not counted at each call: an action falls from 176 to 67 ns; inlined as well, to 24 ns.
INLINE = {"_nrt": False, "forceinline": True}


class Locks(typing.NamedTuple):
    """The state of the database. Slots, objects and links are int32; -1 is none."""

    holder: np.ndarray  # int32[database_size], the slot that has locked the object
    head: np.ndarray  # int32[database_size], the slot that waits first for the object
    tail: np.ndarray  # int32[database_size], the slot that waits last; undefined while none waits
    objects: np.ndarray  # int32[slots, actions], what the transaction locks, in this order
    held: np.ndarray  # int32[slots], how many of them it has locked
    wanted: np.ndarray  # int32[slots], the object that it waits for
    after: np.ndarray  # int32[slots], the next slot of the list that it is on
    due: np.ndarray  # float64[slots], when its work ends [s]
    begun: np.ndarray  # float64[slots], when it arrived [s]
    number: np.ndarray  # int64[slots], how many arrived before it
    counters: np.ndarray  # int64[8], see FIRST ... ARRIVALS; FIRST and LAST are the ends of the list of those at work
    total: np.ndarray  # float64[2], sum of the times from arrival to end [s], and time of the work for an action [s]
    ends: np.ndarray  # float64[transactions], end of each [s], with a minus sign if deadlocked; or empty


def new(database_size, actions, work, record=0):
    """Locks without transactions and without slots; `record` is the number of transactions whose ends are kept."""
    counters = np.zeros(8, dtype=np.int64)
    counters[[FIRST, LAST, FREE]] = NONE
    table = (np.full(database_size, NONE, dtype=np.int32) for _ in range(3))
    slots = (np.empty(0, dtype) for dtype in (np.int32, np.int32, np.int32, np.float64, np.float64, np.int64))
    return Locks(*table, np.empty((0, actions), np.int32), *slots, counters, np.array([0.0, work]), np.zeros(record))


def grown(locks, size):
    """The same locks with `size` slots."""
    old = len(locks.due)
    fields = locks._asdict()
    for name in ("objects", "held", "wanted", "after", "due", "begun", "number"):
        array = np.zeros((size, *fields[name].shape[1:]), dtype=fields[name].dtype)
        array[:old] = fields[name]
        fields[name] = array
    fields["after"][old:] = np.arange(old + 1, size + 1)
    fields["after"][-1] = locks.counters[FREE]
    locks.counters[FREE] = old
    return Locks(**fields)


@kernel
def draw(state, rate, now, until, database_size, times, objects):
    """Poisson arrivals after `now` and before `until`, and the different objects of each; returns how many."""
    actions = objects.shape[1]
    for n in range(len(times)):
        now += exponential(state) / rate
        if now >= until:
            return n
        times[n] = now
        for k in range(actions):
            again = True
            while again:
                item = bounded(state, database_size)
                again = False
                for earlier in range(k):
                    again |= objects[n, earlier] == item
            objects[n, k] = item
    return len(times)


@kernel(**INLINE)
def _work(locks, slot, item, now):
    """The transaction gets the lock and begins to update the replicas."""
    locks.holder[item] = slot
    locks.wanted[slot] = NONE
    locks.held[slot] += 1
    locks.due[slot] = now + locks.total[1]
    locks.after[slot] = NONE
    if locks.counters[FIRST] == NONE:
        locks.counters[FIRST] = slot
    else:
        locks.after[locks.counters[LAST]] = slot
    locks.counters[LAST] = slot


@kernel(**INLINE)
def _end(locks, slot, now, sign):
    """The transaction hands its locks to those that wait first, and its slot becomes free."""
    for k in range(locks.held[slot]):
        item = locks.objects[slot, k]
        waiter = locks.head[item]
        if waiter == NONE:
            locks.holder[item] = NONE
        else:
            locks.head[item] = locks.after[waiter]
            _work(locks, waiter, item, now)
    locks.total[0] += now - locks.begun[slot]
    if len(locks.ends) > 0:
        locks.ends[locks.number[slot]] = sign * now
    locks.after[slot] = locks.counters[FREE]
    locks.counters[FREE] = slot
    locks.counters[OPEN] -= 1


@kernel(**INLINE)
def _blocker(locks, item):
    """The transaction, at work, at the end of the chain of waits that begins with the holder of an object.

    Those ahead in the queue need no look: they wait for the same holder. A lock that is handed on goes to one that
    then waits for nobody. So only a request can close a cycle, through holders, and the chain is finite.
    """
    slot = locks.holder[item]
    while locks.wanted[slot] != NONE:
        slot = locks.holder[locks.wanted[slot]]
    return slot


@kernel(**INLINE)
def _request(locks, slot, now):
    """The transaction asks for its next object: it gets it, waits, or aborts."""
    item = locks.objects[slot, locks.held[slot]]
    if locks.holder[item] == NONE:
        _work(locks, slot, item, now)
    elif _blocker(locks, item) == slot:
        locks.counters[DEADLOCKS] += 1
        _end(locks, slot, now, -1.0)
    else:
        locks.counters[WAITS] += 1
        locks.wanted[slot] = item
        locks.after[slot] = NONE
        if locks.head[item] == NONE:
            locks.head[item] = slot
        else:
            locks.after[locks.tail[item]] = slot
        locks.tail[item] = slot


@kernel
def advance(locks, until):
    """Let all work end that is done by the time `until`, itself included."""
    counters, actions = locks.counters, locks.objects.shape[1]
    while counters[FIRST] != NONE and locks.due[counters[FIRST]] <= until:
        slot = counters[FIRST]
        now = locks.due[slot]
        counters[FIRST] = locks.after[slot]
        if locks.held[slot] < actions:
            _request(locks, slot, now)
        else:
            counters[COMMITS] += 1
            _end(locks, slot, now, 1.0)


@kernel
def play(locks, times, objects):
    """Let transactions arrive at `times`, ascending; there must be a free slot for each."""
    counters = locks.counters
    for n in range(len(times)):
        advance(locks, times[n])
        slot = counters[FREE]
        counters[FREE] = locks.after[slot]
        counters[OPEN] += 1
        locks.objects[slot, :] = objects[n]
        locks.held[slot] = 0
        locks.wanted[slot] = NONE
        locks.begun[slot] = times[n]
        locks.number[slot] = counters[ARRIVALS]
        counters[ARRIVALS] += 1
        _request(locks, slot, times[n])
