"""The stations of a closed network: their arguments checked, and their speeds."""

import dataclasses
import math

import numpy as np

from underload import _check

__all__ = [
    "Closed",
    "classes",
    "closed",
    "customers",
    "demands_of",
    "per_class",
    "per_station",
    "population",
    "populations",
    "servers_of",
    "single_or_delay",
]

MOST_CUSTOMERS = 10**6
SPAN = 1e200  # demands this much smaller or larger than the largest are refused: their powers would leave the floats
RANGE = (1e-200, 1e200)  # of the largest demand


def population(name, value):
    """A number of customers."""
    return _check.integer(name, value, least=1, most=MOST_CUSTOMERS)


def demands_of(name, values):
    """Demands of one class, not all 0: float64[K]."""
    array = _check.sample(name, values, lowest=0)
    if not RANGE[0] <= array.max() <= RANGE[1]:
        _check.fail(name, array.tolist(), "must have a largest demand from 1e-200 to 1e200")
    return array


def populations(name, value):
    """One number of customers or several: int64[n]."""
    found = _check.counts(name, np.atleast_1d(value))
    for i in (found.argmin(), found.argmax()):
        population(name if np.ndim(value) == 0 else f"{name}[{i}]", int(found[i]))
    return found


def per_station(name, values, count, lowest=0.0):
    """One finite number >= lowest for each station: float64[count]."""
    array = _check.sample(name, values, lowest=lowest)
    rule = f"must have one value for each of {count} stations"
    return array if len(array) == count else _check.fail(name, values, rule)


def servers_of(servers, count, name="servers"):
    """Servers of each station, whole or inf: float64[count]. None stands for 1, a number for every station."""
    servers = 1 if servers is None else servers
    try:
        array = np.array(np.broadcast_to(np.asarray(servers), (count,)))
    except ValueError:
        _check.fail(name, servers, f"must be one value, or one for each of {count} stations")
    if array.dtype.kind not in "iuf":
        _check.fail(name, servers, "must be whole numbers >= 1 or inf")
    array = array.astype(float)
    for i in np.flatnonzero(~((array >= 1) & (array == np.floor(array)))):
        _check.fail(name if np.ndim(servers) == 0 else f"{name}[{i}]", array[i], "must be a whole number >= 1 or inf")
    return array


def rates_of(rates, servers):
    """Relative speeds of each station: a list of None or float64[m]."""
    count = len(servers)
    if rates is None:
        return [None] * count
    if not isinstance(rates, (list, tuple)) or len(rates) != count:
        _check.fail("rates", rates, f"must be a list with an array or None for each of {count} stations")
    found = [None if one is None else _check.sample(f"rates[{k}]", one) for k, one in enumerate(rates)]
    for k, one in enumerate(found):
        if one is None:
            continue
        if one.min() <= 0:
            _check.fail(f"rates[{k}]", one.min(), "must be > 0")
        if servers[k] != 1:
            _check.fail(f"servers[{k}]", servers[k], "must be 1 where rates are given")
    return found


def classes(name, demands):
    """Demands of several classes, float64[R, K], each class with one that is not 0."""
    array = np.asarray(demands)
    if array.dtype.kind not in "iuf" or array.ndim != 2 or array.size == 0:
        _check.fail(name, demands, "must be a matrix with a row of demands for each class")
    array = np.ascontiguousarray(array, dtype=np.float64)
    _check.each(_check.nonnegative, name, array)
    for r, row in enumerate(array):
        if not RANGE[0] <= row.max() <= RANGE[1]:
            _check.fail(f"{name}[{r}]", row.tolist(), "must have a largest demand from 1e-200 to 1e200")
    return array


def per_class(name, values, count, lowest=0.0):
    """One number for each class, or one for all: float64[count]."""
    array = _check.sample(name, np.full(count, values) if np.ndim(values) == 0 else values, lowest=lowest)
    rule = f"must have one value for each of {count} classes"
    return array if len(array) == count else _check.fail(name, values, rule)


def customers(name, values, count):
    """Customers of each class, int64[count]."""
    array = populations(name, values)
    rule = f"must have one value for each of {count} classes"
    return array if len(array) == count and np.ndim(values) == 1 else _check.fail(name, values, rule)


def single_or_delay(servers, count):
    """Which stations have one server, bool[count]; the others have infinitely many."""
    found = servers_of(servers, count)
    for k in np.flatnonzero((found != 1) & np.isfinite(found)):
        _check.fail("servers" if np.ndim(servers) == 0 else f"servers[{k}]", found[k], "must be 1 or inf")
    return found == 1


@dataclasses.dataclass(frozen=True, eq=False)
class Closed:
    """A closed network of one class, in a unit of time in which its largest demand is about 1.

    Attributes
    ----------
    demand : float64[K]
        Service time that one request needs of each station, in units.
    think : float
        Think time, in units.
    servers : float64[K]
    rates : list of None or float64[m]
    unit : float
        A power of 2.
    """

    demand: np.ndarray
    think: float
    servers: np.ndarray
    rates: list
    unit: float

    def limit(self, k, most):
        """The number of customers from which station k works at its last speed."""
        return int(min(self.servers[k] if self.rates[k] is None else len(self.rates[k]), most))

    def is_delay(self, k, most):
        """Station k never queues `most` customers."""
        return self.rates[k] is None and self.servers[k] >= most and self.servers[k] > 1

    def queueing(self, most):
        """The stations with work that may queue, those with one speed first."""
        found = [k for k in range(len(self.demand)) if self.demand[k] > 0 and not self.is_delay(k, most)]
        return sorted(found, key=lambda k: self.limit(k, most))

    def waitless(self, most, but=-1):
        """Time that a request spends where it never queues, outside station `but`."""
        delays = (k for k in range(len(self.demand)) if k != but and self.is_delay(k, most))
        return math.fsum([self.think, *(self.demand[k] for k in delays)])

    def ratios(self, k, most):
        """D / a(1), ..., D / a(m) of station k."""
        limit = self.limit(k, most)
        speeds = np.arange(1.0, limit + 1) if self.rates[k] is None else self.rates[k][:limit]
        return self.demand[k] / speeds


def closed(demands, think_time, servers, rates):
    """The network of checked arguments."""
    demand = _check.sample("demands", demands, lowest=0)
    think = _check.nonnegative("think_time", think_time)
    servers = servers_of(servers, len(demand))
    rates = rates_of(rates, servers)
    fastest = np.array([1.0 if one is None else one.max() for one in rates])
    slowest = np.array([1.0 if one is None else one.min() for one in rates])
    with np.errstate(over="ignore", under="ignore"):
        largest, smallest = demand / slowest, demand / fastest
    most = max(think, largest.max())
    if not RANGE[0] <= most <= RANGE[1]:
        _check.fail("demands", demands, "must give a largest demand from 1e-200 to 1e200")
    unit = 2.0 ** math.frexp(most)[1]
    for k in np.flatnonzero((demand > 0) & (smallest < most / SPAN)):
        _check.fail(f"demands[{k}]", demand[k], f"must be 0 or at least 1e-200 of the largest, {most:g}")
    return Closed(demand / unit, think / unit, servers, rates, unit)
