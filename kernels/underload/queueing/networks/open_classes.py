"""Open and mixed networks of several classes in product form. Exact.

Source: Baskett, Chandy, Muntz and Palacios, Open, closed, and mixed networks of queues with different classes of
customers, Journal of the ACM 22(2), 1975; mixed networks after Lazowska, Zahorjan, Graham and Sevcik, Quantitative
System Performance, 1984, section 7.4.3.
"""

import dataclasses

import numpy as np

from underload import _check
from underload.queueing.mmc import MMc
from underload.queueing.networks import multiclass, stations

__all__ = ["MixedNetwork", "OpenClasses", "mixed_network", "open_network"]


@dataclasses.dataclass(frozen=True, eq=False)
class OpenClasses:
    """The open classes of a network of K stations in its steady state.

    Attributes
    ----------
    arrival_rate : float64[R]
        Requests of each class per unit of time.
    response_mean : float64[R]
        Mean time of a request in the network.
    number_mean : float64[R, K]
        Mean number of requests of each class at each station.
    utilization : float64[R, K]
        Fraction of the time that a server works for the class; 0 for infinitely many servers.
    residence_mean : float64[R, K]
        Mean time that a request spends at each station, over all its visits.
    """

    arrival_rate: np.ndarray
    response_mean: np.ndarray
    number_mean: np.ndarray
    utilization: np.ndarray
    residence_mean: np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class MixedNetwork:
    """A network with open and closed classes in its steady state.

    Attributes
    ----------
    open : OpenClasses
    closed : MulticlassNetwork
        Its `utilization` counts the closed classes alone.
    """

    open: OpenClasses
    closed: multiclass.MulticlassNetwork


def loads(demand, rate, servers):
    """Offered load of each class at each station [R, K], refused where a station is not stable."""
    with np.errstate(over="ignore"):
        load = rate[:, None] * demand
        total = load.sum(axis=0)
    for k in np.flatnonzero(~(total < servers)):
        shown = f"arrival_rates={rate.tolist()}, servers={servers[k]:g}"
        raise ValueError(f"utilization {total[k] / servers[k]:g} of station {k} must be below 1 ({shown})")
    return load


def slowdown(load, servers):
    """Mean number at a station divided by its offered load."""
    if load == 0 or servers == np.inf:
        return 1.0
    if servers == 1:
        return 1.0 / (1.0 - load)
    return MMc(arrival_rate=load, service_rate=1.0, servers=int(servers)).number_mean / load


def open_network(demands, arrival_rates, *, servers=None):
    """Queues and response times of an open network of several classes. Exact.

    Parameters
    ----------
    demands : float[R, K]
        Service time that one request of each class needs of each station over all its visits, each >= 0, not all 0
        within a class.
    arrival_rates : float[R]
        Requests of each class per unit of time, each >= 0.
    servers : float or float[K], optional
        Servers of each station: whole numbers, or inf where nobody queues. One by default.

    Returns
    -------
    OpenClasses

    Raises
    ------
    ValueError
        If an argument breaks its rule or the utilization of a station, which is named, is not below 1.

    Notes
    -----
    The values hold for Poisson arrivals and product-form stations: processor sharing, or first come, first served with
    one exponential service time for all classes. The total at a station is that of M/M/c, and each class has its share
    of the load. With one class this is Jackson's network, given by demands: see `jackson` for routing.
    """
    demand = stations.classes("demands", demands)
    rate = stations.per_class("arrival_rates", arrival_rates, len(demand))
    servers = stations.servers_of(servers, demand.shape[1])
    load = loads(demand, rate, servers)
    stretch = np.array([slowdown(*both) for both in zip(load.sum(axis=0), servers, strict=True)])
    residence = demand * stretch
    return OpenClasses(rate, residence.sum(axis=1), load * stretch, load / servers, residence)


def mixed_network(open_demands, closed_demands, *, arrival_rates, populations, think_time=0.0, servers=None):
    """Queues and response times of a network with open and closed classes. Exact.

    Parameters
    ----------
    open_demands : float[R, K]
        Service time that one request of each open class needs of each station, as for `open_network`.
    closed_demands : float[S, K]
        The same of each closed class, as for `multiclass_mva`.
    arrival_rates : float[R]
        Requests of each open class per unit of time, each >= 0.
    populations : int[S]
        Customers of each closed class, each >= 1.
    think_time : float or float[S]
        Of the closed classes, >= 0.
    servers : float or float[K], optional
        1, or inf where nobody queues. One by default.

    Returns
    -------
    MixedNetwork

    Notes
    -----
    A closed customer sees a station that the open classes slow down by 1 / (1 - their utilization); an open request
    finds the closed customers before it: its residence time is D (1 + closed number) / (1 - utilization).
    """
    opened, closed = stations.classes("open_demands", open_demands), stations.classes("closed_demands", closed_demands)
    count = closed.shape[1]
    if opened.shape[1] != count:
        _check.fail("open_demands", opened.shape[1], f"must have a column for each of {count} stations")
    queues = stations.single_or_delay(servers, count)
    rate = stations.per_class("arrival_rates", arrival_rates, len(opened))
    population = stations.customers("populations", populations, len(closed))
    think = stations.per_class("think_time", think_time, len(closed))
    capacity = np.where(queues, 1.0, np.inf)
    load = loads(opened, rate, capacity)
    stretch = np.array([slowdown(*both) for both in zip(load.sum(axis=0), capacity, strict=True)])
    throughput, residence = multiclass.solve(closed * stretch, think, queues, population)
    inside = multiclass.network(closed, queues, population, throughput, residence)
    seen = np.where(queues, 1.0 + inside.number_mean.sum(axis=0), 1.0) * stretch
    residence = opened * seen
    outside = OpenClasses(rate, residence.sum(axis=1), load * seen, load / capacity, residence)
    return MixedNetwork(outside, inside)
