"""Operational laws of closed systems: what holds for any measured interval, whatever the distributions.

A population of customers alternates between thinking and requests. X is the throughput, R the response time, Z the
think time, N the population: N = X (R + Z), which is Little's law around the loop.

Source: Denning and Buzen, The operational analysis of queueing network models, ACM Computing Surveys 10(3), 1978.
"""

import dataclasses

import numpy as np

from underload import _check

__all__ = ["Bounds", "asymptotic_bounds", "response_time", "throughput"]


@dataclasses.dataclass(frozen=True, eq=False)
class Bounds:
    """Asymptotic bounds on a closed system.

    Attributes
    ----------
    throughput_low, throughput_high : float or float64[n]
        Requests per unit of time, for each population.
    knee : float
        The population where the two upper bounds meet: servers (demand + think time) / demand.
    """

    throughput_low: float | np.ndarray
    throughput_high: float | np.ndarray
    knee: float


def throughput(customers, response_time, think_time=0.0):
    """Throughput of a closed system: X = N / (R + Z).

    Parameters
    ----------
    customers : float
        Population N, > 0.
    response_time, think_time : float
        R and Z, >= 0, not both 0, in one unit of time.

    Returns
    -------
    float
        Requests per unit of time.
    """
    customers = _check.positive("customers", customers)
    response = _check.nonnegative("response_time", response_time)
    think = _check.nonnegative("think_time", think_time)
    if response + think == 0:
        _check.fail("response_time", response, "must be > 0 when think_time is 0")
    return customers / (response + think)


def response_time(customers, throughput, think_time=0.0):
    """Response time of a closed system: R = N / X - Z.

    Parameters
    ----------
    customers : float
        Population N, > 0.
    throughput : float
        X, requests per unit of time, > 0.
    think_time : float
        Z, >= 0.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the three contradict each other: the population cannot even think at that throughput.
    """
    customers = _check.positive("customers", customers)
    rate = _check.positive("throughput", throughput)
    think = _check.nonnegative("think_time", think_time)
    if customers < rate * think * (1 - 1e-15):  # `throughput` at a response time of 0 rounds, and so does the product
        _check.fail("throughput", rate, f"must be at most customers / think_time = {customers / think:g}")
    return max(0.0, customers / rate - think)


def asymptotic_bounds(customers, demand, think_time=0.0, servers=1):
    """Bounds on the throughput of a closed system from its busiest station alone.

    Parameters
    ----------
    customers : float or float64[n]
        Populations, >= 1.
    demand : float
        Service time that one request needs of the station, > 0.
    think_time : float
        Z, >= 0.
    servers : int
        Servers c of the station, >= 1.

    Returns
    -------
    Bounds
        High: min(N / (Z + D), c / D). Low: N / (Z + D + (N - 1) D / c), without the wait while N <= c.

    Notes
    -----
    Muntz and Wong 1974; Lazowska, Zahorjan, Graham and Sevcik, Quantitative System Performance, 1984, section 5.2, for
    c = 1. For c servers the wait is at most (N - 1) D / c: all c are busy with others while a customer waits, and each
    service of another delays it once at most.
    """
    scalar = np.ndim(customers) == 0
    population = _check.sample("customers", np.atleast_1d(customers), lowest=1)
    demand = _check.positive("demand", demand)
    think = _check.nonnegative("think_time", think_time)
    servers = _check.integer("servers", servers, least=1)
    wait = np.where(population > servers, (population - 1) * demand / servers, 0.0)
    low = population / (think + demand + wait)
    high = np.minimum(population / (think + demand), servers / demand)
    knee = servers * (demand + think) / demand
    return Bounds(float(low[0]), float(high[0]), knee) if scalar else Bounds(low, high, knee)
