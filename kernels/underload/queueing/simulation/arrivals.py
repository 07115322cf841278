"""Arrivals as they come in practice: by the hour of the day, in phases, in batches, and without a scale.

Each is a frozen dataclass that `simulate` takes in place of an interarrival time; `MarkovianArrivals` is another.
"""

import dataclasses

import numpy as np

from underload import _check
from underload.queueing.simulation.processes import BATCHES, MARKOVIAN, NONHOMOGENEOUS, ON_OFF
from underload.queueing.simulation.sources import Source
from underload.random import Distribution, Exponential
from underload.random.distribution import pack

__all__ = ["BatchArrivals", "NonhomogeneousPoisson", "SelfSimilar", "markovian_source"]


def markovian_source(spec, hidden, visible, *, first, mean, scv, memory):
    """The `Source` of a Markovian arrival process or of phase-type times.

    Parameters
    ----------
    spec : object
        What stands for it.
    hidden, visible : float64[m, m]
        Rates of the moves without and with an arrival; the diagonal of `hidden` is not used.
    first : float64[m]
        Probabilities of the phase to start in.
    mean, scv, memory : float
        As in `Source`.
    """
    moves = np.hstack([hidden - np.diag(np.diag(hidden)), visible])
    leaving = moves.sum(axis=1)
    choices = np.cumsum(moves / leaving[:, None], axis=1)
    table = np.concatenate([[len(hidden)], leaving, choices.ravel(), np.cumsum(first)])
    return Source(spec, mean, scv, MARKOVIAN, np.zeros(4), table, memory, -1.0)


@dataclasses.dataclass(frozen=True)
class NonhomogeneousPoisson:
    """A Poisson process whose rate changes over time and repeats.

    Parameters
    ----------
    times : float64[m]
        Knots, increasing from 0 to the period.
    rates : float64[m]
        Arrivals per unit of time at the knots, >= 0, linear between them; the first and the last may differ.
    """

    times: tuple
    rates: tuple

    def __post_init__(self):
        times = _check.sample("times", self.times, least=2, lowest=0)
        if times[0] != 0 or np.any(np.diff(times) <= 0):
            _check.fail("times", self.times, "must increase from 0 to the period")
        rates = _check.sample("rates", self.rates, least=2, lowest=0)
        if len(rates) != len(times):
            _check.fail("rates", self.rates, f"must be as many as times ({len(times)})")
        if not rates.max() > 0:
            _check.fail("rates", self.rates, "must not all be 0")
        object.__setattr__(self, "times", tuple(times.tolist()))
        object.__setattr__(self, "rates", tuple(rates.tolist()))

    def source(self):
        """The `Source` of these arrivals; its mean is that over a period, its memory a period."""
        times, rates = np.array(self.times), np.array(self.rates)
        count = float(np.trapezoid(rates, times))
        table = np.concatenate([[len(times), rates.max()], times, rates])
        return Source(self, float(times[-1]) / count, 1.0, NONHOMOGENEOUS, np.zeros(4), table, count)


@dataclasses.dataclass(frozen=True)
class BatchArrivals:
    """Customers who arrive several at once.

    Parameters
    ----------
    interarrival : Distribution
        Time between batches.
    sizes : float64[m]
        Probability that a batch holds 1, 2, ... m customers; they add up to 1.
    """

    interarrival: Distribution
    sizes: tuple

    def __post_init__(self):
        if not isinstance(self.interarrival, Distribution):
            _check.fail("interarrival", self.interarrival, "must be a Distribution")
        sizes = _check.sample("sizes", self.sizes, lowest=0)
        if abs(sizes.sum() - 1) > 1e-12 * len(sizes):
            _check.fail("sizes", self.sizes, "must be probabilities that add up to 1")
        object.__setattr__(self, "sizes", tuple(sizes.tolist()))

    def source(self):
        """The `Source` of these arrivals."""
        n = np.arange(1, len(self.sizes) + 1)
        mean = float(n @ self.sizes)
        variance = float((n - mean) ** 2 @ self.sizes)
        times = self.interarrival
        table = np.concatenate([[times.code], np.cumsum(self.sizes)])
        scv = times.scv if np.isfinite(times.scv) else 1.0  # long gaps only empty the queue
        dispersion = scv * mean + variance / mean
        return Source(self, times.mean / mean, dispersion, BATCHES, times.params, table, mean)


@dataclasses.dataclass(frozen=True)
class SelfSimilar:
    """Bursts at every scale of time: many sources that are on and off for Pareto times.

    Parameters
    ----------
    rate : float
        Arrivals per unit of time, of all sources together, > 0.
    hurst : float
        H in (0.5, 1): the variance of the count in a time t grows as t^(2 H). The tails of the times have the index
        3 - 2 H.
    burst : float
        Mean time that a source stays on, and off, > 0.
    sources : int
        How many there are.

    Notes
    -----
    Willinger, Taqqu, Sherman and Wilson, Self-similarity through high-variability, IEEE/ACM Transactions on Networking
    5(1), 1997. The counts never forget: a run has no honest interval, independent runs have (`replications`).
    """

    rate: float
    hurst: float = 0.8
    burst: float = 1.0
    sources: int = 20

    def __post_init__(self):
        rule = "must lie strictly between 0.5 and 1"
        hurst = _check.fraction("hurst", self.hurst)
        if not hurst > 0.5:
            _check.fail("hurst", self.hurst, rule)
        values = {"rate": _check.positive("rate", self.rate), "hurst": hurst}
        values["burst"] = _check.positive("burst", self.burst)
        values["sources"] = _check.integer("sources", self.sources, least=1, most=10**6)
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def source(self):
        """The `Source` of these arrivals."""
        shape = 3 - 2 * self.hurst
        least = self.burst * (shape - 1) / shape
        params = pack(2 * self.rate / self.sources, least, shape)
        gaps = Exponential(1 / self.rate)
        return Source(self, gaps.mean, 1.0, ON_OFF, params, np.zeros(2 * self.sources), np.inf)
