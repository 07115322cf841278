"""Bounds and bottlenecks of closed and open networks from the demands alone.

Source: Lazowska, Zahorjan, Graham and Sevcik, Quantitative System Performance, 1984, chapter 5; Zahorjan, Sevcik, Eager
and Galler, Balanced job bound analysis of queueing networks, Communications of the ACM 25(2), 1982.
"""

import dataclasses
import math

import numpy as np

from underload import _check
from underload.queueing.networks import stations
from underload.queueing.operational import Bounds

__all__ = ["Bottlenecks", "balanced_job_bounds", "bottlenecks"]


def balanced_job_bounds(customers, demands, think_time=0.0):
    """Bounds on the throughput of a closed network of single servers, tighter than the asymptotic ones.

    Parameters
    ----------
    customers : float or float64[n]
        Populations N >= 1.
    demands : float[K]
        Service time that one request needs of each station, each >= 0, not all 0. Stations without demand do not count.
    think_time : float
        Z, >= 0.

    Returns
    -------
    Bounds
        High: min(1 / Dmax, N / (D + Z + (N - 1) Davg / (1 + Z / D))).
        Low: N / (D + Z + (N - 1) Dmax / (1 + Z / (N D))).
        The knee is the one of the asymptotic bounds.

    Notes
    -----
    They hold for product-form networks. Without think time they are the throughputs of the networks in which all
    stations are as slow as the average one, and in which as few as possible are as slow as the slowest.
    """
    scalar = np.ndim(customers) == 0
    population = _check.sample("customers", np.atleast_1d(customers), lowest=1)
    demand = stations.demands_of("demands", demands)
    think = _check.nonnegative("think_time", think_time)
    demand = demand[demand > 0]
    total, most = math.fsum(demand), demand.max()
    share = total / (total + think)  # of a request's time without waiting that is service
    mean = total / len(demand)
    high = np.minimum(1 / most, population / (total + think + (population - 1) * mean * share))
    lower = (population - 1) * most * (population * total / (population * total + think))
    low = population / (total + think + lower)
    knee = float((total + think) / most)
    return Bounds(float(low[0]), float(high[0]), knee) if scalar else Bounds(low, high, knee)


@dataclasses.dataclass(frozen=True, eq=False)
class Bottlenecks:
    """Which station of a network saturates first, and what lifting it buys.

    Attributes
    ----------
    order : int64[K]
        Stations by demand for each server, the first to saturate first.
    throughput_max : float
        Requests per unit of time that no population and no load exceeds: 1 / max(D / c). inf where nobody queues.
    gain : float64[K]
        How many times higher that limit is without the queue of each station: 1 for all but the bottleneck, and for it
        where another is as slow.
    response_min : float
        Mean time of a request that never waits.
    knee : float
        N* = (response_min + Z) throughput_max, the population beyond which a closed network must queue.
    """

    order: np.ndarray
    throughput_max: float
    gain: np.ndarray
    response_min: float
    knee: float

    @property
    def first(self):
        """The station that saturates first."""
        return int(self.order[0])

    def headroom(self, arrival_rate):
        """The factor below which the arrivals of an open network may grow."""
        return self.throughput_max / _check.positive("arrival_rate", arrival_rate)


def bottlenecks(demands, *, servers=None, think_time=0.0):
    """Which station saturates first, what removing it buys, and where queueing begins.

    Parameters
    ----------
    demands : float[K]
        Service time that one request needs of each station over all its visits, each >= 0, not all 0.
    servers : float or float[K], optional
        Servers of each station: whole numbers, or inf where nobody queues. One by default.
    think_time : float
        Mean time between the end of a request and the customer's next in a closed network, >= 0.

    Returns
    -------
    Bottlenecks

    Notes
    -----
    Operational: it holds for any arrivals, service times and disciplines that keep a server busy while there is work.
    """
    demand = stations.demands_of("demands", demands)
    servers = stations.servers_of(servers, len(demand))
    think = _check.nonnegative("think_time", think_time)
    each = demand / servers
    order = np.argsort(-each, kind="stable")
    first = each[order[0]]
    second = each[order[1]] if len(demand) > 1 else 0.0
    gain = np.ones(len(demand))
    total = math.fsum(demand)
    if first == 0:
        return Bottlenecks(order, math.inf, gain, total, math.inf)
    gain[order[0]] = first / second if second > 0 else math.inf
    return Bottlenecks(order, float(1 / first), gain, total, float((total + think) / first))
