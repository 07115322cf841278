"""The queue M/M/inf: every request is served at once; and the Poisson law of its number, in logarithms.

Source: Erlang 1917; the number is Poisson whatever the law of the service (M/G/inf: Palm 1943, Takacs 1962). The
logarithm of a Poisson weight is built from a deviance and a Stirling error, never from a difference of log-gammas:
Loader, Fast and accurate computation of binomial probabilities, 2000.
"""

import dataclasses
import math

from underload import _check
from underload._jit import kernel
from underload._libm import exp, log, log1p
from underload.queueing._arguments import each_level, each_state, each_time
from underload.random._stirling import SMALL

__all__ = ["MMInf"]


@kernel
def deviance(n, mean):
    """n ln(n / mean) + mean - n, for n, mean > 0, without cancellation where they are close.

    With v = (n - mean) / (n + mean) it is (n - mean) v + 2 n (v^3 / 3 + v^5 / 5 + ...).
    """
    gap = n - mean
    v = gap / (n + mean)
    if abs(v) > 0.5:
        return n * log(n / mean) - gap
    total, power, odd = gap * v, 2.0 * n * v, 1.0
    while True:
        power *= v * v
        odd += 2.0
        following = total + power / odd
        if following == total:
            return total
        total = following


@kernel
def log_poisson(n, mean):
    """ln(e^-mean mean^n / n!), for a whole number n >= 0 and a float64 mean > 0."""
    if n == 0:
        return -mean
    n = float(n)
    if n < 16.0:
        error = SMALL[int(n)]
    else:
        square = 1.0 / (n * n)
        error = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / n
    return -deviance(n, mean) - error - 0.5 * log(2.0 * math.pi * n)


@kernel
def log_state_below(n, servers, load, excess, log_ratio, log_full):
    """ln P(n in the system), for n < servers.

    Parameters
    ----------
    n, servers : int64
    load, excess : float64
        The offered load, and what must be taken from it for the true one (see `load_excess`).
    log_ratio, log_full : float64
        ln(load / servers), and ln P(servers in the system), which may be -inf below saturation.

    Notes
    -----
    Below saturation the law is Poisson but for a factor, which is 1 where all servers are hardly ever busy and else
    follows from the state n = servers. Above, the weights fall from there: a Poisson law of mean `servers`, tilted.
    """
    if load < servers:
        tilt = excess / load  # of the true load against the rounded one, for each customer
        if log_full < -60.0:
            return log_poisson(n, load) - (n - load) * tilt
        return log_full + (log_poisson(n, load) - log_poisson(servers, load)) + (servers - n) * tilt
    return log_full + (log_poisson(n, servers) - log_poisson(servers, servers)) - (servers - n) * log_ratio


@dataclasses.dataclass(frozen=True)
class MMInf:
    """The M/M/inf station in its steady state: a server for everybody.

    Parameters
    ----------
    arrival_rate : float
        Requests per unit of time, >= 0.
    service_rate : float
        1 / mean service time, > 0.

    Raises
    ------
    ValueError
        If an argument breaks its rule or their ratio overflows.

    Attributes
    ----------
    wait_mean, queue_mean, wait_probability, blocking_probability : float
        0: nobody ever waits or is turned away.

    Notes
    -----
    All but the response's tail and quantile hold for service times of any law with this mean (M/G/inf).
    """

    arrival_rate: float
    service_rate: float

    def __post_init__(self):
        arrival = _check.nonnegative("arrival_rate", self.arrival_rate)
        service = _check.positive("service_rate", self.service_rate)
        if arrival / service == math.inf or 1 / service == math.inf:
            _check.fail("service_rate", service, "must keep the offered load and the service time finite")
        object.__setattr__(self, "arrival_rate", arrival)
        object.__setattr__(self, "service_rate", service)

    @property
    def offered_load(self):
        """Arrival rate x mean service time, in erlangs."""
        return self.arrival_rate / self.service_rate

    @property
    def number_mean(self):
        """Mean number of requests in service: the offered load."""
        return self.offered_load

    @property
    def throughput(self):
        """Completions per unit of time."""
        return self.arrival_rate

    @property
    def response_mean(self):
        """Mean time from arrival to completion: the mean service time."""
        return 1 / self.service_rate

    wait_mean = queue_mean = wait_probability = blocking_probability = 0.0

    def state_probability(self, n):
        """Probability of n requests in service, for a whole number or an array of them. Poisson."""
        load = self.offered_load
        return each_state(lambda k: exp(log_poisson(k, load)) if load > 0 else float(k == 0), n)

    def wait_tail(self, t):
        """P(wait > t) = 0, for a time or an array of times >= 0."""
        return each_time(lambda one: 0.0, t)

    def response_tail(self, t):
        """P(response > t), for a time or an array of times >= 0."""
        return each_time(lambda one: exp(-self.service_rate * one), t)

    def wait_quantile(self, q):
        """The wait that a fraction q does not exceed: 0."""
        return each_level(lambda one: 0.0, q)

    def response_quantile(self, q):
        """The time t with P(response <= t) = q, for q in [0, 1) or an array."""
        return each_level(lambda one: -log1p(-one) / self.service_rate, q)
