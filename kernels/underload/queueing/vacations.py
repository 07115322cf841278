"""M/G/1 with a server that goes away when nothing is left to do: vacations, a start that takes time, a threshold.

Mechanism: the number in system is the sum of two independent parts, that of the ordinary M/G/1 queue and that found by
an arrival which comes while the server is away (Fuhrmann and Cooper, Stochastic decompositions in the M/G/1 queue with
generalized vacations, Operations Research 33(5), 1985). So the mean wait is Pollaczek and Khinchine's plus one term.

Source: Levy and Yechiali, Utilization of idle time in an M/G/1 queueing system, Management Science 22(2), 1975 (both
kinds of vacations); Welch, On a generalized M/G/1 queuing process in which the first customer of each busy period
receives exceptional service, Operations Research 12(5), 1964 (setups); Yadin and Naor, Queueing systems with a
removable service station, Operational Research Quarterly 14(4), 1963 (threshold).
"""

import dataclasses
import fractions
import math

from underload import _check
from underload.queueing.erlang import check_stable
from underload.queueing.phase_type import PhaseType
from underload.queueing.transforms import check_distribution, laplace, laplace_residual

__all__ = ["MG1Setup", "MG1Threshold", "MG1Vacations"]


def _time(name, value, least=0.0):
    """A PhaseType or a distribution with a mean above `least`."""
    law = value if isinstance(value, PhaseType) else check_distribution(name, value)
    return law if law.mean > least else _check.fail(name, value, "must have a mean > 0")


def _transform(law, s):
    """E exp(-s X), and the same for the residual of X."""
    if isinstance(law, PhaseType):
        return law.laplace(s), law.residual_laplace(s)
    return float(laplace(law, s).real), float(laplace_residual(law, s).real)


@dataclasses.dataclass(frozen=True)
class _Away:
    """What the three have in common. Each adds `_extra_wait` and `away_mean`."""

    arrival_rate: float
    service: object
    slack: float = dataclasses.field(init=False, repr=False)

    def __post_init__(self):
        rate, service = _check.positive("arrival_rate", self.arrival_rate), _time("service", self.service)
        load = fractions.Fraction(rate) * fractions.Fraction(float(service.mean))
        check_stable(1 - load, 1, arrival_rate=rate, service_mean=service.mean)
        object.__setattr__(self, "arrival_rate", rate)
        object.__setattr__(self, "slack", float(1 - load))

    @property
    def service_rate(self):
        """Jobs that the server completes per unit of time while it works."""
        return 1 / self.service.mean

    @property
    def throughput(self):
        """Completions per unit of time: all that arrive."""
        return self.arrival_rate

    @property
    def utilization(self):
        """Fraction of the time that the server works."""
        return self.arrival_rate * self.service.mean

    @property
    def wait_mean(self):
        """Mean time from arrival to the start of service; inf where a second moment is."""
        ordinary = self.utilization / self.slack * self.service.mean * (1 + self.service.scv) / 2
        return ordinary + self._extra_wait

    @property
    def response_mean(self):
        """Mean time from arrival to completion."""
        return self.wait_mean + self.service.mean

    @property
    def queue_mean(self):
        """Mean number of jobs that wait."""
        return self.arrival_rate * self.wait_mean

    @property
    def number_mean(self):
        """Mean number of jobs that wait or are in service."""
        return self.arrival_rate * self.response_mean

    @property
    def cycle_mean(self):
        """Mean time between two moments at which the server starts to work."""
        return self.away_mean / self.slack


@dataclasses.dataclass(frozen=True)
class MG1Vacations(_Away):
    """M/G/1, first come first served, with a vacation whenever the system empties.

    Parameters
    ----------
    arrival_rate : float
        Per unit of time, > 0.
    service, vacation
        `PhaseType` or distributions of `underload.random`, of mean > 0.
    single : bool
        False: vacations follow each other until one ends with a job present. True: after one vacation the server
        stays, and serves the next job at once.

    Attributes
    ----------
    slack : float
        1 - utilization, correctly rounded from the given floats.
    """

    vacation: object = None
    single: bool = False

    def __post_init__(self):
        super().__post_init__()
        _time("vacation", self.vacation)
        _check.flag("single", self.single)

    @property
    def _none_arrives(self):
        return _transform(self.vacation, self.arrival_rate)[0]

    @property
    def _extra_wait(self):
        residual = self.vacation.mean * (1 + self.vacation.scv) / 2
        if not self.single:
            return residual
        arrivals = self.arrival_rate * self.vacation.mean
        return residual * arrivals / (self._none_arrives + arrivals)

    @property
    def away_mean(self):
        """Mean time that the server is not at work, per cycle."""
        if self.single:
            return self.vacation.mean + self._none_arrives / self.arrival_rate
        # V / (1 - V*(a)) with 1 - V*(a) = a V x residual transform
        return 1 / (self.arrival_rate * _transform(self.vacation, self.arrival_rate)[1])


@dataclasses.dataclass(frozen=True)
class MG1Setup(_Away):
    """M/G/1, first come first served, whose server is off when idle and needs a setup time to start.

    Parameters
    ----------
    arrival_rate, service
        As in `MG1Vacations`.
    setup
        A time of mean >= 0, from the arrival to an empty system to the start of work.
    """

    setup: object = None

    def __post_init__(self):
        super().__post_init__()
        _time("setup", self.setup, least=-1.0)

    @property
    def _extra_wait(self):
        mean, arrivals = self.setup.mean, self.arrival_rate * self.setup.mean
        return mean * (1 + arrivals * (1 + self.setup.scv) / 2) / (1 + arrivals) if mean > 0 else 0.0

    @property
    def away_mean(self):
        """Mean time that the server is not at work, per cycle."""
        return 1 / self.arrival_rate + self.setup.mean


@dataclasses.dataclass(frozen=True)
class MG1Threshold(_Away):
    """M/G/1, first come first served, whose server starts when `threshold` jobs wait and stops when none is left.

    Parameters
    ----------
    arrival_rate, service
        As in `MG1Vacations`.
    threshold : int
        N >= 1; 1 is the ordinary queue.
    """

    threshold: int = 1

    def __post_init__(self):
        super().__post_init__()
        object.__setattr__(self, "threshold", _check.integer("threshold", self.threshold, least=1, most=2**53))

    @property
    def _extra_wait(self):
        return (self.threshold - 1) / (2 * self.arrival_rate)

    @property
    def away_mean(self):
        """Mean time that the server is not at work, per cycle."""
        return self.threshold / self.arrival_rate

    @classmethod
    def cheapest(cls, arrival_rate, service, *, start_cost, holding_cost):
        """The threshold with the lowest cost per unit of time.

        Parameters
        ----------
        start_cost : float
            Of starting and stopping the server once, >= 0.
        holding_cost : float
            Of a job in the system per unit of time, > 0.

        Notes
        -----
        The cost of N is start_cost x arrival_rate x slack / N + holding_cost (N - 1) / 2 and what does not depend on
        N: N (N - 1) <= 2 start_cost x arrival_rate x slack / holding_cost, at the largest such N.
        """
        start_cost = _check.nonnegative("start_cost", start_cost)
        holding_cost = _check.positive("holding_cost", holding_cost)
        ordinary = cls(arrival_rate, service)
        product = 2 * start_cost * ordinary.arrival_rate * ordinary.slack / holding_cost
        if not product < 2.0**100:
            _check.fail("start_cost", start_cost, "must be below 2^99 holding costs per interarrival time")
        return cls(arrival_rate, service, max(1, math.floor((1 + math.sqrt(1 + 4 * product)) / 2)))
