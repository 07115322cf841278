"""The queue GI/M/c: independent interarrival times of any law, exponential service, c servers, first come first served.

Mechanism: at the arrivals the number that waits is geometric with the ratio sigma, the root below 1 of
sigma = A(c mu (1 - sigma)), where A(s) = E exp(-s X) is the transform of an interarrival time. So the wait of those who
wait is exponential with rate c mu (1 - sigma). The probability to wait is Takacs' sum over the servers.

Source: Takacs, Introduction to the Theory of Queues, 1962, chapter 2, theorem 1; Gross, Shortle, Thompson and Harris,
Fundamentals of Queueing Theory, 4th ed., 2008, section 5.3.

Deviations: with X in its mean and s = c mu (1 - sigma) E X, the equation is 1 - (1 - A(s)) / s = 1 - rho: so neither
the root 0 nor a cancellation is met near saturation. Takacs' quotient, 0 / 0 where c (1 - sigma) is a whole number, as
for M/M/c, is a divided difference of A here.
"""

import dataclasses
import fractions
import functools
import math

import numpy as np
from scipy import optimize, special

from underload import _check
from underload.queueing._arguments import each_level, each_state, each_time
from underload.queueing.erlang import check_slack, check_stable
from underload.queueing.interarrival import Arrivals
from underload.queueing.mmc import log_response_tail, response_quantile
from underload.random import Distribution

__all__ = ["GIMc"]

MOST_SERVERS = 10**4


@dataclasses.dataclass(frozen=True)
class GIMc:
    """The GI/M/c queue in its steady state. Exact.

    Parameters
    ----------
    interarrival : underload.random.Distribution
        Of the time between arrivals, with a mean > 0.
    service_rate : float
        Requests that one busy server completes per unit of time, > 0.
    servers : int
        c, from 1 to 10^4.

    Attributes
    ----------
    slack : float
        servers - 1 / (interarrival.mean x service_rate), in servers, correctly rounded from the given floats.

    Raises
    ------
    ValueError
        If an argument breaks its rule, the utilization is below 1e-12 or not below 1.

    Notes
    -----
    Relative errors stay below 1e-11. Requests that arrive see other averages than the clock, unless arrivals are
    Poisson: `wait_probability` is of the requests, `state_probability` of the time.
    """

    interarrival: Distribution
    service_rate: float
    servers: int = 1
    slack: float = dataclasses.field(init=False, repr=False)

    def __post_init__(self):
        arrivals = Arrivals("interarrival", self.interarrival)
        mean = _check.positive("interarrival", self.interarrival.mean)
        service = _check.positive("service_rate", self.service_rate)
        servers = _check.integer("servers", self.servers, least=1, most=MOST_SERVERS)
        slack = servers - 1 / (fractions.Fraction(mean) * fractions.Fraction(service))
        check_stable(slack, servers, interarrival_mean=mean, service_rate=service, servers=servers)
        self._set(self.interarrival, service, servers, float(slack), arrivals)

    def _set(self, interarrival, service_rate, servers, slack, arrivals):
        load = 1 / interarrival.mean / service_rate
        if not load >= 1e-12 * servers:
            _check.fail("service_rate", service_rate, "must keep the utilization at least 1e-12")
        values = (interarrival, service_rate, servers, slack, arrivals)
        for name, value in zip((*self.__dataclass_fields__, "_arrivals"), values, strict=True):
            object.__setattr__(self, name, value)

    @classmethod
    def from_slack(cls, slack, *, interarrival, servers=1):
        """The queue with an exact distance to saturation; the service rate follows from it.

        Parameters
        ----------
        slack : float
            servers - 1 / (interarrival.mean x service_rate), in servers; from 1e-100 to below servers.
        interarrival, servers
            As above.
        """
        arrivals = Arrivals("interarrival", interarrival)
        mean = _check.positive("interarrival", interarrival.mean)
        servers = _check.integer("servers", servers, least=1, most=MOST_SERVERS)
        slack = check_slack(slack, servers)
        if not 1e-100 <= slack < servers:
            _check.fail("slack", slack, f"must be at least 1e-100 and below servers={servers}")
        queue = object.__new__(cls)
        queue._set(interarrival, 1 / mean / (servers - slack), servers, slack, arrivals)
        return queue

    @property
    def arrival_rate(self):
        """Requests per unit of time."""
        return 1 / self.interarrival.mean

    @property
    def offered_load(self):
        """Mean number of busy servers, in erlangs."""
        return self.arrival_rate / self.service_rate

    @property
    def throughput(self):
        """Completions per unit of time: all that arrive."""
        return self.arrival_rate

    @property
    def utilization(self):
        """Fraction of the time that a server is busy."""
        return self.offered_load / self.servers

    @functools.cached_property
    def _root(self):
        """s = c mu (1 - sigma) x the mean interarrival time: the root of 1 - (1 - A(s)) / s = 1 - rho."""
        arrivals, free, used = self._arrivals, self.slack / self.servers, self.utilization

        def excess(log_s):
            s = np.float64(math.exp(log_s))
            if free < 0.5:
                return math.log(float(arrivals.deficit(s)) / free)
            return math.log(used / float(arrivals.residual(s)))

        low = high = math.log(2 * free / used)  # the root of M/M/c is free / used
        step = 2.0
        while excess(low) > 0:
            low, step = low - step, 2 * step
            if low < -690:
                _check.fail("slack", self.slack, "is too small for interarrival times with so heavy a tail")
        while excess(high) < 0:
            high += 2.0
        return math.exp(optimize.brentq(excess, low, high, xtol=1e-16, rtol=1e-15, maxiter=500))

    @property
    def _free(self):
        """1 - sigma."""
        return self._root * self.utilization

    @property
    def sigma(self):
        """The ratio of the geometric law that arrivals see in the queue; with one server, the probability to wait."""
        return 1 - self._free if self._free < 0.5 else float(self._arrivals.transform(np.float64(self._root)))

    @functools.cached_property
    def wait_probability(self):
        """Probability that a request waits."""
        if self.servers == 1:
            return self.sigma
        servers, load, arrivals = self.servers, self.offered_load, self._arrivals
        j = np.arange(1.0, servers + 1)
        s, root = j / load, self._root
        low, high = np.minimum(s, root), np.maximum(s, root)
        quotient = 1 - arrivals.slope(low, high - low) * (servers / load)
        busy, idle = arrivals.transform(s), s * arrivals.residual(s)
        with np.errstate(over="ignore", divide="ignore"):  # an infinite term makes the probability 0
            logs = np.cumsum(np.log(idle) - np.log(busy))
            terms = np.exp(logs + log_binomial(servers)) / idle * quotient
            return float(1 / (1 + self._free * terms.sum()))

    @property
    def wait_mean(self):
        """Mean time from arrival to the start of service, over all requests."""
        return self.wait_probability / (self.servers * self._free * self.service_rate)

    @property
    def response_mean(self):
        """Mean time from arrival to completion."""
        return self.wait_mean + 1 / self.service_rate

    @property
    def queue_mean(self):
        """Mean number of requests that wait, over time."""
        return self.arrival_rate * self.wait_mean

    @property
    def number_mean(self):
        """Mean number of requests that wait or are in service, over time."""
        return self.queue_mean + self.offered_load

    def wait_tail(self, t):
        """P(wait > t), for a time or an array of times >= 0."""
        drain = self.servers * self._free * self.service_rate
        return each_time(lambda one: self.wait_probability * math.exp(-drain * one), t)

    def response_tail(self, t):
        """P(response > t), for a time or an array of times >= 0."""
        probability, drain = self.wait_probability, self.servers * self._free
        return each_time(lambda one: math.exp(log_response_tail(one * self.service_rate, probability, drain)[0]), t)

    def wait_quantile(self, q):
        """The shortest time t with P(wait <= t) >= q, for q in [0, 1) or an array."""
        probability, drain = self.wait_probability, self.servers * self._free * self.service_rate

        def quantile(one):
            tail = 1 - one
            return math.log1p((probability - tail) / tail) / drain if probability > tail else 0.0

        return each_level(quantile, q)

    def response_quantile(self, q):
        """The time t with P(response <= t) = q, for q in [0, 1) or an array."""
        probability, drain = self.wait_probability, self.servers * self._free

        def quantile(one):
            log_tail = math.log1p(-one)
            return response_quantile(log_tail, probability, drain) / self.service_rate if log_tail < 0 else 0.0

        return each_level(quantile, q)

    def state_probability(self, n):
        """P(n requests wait or are in service), over time, for a whole number n or an array.

        The law is given from n = `servers` on, and for one server from n = 0 on; smaller n are refused.
        """

        def probability(one):
            if one == 0 and self.servers == 1:
                return self.slack
            if one < self.servers:
                _check.fail("n", one, f"must be at least servers={self.servers}, or the queue have one server")
            return self.utilization * self._found(one - 1)

        return each_state(probability, n)

    def arrival_state_probability(self, n):
        """P(an arrival finds n in the system), for a whole number n or an array; from n = `servers` - 1 on."""

        def probability(one):
            if one < self.servers - 1:
                _check.fail("n", one, f"must be at least servers - 1 = {self.servers - 1}")
            return self._found(one)

        return each_state(probability, n)

    def _found(self, n):
        return self.wait_probability * self._free * self.sigma ** (n - self.servers)


def log_binomial(servers):
    """ln of c over j, for j = 1 ... c."""
    j = np.arange(1.0, servers + 1)
    return (
        np.cumsum(np.log((servers - j + 1) / j))
        if servers <= 50
        else -np.log(servers + 1.0) - special.betaln(servers - j + 1, j + 1)
    )
