"""Policies that choose a server without a look at it."""

import dataclasses

import numpy as np

from underload import _check
from underload.queueing.simulation.balancing.arguments import per_server, spread_of
from underload.queueing.simulation.balancing.balanced import Blind
from underload.queueing.simulation.balancing.blind import by_weight, in_turn, smooth_rotation, uniformly
from underload.random import Zipf

__all__ = ["Affinity", "Random", "RoundRobinPolicy", "Weighted", "WeightedRoundRobin"]

MOST_KEYS = 10**7


def _by_chance(policy, shares, speeds=None):
    running = np.cumsum(shares)
    return Blind(policy, len(shares), by_weight, shares, speeds=speeds, weights=running / running[-1])


@dataclasses.dataclass(frozen=True)
class Random:
    """Any server, each with the same probability: n queues of one server each."""

    def system(self, servers):
        return Blind(self, servers, uniformly, np.full(servers, 1 / servers))


@dataclasses.dataclass(frozen=True)
class RoundRobinPolicy:
    """The servers in turn, from the first on."""

    def system(self, servers):
        return Blind(self, servers, in_turn, np.full(servers, 1 / servers), regular=True)


@dataclasses.dataclass(frozen=True)
class Weighted:
    """Server k with a probability of ``weights[k] / sum(weights)``.

    Attributes
    ----------
    weights : float64[n]
        One for each server, at least 0; one is positive. Kept as a tuple.
    speeds : float64[n], optional
        Work that each server does in a unit of time; 1 if not given. Service times of a run are then those of
        a server of speed 1, and the times it reports are those at the servers.
    """

    weights: tuple
    speeds: tuple | None = None

    def __post_init__(self):
        spread_of(self)

    def system(self, servers):
        weights, speeds = per_server(self, servers)
        return _by_chance(self, weights / weights.sum(), speeds)


@dataclasses.dataclass(frozen=True)
class WeightedRoundRobin:
    """The servers in turn, each as often as its weight says and as evenly as that allows.

    Attributes
    ----------
    weights, speeds
        As of `Weighted`. Whole weights make a round of ``sum(weights)`` customers, which repeats exactly.

    Notes
    -----
    The smooth rotation of nginx (Dounin, 2012): every server gains its weight, the one with the highest credit serves
    and pays the sum. It costs a look at every weight per customer.
    """

    weights: tuple
    speeds: tuple | None = None

    def __post_init__(self):
        spread_of(self)

    def system(self, servers):
        weights, speeds = per_server(self, servers)
        shares = weights / weights.sum()
        return Blind(self, servers, smooth_rotation, shares, regular=True, speeds=speeds, weights=weights)


@dataclasses.dataclass(frozen=True)
class Affinity:
    """Every customer has a key, and all customers of a key go to one server: sessions that stick, caches, shards.

    Attributes
    ----------
    exponent : float
        Of Zipf's law, by which a customer's key is drawn; 0 makes all keys alike.
    keys : int
        1 to 10^7.
    salt : int
        In [0, 2**64): another salt, another assignment of keys to servers.

    Notes
    -----
    Customers draw their keys independently, so their servers are independent too, and a run draws the server itself.

    The server of key k = 1, 2, ... is a hash of k modulo the number of servers; the hash is output k of SplitMix64
    (Steele, Lea and Flood 2014) from the state `salt`. The assignment is part of the system: it is the same in all
    replications, and a hot key overloads its server whatever the others do; then the run is refused.
    """

    exponent: float
    keys: int
    salt: int = 0

    def __post_init__(self):
        object.__setattr__(self, "exponent", _check.nonnegative("exponent", self.exponent))
        object.__setattr__(self, "keys", _check.integer("keys", self.keys, least=1, most=MOST_KEYS))
        object.__setattr__(self, "salt", _check.seed("salt", self.salt))

    def homes(self, servers):
        """The server of each key, in order of popularity: int64[keys]."""
        z = np.arange(1, self.keys + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(self.salt)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return ((z ^ (z >> np.uint64(31))) % np.uint64(servers)).astype(np.int64)

    def shares(self, servers):
        """The fraction of customers that each server gets: float64[servers]."""
        popularity = Zipf(self.exponent, self.keys).probability(np.arange(1, self.keys + 1))
        return np.bincount(self.homes(servers), weights=popularity, minlength=servers)

    def system(self, servers):
        shares = self.shares(servers)
        return _by_chance(self, shares)
