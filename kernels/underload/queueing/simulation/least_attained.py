"""Foreground-background, or least attained service: whoever has received least is served, and equals share.

Jobs of equal attained service form a group; the group of the least attained is on top of a stack and works up to the
next, with which it merges, unless a job of it is done before. A new arrival is a group of its own on top. Each group
holds its jobs in a skew heap by size, which two groups merge in a logarithm of steps.

Source: Kleinrock, Queueing Systems volume 2, 1976, section 4.6; Sleator and Tarjan, Self-adjusting heaps, SIAM Journal
on Computing 15(1), 1986.

Ties: who leaves at the moment of an arrival leaves first; of a completion and a merging at the same moment the
completion is first.
"""

import math

from underload._jit import kernel
from underload.queueing.simulation.jobs import JobSystem, enter, leave
from underload.queueing.simulation.system import one_server
from underload.queueing.simulation.tally import served
from underload.random._options import BORROW, INLINE

__all__ = ["LeastAttainedService"]


@kernel(**INLINE)
def meld(jobs, a, b):
    """Merge two skew heaps of slots, -1 for an empty one; the root of the result."""
    key, left, right = jobs.service, jobs.left, jobs.right
    if a < 0:
        return b
    if b < 0:
        return a
    if key[a] > key[b]:
        a, b = b, a
    root = a
    while True:
        right[a], follower = left[a], right[a]
        if follower < 0:
            left[a] = b
            return root
        if key[follower] > key[b]:
            follower, b = b, follower
        left[a] = follower
        a = follower


@kernel(**INLINE)
def work(jobs, state, top, now, horizon, tally):
    """Serve until `horizon`; `top` is the number of groups, whose ages, roots and sizes are keys, slots and count."""
    ages, roots, members = jobs.keys, jobs.slots, jobs.count
    while top > 0:
        g = top - 1
        to_completion = (jobs.service[roots[g]] - ages[g]) * members[g]
        to_merging = (ages[g - 1] - ages[g]) * members[g] if g > 0 else math.inf
        moment = now + max(min(to_completion, to_merging), 0.0)
        if moment > horizon:
            ages[g] += (horizon - now) / members[g]
            break
        now = moment
        if to_completion <= to_merging:
            slot = roots[g]
            service = jobs.service[slot]
            wait = max(now - jobs.arrival[slot] - service, 0.0)
            served(tally, jobs.number[slot], jobs.kind[slot], wait, service)
            ages[g] = service
            roots[g] = meld(jobs, jobs.left[slot], jobs.right[slot])
            members[g] -= 1
            leave(jobs, state, slot)
            top -= members[g] == 0
        else:
            roots[g - 1] = meld(jobs, roots[g - 1], roots[g])
            members[g - 1] += members[g]
            top = g
    return top


@kernel(**BORROW)
def passes(jobs, state, gaps, kinds, services, number, tally):
    """Let a block of customers pass. Moments: the clock. Counts: jobs inside, and groups."""
    top, now = state.counts[1], state.moments[0]
    for i in range(len(gaps)):
        horizon = now + gaps[i]
        top = work(jobs, state, top, now, horizon, tally)
        if gaps[i] == math.inf:
            break
        now = horizon if top > 0 else 0.0
        slot = enter(jobs, state, number + i, kinds[i], now, services[i])
        jobs.left[slot], jobs.right[slot] = -1, -1
        jobs.keys[top], jobs.slots[top], jobs.count[top] = 0.0, slot, 1
        top += 1
    state.counts[1], state.moments[0] = top, now


class LeastAttainedService(JobSystem):
    """Whoever has received the least service is served, and equals share the server."""

    passes = staticmethod(passes)

    def check(self, classes, traffic):
        one_server(self)
        super().check(classes, traffic)

    def least_moment_of_mean(self, traffic):
        return 2.0

    def least_moment_of_finite_mean(self, traffic):
        return 1.0
