"""Arrivals whose rate follows a hidden Markov chain: MAP, with the Poisson process, renewals and the MMPP inside.

Source: Neuts, A versatile Markovian point process, Journal of Applied Probability 16(4), 1979; Fischer and
Meier-Hellstern, The Markov-modulated Poisson process (MMPP) cookbook, Performance Evaluation 18(2), 1993.
"""

import dataclasses
import math

import numpy as np
from scipy.sparse import csgraph

from underload import _check
from underload.queueing.elimination import check_matrix, check_rates, eliminate, solve_leaving
from underload.queueing.phase_type import PhaseType
from underload.queueing.simulation.arrivals import markovian_source

__all__ = ["MarkovianArrivals"]


@dataclasses.dataclass(frozen=True, eq=False)
class MarkovianArrivals:
    """A Markovian arrival process (MAP).

    Parameters
    ----------
    D0 : float64[m, m]
        Rates of the hidden chain without an arrival; the diagonal makes the rows of D0 + D1 sum to 0.
    D1 : float64[m, m]
        Rates with an arrival. D0 + D1 is irreducible.
    """

    D0: np.ndarray
    D1: np.ndarray

    def __post_init__(self):
        hidden = check_matrix("D0", self.D0)
        arrivals = check_matrix("D1", self.D1, hidden.shape)
        if arrivals.min() < 0 or arrivals.max() == 0:
            _check.fail("D1", arrivals.min(), "must be rates >= 0, not all 0")
        rates = check_rates("D0", hidden)
        out = rates.sum(axis=1) + arrivals.sum(axis=1)
        bad = np.flatnonzero(np.abs(np.diagonal(hidden) + out) > 1e-9 * out)
        if len(bad):
            _check.fail(f"D0[{bad[0]}, {bad[0]}]", hidden[bad[0], bad[0]], f"must be {-out[bad[0]]:g}: rows sum to 0")
        if csgraph.connected_components(rates + arrivals, connection="strong")[0] > 1:
            _check.fail("D0", hidden.tolist(), "must make with D1 an irreducible chain")
        self._set(rates, arrivals)

    def _set(self, rates, arrivals):
        hidden = rates - np.diag(rates.sum(axis=1) + arrivals.sum(axis=1))
        for name, array in (("D0", hidden), ("D1", arrivals)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @classmethod
    def poisson(cls, rate):
        """The Poisson process of a `rate` > 0."""
        rate = _check.positive("rate", rate)
        return cls([[-rate]], [[rate]])

    @classmethod
    def renewal(cls, interarrival):
        """Independent interarrival times with a `PhaseType` law (or one that `PhaseType.from_distribution` takes)."""
        law = PhaseType.from_distribution(interarrival)
        return cls(law.generator, np.outer(law.exits, law.initial))

    @classmethod
    def mmpp(cls, rates, switching):
        """A Poisson process whose rate is `rates` (float64[m], >= 0) by the state of a chain.

        Parameters
        ----------
        switching : float64[m, m]
            Rates of that chain; its diagonal is not used.
        """
        rates = _check.sample("rates", rates, lowest=0.0)
        switching = check_rates("switching", check_matrix("switching", switching, (len(rates), len(rates))))
        return cls(switching - np.diag(switching.sum(axis=1) + rates), np.diag(rates))

    def scaled(self, factor):
        """The same process `factor` > 0 times as fast."""
        factor = _check.positive("factor", factor)
        rates, arrivals = self.D0 * factor, self.D1 * factor
        return type(self)(rates, arrivals)

    @property
    def phases(self):
        """Number of states of the hidden chain."""
        return len(self.D0)

    @property
    def rates(self):
        """Rates of the hidden chain without an arrival, float64[m, m], with a zero diagonal."""
        return check_rates("D0", self.D0)

    @property
    def phase_probabilities(self):
        """Long-run law of the hidden chain, float64[m]."""
        return eliminate(self.rates + self.D1)

    @property
    def arrival_rate(self):
        """Arrivals per unit of time, in the long run."""
        return float(self.phase_probabilities @ self.D1.sum(axis=1))

    @property
    def scv(self):
        """Squared coefficient of variation of the time between two arrivals."""
        seen = self.phase_probabilities @ self.D1
        seen /= seen.sum()
        leaving, mean = self.D1.sum(axis=1), 1 / self.arrival_rate
        once = solve_leaving(self.rates, leaving.copy(), np.ones((self.phases, 1))) / mean
        twice = solve_leaving(self.rates, leaving.copy(), once.copy()) / mean
        return float(2 * (seen @ twice)[0] / (seen @ once)[0] ** 2 - 1)

    @property
    def dispersion(self):
        """Index of dispersion: the limit of variance / mean of the number of arrivals in a long time. 1 for Poisson."""
        law, rate, scale = self.phase_probabilities, self.arrival_rate, -np.diagonal(self.D0).min()
        excess = self.D1.sum(axis=1) - rate
        bordered = np.block([[(self.D0 + self.D1) / scale, np.ones((self.phases, 1))], [law, np.zeros(1)]])
        bias = np.linalg.solve(bordered, np.append(-excess / scale, 0.0))[:-1]
        index = 1 + 2 * float(law @ (self.D1 @ bias)) / rate
        return index if math.isfinite(index) else _check.fail("D1", self.D1.tolist(), "must have finite dispersion")

    def source(self):
        """These arrivals for `simulate`, from the long run on: a `Source`."""
        law = self.phase_probabilities
        others = np.sort(np.abs(np.linalg.eigvals(self.D0 + self.D1)))[1:]
        memory = self.arrival_rate / float(others[0]) if len(others) else 0.0
        mean, scv = 1 / self.arrival_rate, self.dispersion
        return markovian_source(self, self.rates, self.D1, first=law, mean=mean, scv=scv, memory=memory)
