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

REFRESHES = 4  # of a board, over which the herd's waves are forgotten


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

    Notes
    -----
    Coverage of the 95 % intervals of the mean response, ten servers at a utilization of 0.9, runs of 500 relaxations:
    random 0.962 and power of two 0.950 on 500 runs, jsq 0.946 on 1,000. On 400 runs of 50 relaxations, the shortest
    that are answered: jsq and jiq 0.91.
    """

    def __init__(self, policy, servers, kernel, speeds=None, **given):
        self.policy, self.servers, self.kernel, self.given = policy, servers, kernel, given
        self.speeds = np.ones(servers) if speeds is None else speeds

    def __repr__(self):
        return f"<{self.policy!r} over {self.servers} server{'s' * (self.servers != 1)}>"

    def opened(self, coins):
        """The servers, empty: ``queue_up(gaps, services, waits)``."""
        return self._opened(new_farm(self.servers, coins, speeds=self.speeds, **self.given))

    def start(self, states):
        queue_up = self.opened(states[0])
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

    def _spare(self, traffic):
        """One long job blocks its server."""
        return 1


class Looking(Balanced):
    """Servers that are chosen by their queues.

    Attributes
    ----------
    looks : int
        Servers that a customer looks at.
    overlooked : callable
        ``overlooked(k)``: the fraction of the customers who look at none but k given servers.
    interval : float
        Time between two looks; 0 if every customer looks.
    lengths : callable or None
        The kernel that reads the queue lengths at any time, if the policy keeps them.
    """

    def __init__(self, policy, servers, kernel, looks, overlooked, speeds=None, lengths=None, **given):
        super().__init__(policy, servers, kernel, speeds, **given)
        self.looks, self.overlooked, self.interval = looks, overlooked, given.get("interval", 0.0)
        self.lengths = lengths

    def _opened(self, farm):
        departures = new_departures(2 * BLOCK)
        all_idle(farm, departures)

        def queue_up(gaps, services, waits):
            nonlocal departures
            while farm.cursor[0] + len(gaps) + 2 > len(departures.times):
                departures = larger(departures)
            self.kernel(farm, departures, gaps, services, waits)

        queue_up.look = lambda clock, lengths: self.lengths(farm, departures, clock, lengths)
        return queue_up

    def check(self, classes, traffic):
        """Raise unless no group of servers gets more work than it can do from those who look at no other.

        Source: Bramson, Stability of join the shortest queue networks, Annals of Applied Probability 21(4), 2011.
        """
        slowest = np.cumsum(np.sort(self.speeds))
        alike = np.all(self.speeds == self.speeds[0])  # then all servers together are the group that is worst off
        groups = [self.servers] if alike else range(1, self.servers + 1)
        loads = [traffic.load * self.overlooked(k) / slowest[k - 1] for k in groups]
        worst = int(np.argmax(loads))
        given = {"interarrival_mean": traffic.gap_mean, "service_mean": traffic.service_mean, "servers": groups[worst]}
        check_stable(1 - loads[worst], 1, **given)

    def relaxation(self, traffic):
        """That of a shared queue, of the lengths of n queues, and of the board.

        With d choices the mean length of many queues is about ln(1 / (1 - utilization)) / ln d. Its slope in the
        utilization, 1 / ((1 - utilization) ln d), is the time in mean service times in which a surplus of customers is
        worked off.
        """
        spread, slack = traffic.gap_scv + traffic.service_scv, 1 - traffic.load / self.speeds.sum()
        if self.looks == 1:  # n queues, each with a share of the customers
            split = (traffic.gap_scv - 1) / self.servers + 1
            return self.servers * ((split + traffic.service_scv) / slack**2 + 1 - slack)
        lengths = max(1.0, spread / 2) * traffic.load / (slack * math.log(self.looks))
        return spread / slack**2 + traffic.load + lengths + REFRESHES * self.interval / traffic.gap_mean

    def _spare(self, traffic):
        """As many long jobs as there are choices block the servers of those who look at no other."""
        spare = min(self.looks, self.servers - math.floor(traffic.load))
        return spare if np.all(self.speeds == 1) else 1
