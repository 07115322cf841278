"""Closed networks of several classes of customers: exact mean value analysis over the lattice of populations.

A customer of class r who arrives at a station sees the network with one customer of that class less, so every
population below the given one is solved first, in the order of a counter with one digit for each class. Only the last
layer of the first digit is remembered.

Source: Reiser and Lavenberg, Mean-value analysis of closed multichain queueing networks, Journal of the ACM 27(2),
1980.
"""

import dataclasses
import math

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.queueing.networks import stations

__all__ = ["MulticlassNetwork", "multiclass_mva"]

MOST_STEPS = 10**10  # lattice points x classes x stations: some ten seconds
MOST_KEPT = 10**8  # numbers remembered: 800 MB


@dataclasses.dataclass(frozen=True, eq=False)
class MulticlassNetwork:
    """A closed network of R classes and K stations in its steady state.

    Attributes
    ----------
    population : int64[R]
        Customers of each class.
    throughput : float64[R]
        Requests of each class per unit of time.
    response_mean : float64[R]
        Mean time of a request at all stations, without the think time.
    number_mean : float64[R, K]
        Mean number of customers of each class at each station.
    utilization : float64[R, K]
        Fraction of the time that a server works for the class; 0 for infinitely many servers.
    residence_mean : float64[R, K]
        Mean time that a request spends at each station, over all its visits.
    """

    population: np.ndarray
    throughput: np.ndarray
    response_mean: np.ndarray
    number_mean: np.ndarray
    utilization: np.ndarray
    residence_mean: np.ndarray


@kernel
def walk_lattice(demand, think, queues, population, stride, kept, throughput, residence):
    """Mean value analysis up to a population of several classes.

    Parameters
    ----------
    demand : float64[R, K]
    think : float64[R]
    queues : bool[K]
        The stations with one server; customers never wait at the others.
    population, stride : int64[R]
        Customers of each class, and how far apart two populations lie in the counter that differ by one of them.
    kept : float64[stride[0], K]
        Work space: the mean numbers at the last `stride[0]` populations; the first row is to be 0.
    throughput, residence : float64[R], float64[R, K]
        Output.
    """
    classes, count = demand.shape
    layer = stride[0]
    digits = np.zeros(classes, dtype=np.int64)
    row = np.empty(count)
    for i in range(1, layer * (population[0] + 1)):
        last = classes - 1
        while digits[last] == population[last]:
            digits[last] = 0
            last -= 1
        digits[last] += 1
        for k in range(count):
            row[k] = 0.0
        for r in range(classes):
            if digits[r] == 0:
                continue
            before = (i - stride[r]) % layer
            cycle = think[r]
            for k in range(count):
                residence[r, k] = demand[r, k] * (1.0 + kept[before, k]) if queues[k] else demand[r, k]
                cycle += residence[r, k]
            throughput[r] = digits[r] / cycle
            for k in range(count):
                row[k] += throughput[r] * residence[r, k]
        for k in range(count):  # over the row of class 0's neighbour, read above
            kept[i % layer, k] = row[k]


def solve(demand, think, queues, population):
    """Throughput [R] and residence times [R, K] of checked arguments."""
    order = np.argsort(-population, kind="stable")  # the largest class first: its layers are not kept
    sizes = [int(n) + 1 for n in population[order]]
    layer, points = math.prod(sizes[1:]), math.prod(sizes)
    if points * demand.size > MOST_STEPS or layer * demand.shape[1] > MOST_KEPT:
        shape = " x ".join(map(str, sizes))
        rule = f"make a lattice of {shape} = {points:.3g} populations, too many to solve: use approximate_mva"
        _check.fail("populations", population.tolist(), rule)
    stride = np.array([math.prod(sizes[r + 1 :]) for r in range(len(sizes))])
    throughput, residence = np.empty(len(sizes)), np.empty(demand.shape)
    kept = np.zeros((layer, demand.shape[1]))
    walk_lattice(demand[order], think[order], queues, population[order], stride, kept, throughput, residence)
    back = np.argsort(order)
    return throughput[back], residence[back]


def network(demand, queues, population, throughput, residence):
    """The result of throughputs [R] and residence times [R, K]."""
    rate = throughput[:, None]
    busy = np.where(queues, rate * demand, 0.0)
    return MulticlassNetwork(population, throughput, residence.sum(axis=1), rate * residence, busy, residence)


def multiclass_mva(demands, populations, *, think_time=0.0, servers=None):
    """Throughput, queues and residence times of a closed network of several classes. Exact.

    Parameters
    ----------
    demands : float[R, K]
        Service time that one request of each class needs of each station over all its visits, each >= 0, not all 0
        within a class.
    populations : int[R]
        Customers of each class, each from 1 to 10^6.
    think_time : float or float[R]
        Mean time between the end of a request and the customer's next, >= 0, of all classes or of each.
    servers : float or float[K], optional
        1, or inf where nobody queues. One by default.

    Returns
    -------
    MulticlassNetwork

    Raises
    ------
    ValueError
        If an argument breaks its rule, or the lattice of populations has more than 10^10 points x classes x stations.

    Notes
    -----
    The values hold for product-form networks (Baskett, Chandy, Muntz and Palacios 1975): processor sharing, or first
    come, first served with one exponential service time for all classes. They carry 12 digits up to 10^4 customers.
    """
    demand = stations.classes("demands", demands)
    count = len(demand)
    population = stations.customers("populations", populations, count)
    think = stations.per_class("think_time", think_time, count)
    queues = stations.single_or_delay(servers, demand.shape[1])
    return network(demand, queues, population, *solve(demand, think, queues, population))
