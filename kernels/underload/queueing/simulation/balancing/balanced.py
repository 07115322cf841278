"""Servers with a queue each as a `System`: the passage of customers, when it is stable, how long it remembers."""

import math

import numpy as np

from underload.queueing.erlang import check_stable
from underload.queueing.simulation.balancing.blind import own_queues
from underload.queueing.simulation.balancing.farm import larger, new_departures, new_farm
from underload.queueing.simulation.balancing.shortest import all_idle
from underload.queueing.simulation.feeds import BLOCK
from underload.queueing.simulation.system import System
from underload.queueing.simulation.tally import served_block

__all__ = ["Blind", "Looking"]


class Balanced(System):
    """Servers with a queue each.

    Attributes
    ----------
    policy : balancing object
    servers : int
    kernel : callable
        The policy's.
    given : dict
        What `new_farm` takes beside.
    speeds : float64[n]
        Work that a server does in a unit of time.
    """

    def __init__(self, policy, servers, kernel, speeds=None, **given):
        self.policy, self.servers, self.kernel, self.given = policy, servers, kernel, given
        self.speeds = np.ones(servers) if speeds is None else speeds

    def __repr__(self):
        return f"<{self.policy!r} over {self.servers} server{'s' * (self.servers != 1)}>"

    def start(self, states):
        queue_up = self._opened(new_farm(self.servers, states[0], speeds=self.speeds, **self.given))
        waits = np.empty(BLOCK)

        def advance(gaps, kinds, services, number, tally):
            n = len(gaps)
            if n and gaps[-1] == np.inf:  # nobody comes any more, and who came has been counted
                n = int(np.argmax(np.isinf(gaps)))
            queue_up(gaps[:n], services[:n], waits[:n])
            served_block(tally, number, kinds[:n], waits[:n], services[:n])

        return advance


class Blind(Balanced):
    """Servers that are chosen without a look at them: so many queues with one server.

    Attributes
    ----------
    shares : float64[n]
        Of the customers, for each server.
    regular : bool
        Whether a server's customers come in turn, or by chance.
    """

    def __init__(self, policy, servers, kernel, shares, regular=False, speeds=None, **given):
        super().__init__(policy, servers, kernel, speeds, **given)
        self.shares, self.regular = shares, regular

    def _opened(self, farm):
        chosen = np.empty(BLOCK, dtype=np.int64)

        def queue_up(gaps, services, waits):
            n = len(gaps)
            self.kernel(farm, chosen[:n])
            own_queues(farm, chosen[:n], gaps, services, waits)

        return queue_up

    def check(self, classes, traffic):
        loads = traffic.load * self.shares / self.speeds
        k = int(np.argmax(loads))
        given = {"interarrival_mean": traffic.gap_mean, "service_mean": traffic.service_mean, "server": k}
        check_stable(1 - loads[k], 1, **given, share=self.shares[k])

    def relaxation(self, traffic):
        """The most over servers of that of a queue with one server, over the share of customers that it sees.

        A share p of a renewal process, taken by chance, has an scv of 1 - p + p scv; taken in turn, one of p scv.
        """
        used = self.shares > 0
        shares, loads = self.shares[used], (traffic.load * self.shares / self.speeds)[used]
        gap_scv = shares * traffic.gap_scv + (0.0 if self.regular else 1 - shares)
        return float(np.max(((gap_scv + traffic.service_scv) / (1 - loads) ** 2 + loads) / shares))

    def least_moment_of_mean(self, traffic):
        """Each queue has one server."""
        return 3.0


class Looking(Balanced):
    """Servers that are chosen by their queues.

    Attributes
    ----------
    looks : int
        Servers that a customer looks at.
    overlooked : callable
        ``overlooked(k)``: the fraction of the customers who look at none but k given servers.
    """

    def __init__(self, policy, servers, kernel, looks, overlooked, speeds=None, **given):
        super().__init__(policy, servers, kernel, speeds, **given)
        self.looks, self.overlooked = looks, overlooked

    def _opened(self, farm):
        departures = new_departures(2 * BLOCK)
        all_idle(farm, departures)

        def queue_up(gaps, services, waits):
            nonlocal departures
            while farm.cursor[0] + len(gaps) + 2 > len(departures.times):
                departures = larger(departures)
            self.kernel(farm, departures, gaps, services, waits)

        return queue_up

    def check(self, classes, traffic):
        """Raise unless no group of servers gets more work than it can do from those who look at no other.

        Source: Bramson, Stability of join the shortest queue networks, Annals of Applied Probability 21(4), 2011.
        """
        slowest = np.cumsum(np.sort(self.speeds))
        loads = traffic.load * np.array([self.overlooked(k) for k in range(1, self.servers + 1)]) / slowest
        k = int(np.argmax(loads))
        given = {"interarrival_mean": traffic.gap_mean, "service_mean": traffic.service_mean, "servers": k + 1}
        check_stable(1 - loads[k], 1, **given)

    def relaxation(self, traffic):
        return _looking_relaxation(self.servers, self.looks, traffic, self.speeds.sum())

    def least_moment_of_mean(self, traffic):
        """As of servers that share a queue, with d spare servers at most.

        While d servers are held by long jobs, those who look at no other wait for them.
        """
        spare = min(self.looks, self.servers - math.floor(traffic.load))
        return max(2.0, 1 + 2 / spare) if np.all(self.speeds == 1) else 3.0


def _looking_relaxation(servers, choices, traffic, capacity):
    """Placeholder."""
    spread = traffic.gap_scv + traffic.service_scv
    return spread / (1 - traffic.load / capacity) ** 2 + traffic.load
