"""Processor sharing: c servers work on all n jobs alike, at the rate min(1, c / n) for each.

All jobs inside receive the same service, so each leaves when the service that one job has received since the system was
empty, its virtual time, reaches the mark that was set at its arrival: a heap of marks is all that is needed.

Source: Parekh and Gallager, A generalized processor sharing approach to flow control, IEEE/ACM Transactions on
Networking 1(3), 1993, for the virtual time; the model is Kleinrock's of 1967.

Ties: who leaves at the moment of an arrival leaves first.
"""

import math

import numpy as np

from underload._jit import kernel
from underload.queueing.simulation.jobs import JobSystem, enter, leave
from underload.queueing.simulation.keyed_heap import pop_keyed, push_keyed
from underload.queueing.simulation.tally import served
from underload.random._options import BORROW

__all__ = ["ProcessorSharing"]


@kernel(**BORROW)
def passes(jobs, state, gaps, kinds, services, number, tally):
    """Let a block of customers pass; moments: the clock and the virtual time, both since the system was empty."""
    servers, size = len(state.free), state.counts[0]
    now, virtual = state.moments[0], state.moments[1]
    for i in range(len(gaps)):
        horizon = now + gaps[i]
        while size > 0:
            rate = min(1.0, servers / size)
            moment = now + (jobs.keys[0] - virtual) / rate
            if moment > horizon:
                break
            slot = np.uint64(jobs.slots[0])
            now, virtual = max(moment, now), jobs.keys[0]
            service = jobs.service[slot]
            wait = max(now - jobs.arrival[slot] - service, 0.0)
            served(tally, jobs.number[slot], jobs.kind[slot], wait, service)
            pop_keyed(jobs.keys, jobs.slots, size)
            leave(jobs, state, slot)
            size -= 1
        if gaps[i] == math.inf:
            break
        if size == 0:
            now, virtual = 0.0, 0.0
        else:
            virtual += (horizon - now) * min(1.0, servers / size)
            now = horizon
        slot = enter(jobs, state, number + i, kinds[i], now, services[i])
        push_keyed(jobs.keys, jobs.slots, size, virtual + services[i], slot)
        size += 1
    state.moments[0], state.moments[1] = now, virtual


class ProcessorSharing(JobSystem):
    """Egalitarian processor sharing at c servers."""

    passes = staticmethod(passes)

    def least_moment_of_mean(self, traffic):
        return 2.0

    def least_moment_of_finite_mean(self, traffic):
        return 1.0
