"""The queue M/M/c/K: Poisson arrivals, c exponential servers, K places in all; who finds them taken is lost.

The states below the servers are summed by Erlang's recursion, those above are a truncated geometric series in closed
form: nothing grows with the number of places, and nothing cancels where the load passes the servers.

Source: Gross, Shortle, Thompson and Harris, Fundamentals of Queueing Theory, 4th ed., 2008, section 2.5.
"""

import dataclasses
import fractions
import functools
import math

import numpy as np

from underload import _check
from underload._jit import kernel
from underload._libm import exp, expm1, log, log1p
from underload.queueing._arguments import each_state
from underload.queueing.erlang import check_load, inverse_blocking, load_excess
from underload.queueing.found import FirstComeFirstServed, Found, added
from underload.queueing.infinite import log_state_below

__all__ = ["MMcK"]

MOST_PLACES = 10**7  # for those who wait: beyond, the arrays of the tails would fill a machine


@kernel
def log_geometric_sum(most, log_ratio):
    """ln of the sum of e^(j log_ratio) over j = 0, ..., most."""
    x = -abs(log_ratio)
    total = log(most + 1.0) if x == 0.0 else log(expm1((most + 1) * x) / expm1(x))
    return total + most * max(log_ratio, 0.0)


@kernel
def coth_rest(z):
    """coth z - 1 / z for |z| <= 1/2, by Lambert's continued fraction."""
    rest = 0.0
    for odd in range(19, 1, -2):
        rest = z * z / (odd + rest)
    return rest / z if z != 0.0 else 0.0


@kernel
def geometric_mean(most, log_ratio):
    """The mean of j = 0, ..., most under weights e^(j log_ratio)."""
    states, x = most + 1, -abs(log_ratio)
    if states * x < -1.0:
        mean = exp(x) / -expm1(x) - states * exp(states * x) / -expm1(states * x)
    else:
        # most / 2 + (states coth(states x / 2) - coth(x / 2)) / 2, less the two poles that cancel
        mean = most / 2 + (states * coth_rest(states * x / 2) - coth_rest(x / 2)) / 2
    return most - mean if log_ratio > 0.0 else mean


@kernel
def log_shares(y, log_ratio, places):
    """Logarithms of P(a free server), P(all busy and a free place), P(no free place), P(servers in the system).

    Parameters
    ----------
    y : float64
        1 / B of one server less.
    log_ratio : float64
        ln(offered load / servers).
    places : int64
        For those who wait.
    """
    if y == math.inf:
        return 0.0, -math.inf, -math.inf, -math.inf
    # Relative to the state n = servers, or above saturation to n = capacity: large exponents would lose digits.
    wait = log_geometric_sum(places - 1, -abs(log_ratio)) if places > 0 else -math.inf
    free = log(y) - log_ratio
    full = places * log_ratio
    last = 0.0
    if log_ratio > 0.0:
        free, wait, full, last = free - full, wait - log_ratio, 0.0, -full
    top = max(free, wait, full)
    rest = log(exp(free - top) + exp(wait - top) + exp(full - top))
    return free - top - rest, wait - top - rest, full - top - rest, last - top - rest


@kernel
def fill_waiting(log_ratio, probability, waiting):
    """P(all busy, j requests waiting) that an admitted request finds, for each j, where it waits with `probability`."""
    places = len(waiting)
    total, lost = 0.0, 0.0
    for j in range(places):
        waiting[j] = exp(j * log_ratio - (places - 1) * max(log_ratio, 0.0))
        total, lost = added(total, lost, waiting[j])
    for j in range(places):
        waiting[j] *= probability / total


@dataclasses.dataclass(frozen=True)
class MMcK(FirstComeFirstServed):
    """The M/M/c/K queue in its steady state. Waits and responses are those of the admitted requests.

    Parameters
    ----------
    arrival_rate : float
        Requests per unit of time, lost ones included, > 0. It may exceed what the servers can do.
    service_rate : float
        Requests that one busy server completes per unit of time, > 0.
    servers : int
        c >= 1.
    capacity : int
        K, places of those who wait and those in service; from c to c + 10^7. With K = c this is Erlang's loss system.

    Attributes
    ----------
    slack : float
        servers - arrival_rate / service_rate, in servers, correctly rounded from the given floats; may be negative.

    Raises
    ------
    ValueError
        If an argument breaks its rule, or the offered load is not within 1e-300 and 1e300 erlangs (1e12 for more than
        10^7 servers).
    """

    arrival_rate: float
    service_rate: float
    servers: int
    capacity: int
    slack: float = dataclasses.field(init=False, repr=False)

    def __post_init__(self):
        arrival = _check.positive("arrival_rate", self.arrival_rate)
        service = _check.positive("service_rate", self.service_rate)
        servers = _check.integer("servers", self.servers, least=1)
        check_finite_load("arrival_rate", arrival, arrival / service, servers)
        slack = float(servers - fractions.Fraction(arrival) / fractions.Fraction(service))
        self._set(arrival, service, servers, self.capacity, slack)

    def _set(self, arrival_rate, service_rate, servers, capacity, slack):
        capacity = _check.integer("capacity", capacity, least=servers, most=servers + MOST_PLACES)
        values = (arrival_rate, service_rate, servers, capacity, slack)
        for name, value in zip(self.__dataclass_fields__, values, strict=True):
            object.__setattr__(self, name, value)

    @classmethod
    def from_slack(cls, slack, *, service_rate=1.0, servers=1, capacity):
        """The queue with an exact distance to saturation.

        Parameters
        ----------
        slack : float
            servers - arrival_rate / service_rate, in servers; below servers, and negative above saturation.
        service_rate, servers, capacity
            As above.
        """
        service_rate = _check.positive("service_rate", service_rate)
        servers = _check.integer("servers", servers, least=1)
        slack = _check.real("slack", slack)
        if slack >= servers:
            _check.fail("slack", slack, f"must be below servers={servers}")
        load = check_finite_load("slack", slack, servers - slack, servers)
        if not 0 < load * service_rate < math.inf:
            _check.fail("service_rate", service_rate, "must keep the arrival rate finite and > 0")
        queue = object.__new__(cls)
        queue._set(load * service_rate, service_rate, servers, capacity, slack)
        return queue

    @property
    def offered_load(self):
        """Arrival rate x mean service time, in erlangs."""
        return self.arrival_rate / self.service_rate

    @property
    def _log_ratio(self):
        """ln(offered load / servers), exact where the two are close."""
        part = self.slack / self.servers
        return log1p(-part) if abs(part) < 0.5 else log(self.offered_load / self.servers)

    @functools.cached_property
    def _shares(self):
        y = inverse_blocking(self.servers - 1, self.offered_load)
        return log_shares(y, self._log_ratio, self.capacity - self.servers)

    @property
    def blocking_probability(self):
        """Probability that a request is lost, which is the fraction of the time without a free place."""
        return exp(self._shares[2])

    @property
    def throughput(self):
        """Completions per unit of time."""
        return self.arrival_rate * self._admitted

    @property
    def _admitted(self):
        return exp(self._shares[0]) + exp(self._shares[1])

    @property
    def utilization(self):
        """Fraction of the time that a server is busy."""
        return min(1.0, self.offered_load * self._admitted / self.servers)

    @property
    def wait_probability(self):
        """Probability that an admitted request waits."""
        return exp(self._shares[1]) / self._admitted

    @property
    def wait_mean(self):
        """Mean time from arrival to the start of service, over all admitted requests."""
        places = self.capacity - self.servers
        if places == 0:
            return 0.0
        ahead = geometric_mean(places - 1, self._log_ratio) + 1
        return self.wait_probability * ahead / self.servers / self.service_rate

    @property
    def response_mean(self):
        """Mean time from arrival to completion of an admitted request."""
        return self.wait_mean + 1 / self.service_rate

    @property
    def queue_mean(self):
        """Mean number of requests that wait."""
        return self.throughput * self.wait_mean

    @property
    def number_mean(self):
        """Mean number of requests that wait or are in service."""
        return self.queue_mean + self.offered_load * self._admitted

    def state_probability(self, n):
        """Probability of n requests in the system, for a whole number or an array of them; 0 beyond the capacity."""
        load, x, log_full = self.offered_load, self._log_ratio, self._shares[3]
        anchor, log_anchor = (self.capacity, self._shares[2]) if x > 0 else (self.servers, log_full)
        excess = load_excess(self.servers, load, self.slack)

        def probability(state):
            if state > self.capacity:
                return 0.0
            if state >= self.servers:
                return exp(log_anchor + (state - anchor) * x)
            return exp(log_state_below(state, self.servers, load, excess, x, log_full))

        return each_state(probability, n)

    def _found(self):
        x, places = self._log_ratio, self.capacity - self.servers
        if x < 0:
            places = int(min(places, 750 / -x + 1))  # the rest is below the range of floats
        waiting = np.empty(places)
        fill_waiting(x, self.wait_probability, waiting)
        return Found(exp(self._shares[0]) / self._admitted, waiting)


def check_finite_load(name, value, load, servers):
    """The offered load, within 1e-300 and 1e300 erlangs, and within `check_load` for more than 10^7 servers."""
    if not 1e-300 <= load <= 1e300:
        _check.fail(name, value, "must keep the offered load within 1e-300 and 1e300 erlangs")
    return check_load(name, value, load) if servers > 10**7 else load
