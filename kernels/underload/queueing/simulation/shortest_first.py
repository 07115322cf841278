"""The shortest first at one server, with preemption: by what remains (SRPT) or by size (PSJF).

The job in service is held apart; those who wait are in a heap by key. An arrival with a smaller key takes the server,
and the job that it interrupts goes back into the heap with what it still needs.

Source: Schrage and Miller, The queue M/G/1 with the shortest remaining processing time discipline, Operations Research
14(4), 1966.

Ties: the job in service is not interrupted by its equal; of equals who wait any is next, the same one in every run. Who
leaves at the moment of an arrival leaves first.
"""

import math

import numpy as np

from underload._jit import kernel
from underload.queueing.simulation.jobs import JobSystem, enter, leave
from underload.queueing.simulation.keyed_heap import pop_keyed, push_keyed
from underload.queueing.simulation.system import one_server
from underload.queueing.simulation.tally import served
from underload.random._options import BORROW

__all__ = ["PreemptiveShortestJobFirst", "ShortestRemainingFirst"]


@kernel(**BORROW)
def passes(jobs, state, gaps, kinds, services, number, tally, by_size):
    """Let a block of customers pass.

    Moments: the clock and what the job in service still needs, as of that clock. Counts: jobs inside, and the slot in
    service plus one.
    """
    size, current = state.counts[0], np.uint64(max(state.counts[1] - 1, 0))
    now, need = state.moments[0], state.moments[1]
    for i in range(len(gaps)):
        left = gaps[i]
        while size > 0 and need <= left:
            left -= need
            now += need
            service = jobs.service[current]
            wait = max(now - jobs.arrival[current] - service, 0.0)
            served(tally, jobs.number[current], jobs.kind[current], wait, service)
            leave(jobs, state, current)
            size -= 1
            if size > 0:
                current, key = np.uint64(jobs.slots[0]), jobs.keys[0]
                pop_keyed(jobs.keys, jobs.slots, size)
                need = jobs.remaining[current] if by_size else key  # the same, but the key is at hand sooner: 4 %
        if gaps[i] == math.inf:
            break
        if size == 0:
            now = 0.0
        else:
            now += left
            need -= left
        slot = np.uint64(enter(jobs, state, number + i, kinds[i], now, services[i]))
        if size == 0:
            current, need = slot, services[i]
        elif services[i] < (jobs.service[current] if by_size else need):
            jobs.remaining[current] = need
            push_keyed(jobs.keys, jobs.slots, size - 1, jobs.service[current] if by_size else need, current)
            current, need = slot, services[i]
        else:
            push_keyed(jobs.keys, jobs.slots, size - 1, services[i], slot)
        size += 1
    state.counts[1] = np.int64(current) + 1
    state.moments[0], state.moments[1] = now, need


class ShortestRemainingFirst(JobSystem):
    """The job that needs least is served, at once: shortest remaining processing time."""

    by_size = False

    def passes(self, *block):
        passes(*block, self.by_size)

    def check(self, classes, traffic):
        one_server(self)
        super().check(classes, traffic)

    def least_moment_of_mean(self, traffic):
        return 2.0

    def least_moment_of_finite_mean(self, traffic):
        return 1.0


class PreemptiveShortestJobFirst(ShortestRemainingFirst):
    """The job that was smallest at its arrival is served, at once."""

    by_size = True
