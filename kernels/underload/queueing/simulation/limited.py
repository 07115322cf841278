"""One queue that not everybody joins or bears: finite room, balking and abandonment, first come first served.

On arrival the wait that a customer would have is known: the time until the server that is free first. One whose
patience is shorter leaves when it ends, and takes no server. Only where the number waiting matters, for a finite room
or for balking, a heap holds the times at which those who wait will leave the queue.

Source: the offered wait of a queue with impatience after Baccelli, Boyer and Hebuterne, Single-server queues with
impatient customers, Advances in Applied Probability 16(4), 1984.

Ties: who leaves the queue at the moment of an arrival has left.
"""

import math
import typing

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.queueing.erlang import check_stable
from underload.queueing.simulation.feeds import BLOCK, fill
from underload.queueing.simulation.heap import pop, push, replace_least
from underload.queueing.simulation.system import System
from underload.queueing.simulation.tally import ABANDONED, BALKED, BLOCKED, lost, served
from underload.random import uniform
from underload.random._options import BORROW, INLINE

__all__ = ["Limited"]


class Room(typing.NamedTuple):
    """The state and the limits.

    Attributes
    ----------
    free : float64[c]
        Heap of the times at which the servers fall free.
    clock : float64[1]
    size : int64[1]
        How many wait.
    places : int64
        How many may wait.
    balking : float64[m]
        Probability to leave at once, by the number waiting, of who would have to wait; the last holds from there on.
    coins : uint64[4]
        Random state for balking.
    """

    free: np.ndarray
    clock: np.ndarray
    size: np.ndarray
    places: int
    balking: np.ndarray
    coins: np.ndarray


@kernel(**INLINE)
def admit(room, waiting, clock, patience, service):
    """One arrival: its outcome (0 if served) and its wait."""
    offered = max(room.free[0] - clock, 0.0)
    # Everybody draws a coin, so that runs with the same seed see the same customers whatever the rest.
    coin = uniform(room.coins)
    if offered > 0.0:
        if waiting >= room.places:
            return BLOCKED, 0.0
        if coin < room.balking[min(waiting, len(room.balking) - 1)]:
            return BALKED, 0.0
        if patience < offered:
            return ABANDONED, patience
    replace_least(room.free, clock + offered + service)
    return 0, offered


@kernel(**BORROW)
def passes(room, leaving, patience, gaps, kinds, services, number, tally):
    """Let a block of customers pass; see `System.start`.

    `leaving` (float64[m]) is the heap of the times at which those who wait leave the queue, with room for the block;
    `patience` is float64[n].
    """
    counting = room.places < np.iinfo(np.int64).max or len(room.balking) > 1
    clock, waiting = room.clock[0], room.size[0]
    for i in range(len(gaps)):
        clock += gaps[i]
        while waiting > 0 and leaving[0] <= clock:
            pop(leaving, waiting)
            waiting -= 1
        outcome, wait = admit(room, waiting, clock, patience[i], services[i])
        if outcome == 0:
            served(tally, number + i, kinds[i], wait, services[i])
        else:
            lost(tally, number + i, kinds[i], outcome, wait)
        if counting and wait > 0.0:
            push(leaving, waiting, clock + wait)
            waiting += 1
    room.clock[0], room.size[0] = clock, waiting


class Limited(System):
    """One queue for c servers with finite room, balking or impatient customers.

    Parameters
    ----------
    servers : int
    capacity : int or None
        Places in the system, those in service included.
    balking : float64[m] or None
    patience : Source or None
    """

    shares_queue = True

    def __init__(self, servers, capacity=None, balking=None, patience=None):
        self.servers = servers
        self.capacity = math.inf if capacity is None else _check.integer("capacity", capacity, least=servers)
        self.balking = np.zeros(1) if balking is None else _balking(balking)
        self.patience = patience
        self.bounded = math.isfinite(self.capacity) or patience is not None
        self.loses = self.bounded or bool(np.any(self.balking))

    def check(self, classes, traffic):
        if not self.bounded:
            load = traffic.load * (1 - self.balking[-1])
            given = {"offered_load": traffic.load, "servers": self.servers, "balking": self.balking[-1]}
            check_stable(self.servers - load, self.servers, **given)

    def start(self, states):
        places = int(self.capacity - self.servers) if math.isfinite(self.capacity) else np.iinfo(np.int64).max
        free, clock, size = np.zeros(self.servers), np.zeros(1), np.zeros(1, dtype=np.int64)
        room = Room(free, clock, size, places, self.balking, states[1])
        feeds = None if self.patience is None else self.patience.feeds(states[:1])
        leaving, patience = np.empty(2 * BLOCK), np.full(BLOCK, np.inf)

        def advance(gaps, kinds, services, number, tally):
            nonlocal leaving
            n = len(gaps)
            if feeds is not None:
                fill(feeds, 0, patience[:n])
            if size[0] + n > len(leaving):
                leaving = np.concatenate([leaving, np.empty_like(leaving)])
            passes(room, leaving, patience[:n], gaps, kinds, services, number, tally)

        return advance

    def relaxation(self, traffic):
        """The least of four: as if nobody left, the time to cross the room, to cross the part of the queue in which
        balking varies and to come back from beyond, and the patience of those who arrive.

        Times of patience that hardly vary let nobody go until the queue is as long as they are, as a room does.
        """
        spread = traffic.gap_scv + traffic.service_scv
        wide, limits = max(1.0, spread), [math.inf]
        drifts = 1 - traffic.load / self.servers * (1 - self.balking)
        if traffic.load < self.servers:
            limits.append(spread / (1 - traffic.load / self.servers) ** 2)
        if drifts[-1] > 0:
            varying = int(np.max(np.flatnonzero(self.balking != self.balking[-1]), initial=-1)) + 1
            slowest = np.min(np.abs(drifts))
            cross = min(varying**2 * wide, varying / slowest) if slowest > 0 else varying**2 * wide
            limits.append(cross + spread / drifts[-1] ** 2)
        if math.isfinite(self.capacity):
            limits.append((self.capacity - self.servers + 1) ** 2 * wide)
        if self.patience is not None:
            sure = self.patience.mean * max(0.0, 1 - math.sqrt(self.patience.scv))
            room = sure / (traffic.service_mean / self.servers)
            limits.append((room**2 + self.patience.mean / traffic.gap_mean) * wide)
        return float(min(limits)) + traffic.load

    def _spare(self, traffic):
        return self.servers - math.floor(traffic.load * (1 - self.balking[-1]))

    def least_moment_of_mean(self, traffic):
        return 2.0 if self.bounded else super().least_moment_of_mean(traffic)

    def least_moment_of_finite_mean(self, traffic):
        return 0.0 if self.bounded else super().least_moment_of_finite_mean(traffic)


def _balking(values):
    balking = _check.sample("balking", values, lowest=0)
    large = np.flatnonzero(balking > 1)
    if len(large):
        _check.fail(f"balking[{large[0]}]", balking[large[0]], "must be a probability, 0 <= p <= 1")
    return balking
