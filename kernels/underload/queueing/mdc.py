"""The queue M/D/c: Poisson arrivals, a constant service time, c servers, first come first served. Exact.

Mechanism: with Y the number that wait (see `mdc_walk`) and k - 1 whole service times D in t, a request waits longer
than t with the probability that Y and the arrivals of the remaining time k D - t together reach k c. The number in the
system is Y plus the arrivals of one service time.

Source: Crommelin, Delay probability formulae when the holding times are constant, P.O. Electrical Engineers Journal 25,
1932; the law of the wait after Franx, A simple solution for the M/D/c waiting time distribution, Operations Research
Letters 29, 2001, equation 8.

Deviations: the sources take the law of the queue from a linear system or from complex roots; here it is a recursion of
positive terms. Franx sums P(Y <= i); here P(Y > i) is summed, so that small tails keep their digits.
"""

import dataclasses
import fractions
import functools
import math

import numpy as np
from scipy import optimize

from underload import _check
from underload._jit import kernel
from underload.queueing._arguments import each_level, each_state, each_time
from underload.queueing.erlang import check_slack, check_stable
from underload.queueing.mdc_walk import decay, fill_law, sum_nodes
from underload.random._stirling import log_poisson

__all__ = ["MDc"]

MOST_SERVERS = 10**5


@kernel
def far(values, i, log_ratio):
    """values[i], or what it becomes far out, where each is exp(-log_ratio) of the one before; 1 for i < 0."""
    if i < 0:
        return 1.0
    last = len(values) - 1
    return values[i] if i <= last else values[last] * math.exp(-log_ratio * (i - last))


@kernel
def mixed(mean, top, values, log_ratio, least):
    """Sum over j of P(Poisson(`mean`) = j) x the `far` value at `top` - j >= `least`, outwards from the likeliest.

    Parameters
    ----------
    mean : float64
        > 0.
    top, least : int64
    values : float64[n]
    log_ratio : float64
    """
    likeliest = min(int(mean), top - least)
    start = math.exp(log_poisson(float(likeliest), mean))
    total, p, j = 0.0, start, likeliest
    while j <= top - least and p > 0.0 and (j <= max(top, mean) or p > 1e-18 * total):
        total += p * far(values, top - j, log_ratio)
        j += 1
        p *= mean / j
    p, j = start * likeliest / mean, likeliest - 1
    while j >= 0 and p > 0.0:
        total += p * far(values, top - j, log_ratio)
        p *= j / mean
        j -= 1
    return total


@dataclasses.dataclass(frozen=True)
class MDc:
    """The M/D/c queue in its steady state. Exact.

    Parameters
    ----------
    arrival_rate : float
        Requests per unit of time, > 0.
    service_time : float
        Of every request, > 0.
    servers : int
        c, from 1 to 10^5.

    Attributes
    ----------
    slack : float
        servers - arrival_rate x service_time, in servers, correctly rounded from the given floats.

    Raises
    ------
    ValueError
        If an argument breaks its rule or the utilization is not below 1.

    Notes
    -----
    Relative errors stay below 1e-12. The first use of a station costs milliseconds at 1000 servers, and up to a second
    at 10^5. Results below about 1e-290 are 0 or have lost digits.
    """

    arrival_rate: float
    service_time: float
    servers: int = 1
    slack: float = dataclasses.field(init=False, repr=False)

    def __post_init__(self):
        arrival = _check.positive("arrival_rate", self.arrival_rate)
        service = _check.positive("service_time", self.service_time)
        servers = _check.integer("servers", self.servers, least=1, most=MOST_SERVERS)
        slack = servers - fractions.Fraction(arrival) * fractions.Fraction(service)
        check_stable(slack, servers, arrival_rate=arrival, service_time=service, servers=servers)
        self._set(arrival, service, servers, float(slack))

    def _set(self, arrival_rate, service_time, servers, slack):
        if arrival_rate * service_time < 1e-200:
            _check.fail("arrival_rate", arrival_rate, f"must be at least 1e-200 / service_time={service_time:g}")
        for name, value in zip(self.__dataclass_fields__, (arrival_rate, service_time, servers, slack), strict=True):
            object.__setattr__(self, name, value)

    @classmethod
    def from_slack(cls, slack, *, service_time=1.0, servers=1):
        """The queue with an exact distance to saturation.

        Parameters
        ----------
        slack : float
            servers - arrival_rate x service_time, in servers; from 1e-100 to below servers.
        service_time, servers
            As above.
        """
        service_time = _check.positive("service_time", service_time)
        servers = _check.integer("servers", servers, least=1, most=MOST_SERVERS)
        slack = check_slack(slack, servers)
        if slack < 1e-100:
            _check.fail("slack", slack, "must be at least 1e-100")
        arrival_rate = (servers - slack) / service_time
        if not 0 < arrival_rate < math.inf:
            _check.fail("slack", slack, "must keep the arrival rate finite and above 0")
        queue = object.__new__(cls)
        queue._set(arrival_rate, service_time, servers, slack)
        return queue

    @property
    def offered_load(self):
        """Mean number of busy servers, in erlangs."""
        return min(self.arrival_rate * self.service_time, math.nextafter(self.servers, 0.0))

    @property
    def throughput(self):
        """Completions per unit of time: all that arrive."""
        return self.arrival_rate

    @property
    def utilization(self):
        """Fraction of the time that a server is busy."""
        return self.offered_load / self.servers

    @functools.cached_property
    def _decay(self):
        return decay(self.slack, self.servers)

    @functools.cached_property
    def _queue(self):
        """P(Y = j) and P(Y > j) for j = 0 ... J, beyond which both fall by 1 + decay per step."""
        load, size = self.offered_load, 1024
        nodes, weights = sum_nodes(load, self.slack, self.servers)
        while True:
            jumps, law = np.empty(size), np.empty(size)
            last = fill_law(load, self.slack, self.servers, 1 + self._decay, nodes, weights, jumps, law)
            if last < size:
                break
            size *= 2
        law = law[: last + 1]
        beyond = law[-1] / self._decay
        tails = np.append(np.cumsum(law[:0:-1])[::-1] + beyond, beyond)
        total = 1.0 + tails[0]
        return law / total, tails / total

    @property
    def wait_probability(self):
        """Probability that a request waits."""
        return self._tail(0.0)

    @property
    def queue_mean(self):
        """Mean number of requests that wait."""
        _, tails = self._queue
        return float(tails.sum() + tails[-1] / self._decay)

    @property
    def wait_mean(self):
        """Mean time from arrival to the start of service, over all requests."""
        return self.queue_mean / self.arrival_rate

    @property
    def response_mean(self):
        """Mean time from arrival to completion."""
        return self.wait_mean + self.service_time

    @property
    def number_mean(self):
        """Mean number of requests that wait or are in service."""
        return self.queue_mean + self.offered_load

    def _tail(self, t):
        """P(wait > t), with t in service times."""
        if t == math.inf:
            return 0.0
        _, tails = self._queue
        load, log_ratio, period = self.offered_load, math.log1p(self._decay), math.floor(t) + 1
        tilted = load * (1 + self._decay)
        settled = math.ceil((len(tails) + tilted + 12 * math.sqrt(tilted) + 60) / self.servers) + 1
        skipped = max(period - settled, 0)
        top = (period - skipped) * self.servers - 1
        value = mixed(load * (period - t), top, tails, log_ratio, -(2**62))
        return min(value * math.exp(-log_ratio * self.servers * skipped), 1.0)

    def wait_tail(self, t):
        """P(wait > t), for a time or an array of times >= 0."""
        return each_time(lambda one: self._tail(one / self.service_time), t)

    def response_tail(self, t):
        """P(response > t), for a time or an array of times >= 0."""

        def tail(one):
            return self._tail((one - self.service_time) / self.service_time) if one >= self.service_time else 1.0

        return each_time(tail, t)

    def wait_quantile(self, q):
        """The shortest time t with P(wait <= t) >= q, for q in [0, 1) or an array."""
        return each_level(self._quantile, q)

    def response_quantile(self, q):
        """The shortest time t with P(response <= t) >= q, for q in [0, 1) or an array; 0 only for q = 0."""
        return each_level(lambda one: self._quantile(one) + self.service_time if one > 0 else 0.0, q)

    def _quantile(self, q):
        log_tail = math.log1p(-q)
        if self._tail(0.0) <= 1 - q:
            return 0.0

        def excess(t):
            tail = self._tail(t)
            return (math.log(tail) if tail > 0 else -800.0) - log_tail

        high = 1 / self.servers
        while excess(high) > 0:
            high *= 2
        return optimize.brentq(excess, 0.0, high, xtol=1e-16 * high, rtol=1e-15, maxiter=1000) * self.service_time

    def state_probability(self, n):
        """P(n requests wait or are in service), for a whole number n >= 0 or an array."""
        law, _ = self._queue
        log_ratio = math.log1p(self._decay)
        return each_state(lambda one: mixed(self.offered_load, one, law, log_ratio, 0), n)
