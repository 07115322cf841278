"""Systems whose customers leave in another order than they come: where the jobs inside are kept.

A discipline is one kernel, ``passes(jobs, state, gaps, kinds, services, number, tally)``, over a block of arrivals.
Before each block there is room for all of it, so that the kernel never allocates.
"""

import typing

import numpy as np

from underload._jit import kernel
from underload.queueing.simulation.system import System
from underload.random._options import INLINE

__all__ = ["JobSystem", "Jobs", "State", "enter", "leave"]

ROOM = 1024  # jobs that an empty system has room for
U1 = np.uint64(1)
SIZE = 0  # the place in `State.counts` of the number of jobs inside


class Jobs(typing.NamedTuple):
    """The jobs inside, each at a slot of its own, and arrays for whatever orders them; all of one length, the room.

    Attributes
    ----------
    number, kind : int64[room]
        Of the customer at each slot.
    arrival, service, remaining : float64[room]
        The clock at its arrival, its service time, and what a discipline keeps of it.
    spare : int64[room]
        A permutation of the slots: from the number of jobs on, those that are empty.
    keys, slots : float64[room], int64[room]
        For a heap or a stack of slots.
    left, right, count : int64[room]
        For trees and lists of slots.
    """

    number: np.ndarray
    kind: np.ndarray
    arrival: np.ndarray
    service: np.ndarray
    remaining: np.ndarray
    spare: np.ndarray
    keys: np.ndarray
    slots: np.ndarray
    left: np.ndarray
    right: np.ndarray
    count: np.ndarray


class State(typing.NamedTuple):
    """What else a discipline remembers.

    Attributes
    ----------
    counts : int64[4]
        The number of jobs inside, then whatever the discipline counts.
    moments : float64[4]
        Clocks. They start from 0 whenever the system is empty, so that no digit is lost in a long run.
    free, running : float64[c], int64[c]
        For each server.
    levels : int64[classes]
        Of priority.
    heads, tails : int64[levels]
        Of the queues of the levels.
    """

    counts: np.ndarray
    moments: np.ndarray
    free: np.ndarray
    running: np.ndarray
    levels: np.ndarray
    heads: np.ndarray
    tails: np.ndarray


@kernel(**INLINE)
def enter(jobs, state, number, kind, arrival, service):
    """Put a customer at an empty slot, which is returned."""
    # Indices that cannot be negative spare a test in each access: a tenth of SRPT's time.
    size = np.uint64(state.counts[SIZE])
    slot = np.uint64(jobs.spare[size])
    state.counts[SIZE] = size + U1
    jobs.number[slot], jobs.kind[slot] = number, kind
    jobs.arrival[slot], jobs.service[slot], jobs.remaining[slot] = arrival, service, service
    return np.int64(slot)


@kernel(**INLINE)
def leave(jobs, state, slot):
    """Empty a slot."""
    size = np.uint64(state.counts[SIZE]) - U1
    state.counts[SIZE] = size
    jobs.spare[size] = slot


def empty_jobs():
    """`Jobs` without any."""
    whole, real = (lambda: np.zeros(ROOM, dtype=np.int64)), (lambda: np.zeros(ROOM))
    columns = {name: real() if name in REAL else whole() for name in Jobs._fields}
    return Jobs(**columns | {"spare": np.arange(ROOM)})


REAL = {"arrival", "service", "remaining", "keys"}


def grown(jobs):
    """The same jobs with twice the room."""
    room = len(jobs.spare)
    larger = {name: np.concatenate([column, np.zeros_like(column)]) for name, column in jobs._asdict().items()}
    return Jobs(**larger | {"spare": np.concatenate([jobs.spare, np.arange(room, 2 * room)])})


class JobSystem(System):
    """A `System` by one kernel over blocks of arrivals; a subclass names it `passes`."""

    def __init__(self, servers):
        self.servers = servers

    def levels(self, classes):
        """The level of priority of each class, int64[classes], 0 first."""
        return np.zeros(classes, dtype=np.int64)

    def start(self, states):
        jobs, state = empty_jobs(), None

        def advance(gaps, kinds, services, number, tally):
            nonlocal jobs, state
            state = self._state(tally.sums.shape[1]) if state is None else state
            while state.counts[SIZE] + len(gaps) > len(jobs.spare):
                jobs = grown(jobs)
            self.passes(jobs, state, gaps, kinds, services, number, tally)

        return advance

    def _state(self, classes):
        levels = self.levels(classes)
        heads = np.full(levels.max() + 1, -1)
        idle = np.full(self.servers, -1)
        return State(
            np.zeros(4, dtype=np.int64), np.zeros(4), np.zeros(self.servers), idle, levels, heads, heads.copy()
        )
