"""The queue M/G/1: Poisson arrivals, general service, one server.

First come first served its means, variances, tails and quantiles; under other disciplines (`MG1.under`) its means.
"""

import dataclasses
import fractions
import math

import numpy as np
from scipy import optimize

from underload import _check
from underload.queueing import mg1_tails
from underload.queueing.erlang import check_slack, check_stable
from underload.queueing.size_based import disciplined
from underload.queueing.transforms import check_distribution
from underload.random import Deterministic, Distribution, Exponential, Gamma, Hyperexponential, Uniform

__all__ = ["MG1", "check_service"]

EXACT = (Deterministic, Exponential, Gamma, Hyperexponential, Uniform)  # laws whose tails are right however small
LEAST_TAIL = 1e-9  # of the others, whose tails have an absolute error of 1e-12
LATEST = 1e250  # mean service times
SOONEST = 1e-70
LEAST_SLACK = 1e-30
LEAST_SLACK_INVERTED, ROUNDING = 1e-9, 1e-13  # the absolute error of a tail by inversion is ROUNDING / slack


@dataclasses.dataclass(frozen=True)
class MG1:
    """The M/G/1 queue in its steady state, first come first served.

    Parameters
    ----------
    arrival_rate : float
        Requests per unit of time, >= 0.
    service : underload.random.Distribution
        Service times, independent; mean from 1e-30 to 1e30.

    Attributes
    ----------
    slack : float
        1 - arrival_rate x mean service time, correctly rounded from the given floats.
    utilization : float
        Fraction of the time that the server is busy; also the probability that a request waits.

    Raises
    ------
    ValueError
        If an argument breaks its rule or the utilization is not below 1.

    Notes
    -----
    Pollaczek 1930, Khinchine 1932; Takacs 1962 for the variance. What is infinite is returned as inf: the mean wait
    if the service time has no second moment, its variance if it has no third. The quantiles exist all the same.
    """

    arrival_rate: float
    service: Distribution
    slack: float = dataclasses.field(init=False, repr=False)
    utilization: float = dataclasses.field(init=False, repr=False)

    def __post_init__(self):
        arrival_rate = _check.nonnegative("arrival_rate", self.arrival_rate)
        service = check_service("service", self.service)
        load = fractions.Fraction(arrival_rate) * fractions.Fraction(service.mean)
        check_stable(1 - load, 1, arrival_rate=arrival_rate, service_mean=service.mean)
        self._set(arrival_rate, service, float(1 - load), float(load))

    def _set(self, arrival_rate, service, slack, utilization):
        values = (arrival_rate, service, slack, utilization)
        for name, value in zip(self.__dataclass_fields__, values, strict=True):
            object.__setattr__(self, name, value)

    @classmethod
    def from_slack(cls, slack, *, service):
        """The queue with an exact distance to saturation.

        Parameters
        ----------
        slack : float
            1 - utilization, from 1e-30 to 1.
        service
            As above.
        """
        slack, service = check_slack(slack, 1), check_service("service", service)
        if slack < LEAST_SLACK:
            _check.fail("slack", slack, f"must be at least {LEAST_SLACK:g}")
        queue = object.__new__(cls)
        queue._set((1 - slack) / service.mean, service, slack, 1 - slack)
        return queue

    @property
    def servers(self):
        """One."""
        return 1

    @property
    def service_rate(self):
        """1 / mean service time."""
        return 1 / self.service.mean

    @property
    def offered_load(self):
        """Arrival rate x mean service time, in erlangs."""
        return self.utilization

    @property
    def wait_probability(self):
        """Probability that a request waits."""
        return self.utilization

    @property
    def throughput(self):
        """Completions per unit of time."""
        return self.arrival_rate

    @property
    def wait_mean(self):
        """Mean time from arrival to the start of service: the Pollaczek-Khinchine formula."""
        return self._relative_wait() * self.service.mean

    @property
    def wait_variance(self):
        """Variance of the wait, over all requests."""
        if self.arrival_rate == 0:
            return 0.0
        third = self.service.relative_moment(3) * self.utilization / (3 * self.slack)
        return (self._relative_wait() ** 2 + third) * self.service.mean**2

    @property
    def response_mean(self):
        """Mean time from arrival to completion."""
        return self.wait_mean + self.service.mean

    @property
    def response_variance(self):
        """Variance of the response."""
        return self.wait_variance + self.service.scv * self.service.mean**2

    @property
    def queue_mean(self):
        """Mean number of requests that wait."""
        return self._relative_wait() * self.utilization if self.arrival_rate > 0 else 0.0

    @property
    def number_mean(self):
        """Mean number of requests that wait or are in service."""
        return self.queue_mean + self.utilization

    def _relative_wait(self):
        """In mean service times."""
        if self.arrival_rate == 0:
            return 0.0
        moment = self.service.relative_moment(2)
        return math.inf if moment == math.inf else moment / 2 * self.utilization / self.slack

    def wait_tail(self, t):
        """P(wait > t), for a time or an array of times >= 0.

        Exact (12 digits, however small) for exponential and hyperexponential service, and for deterministic service
        within 1e-12 / slack. By inversion for the others: gamma with a relative error of 1e-10, uniform of 1e-7;
        lognormal and Weibull with an absolute error of 1e-11, Pareto of 1e-8, which comes from its corner; for these
        three at least 1e-13 / slack, and a slack below 1e-9 is refused. For laws narrower than scv 0.01 the absolute
        error is 1e-4. At a utilization below 1e-4 also gamma and uniform service have an absolute error, of
        1e-8 x utilization.
        """
        return self._tail(mg1_tails.wait_tail, t)

    def response_tail(self, t):
        """P(response > t), for a time or an array of times >= 0.

        Accuracy as of `wait_tail`, but for the laws with corners: uniform and Pareto service have an absolute error of
        1e-6, and laws narrower than scv 0.01 of 1e-3.
        """
        return self._tail(mg1_tails.response_tail, t)

    def wait_quantile(self, q):
        """The shortest time t with P(wait <= t) >= q, for q in [0, 1) or an array; 0 up to q = 1 - utilization.

        For service times other than exponential, hyperexponential, deterministic, gamma and uniform, q is at most
        1 - 1e-9, and 1 - 1e-12 / slack.
        """
        return self._quantile(q, mg1_tails.wait_tail, self.utilization)

    def response_quantile(self, q):
        """The shortest time t with P(response <= t) >= q, for q in [0, 1) or an array; limits as in `wait_quantile`."""
        if isinstance(self.service, Deterministic):
            return self.wait_quantile(q) + self.service.mean
        return self._quantile(q, mg1_tails.response_tail, 1.0)

    def under(self, discipline):
        """The means under another discipline.

        Parameters
        ----------
        discipline : str
            "fcfs" first come first served; "lcfs" last come first served, "lcfs-pr" the same with preemption;
            "ps" processor sharing; "sjf" shortest job first, "psjf" the same with preemption; "srpt" shortest remaining
            processing time; "fb" the job served least so far (foreground-background, least attained service).
            Preempted work resumes where it stopped. Of equal sizes the first to come is served first, except under
            "fb", which shares the server among them.

        Returns
        -------
        Disciplined
            `response_mean`, `wait_mean`, `slowdown_mean` and `response_at(size)`; inf where infinite. Relative errors
            are below 1e-11.

        Raises
        ------
        ValueError
            If the discipline is not one of these, or looks at sizes that are Pareto with a shape below 1.01.
        """
        return disciplined(discipline, self.service, self.utilization, self.slack)

    def _tail(self, function, t):
        times = _check.each(_check.nonnegative, "t", t)
        relative = np.atleast_1d(np.asarray(times, dtype=np.float64)).ravel() / self.service.mean
        if (relative > LATEST).any():
            _check.fail("t", t, f"must be at most {LATEST:g} mean service times")
        return self._relative_tail(function, relative).reshape(np.shape(times))[()]

    def _relative_tail(self, function, t):
        if self.utilization == 0:  # the response is the service
            alone = 1 - self.service.cdf(t * self.service.mean)
            return alone if function is mg1_tails.response_tail else np.zeros_like(t)
        self._check_slack()
        return function(self.service, self.utilization, self.slack, t)

    def _check_slack(self):
        if self.slack < LEAST_SLACK_INVERTED and not isinstance(self.service, EXACT):
            _check.fail("slack", self.slack, f"must be at least {LEAST_SLACK_INVERTED:g} for tails under this law")

    def _quantile(self, q, function, most):
        if np.ndim(q) == 0:
            return self._one_quantile(q, function, most)
        levels = np.asarray(q)
        return np.array([self._one_quantile(one, function, most) for one in levels.flat]).reshape(levels.shape)

    def _one_quantile(self, q, function, most):
        q = _check.real("q", q, "must be a probability, 0 <= q < 1")
        if not 0 <= q < 1:
            _check.fail("q", q, "must be a probability, 0 <= q < 1")
        level = 1 - q
        if level >= most:
            return 0.0
        self._check_slack()
        least = 0.0 if isinstance(self.service, EXACT) else max(LEAST_TAIL, 10 * ROUNDING / self.slack)
        if level < least * (1 - 1e-6):
            _check.fail("q", q, f"must be at most 1 - {least:g} for service times of this law")

        def excess(log_t):
            found = float(self._relative_tail(function, np.array([math.exp(log_t)]))[0])
            return math.log(found / level) if found > 0 else -800.0

        low, high = _bracket(lambda t: excess(math.log(t)))
        if high <= SOONEST or (low <= SOONEST and excess(math.log(low)) <= 0):  # the level is that of the jump at 0
            return 0.0
        # Tails are nearly straight in ln t if heavy, and in t if light, where few steps are needed anyway.
        root = optimize.brentq(excess, math.log(low), math.log(high), xtol=1e-14, rtol=1e-14)
        return math.exp(root) * self.service.mean


def _bracket(excess):
    """Times between which a decreasing function has its root, by steps that grow."""
    low = high = 1.0
    factor = 2.0
    while excess(high) > 0:
        low, high, factor = high, high * factor, min(factor * factor, 1e8)
    while low == high or (low > SOONEST and excess(low) <= 0):
        low, high, factor = low / factor, low, min(factor * factor, 1e8)
    return low, high


def check_service(name, value):
    """A service law that leaves room for its moments."""
    service = check_distribution(name, value)
    if not 1e-30 <= service.mean <= 1e30:
        _check.fail(name, service, "must have a mean from 1e-30 to 1e30")
    return service
