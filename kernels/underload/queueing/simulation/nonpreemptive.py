"""One queue for c servers that is not first come, first served: the last to come, or the shortest job, is next.

Nobody is interrupted. A heap holds the times at which the servers fall free; at each of them, up to the next arrival,
the next of those who wait begins.

Ties: a server that falls free at the moment of an arrival has chosen before it.
"""

import math

from underload._jit import kernel
from underload.queueing.simulation.heap import replace_least
from underload.queueing.simulation.jobs import JobSystem, enter, leave
from underload.queueing.simulation.keyed_heap import pop_keyed, push_keyed
from underload.queueing.simulation.tally import served
from underload.random._options import BORROW

__all__ = ["LastComeFirstServed", "ShortestJobFirst"]


@kernel(**BORROW)
def passes(jobs, state, gaps, kinds, services, number, tally, shortest):
    """Let a block of customers pass; moments: the clock. The jobs inside are those who wait."""
    size, now = state.counts[0], state.moments[0]
    for i in range(len(gaps)):
        horizon = now + gaps[i]
        while size > 0 and state.free[0] <= horizon:
            slot = jobs.slots[0] if shortest else jobs.slots[size - 1]
            start, service = state.free[0], jobs.service[slot]
            served(tally, jobs.number[slot], jobs.kind[slot], start - jobs.arrival[slot], service)
            replace_least(state.free, start + service)
            if shortest:
                pop_keyed(jobs.keys, jobs.slots, size)
            leave(jobs, state, slot)
            size -= 1
        if gaps[i] == math.inf:
            break
        now = horizon
        if size == 0 and state.free[0] <= now:
            served(tally, number + i, kinds[i], 0.0, services[i])
            replace_least(state.free, now + services[i])
            continue
        slot = enter(jobs, state, number + i, kinds[i], now, services[i])
        if shortest:
            push_keyed(jobs.keys, jobs.slots, size, services[i], slot)
        else:
            jobs.slots[size] = slot
        size += 1
    state.moments[0] = now


class LastComeFirstServed(JobSystem):
    """A server that falls free takes the latest arrival."""

    shortest = False
    shares_queue = True

    def passes(self, *block):
        passes(*block, self.shortest)


class ShortestJobFirst(LastComeFirstServed):
    """A server that falls free takes the shortest job."""

    shortest = True
