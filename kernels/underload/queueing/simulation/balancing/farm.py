"""Servers with a queue each, in arrays: what the kernels of all balancing policies share.

No event list. Each server is first come first served, so that a customer's departure is known when it joins. Policies
that do not look at the servers need no more than when each falls free; those that do keep the departures to come.

Hazard: the clock is absolute. After 10^9 arrivals it resolves 10^-7 of the mean time between them.
"""

import typing

import numpy as np

from underload._jit import kernel
from underload.random._options import INLINE

__all__ = ["Departures", "Farm", "join_server", "larger", "new_departures", "new_farm"]


class Farm(typing.NamedTuple):
    """The servers, and what a policy knows and remembers.

    Attributes
    ----------
    choices : int
        Servers that a customer samples.
    replacement : bool
        Whether it may sample one twice.
    interval : float
        Time between two refreshes of the board.
    coins : uint64[4]
        Random state of the policy.
    clock : float64[2]
        Time of the last arrival, and of the next look at the servers.
    cursor : int64[4]
        How many departures are stored, and three places for the policy.
    free : float64[n]
        When each server falls free.
    pace : float64[n]
        Time that a server needs for a unit of work.
    weights, credit : float64[n]
        Weights of the servers, or their running sum; credit is that of the smooth rotation.
    places : int64[5, n]
        Whole numbers that the policy keeps for each server.
    """

    choices: int
    replacement: bool
    interval: float
    coins: np.ndarray
    clock: np.ndarray
    cursor: np.ndarray
    free: np.ndarray
    pace: np.ndarray
    weights: np.ndarray
    credit: np.ndarray
    places: np.ndarray


class Departures(typing.NamedTuple):
    """Customers inside, or levels of queues: `times` (float64[m]) and `marks` (int64[4, m]) as the policy uses them."""

    times: np.ndarray
    marks: np.ndarray


def new_farm(servers, coins, *, choices=1, replacement=False, interval=1.0, weights=None, speeds=None):
    """An empty `Farm`; `weights` and `speeds` are float64[n], None for zeros and for ones."""
    return Farm(
        choices,
        replacement,
        interval,
        coins,
        np.zeros(2),
        np.zeros(4, dtype=np.int64),
        np.zeros(servers),
        np.ones(servers) if speeds is None else 1 / speeds,
        np.zeros(servers) if weights is None else weights,
        np.zeros(servers),
        np.zeros((5, servers), dtype=np.int64),
    )


@kernel
def new_departures(size):
    """Room for so many departures; node k of a list comes before node k + 1."""
    marks = np.empty((4, size), dtype=np.int64)
    for k in range(size):
        marks[0, k] = k + 1
    return Departures(np.empty(size), marks)


@kernel
def larger(departures):
    """The same departures with twice the room."""
    size = len(departures.times)
    double = new_departures(2 * size)
    for k in range(size):
        double.times[k] = departures.times[k]
        for row in range(4):
            double.marks[row, k] = departures.marks[row, k]
    return double


@kernel(**INLINE)
def join_server(farm, server, clock, services, i, waits):
    """Customer i joins a server: fills its wait, turns its work into time, and returns its departure."""
    start = max(clock, farm.free[server])
    waits[i] = start - clock
    services[i] *= farm.pace[server]
    end = start + services[i]
    farm.free[server] = end
    return end
