"""Erlang A, the queue M/M/c+M: customers who wait give up after an exponential patience.

Two waits are told apart. The *offered* wait V is the one that a customer with endless patience would have (the virtual
wait). The wait of a request is the shorter of V and its patience.

Mechanism: V has for t > 0 the density lambda p(c-1) exp(h(t)), with h(t) = lambda (1 - exp(-theta t)) / theta - c mu t
and p(c-1) the probability of c-1 in the system. Everything is a ratio of integrals of this density against positive
factors (see `offered_wait`): nothing cancels or overflows at any load or patience, and the cost does not grow with the
queue.

Source: Palm 1957; Riordan, Stochastic Service Systems, 1962; the integrals after Zeltyn and Mandelbaum, Call centers
with impatient customers: many-server asymptotics of the M/M/n+G queue, Queueing Systems 51, 2005, section 4.

Deviations: the source takes the abandonment from 1 + (lambda - c mu) J, which cancels where customers are patient; here
it is an integral of its own.
"""

import dataclasses
import fractions
import functools
import math

import numpy as np
from scipy import optimize

from underload import _check
from underload.queueing._arguments import each_level, each_state, each_time
from underload.queueing.erlang import check_load, inverse_blocking
from underload.queueing.erlang_a_states import log_weight, peak_height
from underload.queueing.offered_wait import (
    ABANDONED_WAIT,
    OFFERED,
    SERVED,
    SERVED_WAIT,
    WAIT,
    WEIGHT,
    offered_integrals,
)
from underload.random._stirling import log_poisson

__all__ = ["ErlangA", "servers_for_abandonment"]


@dataclasses.dataclass(frozen=True)
class ErlangA:
    """The queue M/M/c+M in its steady state, first come first served. It is stable at any load.

    Parameters
    ----------
    arrival_rate : float
        Requests per unit of time, > 0, from 1e-100 to 1e12 x service_rate.
    service_rate : float
        Requests that one busy server completes per unit of time, > 0.
    servers : int
        c >= 1.
    abandonment_rate : float
        1 / mean patience, from 1e-100 to 1e100 x service_rate. Those in service do not abandon.

    Attributes
    ----------
    slack : float
        servers - arrival_rate / service_rate, in servers; negative in overload.

    Raises
    ------
    ValueError
        If an argument breaks its rule.

    Notes
    -----
    Relative errors stay below 1e-12 up to 10^6 servers, for any patience. As the abandonment rate goes to 0 the queue
    becomes M/M/c (`MMc`), at the service rate the number in it is that of M/M/infinity, and as it grows the abandonment
    probability becomes Erlang's B. Results below about 1e-308 are 0.
    """

    arrival_rate: float
    service_rate: float
    servers: int
    abandonment_rate: float
    slack: float = dataclasses.field(init=False, repr=False)

    def __post_init__(self):
        arrival = _check.positive("arrival_rate", self.arrival_rate)
        service = _check.positive("service_rate", self.service_rate)
        servers = _check.integer("servers", self.servers, least=1)
        slack = servers - fractions.Fraction(arrival) / fractions.Fraction(service)
        self._set(arrival, service, servers, _check.positive("abandonment_rate", self.abandonment_rate), float(slack))

    def _set(self, arrival_rate, service_rate, servers, abandonment_rate, slack):
        if arrival_rate / service_rate < 1e-100:
            _check.fail("arrival_rate", arrival_rate, f"must be at least 1e-100 service_rate={service_rate:g}")
        check_load("arrival_rate", arrival_rate, arrival_rate / service_rate)
        if not 1e-100 <= abandonment_rate / service_rate <= 1e100:
            rule = f"must be from 1e-100 to 1e100 service_rate={service_rate:g}"
            _check.fail("abandonment_rate", abandonment_rate, rule)
        values = (arrival_rate, service_rate, servers, abandonment_rate, slack)
        for name, value in zip(self.__dataclass_fields__, values, strict=True):
            object.__setattr__(self, name, value)

    @classmethod
    def from_slack(cls, slack, *, servers, abandonment_rate, service_rate=1.0):
        """The queue with an exact distance to, or beyond, the load that its servers can carry.

        Parameters
        ----------
        slack : float
            servers - arrival_rate / service_rate, in servers; below `servers`, of either sign.
        servers, abandonment_rate, service_rate
            As above.
        """
        service_rate = _check.positive("service_rate", service_rate)
        servers = _check.integer("servers", servers, least=1)
        slack = _check.real("slack", slack)
        if not slack < servers:
            _check.fail("slack", slack, f"must be below servers={servers}")
        arrival_rate = check_load("slack", slack, servers - slack) * service_rate
        if not 0 < arrival_rate < math.inf:
            _check.fail("service_rate", service_rate, "must keep the arrival rate finite and above 0")
        queue = object.__new__(cls)
        abandonment_rate = _check.positive("abandonment_rate", abandonment_rate)
        queue._set(arrival_rate, service_rate, servers, abandonment_rate, slack)
        return queue

    @property
    def offered_load(self):
        """Mean number of busy servers if nobody abandoned and servers were endless, in erlangs."""
        return self.arrival_rate / self.service_rate

    @property
    def _patience(self):
        return self.abandonment_rate / self.service_rate

    @functools.cached_property
    def _peak_height(self):
        """ln of the density's peak over its value at 0."""
        return peak_height(self.slack, self.servers, self._patience)

    @functools.cached_property
    def _below(self):
        """The weights of the states below c - 1, and of those below c, where that of c - 1 is 1."""
        if self.servers == 1:
            return 0.0, 1.0
        load, slack = self.offered_load, self.slack
        y = inverse_blocking(self.servers - 2, load)
        if abs(slack) < load and y < math.inf:  # the slack holds digits that the load cannot: see erlang.py
            rounded = self.servers - slack
            excess = (load - rounded) + (slack - (self.servers - rounded))
            y *= 1 + excess / load * (slack - 2 + load / y)
        return (self.servers - 1) / load * y, 1 + (self.servers - 1) / load * y

    @functools.cached_property
    def _waiting(self):
        """The six integrals over all of t > 0, times the load: weights of the waiting, in the unit of the peak."""
        return self._integrals(0.0)[0] * self.offered_load

    def _integrals(self, start):
        sums = np.empty(6)
        height = offered_integrals(start, self.offered_load, self.slack, self.servers, self._patience, sums)
        return sums, height

    @functools.cached_property
    def _total(self):
        return self._below[1] * math.exp(-self._peak_height) + float(self._waiting[WEIGHT])

    def _mean(self, which):
        return float(self._waiting[which]) / self._total

    @property
    def wait_probability(self):
        """Probability that a request finds all servers busy."""
        return min(self._mean(WEIGHT), 1.0)

    @property
    def abandonment_probability(self):
        """Fraction of all requests that give up."""
        return min(self._patience * self._mean(WAIT), 1.0)

    @property
    def _served(self):
        """Fraction of all requests that are served."""
        return self._busy / self.offered_load

    @functools.cached_property
    def _busy(self):
        """Mean number of busy servers."""
        below = self._below[0] * math.exp(-self._peak_height)
        if below == math.inf:
            return self.offered_load
        return (self.offered_load * below + self.servers * float(self._waiting[WEIGHT])) / self._total

    @property
    def utilization(self):
        """Fraction of the time that a server is busy."""
        return min(self._busy / self.servers, 1.0)

    @property
    def throughput(self):
        """Requests that are served per unit of time."""
        return self._busy * self.service_rate

    @property
    def wait_mean(self):
        """Mean time in the queue over all requests, until service or until they give up."""
        return self._mean(WAIT) / self.service_rate

    @property
    def wait_mean_served(self):
        """Mean wait of those who are served."""
        return self._mean(SERVED_WAIT) / self._served / self.service_rate

    @property
    def wait_mean_abandoned(self):
        """Mean time in the queue of those who give up."""
        ratio = float(self._waiting[ABANDONED_WAIT] / self._waiting[WAIT])
        return ratio / self._patience / self.service_rate

    @property
    def offered_wait_mean(self):
        """Mean wait that a request with endless patience would have among the others: of the virtual wait."""
        return self._mean(OFFERED) / self.service_rate

    @property
    def queue_mean(self):
        """Mean number of requests that wait."""
        return self.offered_load * self._mean(WAIT)

    @property
    def number_mean(self):
        """Mean number of requests that wait or are in service."""
        return self.queue_mean + self._busy

    @property
    def response_mean(self):
        """Mean time from arrival to completion or to giving up, over all requests."""
        return (self._mean(WAIT) + self._served) / self.service_rate

    def _log_tail(self, which, t):
        """ln of the integral over offered waits beyond `t`, in mean service times, as a probability."""
        sums, height = self._integrals(t)
        weight = float(sums[which]) * self.offered_load / self._total
        return min(height + math.log(weight), 0.0) if weight > 0 else -math.inf

    def offered_wait_tail(self, t):
        """P(offered wait > t): of the virtual wait, for endless patience; a time or an array of times >= 0."""
        return each_time(lambda one: math.exp(self._log_tail(WEIGHT, one * self.service_rate)), t)

    def wait_tail(self, t):
        """P(wait > t): of the actual wait of all requests, served or not; a time or an array of times >= 0."""

        def tail(one):
            return math.exp(self._log_tail(WEIGHT, one * self.service_rate) - self.abandonment_rate * one)

        return each_time(tail, t)

    def wait_tail_served(self, t):
        """P(wait > t | served): of the actual wait of those who are served; a time or an array of times >= 0."""
        served = self._served
        return each_time(lambda one: min(math.exp(self._log_tail(SERVED, one * self.service_rate)) / served, 1.0), t)

    def offered_wait_quantile(self, q):
        """The shortest t with P(offered wait <= t) >= q, for q in [0, 1) or an array."""
        return each_level(lambda one: self._quantile(one, 0.0), q)

    def wait_quantile(self, q):
        """The shortest t with P(wait <= t) >= q, of the actual wait of all; q in [0, 1) or an array."""
        return each_level(lambda one: self._quantile(one, self._patience), q)

    def _quantile(self, q, patience):
        log_tail = math.log1p(-q)
        if self.wait_probability <= 1 - q:
            return 0.0

        def excess(t):
            return self._log_tail(WEIGHT, t) - patience * t - log_tail

        high = 1 / self.servers
        while excess(high) > 0:
            high *= 2
        return optimize.brentq(excess, 0.0, high, xtol=1e-16 * high, rtol=1e-15, maxiter=1000) / self.service_rate

    def state_probability(self, n):
        """P(n requests wait or are in service), for a whole number n >= 0 or an array."""
        return each_state(self._probability, n)

    def _probability(self, n):
        if n < self.servers and self._total == math.inf:
            return math.exp(log_poisson(float(n), self.offered_load))
        weight = math.exp(log_weight(n, self.offered_load, self.slack, self.servers, self._patience))
        return min(1.0, weight / self._total)


def servers_for_abandonment(
    *, arrival_rate, service_rate, abandonment_rate, abandonment_probability=None, wait_probability=None
):
    """The least number of servers of M/M/c+M that keeps the abandonment, the probability to wait, or both, low.

    Parameters
    ----------
    arrival_rate, service_rate, abandonment_rate : float
        As in `ErlangA`.
    abandonment_probability, wait_probability : float
        Most that they may be, in (0, 1); at least one is given.

    Returns
    -------
    int
        The least c >= 1, exact: both probabilities fall with every further server.
    """
    targets = {"abandonment_probability": abandonment_probability, "wait_probability": wait_probability}
    targets = {name: _check.fraction(name, value) for name, value in targets.items() if value is not None}
    if not targets:
        _check.fail("abandonment_probability", None, "or wait_probability must be given")

    def suffices(servers):
        queue = ErlangA(arrival_rate, service_rate, servers, abandonment_rate)
        return all(getattr(queue, name) <= target for name, target in targets.items())

    if suffices(1):
        return 1
    low, high = 1, 2
    while not suffices(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if suffices(middle) else (middle, high)
    return high
