"""Last come, first served, with preemption, at one server: a stack. The interrupted goes on where it stopped.

Ties: who leaves at the moment of an arrival leaves first.
"""

import math

from underload._jit import kernel
from underload.queueing.simulation.jobs import JobSystem, enter, leave
from underload.queueing.simulation.system import one_server
from underload.queueing.simulation.tally import served
from underload.random._options import BORROW

__all__ = ["PreemptiveLastComeFirstServed"]


@kernel(**BORROW)
def passes(jobs, state, gaps, kinds, services, number, tally):
    """Let a block of customers pass; `jobs.slots` is the stack, whose top is in service. Moments: the clock."""
    size, now = state.counts[0], state.moments[0]
    for i in range(len(gaps)):
        left = gaps[i]
        while size > 0:
            slot = jobs.slots[size - 1]
            need = jobs.remaining[slot]
            if need > left:
                jobs.remaining[slot] = need - left
                break
            left -= need
            now += need
            service = jobs.service[slot]
            wait = max(now - jobs.arrival[slot] - service, 0.0)
            served(tally, jobs.number[slot], jobs.kind[slot], wait, service)
            leave(jobs, state, slot)
            size -= 1
        if gaps[i] == math.inf:
            break
        now = 0.0 if size == 0 else now + left
        jobs.slots[size] = enter(jobs, state, number + i, kinds[i], now, services[i])
        size += 1
    state.moments[0] = now


class PreemptiveLastComeFirstServed(JobSystem):
    """The latest arrival is served, at once."""

    passes = staticmethod(passes)

    def check(self, classes, traffic):
        one_server(self)
        super().check(classes, traffic)

    def least_moment_of_mean(self, traffic):
        return 2.0

    def least_moment_of_finite_mean(self, traffic):
        return 1.0
