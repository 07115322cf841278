"""One server with phase-type service and Markovian arrivals: MAP/PH/1, and M/PH/1 and PH/M/1 inside it.

Mechanism: the number in system is a quasi-birth-death chain; level 0 has exactly the probability 1 - utilization. The
work in system is a fluid that rises at rate 1 while a new job's phases run, with arrivals frozen, and falls at rate 1
otherwise. Phases on the way up at height x have the law visits exp(K x), K = I (x) T + F (D1 (x) initial), where
F = visits per busy period (I (x) exits) holds the arrival phase at its end, which is the same for fluid and levels. K
becomes the generator of a proper chain when it is reversed with `visits`, the expected time in the service phases per
unit of time: visits K = -P(empty) (D1 (x) initial). So wait and response are phase-type, exactly, and stay so near
saturation.

Source: Neuts, Matrix-Geometric Solutions in Stochastic Models, 1981; Latouche and Ramaswami, Introduction to Matrix
Analytic Methods in Stochastic Modeling, 1999; the phase-type wait after Sengupta, Markov processes whose steady state
distribution is matrix-exponential, with an application to the GI/PH/1 queue, Adv. Applied Probability 21(1), 1989.

Deviations: the law of the work comes from the fluid and its reversal, not from an integral equation.
"""

import dataclasses
import functools

import numpy as np

from underload import _check
from underload.queueing._arguments import each_state, each_time
from underload.queueing.absorption import Absorption
from underload.queueing.elimination import solve_leaving
from underload.queueing.erlang import check_stable
from underload.queueing.markovian_arrivals import MarkovianArrivals
from underload.queueing.phase_type import PhaseType
from underload.queueing.quasi_birth_death import MOST_PHASES, QuasiBirthDeath

__all__ = ["MAPPH1", "MPH1", "PHM1"]


@dataclasses.dataclass(frozen=True, eq=False)
class MAPPH1:
    """One server, first come first served, in its steady state.

    Parameters
    ----------
    arrivals : MarkovianArrivals
    service : PhaseType
        Or a distribution that `PhaseType.from_distribution` takes. At most 500 pairs of an arrival and a service phase.

    Attributes
    ----------
    slack : float
        1 - utilization, from the given floats: its relative error is a few ulp / slack. `from_slack` is exact.

    Raises
    ------
    ValueError
        If an argument breaks its rule or the utilization is not below 1.
    """

    arrivals: MarkovianArrivals
    service: PhaseType
    slack: float = dataclasses.field(init=False)

    def __post_init__(self):
        if not isinstance(self.arrivals, MarkovianArrivals):
            _check.fail("arrivals", self.arrivals, "must be MarkovianArrivals")
        service = _service("service", self.service)
        arrival_rate, service_mean = self.arrivals.arrival_rate, service.mean
        slack = 1 - arrival_rate * service_mean
        check_stable(slack, 1, arrival_rate=arrival_rate, service_mean=service_mean)
        self._set(self.arrivals, service, slack)

    def _set(self, arrivals, service, slack):
        if arrivals.phases * service.phases > MOST_PHASES:
            _check.fail("arrivals", arrivals.phases * service.phases, f"must make at most {MOST_PHASES} phases in all")
        for name, value in (("arrivals", arrivals), ("service", service), ("slack", slack)):
            object.__setattr__(self, name, value)

    @classmethod
    def from_slack(cls, slack, *, arrivals, service):
        """The queue with the exact slack 1 - utilization, from 1e-100 to below 1: arrivals sped up or slowed down."""
        slack = _check.fraction("slack", slack)
        if slack < 1e-100:
            _check.fail("slack", slack, "must be at least 1e-100")
        if not isinstance(arrivals, MarkovianArrivals):
            _check.fail("arrivals", arrivals, "must be MarkovianArrivals")
        service = _service("service", service)
        queue = object.__new__(MAPPH1)
        queue._set(arrivals.scaled((1 - slack) / service.mean / arrivals.arrival_rate), service, slack)
        return queue

    @property
    def arrival_rate(self):
        """Arrivals per unit of time."""
        return self.arrivals.arrival_rate

    @property
    def service_rate(self):
        """Jobs that a busy server completes per unit of time."""
        return 1 / self.service.mean

    @property
    def throughput(self):
        """Completions per unit of time: all that arrive."""
        return self.arrival_rate

    @property
    def utilization(self):
        """Fraction of the time that the server is busy."""
        return 1 - self.slack

    @functools.cached_property
    def _unit(self):
        """Arrivals and service with the mean service time as the unit of time."""
        unit = self.service.mean
        arrivals = self.arrivals.rates * unit, self.arrivals.D1 * unit
        return *arrivals, self.service.initial, self.service.rates * unit, self.service.exits * unit

    @functools.cached_property
    def chain(self):
        """The `QuasiBirthDeath` chain of the number in system; a phase is (arrival phase, service phase).

        Its unit of time is the mean service time.
        """
        hidden, arrivals, initial, rates, exits = self._unit
        here, there = np.eye(len(hidden)), np.eye(len(rates))
        local = np.kron(hidden, there) + np.kron(here, rates)
        up, down = np.kron(arrivals, there), np.kron(here, np.outer(exits, initial))
        np.fill_diagonal(local, 0.0)
        ends = np.kron(here, exits[:, None])
        return QuasiBirthDeath.with_drift(
            -self.slack, up, local, down, hidden, np.kron(arrivals, initial[None, :]), ends
        )

    @functools.cached_property
    def _empty(self):
        """The law of the arrival phase while the system is empty, float64[m]; its sum is the slack."""
        law = self.chain.level_law(0)
        return law * (self.slack / law.sum())

    @functools.cached_property
    def _work(self):
        """The laws of wait and response: the times until the reversed fluid is absorbed."""
        hidden, arrivals, initial, rates, exits = self._unit
        m = len(hidden)
        enter = np.kron(arrivals, initial[None, :])
        served = initial @ solve_leaving(rates.copy(), exits.copy(), np.eye(len(rates)))
        entering = self.arrivals.phase_probabilities @ arrivals
        time = np.kron(entering, served)
        ends = self.chain._visits @ np.kron(np.eye(m), exits[:, None])
        ends /= ends.sum(axis=1, keepdims=True)
        forward = np.kron(np.eye(m), rates) + ends @ enter
        kept = time > 0
        forward, time = forward[np.ix_(kept, kept)], time[kept]
        backward = forward.T * time[None, :] / time[:, None]
        np.fill_diagonal(backward, 0.0)
        leave = (self._empty @ enter)[kept] / time
        per_arrival = time / entering.sum()
        wait = per_arrival * (ends @ arrivals.sum(axis=1))[kept]
        response = per_arrival * np.kron(np.ones(m), exits)[kept]
        return Absorption(wait, backward, leave), Absorption(response / response.sum(), backward, leave)

    @property
    def wait_probability(self):
        """Probability that an arrival finds the server busy."""
        return self._work[0].mass

    @property
    def number_mean(self):
        """Mean number of jobs that wait or are in service."""
        chain = self.chain
        busy = chain.phase_probabilities
        return float(busy / busy.sum() @ chain._ahead) * self.utilization

    @property
    def queue_mean(self):
        """Mean number of jobs that wait."""
        chain = self.chain
        busy = chain.phase_probabilities
        return float(busy / busy.sum() @ (chain._ahead - 1)) * self.utilization

    @property
    def wait_mean(self):
        """Mean time from arrival to the start of service, over all jobs."""
        return self.queue_mean / self.arrival_rate

    @property
    def response_mean(self):
        """Mean time from arrival to completion."""
        return self.wait_mean + self.service.mean

    @property
    def decay_rate(self):
        """The limit of P(n + 1 in system) / P(n in system)."""
        return self.chain.decay_rate

    def state_probability(self, n):
        """P(n jobs in system), for an int n >= 0 or an array; the relative error is some n ulp."""
        return each_state(self.chain.level_probability, n)

    def wait_tail(self, t):
        """P(wait > t), for a time or an array of times >= 0."""
        return each_time(lambda one: float(self._work[0].at(one / self.service.mean)[0]), t)

    def response_tail(self, t):
        """P(response > t), for a time or an array of times >= 0."""
        return each_time(lambda one: float(self._work[1].at(one / self.service.mean)[0]), t)

    def wait_quantile(self, q):
        """The shortest time t with P(wait <= t) >= q, for q in [0, 1) or an array; 0 up to 1 - wait_probability."""
        return self._work[0].quantile(q) * self.service.mean

    def response_quantile(self, q):
        """The time t with P(response <= t) = q, for q in [0, 1) or an array."""
        return self._work[1].quantile(q) * self.service.mean


def _service(name, value):
    try:
        return PhaseType.from_distribution(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


class MPH1(MAPPH1):
    """M/PH/1: Poisson arrivals, phase-type service, one server.

    Parameters
    ----------
    arrival_rate : float
        Per unit of time, > 0.
    service
        As in `MAPPH1`, which has the attributes.
    """

    def __init__(self, arrival_rate, service):
        super().__init__(MarkovianArrivals.poisson(_check.positive("arrival_rate", arrival_rate)), service)


class PHM1(MAPPH1):
    """PH/M/1: independent interarrival times of phase type, exponential service, one server.

    Parameters
    ----------
    interarrival
        A `PhaseType`, or a distribution that `PhaseType.from_distribution` takes; at most 500 phases.
    service_rate : float
        Per unit of time, > 0.
    """

    def __init__(self, interarrival, service_rate):
        mean = 1 / _check.positive("service_rate", service_rate)
        super().__init__(MarkovianArrivals.renewal(_service("interarrival", interarrival)), PhaseType.exponential(mean))
