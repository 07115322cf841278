"""The M/M/1 queue with retrials, in closed form: see `retrial` for what an orbit is.

Source: Falin and Templeton, Retrial Queues, 1997, section 1.2.
"""

import dataclasses
import fractions
import math

from underload import _check
from underload.queueing._arguments import each_state
from underload.queueing.erlang import check_slack, check_stable
from underload.queueing.erlang_a_states import HALF_LOG_TWO_PI, stirling
from underload.queueing.offered_wait import lag

__all__ = ["MM1Retrial"]


def check_ratios(arrival_rate, service_rate, retrial_rate):
    """Raise unless the ratios of the rates leave room for their products."""
    if arrival_rate / service_rate < 1e-50:
        _check.fail("arrival_rate", arrival_rate, f"must be at least 1e-50 service_rate={service_rate:g}")
    if not 1e-50 <= retrial_rate / service_rate <= 1e50:
        _check.fail("retrial_rate", retrial_rate, f"must be from 1e-50 to 1e50 service_rate={service_rate:g}")


@dataclasses.dataclass(frozen=True)
class MM1Retrial:
    """The M/M/1 queue without a waiting room, whose blocked requests try again: closed forms.

    Parameters
    ----------
    arrival_rate, service_rate, retrial_rate : float
        As in `MMcRetrial`.

    Attributes
    ----------
    slack : float
        1 - arrival_rate / service_rate, correctly rounded from the given floats.

    Raises
    ------
    ValueError
        If an argument breaks its rule or the utilization is not below 1.

    Notes
    -----
    The orbit is negative binomial: with r = arrival_rate / retrial_rate, of order r while the server is free, and r + 1
    while it is busy, both with ratio rho.
    """

    arrival_rate: float
    service_rate: float
    retrial_rate: float
    slack: float = dataclasses.field(init=False, repr=False)

    def __post_init__(self):
        arrival = _check.positive("arrival_rate", self.arrival_rate)
        service = _check.positive("service_rate", self.service_rate)
        slack = 1 - fractions.Fraction(arrival) / fractions.Fraction(service)
        check_stable(slack, 1, arrival_rate=arrival, service_rate=service)
        self._set(arrival, service, _check.positive("retrial_rate", self.retrial_rate), float(slack))

    def _set(self, *values):
        check_ratios(*values[:3])
        for name, value in zip(self.__dataclass_fields__, values, strict=True):
            object.__setattr__(self, name, value)

    @classmethod
    def from_slack(cls, slack, *, retrial_rate, service_rate=1.0):
        """The queue with an exact distance to saturation.

        Parameters
        ----------
        slack : float
            1 - arrival_rate / service_rate, in (0, 1).
        retrial_rate, service_rate
            As above.
        """
        service = _check.positive("service_rate", service_rate)
        slack = check_slack(slack, 1)
        arrival = (1 - slack) * service
        if arrival == 0:
            _check.fail("slack", slack, "must keep the arrival rate above 0")
        queue = object.__new__(cls)
        queue._set(arrival, service, _check.positive("retrial_rate", retrial_rate), slack)
        return queue

    @property
    def throughput(self):
        """Completions per unit of time: all that arrive."""
        return self.arrival_rate

    @property
    def utilization(self):
        """Fraction of the time that the server is busy."""
        return self.arrival_rate / self.service_rate

    offered_load = utilization

    @property
    def wait_probability(self):
        """Probability that a new request finds the server busy: rho, as without retrials."""
        return self.utilization

    @property
    def orbit_mean(self):
        """Mean number of requests that wait to try again: rho (arrival_rate / retrial_rate + rho) / (1 - rho)."""
        rho = self.utilization
        return rho * (self.arrival_rate / self.retrial_rate + rho) / self.slack

    @property
    def queue_mean(self):
        """Mean number of requests that wait: the orbit."""
        return self.orbit_mean

    @property
    def number_mean(self):
        """Mean number of requests in the orbit or in service."""
        return self.orbit_mean + self.utilization

    @property
    def wait_mean(self):
        """Mean time from arrival to the start of service, over all requests."""
        return (1 / self.retrial_rate + 1 / self.service_rate) * (self.utilization / self.slack)

    @property
    def response_mean(self):
        """Mean time from arrival to completion."""
        return self.wait_mean + 1 / self.service_rate

    @property
    def retrials_mean(self):
        """Mean number of further tries per request."""
        return self.retrial_rate * self.wait_mean

    def state_probability(self, busy, orbit):
        """P(`busy` servers busy, 0 or 1, and `orbit` requests in the orbit), for two whole numbers."""
        busy = _check.integer("busy", busy, most=1)
        orbit = _check.integer("orbit", orbit)
        weight = negative_binomial(orbit, self.arrival_rate / self.retrial_rate + busy, self.utilization, self.slack)
        return weight * (self.utilization if busy else self.slack)

    def orbit_probability(self, n):
        """P(n requests in the orbit), for a whole number n >= 0 or an array."""
        return each_state(lambda one: self.state_probability(0, one) + self.state_probability(1, one), n)


def negative_binomial(n, order, ratio, free):
    """C(order + n - 1, n) ratio^n free^order, with free = 1 - ratio, by Loader's saddle point: to 1e-12 at any n."""
    if n == 0:
        return math.exp(order * _log(free, ratio))
    return binomial_density(order, n, free, ratio) * order / (order + n)


def _log(x, complement):
    """ln(x), where 1 - x is known to more digits."""
    return math.log(x) if x < 0.5 else math.log1p(-complement)


def binomial_density(x, y, p, q):
    """gamma(x + y + 1) / (gamma(x + 1) gamma(y + 1)) p^x q^y, for real x > 0, y >= 1 and p + q = 1."""
    excess = x * q - y * p  # x - (x + y) p, without its cancellation
    spread = _spread(x, (x + y) * p, excess) + _spread(y, (x + y) * q, -excess)
    return math.exp(stirling(x + y) - stirling(x) - stirling(y) - HALF_LOG_TWO_PI - spread)


def _spread(k, mean, excess):
    """k ln(k / mean) - excess, with excess = k - mean."""
    return k * lag(-excess / k) if abs(excess) < 0.1 * k else k * math.log(k / mean) - excess
