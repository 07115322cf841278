"""One thing that a simulation has measured: its mean, its confidence interval, its quantiles."""

import dataclasses
import functools
import math

import numpy as np

from underload import _check
from underload.queueing.simulation.ratio import level, linearised, logarithmic_ends, ratio, up_to
from underload.stats import Histogram, Interval
from underload.stats.interval import adjusted_half_width

__all__ = ["Fraction", "Quantity", "TimeAverage"]

RELAXATIONS = 50  # that a run must hold for an interval
TAIL_RELAXATIONS = 10  # that the part of a run beyond a quantile must hold


@dataclasses.dataclass(frozen=True)
class Quantity:
    """A mean over customers, or a ratio of two sums.

    Attributes
    ----------
    name : str
    run : Run
        Where it comes from.
    moment : float
        The moment of the service time above which one must be finite for an interval.
    finite : float
        The same for the mean to be finite at all.
    tops, bottoms : float64[batches]
        The sums of each batch.
    histograms : tuple of Histogram
        One for each batch; empty if there is none.
    """

    name: str
    run: object = dataclasses.field(repr=False)
    moment: float = dataclasses.field(repr=False)
    finite: float = dataclasses.field(repr=False)
    tops: np.ndarray = dataclasses.field(repr=False)
    bottoms: np.ndarray = dataclasses.field(repr=False)
    histograms: tuple = dataclasses.field(repr=False, default=())

    @property
    def mean(self):
        """The estimate: a float. A sample has one even where the truth is infinite, with a warning."""
        self.run._warn(self.name, self.finite)
        return ratio(self.tops, self.bottoms)

    @property
    def interval(self):
        """The mean and its confidence interval: an `Interval`. Raises where none would be honest; see `Run`."""
        self._require(f"{self.name}.interval", self.moment, RELAXATIONS)
        mean = self.mean
        low, high = self._ends(mean, self._half_width(linearised(self.tops, self.bottoms, mean)))
        return Interval(mean, (high - low) / 2, self.run.confidence, self.run.customers, low, high)

    def _require(self, name, moment, relaxations):
        self.run._require(name, moment, relaxations, math.fsum(self.bottoms))

    def _ends(self, mean, half_width):
        """The ends of the interval, on the scale of the logarithm: what varies more where it is larger needs it."""
        return logarithmic_ends(mean, half_width)

    @property
    def histogram(self):
        """`Histogram` of the values of all customers."""
        if not self.histograms:
            _check.fail("name", self.name, "must be wait or response to have a histogram")
        return functools.reduce(Histogram.merge, self.histograms)

    def quantile(self, q):
        """The `q` quantile over customers, q in (0, 1), as an `Interval`, the error of the histogram included."""
        q = self._level(q)
        whole = self.histogram
        parts = up_to(np.array([part.counts for part in self.histograms]), q)
        low, estimate, high = (whole.quantile(one) for one in self._levels(q, parts))
        low, high = low * (1 - whole.relative_error), high * (1 + whole.relative_error)
        return Interval(estimate, (high - low) / 2, self.run.confidence, self.run.customers, low, high)

    def _level(self, q):
        q = _check.fraction("q", q)
        name = f"{self.name}.quantile({q:g})"
        self._require(name, min(self.moment, 2.0), max(RELAXATIONS, TAIL_RELAXATIONS / min(q, 1 - q)))
        return q

    def _levels(self, q, parts):
        """The levels whose quantiles are the low end, the estimate and the high end; `parts` are from `up_to`."""
        half_width = self._half_width(parts)
        return (level(q, half_width, side) for side in (1.0, 0.0, -1.0))

    def _half_width(self, values):
        return adjusted_half_width(values, self.run.confidence, correlated=self.run.correlated)

    def __str__(self):
        return f"{self.name} {self.interval}"


@dataclasses.dataclass(frozen=True)
class Fraction(Quantity):
    """A fraction of customers; its interval is symmetric, unless none or all of them have been seen.

    Then it reaches as far as the fraction of independent customers that would show none with the probability
    1 - confidence; those one relaxation apart count as independent. `possible` says whether there may be any.
    """

    possible: bool = True

    def _ends(self, mean, half_width):
        low, high = mean - half_width, mean + half_width
        if self.possible and mean in (0.0, 1.0):
            relaxation = max(1.0, self.run.relaxation)
            independent = self.run.customers / relaxation if math.isfinite(relaxation) else len(self.run.batches)
            unseen = -math.expm1(math.log1p(-self.run.confidence) / independent)
            low, high = (low, unseen) if mean == 0 else (1 - unseen, high)
        return low, high


class TimeAverage(Quantity):
    """An average over time: of a number of customers, or of busy servers."""

    SPANS = 10

    def _require(self, name, moment, relaxations):
        self.run._require_steady_gaps(name)
        self.run._require(name, moment, relaxations, sum(batch.customers for batch in self.run.batches))

    def quantile(self, q):
        """The `q` quantile over time, q in (0, 1), as an `Interval`.

        Of `number` for any system, of `utilization` where all servers share one queue; the run needs record=True.
        """
        q = self._level(q)
        record, servers = self.run.record, self.run.system.servers
        if record is None:
            _check.fail("record", False, f"must be True in simulate for a quantile of {self.name}")
        if not self.run.correlated:
            rule = f"must be 1 for a quantile of {self.name}: only the first run is recorded"
            _check.fail("replications", len(self.run.batches), rule)
        shared = self.name == "utilization" and self.run.system.shares_queue
        if self.name != "number" and not shared:
            _check.fail("name", self.name, "must be number, or utilization of a shared queue, to have quantiles")
        moments, numbers = record.number_in_system()
        if shared:
            numbers = np.minimum(numbers, servers)
        shares = self._shares(record, moments, numbers)
        cumulative = np.cumsum(shares, axis=1)
        whole = np.cumsum(shares.sum(axis=0)) / self.SPANS
        estimate = np.searchsorted(whole, q)
        values = [np.searchsorted(whole, level) for level in self._levels(q, cumulative[:, estimate])]
        low, middle, high = (min(int(v), shares.shape[1] - 1) / (servers if shared else 1) for v in values)
        return Interval(middle, (high - low) / 2, self.run.confidence, self.run.customers, low, high)

    def _shares(self, record, moments, numbers):
        """The fraction of each of ten spans of time, after the warm-up, that each number holds: float64[10, m]."""
        end = math.fsum(record.gap)
        start = math.fsum(record.gap[: len(record.gap) - self.run.customers + 1])
        edges = np.linspace(start, end, self.SPANS + 1)
        shares = np.zeros((self.SPANS, int(numbers.max(initial=0)) + 1))
        for row, low, high in zip(shares, edges, edges[1:]):
            first, last = np.searchsorted(moments, [low, high])
            held = np.concatenate([[numbers[first - 1] if first else 0], numbers[first:last]])
            bounds = np.concatenate([[low], moments[first:last], [high]])
            np.add.at(row, held, np.diff(bounds) / (high - low))
        return shares
