"""Classes with priorities at c servers, first come first served within a level, with or without preemption.

Without preemption a server that falls free takes the first of the best level that waits. With preemption an arrival
that finds all servers busy takes the one whose job has the worst level, if that is worse than its own, and of equals
the latest arrival; the interrupted job waits in front of its level and goes on where it stopped.

Source: the disciplines of Cobham, Priority assignment in waiting line problems, Operations Research 2(1), 1954, and
White and Christie, Queuing with preemptive priorities or with breakdown, Operations Research 6(1), 1958.

Ties: who leaves at the moment of an arrival leaves first.
"""

import dataclasses
import math

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.queueing.simulation.jobs import JobSystem, enter, leave
from underload.queueing.simulation.tally import served
from underload.random._options import BORROW, INLINE

__all__ = ["Priority"]


@kernel(**INLINE)
def take_first(jobs, state):
    """Remove the first of the best level that waits; -1 if nobody does."""
    for level in range(len(state.heads)):
        slot = state.heads[level]
        if slot >= 0:
            state.heads[level] = jobs.right[slot]
            if jobs.right[slot] < 0:
                state.tails[level] = -1
            return slot
    return -1


@kernel(**INLINE)
def put_last(jobs, state, level, slot):
    """Let `slot` wait at the end of its level."""
    jobs.right[slot] = -1
    if state.tails[level] < 0:
        state.heads[level] = slot
    else:
        jobs.right[state.tails[level]] = slot
    state.tails[level] = slot


@kernel(**INLINE)
def put_first(jobs, state, level, slot):
    """Let `slot` wait in front of its level."""
    jobs.right[slot] = state.heads[level]
    state.heads[level] = slot
    if state.tails[level] < 0:
        state.tails[level] = slot


@kernel(**INLINE)
def first_free(state):
    """The busy server that falls free first, -1 if all are idle; `state.free` is inf at an idle one."""
    best = 0
    for s in range(1, len(state.free)):
        if state.free[s] < state.free[best]:
            best = s
    return best if state.free[best] < math.inf else -1


@kernel(**INLINE)
def weakest(jobs, state):
    """An idle server, or the one whose job has the worst level and, of equals, came last."""
    worst = 0
    for s in range(len(state.free)):
        slot, other = state.running[s], state.running[worst]
        if slot < 0:
            return s
        level, worst_level = state.levels[jobs.kind[slot]], state.levels[jobs.kind[other]]
        if level > worst_level or (level == worst_level and jobs.number[slot] > jobs.number[other]):
            worst = s
    return worst


@kernel(**BORROW)
def passes(jobs, state, gaps, kinds, services, number, tally, preemptive):
    """Let a block of customers pass; moments: the clock since the system was empty."""
    now = state.moments[0]
    for i in range(len(gaps)):
        horizon = now + gaps[i]
        while state.counts[0] > 0:
            s = first_free(state)
            if state.free[s] > horizon:
                break
            slot, now = state.running[s], state.free[s]
            service = jobs.service[slot]
            wait = max(now - jobs.arrival[slot] - service, 0.0)
            served(tally, jobs.number[slot], jobs.kind[slot], wait, service)
            leave(jobs, state, slot)
            following = take_first(jobs, state)
            state.running[s] = following
            state.free[s] = now + jobs.remaining[following] if following >= 0 else math.inf
        if gaps[i] == math.inf:
            break
        now = horizon if state.counts[0] > 0 else 0.0
        slot = enter(jobs, state, number + i, kinds[i], now, services[i])
        level = state.levels[kinds[i]]
        s = weakest(jobs, state)
        held = state.running[s]
        if held >= 0 and (not preemptive or state.levels[jobs.kind[held]] <= level):
            put_last(jobs, state, level, slot)
            continue
        if held >= 0:
            jobs.remaining[held] = state.free[s] - now
            put_first(jobs, state, state.levels[jobs.kind[held]], held)
        state.running[s], state.free[s] = slot, now + services[i]
    state.moments[0] = now


class PrioritySystem(JobSystem):
    """Classes with priorities at c servers."""

    def __init__(self, servers, priority):
        super().__init__(servers)
        self.priority = priority

    def __repr__(self):
        return f"<{self.priority} at {self.servers} server{'s' * (self.servers != 1)}>"

    def passes(self, *block):
        passes(*block, self.priority.preemptive)

    def levels(self, classes):
        given = self.priority.levels
        return np.arange(classes) if given is None else np.unique(given, return_inverse=True)[1].astype(np.int64)

    def check(self, classes, traffic):
        given = self.priority.levels
        if given is not None and len(given) != classes:
            _check.fail("levels", given, f"must be one for each of {classes} classes")
        super().check(classes, traffic)

    def _state(self, classes):
        state = super()._state(classes)
        state.free[:] = math.inf
        return state


@dataclasses.dataclass(frozen=True)
class Priority:
    """Priorities by class.

    Parameters
    ----------
    levels : int64[classes], optional
        The level of each class; a lower number is served first, and equal numbers are one level. In order of the
        classes if not given.
    preemptive : bool
        Whether an arrival interrupts a lower level; the interrupted job goes on where it stopped.
    """

    levels: tuple | None = None
    preemptive: bool = False

    def __post_init__(self):
        if self.levels is not None:
            object.__setattr__(self, "levels", tuple(_check.counts("levels", self.levels).tolist()))
        object.__setattr__(self, "preemptive", _check.flag("preemptive", self.preemptive))

    def system(self, servers):
        """The `System` of so many servers."""
        return PrioritySystem(servers, self)
