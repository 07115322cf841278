"""Servers with a queue each as a `System`: the passage of customers, when it is stable, how long it remembers."""

import math

import numpy as np

from underload._jit import kernel
from underload.queueing.erlang import check_stable
from underload.queueing.simulation.balancing.blind import by_weight, in_turn, own_queues, smooth_rotation, uniformly
from underload.queueing.simulation.balancing.choices import shortest_on_the_board, shortest_sampled
from underload.queueing.simulation.balancing.farm import larger, new_departures, new_farm
from underload.queueing.simulation.balancing.shortest import all_idle, idle_first, shortest_by_chance, shortest_in_turn
from underload.queueing.simulation.feeds import BLOCK, draw_customers
from underload.queueing.simulation.system import System
from underload.queueing.simulation.tally import served_block

__all__ = ["Blind", "Looking"]

UNIFORM, TURN, WEIGHT, ROTATION, SAMPLE, BOARD, CHANCE, FIFO, IDLE = range(9)
ROOM = BLOCK + 2  # for the departures of a block, and for a level that is new


@kernel
def pass_block(farm, departures, chosen, gaps, services, waits):
    """Let a block of customers choose, wait and be served, by the policy's kernel."""
    code = farm.code
    if code == SAMPLE:
        return shortest_sampled(farm, departures, gaps, services, waits)
    if code == BOARD:
        return shortest_on_the_board(farm, departures, gaps, services, waits)
    if code == CHANCE:
        return shortest_by_chance(farm, departures, gaps, services, waits)
    if code == FIFO:
        return shortest_in_turn(farm, departures, gaps, services, waits)
    if code == IDLE:
        return idle_first(farm, departures, gaps, services, waits)
    if code == UNIFORM:
        uniformly(farm, chosen)
    elif code == TURN:
        in_turn(farm, chosen)
    elif code == WEIGHT:
        by_weight(farm, chosen)
    else:
        smooth_rotation(farm, chosen)
    own_queues(farm, chosen, gaps, services, waits)


@kernel
def advance(customers, farm, departures, number, n, tally):
    """Let the next n customers pass, or as many as there is room for; returns how many. See `System.start`."""
    gaps, services, waits = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    kinds, chosen = np.empty(BLOCK, dtype=np.int64), np.empty(BLOCK, dtype=np.int64)
    passed = 0
    while passed < n and farm.cursor[0] + ROOM <= len(departures.times):
        m = min(n - passed, BLOCK)
        draw_customers(customers, gaps[:m], kinds[:m], services[:m])
        ended = gaps[m - 1] == np.inf
        while m > 0 and gaps[m - 1] == np.inf:
            m -= 1
        work, wait = services[:m], waits[:m]
        pass_block(farm, departures, chosen[:m], gaps[:m], work, wait)
        served_block(tally, number + passed, kinds[:m], wait, work)
        if ended:  # nobody comes any more, and who came has been counted
            return n
        passed += m
    return passed


class Balanced(System):
    """Servers with a queue each.

    Attributes
    ----------
    policy : balancing object
    servers : int
    code : int
    given : dict
        What `new_farm` takes beside.
    speeds : float64[n]
        Work that a server does in a unit of time.
    """

    def __init__(self, policy, servers, code, speeds=None, **given):
        self.policy, self.servers, self.code, self.given = policy, servers, code, given
        self.speeds = np.ones(servers) if speeds is None else speeds

    def __repr__(self):
        return f"<{self.policy!r} over {self.servers} server{'s' * (self.servers != 1)}>"

    def start(self, states):
        farm = new_farm(self.servers, self.code, states[0], speeds=self.speeds, **self.given)
        departures = new_departures(4 * ROOM)
        all_idle(farm, departures)

        def step(customers, number, n, tally):
            nonlocal departures
            end = number + n
            while number < end:
                if farm.cursor[0] + ROOM > len(departures.times):
                    departures = larger(departures)
                number += advance(customers, farm, departures, number, end - number, tally)

        return step


class Blind(Balanced):
    """Servers that are chosen without a look at them: so many queues with one server.

    Attributes
    ----------
    shares : float64[n]
        Of the customers, for each server.
    regular : bool
        Whether a server's customers come in turn, or by chance.
    """

    def __init__(self, policy, servers, code, shares, regular=False, speeds=None, **given):
        super().__init__(policy, servers, code, speeds, **given)
        self.shares, self.regular = shares, regular

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

    def __init__(self, policy, servers, code, looks, overlooked, speeds=None, **given):
        super().__init__(policy, servers, code, speeds, **given)
        self.looks, self.overlooked = looks, overlooked

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
