"""Operational laws of closed systems: what holds for any measured interval, whatever the distributions.

A population of customers alternates between thinking and requests. X is the throughput, R the response time, Z the
think time, N the population: N = X (R + Z), which is Little's law around the loop.

Source: Denning and Buzen, The operational analysis of queueing network models, ACM Computing Surveys 10(3), 1978.
"""

import dataclasses
import math

import numpy as np

from underload import _check

__all__ = ["Bounds", "OperationalLaws", "asymptotic_bounds", "response_time", "throughput"]

ROUNDED = 1 + 1e-12  # measured times are sums of many floats


@dataclasses.dataclass(frozen=True, eq=False)
class Bounds:
    """Asymptotic bounds on a closed system.

    Attributes
    ----------
    throughput_low, throughput_high : float or float64[n]
        Requests per unit of time, for each population.
    knee : float
        The population where the two upper bounds meet: (sum of demands + think time) / largest demand for each server.
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
    """Bounds on the throughput of a closed system from its busiest station, or from all its stations.

    Parameters
    ----------
    customers : float or float64[n]
        Populations, >= 1.
    demand : float or float[K]
        Service time that one request needs of the station, > 0; or of each of several stations, >= 0, not all 0.
    think_time : float
        Z, >= 0.
    servers : int or float[K]
        Servers c of the station, >= 1; or of each station, where inf stands for one at which nobody queues.

    Returns
    -------
    Bounds
        High: min(N / (Z + D), c / D). Low: N / (Z + D + (N - 1) D / c), without the wait while N <= c. With several
        stations D is the sum, the limit is the smallest c / D, and the waits add up.

    Notes
    -----
    Muntz and Wong 1974; Lazowska, Zahorjan, Graham and Sevcik, Quantitative System Performance, 1984, section 5.2, for
    c = 1. For c servers the wait is at most (N - 1) D / c: all c are busy with others while a customer waits, and each
    service of another delays it once at most. `balanced_job_bounds` are tighter for product-form networks.
    """
    scalar = np.ndim(customers) == 0
    population = _check.sample("customers", np.atleast_1d(customers), lowest=1)
    think = _check.nonnegative("think_time", think_time)
    if np.ndim(demand) == 0:
        demands = np.array([_check.positive("demand", demand)])
        crew = np.array([float(_check.integer("servers", servers, least=1))])
    else:
        demands, crew = _demands("demand", demand), _servers(servers, len(demand))
    total, slowest = float(np.sum(demands)), (demands / crew).max()
    if not (total + think) * float(population.max()) < math.inf:
        _check.fail("demand", demand, "must keep the time of all customers together finite")
    waits = np.where(population[:, None] > crew, (population[:, None] - 1) * (demands / crew), 0.0).sum(axis=1)
    low = population / (think + total + waits)
    high = population / (think + total)
    knee = math.inf
    if slowest > 0:
        high, knee = np.minimum(high, 1 / slowest), float((total + think) / slowest)
    return Bounds(float(low[0]), float(high[0]), knee) if scalar else Bounds(low, high, knee)


def _demands(name, demand):
    demands = _check.sample(name, demand, lowest=0)
    rule = "must have a largest demand > 0, and at most 1e200"
    return demands if 0 < demands.max() <= 1e200 else _check.fail(name, demand, rule)


def _servers(servers, count):
    crew = np.asarray(servers)
    if crew.dtype.kind not in "iuf" or crew.shape not in ((), (count,)) or not np.all(crew >= 1):
        _check.fail("servers", servers, f"must be numbers >= 1, one for each of {count} stations")
    if not np.all(crew == np.floor(crew)):
        _check.fail("servers", servers, "must be whole numbers or inf")
    return np.full(count, crew, dtype=float)


@dataclasses.dataclass(frozen=True)
class OperationalLaws:
    """What was counted at one resource in one interval, and what follows from it without any assumption.

    Parameters
    ----------
    interval : float
        T, the time observed, > 0.
    completions : int
        C, requests that left the resource, >= 1.
    busy_time : float
        B, time in which servers worked, summed over the servers; 0 < B <= servers x T.
    servers : int
        c >= 1.
    arrivals : int, optional
        A, requests that came.
    initial : int, optional
        Requests that were there at the beginning.
    time_present : float, optional
        W, summed time that requests spent at the resource; from B to (initial + A) x T as far as these are known.
    system_completions : int, optional
        C0, completions of the whole system, >= 1, to which visits and demand refer.

    Raises
    ------
    ValueError
        If the counts contradict each other: work without time, more departures than requests, requests that were served
        longer than they were there.

    Notes
    -----
    Denning and Buzen 1978, with their letters.
    """

    interval: float
    completions: int
    busy_time: float
    servers: int = 1
    arrivals: int | None = None
    initial: int | None = None
    time_present: float | None = None
    system_completions: int | None = None

    def __post_init__(self):
        self._coerce(_check.positive, "interval", "busy_time")
        self._coerce(lambda name, value: _check.integer(name, value, least=1), "completions", "servers")
        self._coerce_given(_check.integer, "arrivals", "initial")
        self._coerce_given(lambda name, value: _check.integer(name, value, least=1), "system_completions")
        self._coerce_given(_check.nonnegative, "time_present")
        most = self.servers * self.interval
        if self.busy_time > most * ROUNDED:
            _check.fail("busy_time", self.busy_time, f"must be at most servers x interval = {most:g}")
        if self.arrivals is not None and self.initial is not None:
            self._check_balance(self.arrivals + self.initial)
        if self.time_present is not None and self.time_present * ROUNDED < self.busy_time:
            _check.fail("time_present", self.time_present, f"must be at least busy_time={self.busy_time:g}")

    def _coerce(self, rule, *names):
        for name in names:
            object.__setattr__(self, name, rule(name, getattr(self, name)))

    def _coerce_given(self, rule, *names):
        self._coerce(rule, *(name for name in names if getattr(self, name) is not None))

    def _check_balance(self, requests):
        if self.completions > requests:
            _check.fail("completions", self.completions, f"must be at most initial + arrivals = {requests}")
        if self.time_present is not None and self.time_present > requests * self.interval * ROUNDED:
            most = requests * self.interval
            _check.fail("time_present", self.time_present, f"must be at most {requests} requests x interval = {most:g}")

    def _needs(self, name):
        value = getattr(self, name)
        return value if value is not None else _check.fail(name, value, "must have been given for this")

    @property
    def arrival_rate(self):
        """A / T."""
        return self._needs("arrivals") / self.interval

    @property
    def throughput(self):
        """X = C / T."""
        return self.completions / self.interval

    @property
    def utilization(self):
        """U = B / (c T): the utilization law, U = X S / c."""
        return self.busy_time / (self.servers * self.interval)

    @property
    def service_mean(self):
        """S = B / C, service time of one completion."""
        return self.busy_time / self.completions

    @property
    def number_mean(self):
        """N = W / T: Little's law, N = X R."""
        return self._needs("time_present") / self.interval

    @property
    def response_mean(self):
        """R = W / C, time at the resource for each completion."""
        return self._needs("time_present") / self.completions

    @property
    def visits(self):
        """V = C / C0, visits of one request of the system: the forced flow law, X = V X0."""
        return self.completions / self._needs("system_completions")

    @property
    def demand(self):
        """D = V S = B / C0, service time that one request of the system needs here."""
        return self.busy_time / self._needs("system_completions")

    @property
    def imbalance(self):
        """A / C - 1, how far arrivals and completions are from flow balance, on which predictions rest."""
        return self._needs("arrivals") / self.completions - 1
