"""Policies that choose a server by the queues."""

import dataclasses
import functools
import math

from underload import _check
from underload.queueing.simulation.balancing.arguments import freeze_speeds, speeds_of
from underload.queueing.simulation.balancing.balanced import Looking
from underload.queueing.simulation.balancing.choices import lengths_listed, shortest_on_the_board, shortest_sampled
from underload.queueing.simulation.balancing.shortest import (
    idle_first,
    lengths_in_turn,
    lengths_ordered,
    shortest_by_chance,
    shortest_in_turn,
)
from underload.queueing.simulation.fcfs import FirstComeFirstServed

__all__ = ["JoinIdleQueue", "LeastConnections", "LeastWork", "PowerOfChoices", "ShortestQueue", "StaleChoices"]

MOST_CHOICES = 10**4


def _overlooked(servers, choices, replacement, k):
    """The probability that a sample of d of n servers lies in k given ones."""
    if replacement:
        return (k / servers) ** choices
    return math.prod((k - j) / (servers - j) for j in range(choices)) if k >= choices else 0.0


def _all(servers, k):
    return float(k == servers)


def _sampling(policy, servers, kernel, speeds=None, **given):
    choices = policy.choices
    if choices > servers and not policy.replacement:
        _check.fail("choices", choices, f"must be at most the number of servers ({servers}), or replacement=True")
    return Looking(
        policy,
        servers,
        kernel,
        choices,
        functools.partial(_overlooked, servers, choices, policy.replacement),
        speeds=speeds,
        choices=choices,
        replacement=policy.replacement,
        **given,
    )


def _looking_at_all(policy, servers, kernel, lengths):
    overlooked, speeds = functools.partial(_all, servers), speeds_of(policy, servers)
    return Looking(policy, servers, kernel, servers, overlooked, speeds=speeds, lengths=lengths)


def _check_sample(policy):
    object.__setattr__(policy, "choices", _check.integer("choices", policy.choices, least=1, most=MOST_CHOICES))
    object.__setattr__(policy, "replacement", _check.flag("replacement", policy.replacement))


@dataclasses.dataclass(frozen=True)
class ShortestQueue:
    """The server with the fewest customers, in service included; of equal ones, any with the same probability (JSQ).

    Attributes
    ----------
    speeds : float64[n], optional
        As of `Weighted`; the policy does not know them.
    """

    speeds: tuple | None = None

    def __post_init__(self):
        freeze_speeds(self)

    def system(self, servers):
        return _looking_at_all(self, servers, shortest_by_chance, lengths_ordered)


@dataclasses.dataclass(frozen=True)
class LeastConnections:
    """The server with the fewest customers; of equal ones, the one that has had that number for the longest time.

    Attributes
    ----------
    speeds : float64[n], optional
        As of `Weighted`.

    Notes
    -----
    HAProxy's leastconn at equal weights: a server whose number changes goes behind those of the same number.
    """

    speeds: tuple | None = None

    def __post_init__(self):
        freeze_speeds(self)

    def system(self, servers):
        return _looking_at_all(self, servers, shortest_in_turn, lengths_in_turn)


@dataclasses.dataclass(frozen=True)
class PowerOfChoices:
    """The shortest of the queues of d servers, sampled for each customer; of equal ones, any.

    Attributes
    ----------
    choices : int
        d, 1 to 10^4.
    replacement : bool
        False, the default: the d servers are distinct, and at most n. True: a server may be drawn twice.
    speeds : float64[n], optional
        As of `Weighted`.

    Notes
    -----
    Source: Vvedenskaya, Dobrushin and Karpelevich, Problems of Information Transmission 32(1), 1996; Mitzenmacher,
    The power of two choices in randomized load balancing, IEEE TPDS 12(10), 2001.
    """

    choices: int = 2
    replacement: bool = False
    speeds: tuple | None = None

    def __post_init__(self):
        _check_sample(self)
        freeze_speeds(self)

    def system(self, servers):
        return _sampling(self, servers, shortest_sampled, speeds_of(self, servers), lengths=lengths_listed)


@dataclasses.dataclass(frozen=True)
class StaleChoices:
    """As `PowerOfChoices`, by a bulletin board: queue lengths as they were at the last multiple of an interval.

    Attributes
    ----------
    choices : int
        d; all n servers for the herd, which runs to the server that was shortest.
    interval : float
        Time between two refreshes, above 0.
    replacement : bool
        As of `PowerOfChoices`.

    Notes
    -----
    Source: Mitzenmacher, How useful is old information?, IEEE TPDS 11(1), 2000, periodic update. A refresh costs a look
    at every server. A departure at the moment of a refresh has left.
    """

    choices: int
    interval: float
    replacement: bool = False

    def __post_init__(self):
        _check_sample(self)
        object.__setattr__(self, "interval", _check.positive("interval", self.interval))

    def system(self, servers):
        return _sampling(self, servers, shortest_on_the_board, interval=self.interval)


@dataclasses.dataclass(frozen=True)
class JoinIdleQueue:
    """An idle server, any with the same probability; where none is idle, any server.

    Notes
    -----
    Source: Lu, Xie, Kliot, Geller, Larus and Greenberg, Join-Idle-Queue, Performance Evaluation 68(11), 2011, for one
    dispatcher, which hears at once when a server falls idle.
    """

    def system(self, servers):
        return Idle(self, servers, idle_first, 2, functools.partial(_all, servers))


class Idle(Looking):
    """Servers that report themselves idle; its queues form as slowly as with two choices."""

    def _spare(self, traffic):
        """Who finds nobody idle may come to a server held by a long job: as with one choice."""
        return 1


@dataclasses.dataclass(frozen=True)
class LeastWork:
    """The server with the least unfinished work. It falls free first, so this is one queue for all servers.

    Notes
    -----
    Source: Kiefer and Wolfowitz 1955; Foss, Approximation of multichannel queueing systems, Siberian Mathematical
    Journal 21(6), 1980.
    """

    def system(self, servers):
        return FirstComeFirstServed(servers)
