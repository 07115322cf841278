"""The queue M/M/c: Poisson arrivals, exponential service, c servers, first come first served.

Source: Erlang 1917; the law of the response time after Gross, Shortle, Thompson and Harris, Fundamentals of Queueing
Theory, 4th ed., 2008, section 2.3.
"""

import dataclasses
import fractions
import math

from underload import _check
from underload._jit import kernel
from underload._libm import exp, expm1, log, log1p
from underload.queueing._arguments import each_level, each_state, each_time
from underload.queueing.erlang import check_load, check_slack, check_stable, load_excess, wait_probability
from underload.queueing.infinite import log_state_below

__all__ = ["MMc"]


@kernel
def growth(x):
    """expm1(x) / x, which is 1 at 0."""
    return expm1(x) / x if x != 0.0 else 1.0


@kernel
def log_response_tail(t, probability, slack):
    """ln P(response > t), and its derivative.

    Parameters
    ----------
    t : float64
        In mean service times, >= 0.
    probability, slack : float64
        Erlang's C, and servers - offered load: the rate at which a waiting queue drains.

    Notes
    -----
    P(response > t) = e^-t (1 + C t growth((1 - s) t)), which is smooth where the two rates 1 and s meet: there the
    textbook's C / (1 - s) is singular. The larger exponential is factored out, so nothing overflows.
    """
    x = (1.0 - slack) * t
    if x <= 1.0:
        mixture = probability * t * growth(x)
        return -t + log1p(mixture), -1.0 + probability * exp(x) / (1.0 + mixture)
    mixture = exp(-x) + probability * t * growth(-x)
    return -slack * t + log(mixture), -1.0 + probability / mixture


@kernel
def response_quantile(log_tail, probability, slack):
    """The time, in mean service times, that a response exceeds with log probability `log_tail` < 0.

    Newton's method on the logarithm, where the tail is nearly a line, kept inside a bracket.
    """
    low, high = -log_tail, -2.0 * log_tail / min(1.0, slack) + 2.0
    while log_response_tail(high, probability, slack)[0] > log_tail:
        low, high = high, 2.0 * high
    t = low
    for _ in range(200):
        value, slope = log_response_tail(t, probability, slack)
        if value >= log_tail:
            low = t
        else:
            high = t
        step = (log_tail - value) / slope
        following = t + step
        if not low <= following <= high:
            following = 0.5 * (low + high)
        if abs(following - t) <= 2e-16 * t:
            break
        t = following
    return t


@kernel
def wait_tail(t, probability, slack):
    """P(wait > t), for a float64 time in mean service times; `probability` and `slack` as in `log_response_tail`."""
    return probability * exp(-slack * t)


@kernel
def wait_quantile(q, probability, slack):
    """The time, in mean service times, that a wait exceeds with probability 1 - q; 0 up to q = 1 - `probability`."""
    tail = 1.0 - q
    return log1p((probability - tail) / tail) / slack if probability > tail else 0.0


@dataclasses.dataclass(frozen=True)
class MMc:
    """The M/M/c queue in its steady state.

    Parameters
    ----------
    arrival_rate : float
        Requests per unit of time, >= 0, and at most 1e12 x service_rate.
    service_rate : float
        Requests that one busy server completes per unit of time, > 0.
    servers : int
        c >= 1.

    Attributes
    ----------
    slack : float
        servers - arrival_rate / service_rate, in servers, correctly rounded from the given floats.

    Raises
    ------
    ValueError
        If an argument breaks its rule or the utilization is not below 1.
    """

    arrival_rate: float
    service_rate: float
    servers: int = 1
    slack: float = dataclasses.field(init=False, repr=False)

    def __post_init__(self):
        arrival = _check.nonnegative("arrival_rate", self.arrival_rate)
        service = _check.positive("service_rate", self.service_rate)
        servers = _check.integer("servers", self.servers, least=1)
        slack = servers - fractions.Fraction(arrival) / fractions.Fraction(service)
        check_stable(slack, servers, arrival_rate=arrival, service_rate=service, servers=servers)
        check_load("arrival_rate", self.arrival_rate, arrival / service)
        self._set(arrival, service, servers, float(slack))

    def _set(self, arrival_rate, service_rate, servers, slack):
        for name, value in zip(self.__dataclass_fields__, (arrival_rate, service_rate, servers, slack), strict=True):
            object.__setattr__(self, name, value)

    @classmethod
    def from_slack(cls, slack, *, service_rate=1.0, servers=1):
        """The queue with an exact distance to saturation.

        Parameters
        ----------
        slack : float
            servers - arrival_rate / service_rate, in servers; in (0, servers].
        service_rate, servers
            As above.
        """
        service_rate = _check.positive("service_rate", service_rate)
        servers = _check.integer("servers", servers, least=1)
        slack = check_slack(slack, servers)
        arrival_rate = check_load("servers", servers, servers - slack) * service_rate
        if arrival_rate == math.inf:
            _check.fail("service_rate", service_rate, "must keep the arrival rate finite")
        queue = object.__new__(cls)
        queue._set(arrival_rate, service_rate, servers, slack)
        return queue

    @property
    def offered_load(self):
        """Mean number of busy servers, in erlangs."""
        return self.arrival_rate / self.service_rate

    @property
    def utilization(self):
        """Fraction of the time that a server is busy."""
        return self.offered_load / self.servers

    @property
    def wait_probability(self):
        """Probability that a request waits: Erlang's C."""
        return wait_probability(self.servers, self.offered_load, self.slack)

    @property
    def wait_mean(self):
        """Mean time from arrival to the start of service, over all requests."""
        return self.wait_probability / self.slack / self.service_rate

    @property
    def response_mean(self):
        """Mean time from arrival to completion."""
        return self.wait_mean + 1 / self.service_rate

    @property
    def queue_mean(self):
        """Mean number of requests that wait."""
        return self.wait_probability * self.offered_load / self.slack

    @property
    def number_mean(self):
        """Mean number of requests that wait or are in service."""
        return self.queue_mean + self.offered_load

    @property
    def throughput(self):
        """Completions per unit of time: every request is served."""
        return self.arrival_rate

    @property
    def blocking_probability(self):
        """Probability that a request is turned away: 0, since there is room for all."""
        return 0.0

    def state_probability(self, n):
        """Probability of n requests in the system, for a whole number or an array of them."""
        servers, load, slack = self.servers, self.offered_load, self.slack
        excess = load_excess(servers, load, slack)
        full = self.wait_probability * slack / servers
        part = slack / servers
        log_full, log_ratio = _log(full), log1p(-part) if part < 0.5 else _log(load / servers)

        def probability(state):
            if load == 0:
                return float(state == 0)
            if state >= servers:
                return full * exp((state - servers) * log_ratio)
            return exp(log_state_below(state, servers, load, excess, log_ratio, log_full))

        return each_state(probability, n)

    def wait_tail(self, t):
        """P(wait > t), for a time or an array of times >= 0."""
        probability = self.wait_probability
        return each_time(lambda one: wait_tail(self.service_rate * one, probability, self.slack), t)

    def response_tail(self, t):
        """P(response > t), for a time or an array of times >= 0."""
        probability = self.wait_probability

        def tail(one):
            served = one * self.service_rate
            return exp(log_response_tail(served, probability, self.slack)[0]) if served < math.inf else 0.0

        return each_time(tail, t)

    def wait_quantile(self, q):
        """The shortest time t with P(wait <= t) >= q, for q in [0, 1) or an array; 0 up to q = 1 - C."""
        probability = self.wait_probability
        return each_level(lambda one: wait_quantile(one, probability, self.slack) / self.service_rate, q)

    def response_quantile(self, q):
        """The time t with P(response <= t) = q, for q in [0, 1) or an array."""
        probability = self.wait_probability

        def quantile(one):
            log_tail = log1p(-one)
            return response_quantile(log_tail, probability, self.slack) / self.service_rate if log_tail < 0 else 0.0

        return each_level(quantile, q)


def _log(x):
    return log(x) if x > 0 else -math.inf
