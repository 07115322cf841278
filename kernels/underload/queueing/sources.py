"""Finite populations: N sources that pause, then ask one of c exponential servers (M/M/c//N, the repairman, Engset).

The number n in the system is a birth-death chain: up at rate (N - n) x source rate, down at min(n, c) x service rate.

Source: Engset 1918; Palm 1947; Gross, Shortle, Thompson and Harris, Fundamentals of Queueing Theory, 4th ed., 2008,
section 2.7. A request finds the state of a system with one source less: Sevcik and Mitrani, The distribution of queuing
network states at input and output instants, Journal of the ACM 28(2), 1981.
"""

import dataclasses
import functools

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.queueing._arguments import each_state
from underload.queueing.birth_death import fill_law
from underload.queueing.found import FirstComeFirstServed, Found

__all__ = ["Engset", "MMcKN"]

MOST_SOURCES = 10**7


@kernel
def likeliest(population, servers, load):
    """The number in the system with the largest weight: where arrivals cease to outpace departures."""
    below = int((population - load) / (1.0 + load)) + 1 if population > load else 0
    if below < servers:
        return min(max(below, 0), population)
    return min(max(int(population - load * servers) + 1, servers), population)


@kernel
def local_law(population, servers, capacity, load, negligible):
    """The weights of the states that matter, relative to the largest.

    Parameters
    ----------
    population, servers, capacity : int64
    load : float64
        Mean pause in mean service times, >= 0.
    negligible : float64
        The weight below which the states on that side no longer count.

    Returns
    -------
    int64, float64[n]
        The first state, and the weights from there on: O(sqrt(population)) of them.
    """
    mode = min(likeliest(population, servers, load), capacity)
    half = 64
    while True:
        first, last = max(mode - half, 0), min(mode + half, capacity)
        birth, death = np.empty(last - first), np.empty(last - first)
        for i in range(last - first):
            birth[i] = population - first - i
            death[i] = load * min(first + i + 1, servers)
        law = np.empty(last - first + 1)
        fill_law(birth, death, mode - first, law)
        if (first == 0 or law[0] <= negligible) and (last == capacity or law[last - first] <= negligible):
            return first, law
        half *= 2


@dataclasses.dataclass(frozen=True, kw_only=True)
class MMcKN(FirstComeFirstServed):
    """The queue M/M/c/K//N in its steady state. Waits and responses are those of the admitted requests.

    Parameters
    ----------
    source_rate : float
        1 / mean pause of a source between the end of its request, served or lost, and the next; > 0.
    service_rate : float
        Requests that one busy server completes per unit of time, > 0.
    servers : int
        c >= 1.
    population : int
        N, sources; from 1 to 10^7.
    capacity : int, optional
        K, places of those who wait and those in service, from min(c, N) to N: a request that finds them taken is lost.
        N if not given: nothing is lost.

    Raises
    ------
    ValueError
        If an argument breaks its rule, or the mean service time is not within 1e-300 and 1e300 mean pauses.

    Notes
    -----
    The number in the system depends on the pauses through their mean only.
    """

    source_rate: float
    service_rate: float
    servers: int
    population: int
    capacity: int | None = None

    def __post_init__(self):
        source = _check.positive("source_rate", self.source_rate)
        service = _check.positive("service_rate", self.service_rate)
        servers = _check.integer("servers", self.servers, least=1)
        population = _check.integer("population", self.population, least=1, most=MOST_SOURCES)
        capacity = population if self.capacity is None else self.capacity
        capacity = _check.integer("capacity", capacity, least=min(servers, population), most=population)
        if not 1e-300 <= service / source <= 1e300:
            _check.fail("source_rate", source, "must be within 1e-300 and 1e300 times the service rate")
        values = (source, service, servers, population, capacity)
        for name, value in zip(self.__dataclass_fields__, values, strict=True):
            object.__setattr__(self, name, value)

    @functools.cached_property
    def _law(self):
        """The states that matter and their probabilities."""
        load = self.service_rate / self.source_rate
        first, law = local_law(self.population, self.servers, self.capacity, load, 1e-300)
        return np.arange(first, first + len(law)), law / law.sum()

    @functools.cached_property
    def _means(self):
        """Mean numbers of requests in service, of those waiting, of pausing sources, and of those shut out."""
        states, law = self._law
        pausing = (self.population - states) * law
        full = pausing[-1] if states[-1] == self.capacity else 0.0
        busy = np.minimum(states, self.servers) * law
        waiting = np.maximum(states - self.servers, 0) * law
        return tuple(float(mean) for mean in (busy.sum(), waiting.sum(), pausing.sum(), full))

    @property
    def arrival_rate(self):
        """Requests per unit of time, lost ones included."""
        return self.source_rate * self._means[2]

    @property
    def throughput(self):
        """Completions per unit of time."""
        return self.service_rate * self._means[0]

    @property
    def utilization(self):
        """Fraction of the time that a server is busy."""
        return self._means[0] / self.servers

    @property
    def queue_mean(self):
        """Mean number of requests that wait."""
        return self._means[1]

    @property
    def number_mean(self):
        """Mean number of requests that wait or are in service."""
        return self._means[0] + self._means[1]

    @property
    def wait_mean(self):
        """Mean time from arrival to the start of service, over all admitted requests."""
        return self._means[1] / self._means[0] / self.service_rate

    @property
    def response_mean(self):
        """Mean time from arrival to completion of an admitted request."""
        return self.wait_mean + 1 / self.service_rate

    @property
    def wait_probability(self):
        """Probability that an admitted request waits."""
        return self._wait_tail(0.0)

    @property
    def blocking_probability(self):
        """Probability that a request is lost (call congestion)."""
        return self._means[3] / self._means[2]

    @property
    def time_congestion(self):
        """Fraction of the time without a free place. Fewer sources are left to find it so: losses are rarer."""
        return self.state_probability(self.capacity)

    def state_probability(self, n):
        """Probability of n requests in the system, for a whole number or an array of them."""
        states, law = self._law
        return each_state(lambda n: float(law[n - states[0]]) if states[0] <= n <= states[-1] else 0.0, n)

    def _found(self):
        states, law = self._law
        entering = (self.population - states) * law * (states < self.capacity)
        entering /= entering.sum()
        waiting = np.zeros(max(0, states[-1] + 1 - self.servers))
        busy = states >= self.servers
        waiting[states[busy] - self.servers] = entering[busy]
        return Found(float(entering[~busy].sum()), waiting)


class Engset(MMcKN):
    """Engset's loss system: finitely many sources, c servers, no queue.

    Parameters
    ----------
    source_rate : float
        1 / mean pause of a source between the end of its request, served or lost, and the next; > 0.
    service_rate : float
        1 / mean service time, > 0.
    servers : int
        c >= 1.
    population : int
        N, sources; from 1 to 10^7. With no more sources than servers nothing is lost.

    Notes
    -----
    `time_congestion` and `blocking_probability` (call congestion) depend on pauses and services through their means
    only. The attributes and methods are those of `MMcKN`.
    """

    def __init__(self, source_rate, service_rate, servers, population):
        places = min(_check.integer("servers", servers, least=1), _check.integer("population", population, least=1))
        super().__init__(
            source_rate=source_rate,
            service_rate=service_rate,
            servers=servers,
            population=population,
            capacity=places,
        )
