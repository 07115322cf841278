"""Poisson arrivals in batches, one server: M^X/G/1 and M^X/M/1.

Mechanism: the first job of a batch waits as in an M/G/1 queue whose jobs are whole batches; a job at a random place
waits for those of its own batch before it as well.

Source: Burke, Delays in single-server queues with batch input, Operations Research 23(4), 1975; Gross, Shortle,
Thompson and Harris, Fundamentals of Queueing Theory, 4th ed., 2008, section 3.1.
"""

import dataclasses
import fractions
import functools
import math

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.queueing._arguments import each_state
from underload.queueing.bounds import check_scv
from underload.queueing.erlang import check_stable

__all__ = ["MXG1", "MXM1"]

MOST_STATES = 10**6


@kernel
def level_law(ratio, tails, empty, out):
    """The law of the number in M^X/M/1, by the balance across every level, without a subtraction.

    Parameters
    ----------
    ratio : float64
        Batch rate / service rate.
    tails : float64[k]
        P(batch > 0), P(batch > 1), ...
    empty : float64
        1 - utilization.
    out : float64[n]
        Overwritten: out[j + 1] = ratio (out[j] tails[0] + out[j - 1] tails[1] + ...).
    """
    out[0] = empty
    for n in range(1, len(out)):
        total = 0.0
        for k in range(min(n, len(tails))):
            total += out[n - 1 - k] * tails[k]
        out[n] = ratio * total


@dataclasses.dataclass(frozen=True)
class MXG1:
    """One server, batches at Poisson times, first come first served, jobs of a batch in random order.

    Parameters
    ----------
    batch_rate : float
        Batches per unit of time, > 0.
    batch_mean, batch_scv : float
        Mean (>= 1) and squared coefficient of variation of the number of jobs in a batch; inf is allowed for the scv.
    service
        A distribution with a mean and an scv.

    Attributes
    ----------
    slack : float
        1 - utilization, correctly rounded from the given floats.

    Raises
    ------
    ValueError
        If an argument breaks its rule, whole numbers cannot vary so little, or the utilization is not below 1.
    """

    batch_rate: float
    batch_mean: float
    batch_scv: float
    service: object
    slack: float = dataclasses.field(init=False, repr=False)

    def __post_init__(self):
        rate = _check.positive("batch_rate", self.batch_rate)
        mean = _check.positive("batch_mean", self.batch_mean)
        if mean < 1:
            _check.fail("batch_mean", mean, "must be >= 1")
        scv = check_scv("batch_scv", self.batch_scv)
        part = mean - math.floor(mean)
        least = part * (1 - part) / mean / mean
        if scv < least * (1 - 1e-9) - 1e-15:
            _check.fail("batch_scv", scv, f"must be at least {least:.6g}, for whole numbers of mean {mean:g}")
        if not (hasattr(self.service, "mean") and hasattr(self.service, "scv")) or not self.service.mean > 0:
            _check.fail("service", self.service, "must be a distribution with a mean > 0 and an scv")
        load = fractions.Fraction(rate) * fractions.Fraction(mean) * fractions.Fraction(float(self.service.mean))
        check_stable(1 - load, 1, batch_rate=rate, batch_mean=mean, service_mean=self.service.mean)
        for name, value in zip(
            self.__dataclass_fields__, (rate, mean, scv, self.service, float(1 - load)), strict=False
        ):
            object.__setattr__(self, name, value)

    @property
    def arrival_rate(self):
        """Jobs per unit of time."""
        return self.batch_rate * self.batch_mean

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
        return self.arrival_rate * self.service.mean

    @property
    def wait_mean_of_first(self):
        """Mean wait of the first job of a batch."""
        # Whole batches: mean x service mean, scv = batch scv + service scv / mean.
        scv = self.batch_scv + self.service.scv / self.batch_mean
        return self.utilization / self.slack * self.batch_mean * self.service.mean * (1 + scv) / 2

    @property
    def wait_mean(self):
        """Mean time from arrival to the start of service, over all jobs."""
        # E[X (X - 1)] / (2 E X) jobs of its own batch are before a random job.
        before = max(0.0, self.batch_mean * (1 + self.batch_scv) - 1) / 2
        return self.wait_mean_of_first + before * self.service.mean

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


class MXM1(MXG1):
    """One server with exponential service, and batches of known sizes.

    Parameters
    ----------
    batch_rate : float
        Batches per unit of time, > 0.
    sizes : float64[k]
        P(1 job in a batch), P(2 jobs), ...; they sum to 1.
    service_rate : float
        Per unit of time, > 0.
    """

    def __init__(self, batch_rate, sizes, service_rate):
        from underload.random import Exponential

        law = _check.sample("sizes", sizes, lowest=0.0)
        if abs(law.sum() - 1) > 1e-9:
            raise ValueError(f"sizes sum to {law.sum():.12g}, and must sum to 1")
        law /= law.sum()
        number = np.arange(1, len(law) + 1)
        mean = max(1.0, float(law @ number))
        scv = float(law @ (number - mean) ** 2) / mean**2
        super().__init__(batch_rate, mean, scv, Exponential(1 / _check.positive("service_rate", service_rate)))
        object.__setattr__(self, "sizes", law)

    @functools.cached_property
    def _tails(self):
        return np.cumsum(self.sizes[::-1])[::-1].copy()

    def state_probability(self, n):
        """P(n jobs in system), for an int n from 0 to 10^6 or an array."""
        most = int(np.max(each_state(lambda one: one, n), initial=0))
        if most > MOST_STATES:
            _check.fail("n", most, f"must be at most {MOST_STATES}")
        law = np.empty(most + 1)
        level_law(self.batch_rate * self.service.mean, self._tails, self.slack, law)
        return each_state(lambda one: float(law[one]), n)
