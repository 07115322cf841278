"""What a simulated queue has to say, and how sure it is."""

import dataclasses
import functools
import math

import numpy as np

from underload import _check
from underload.random import Distribution, Pareto
from underload.stats import Histogram, Interval
from underload.stats.binning import BELOW, ZERO
from underload.stats.interval import adjusted_half_width

__all__ = ["Batch", "Run"]


@dataclasses.dataclass(frozen=True)
class Batch:
    """A stretch of successive customers: how many, the sums of three times, and the histograms of two."""

    customers: int
    wait: float
    service: float
    gap: float
    waits: Histogram
    responses: Histogram

    def __post_init__(self):
        # Below the range lies rounding: a wait that would be 0 in exact arithmetic.
        self.waits.counts[ZERO] += self.waits.counts[BELOW]
        self.waits.counts[BELOW] = 0

    @property
    def mean_wait(self):
        """Mean wait of these customers."""
        return self.wait / self.customers

    @property
    def mean_response(self):
        """Mean response time of these customers."""
        return (self.wait + self.service) / self.customers

    @property
    def waited(self):
        """Fraction of these customers that waited."""
        return 1 - self.waits.counts[ZERO] / self.customers


@dataclasses.dataclass(frozen=True)
class Run:
    """A finished simulation.

    Attributes
    ----------
    interarrival, service, servers, confidence
        As given to `simulate`.
    batches : tuple of Batch
        Ten successive stretches of the run, of equal size, after the warm-up.

    Notes
    -----
    The intervals are those of batch means (see `underload.stats.batch_means`).

    They need moments. A long job delays all that come behind it, in number and in time, so the sum of the waits over a
    busy period grows with its square: at one server the means of batches are asymptotically normal only if the fourth
    moment of the service time is finite (Daley, The serial correlation coefficients of waiting times in a stationary
    single server queue, Journal of the Australian Mathematical Society 8, 1968), at k spare servers, k = servers -
    floor(offered load), if a moment above 1 + 3 / k is (after Scheller-Wolf and Sigman, Delay moments for FIFO GI/GI/s
    queues, Queueing Systems 25, 1997), and probabilities need the second. Where that fails, the property raises an
    error in place of an interval that would not mean what it says.
    """

    interarrival: Distribution
    service: Distribution
    servers: int
    confidence: float
    batches: tuple = dataclasses.field(repr=False)

    @property
    def customers(self):
        """How many customers the results are from."""
        return sum(batch.customers for batch in self.batches)

    @property
    def mean_wait(self):
        """Mean time from arrival to the start of service, as an `Interval`."""
        self._require(self._least_moment_of_mean(), "mean_wait")
        return self._interval([batch.mean_wait for batch in self.batches])

    @property
    def mean_response(self):
        """Mean time from arrival to completion, as an `Interval`."""
        self._require(self._least_moment_of_mean(), "mean_response")
        return self._interval([batch.mean_response for batch in self.batches])

    @property
    def wait_probability(self):
        """Probability of a wait, longer than 1e-9 mean service times, as an `Interval`."""
        self._require(2.0, "wait_probability")
        return self._interval([batch.waited for batch in self.batches])

    @property
    def utilization(self):
        """Work that arrived, as a fraction of what the servers could do meanwhile."""
        return math.fsum(b.service for b in self.batches) / (self.servers * math.fsum(b.gap for b in self.batches))

    @property
    def histogram(self):
        """`Histogram` of the waits."""
        return functools.reduce(Histogram.merge, (batch.waits for batch in self.batches))

    @property
    def response_histogram(self):
        """`Histogram` of the response times."""
        return functools.reduce(Histogram.merge, (batch.responses for batch in self.batches))

    def wait_quantile(self, q):
        """The `q` quantile of the wait, q in (0, 1), as an `Interval`; within 1 % beside its width."""
        return self._quantile(q, "wait_quantile", self.histogram, [batch.waits for batch in self.batches])

    def response_quantile(self, q):
        """The `q` quantile of the response time, q in (0, 1), as an `Interval`; within 1 % beside its width."""
        return self._quantile(q, "response_quantile", self.response_histogram, [b.responses for b in self.batches])

    def _quantile(self, q, name, whole, parts):
        q = _check.fraction("q", q)
        self._require(2.0, name)
        need = math.ceil(10 / min(q, 1 - q)) * len(parts)
        if self.customers < need:
            _check.fail("customers", self.customers, f"must be at least {need} after the warm-up for q={q:g}")
        each = np.array([part.quantile(q) for part in parts])
        half_width = adjusted_half_width(each, self.confidence, correlated=True)
        return Interval(whole.quantile(q), half_width, self.confidence, self.customers)

    def _interval(self, means):
        means = np.array(means)
        half_width = adjusted_half_width(means, self.confidence, correlated=True)
        return Interval(np.mean(means), half_width, self.confidence, self.customers)

    def _least_moment_of_mean(self):
        spare = self.servers - math.floor(self.service.mean / self.interarrival.mean)
        return max(2.0, 1 + 3 / spare)

    def _require(self, moment, name):
        """Raise unless the service time has a finite moment above `moment`."""
        index = self.service.shape if isinstance(self.service, Pareto) else math.inf
        if index <= moment:
            rule = (
                f"must have a finite moment above {moment:g} for an interval around {name}; see batches for the sample"
            )
            _check.fail("service", self.service, rule)
