"""Fork and join: a request is as many tasks, one for each of several servers, and is done when the last of them is.

Each server has a queue, first come first served, so that a task's completion is known when it arrives; so is the
request's, the latest of its tasks. Tasks need independent service times.

Source: the model of Flatto and Hahn, Two parallel queues created by arrivals with two demands, SIAM Journal on Applied
Mathematics 44(5), 1984.
"""

import dataclasses
import math

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.queueing.erlang import check_stable
from underload.queueing.simulation.feeds import BLOCK, fill
from underload.queueing.simulation.sources import stack
from underload.queueing.simulation.system import System
from underload.queueing.simulation.tally import completed
from underload.random import bounded
from underload.random._options import BORROW

__all__ = ["Forked"]


@kernel(**BORROW)
def passes(free, order, state, works, gaps, kinds, services, number, tally):
    """Let a block of requests pass.

    Parameters
    ----------
    free : float64[c]
        When each server falls free, in time since the last arrival; negative of an idle one.
    order : int64[c]
        A permutation of the servers.
    state : uint64[4]
        Random state, for which servers take the tasks if not all do.
    works : float64[n, tasks - 1]
        Service times of the tasks but the first, which needs `services`.
    """
    servers, tasks = len(free), works.shape[1] + 1
    for i in range(len(gaps)):
        for s in range(servers):
            free[s] = max(free[s] - gaps[i], 0.0)
        start, end, total = math.inf, 0.0, 0.0
        for j in range(tasks):
            if tasks < servers:  # the first of a shuffle
                k = j + int(bounded(state, np.uint64(servers - j)))
                order[j], order[k] = order[k], order[j]
            s = order[j]
            work = services[i] if j == 0 else works[i, j - 1]
            start = min(start, free[s])
            free[s] += work
            end = max(end, free[s])
            total += work
        if gaps[i] < math.inf:
            completed(tally, number + i, kinds[i], start, end, total)


class ForkJoinSystem(System):
    """Servers that work on the tasks of a request side by side."""

    def __init__(self, servers, tasks, services=None):
        self.servers, self.tasks, self.services = servers, tasks, services

    def serving(self, services):
        if len(services) > 1 or services[0].length is not None:
            _check.fail("service", services[0].spec, "must be one Distribution, of which each task draws its own time")
        return ForkJoinSystem(self.servers, self.tasks, services[0])

    def check(self, classes, traffic):
        load = traffic.load * self.tasks
        check_stable(self.servers - load, self.servers, offered_load=load, servers=self.servers, tasks=self.tasks)

    def relaxation(self, traffic):
        """That of one server's queue, in requests of the whole system."""
        utilization = traffic.load * self.tasks / self.servers
        return self.servers / self.tasks * (traffic.gap_scv + traffic.service_scv) / (1 - utilization) ** 2

    def _spare(self, traffic):
        return 1

    def start(self, states):
        free, order = np.zeros(self.servers), np.arange(self.servers)
        more, works = stack([self.services], states[:1]), np.empty((BLOCK, self.tasks - 1))

        def advance(gaps, kinds, services, number, tally):
            n = len(gaps)
            fill(more, 0, works[:n].reshape(-1))
            passes(free, order, states[1], works[:n], gaps, kinds, services, number, tally)

        return advance


@dataclasses.dataclass(frozen=True)
class Forked:
    """A request is `tasks` tasks at so many servers, drawn anew for each request; at all servers if not given.

    A run's `wait` is until the first task begins, its `response` until the last is done.
    """

    tasks: int | None = None

    def __post_init__(self):
        if self.tasks is not None:
            object.__setattr__(self, "tasks", _check.integer("tasks", self.tasks, least=1))

    def system(self, servers):
        """The `System` of so many servers."""
        tasks = servers if self.tasks is None else self.tasks
        if tasks > servers:
            _check.fail("tasks", tasks, f"must be at most servers={servers}")
        return ForkJoinSystem(servers, tasks)
