"""Phase-type laws: the time until a finite Markov chain is absorbed. They come close to any law of a positive time.

Source: Neuts, Matrix-Geometric Solutions in Stochastic Models, 1981, chapter 2; the two-moment fits after Tijms, A
First Course in Stochastic Models, 2003, appendix B.

Deviations: the chain is kept as rates between phases and exit rates, never as the generator with its diagonal, so that
moments and tails keep their digits where phases are nearly never left. An exit rate below 1e-14 of the rate at which
its phase is left is taken for rounding, and is 0.
"""

import dataclasses
import functools
import math

import numpy as np

from underload import _check, random
from underload.queueing.absorption import Absorption
from underload.queueing.elimination import check_law, check_matrix, check_rates, solve_leaving
from underload.queueing.simulation.arrivals import markovian_source

__all__ = ["PhaseType"]

MOST_PHASES = 1000


@dataclasses.dataclass(frozen=True, eq=False)
class PhaseType:
    """The time until absorption of a Markov chain.

    Parameters
    ----------
    initial : float64[n]
        Probabilities of the first phase; they sum to 1.
    generator : float64[n, n]
        Rates between phases; the diagonal is minus the total rate out of the phase, so that rows sum to minus the exit
        rate. At most 1000 phases, each of which can be reached and left.

    Attributes
    ----------
    exits : float64[n]
        Rates of absorption.
    """

    initial: np.ndarray
    generator: np.ndarray
    exits: np.ndarray = dataclasses.field(init=False, repr=False)

    def __post_init__(self):
        matrix = check_matrix("generator", self.generator)
        if len(matrix) > MOST_PHASES:
            _check.fail("generator", len(matrix), f"must have at most {MOST_PHASES} phases")
        rates = check_rates("generator", matrix)
        out = -np.diagonal(matrix)
        exits = out - rates.sum(axis=1)
        exits[np.abs(exits) <= 1e-14 * np.abs(out)] = 0.0
        bad = np.flatnonzero((exits < 0) | (out <= 0))
        if len(bad):
            _check.fail(f"generator[{bad[0]}]", exits[bad[0]], "must be a row with a negative diagonal and a sum <= 0")
        self._set(check_law("initial", np.atleast_1d(self.initial), len(exits)), rates, exits)

    def _set(self, initial, rates, exits):
        reached, left = initial > 0, exits > 0
        for _ in range(len(exits)):
            reached, left = (reached | (reached @ (rates > 0)), left | ((rates > 0) @ left))
        if not np.all(reached & left):
            _check.fail("generator", f"phase {np.argmin(reached & left)}", "must be reached, and left in the end")
        generator = rates - np.diag(rates.sum(axis=1) + exits)
        for array in (initial, generator, exits):
            array.setflags(write=False)
        for name, array in (("initial", initial), ("generator", generator), ("exits", exits)):
            object.__setattr__(self, name, array)

    @classmethod
    def from_rates(cls, initial, rates, exits):
        """The law with the given rates between phases (float64[n, n], zero diagonal) and exit rates (float64[n])."""
        rates = check_rates("rates", check_matrix("rates", rates))
        exits = _check.sample("exits", exits, lowest=0.0)
        if len(exits) != len(rates) or len(exits) > MOST_PHASES:
            _check.fail("exits", len(exits), f"must be one for each of at most {MOST_PHASES} phases ({len(rates)})")
        law = object.__new__(cls)
        law._set(check_law("initial", np.atleast_1d(initial), len(exits)), rates, exits.copy())
        return law

    @classmethod
    def exponential(cls, mean):
        """One phase, of `mean` > 0."""
        return cls.erlang(mean, 1)

    @classmethod
    def erlang(cls, mean, phases):
        """The sum of `phases` exponential phases, 1 to 1000, of `mean` > 0 in total."""
        mean, phases = (_check.positive("mean", mean), _check.integer("phases", phases, least=1, most=MOST_PHASES))
        return cls.coxian(np.full(phases, phases / mean), np.ones(phases - 1))

    @classmethod
    def hyperexponential(cls, probabilities, means):
        """One exponential phase out of several: float64[n] probabilities that sum to 1, and means > 0."""
        means = _check.sample("means", means)
        if means.min() <= 0:
            _check.fail("means", means.min(), "must be > 0")
        initial = check_law("probabilities", np.atleast_1d(probabilities), len(means))
        kept = initial > 0
        return cls.from_rates(initial[kept], np.zeros((kept.sum(), kept.sum())), 1 / means[kept])

    @classmethod
    def coxian(cls, rates, continuing):
        """Phases in a row, with rates > 0 (float64[n]); after phase k the next follows with probability continuing[k].

        Parameters
        ----------
        continuing : float64[n - 1]
            In (0, 1].
        """
        rates = _check.sample("rates", rates)
        following = _check.sample("continuing", continuing, least=0)
        if rates.min() <= 0:
            _check.fail("rates", rates.min(), "must be > 0")
        if len(following) != len(rates) - 1 or np.any((following <= 0) | (following > 1)):
            _check.fail("continuing", continuing, f"must be {len(rates) - 1} probabilities > 0")
        exits = rates * (1 - np.append(following, 0.0))
        return cls.from_rates(np.eye(len(rates))[0], np.diag(rates[:-1] * following, 1), exits)

    @classmethod
    def from_distribution(cls, distribution):
        """An `Exponential`, a `Hyperexponential`, or a `Gamma` whose 1 / scv is a whole number, exactly."""
        if isinstance(distribution, cls):
            return distribution
        if isinstance(distribution, random.Exponential):
            return cls.exponential(distribution.mean)
        if isinstance(distribution, random.Hyperexponential):
            slow, slow_mean, fast_mean = distribution.params[:3]
            return cls.hyperexponential([slow, 1 - slow], [slow_mean, fast_mean])
        if isinstance(distribution, random.Gamma):
            phases = round(1 / distribution.scv)
            if 1 <= phases <= MOST_PHASES and abs(phases * distribution.scv - 1) < 1e-12:
                return cls.erlang(distribution.mean, phases)
        raise ValueError(
            f"distribution {distribution!r} must be Exponential, Hyperexponential or Gamma with 1 / scv whole up to "
            f"{MOST_PHASES}; PhaseType.fit matches two moments of any other"
        )

    @classmethod
    def fit(cls, mean, scv):
        """A law with the given mean > 0 and scv in [0.001, 1e9]: two moments are exact, the shape is a choice.

        Up to scv 1 a mixture of Erlang k - 1 and k with one rate; above, two phases that carry half of the mean each.
        """
        mean = _check.positive("mean", mean)
        scv = _check.real("scv", scv, "must be from 0.001 to 1e9")
        if not 1 / MOST_PHASES <= scv <= 1e9:
            _check.fail("scv", scv, "must be from 0.001 to 1e9")
        if scv > 1:
            return cls.from_distribution(random.Hyperexponential(mean, scv))
        k = max(1, math.ceil(1 / scv - 1e-12))
        short = (k * scv - math.sqrt(max(0.0, k * (1 + scv) - k * k * scv))) / (1 + scv) if k > 1 else 0.0
        short = short if short > 1e-14 else 0.0
        rates = np.full(k, (k - short) / mean)
        continuing = np.ones(k - 1)
        if k > 1:  # k - 1 phases with probability `short`
            continuing[-1] = 1 - short
        return cls.coxian(rates, continuing)

    @property
    def phases(self):
        """Number of phases."""
        return len(self.exits)

    @property
    def rates(self):
        """Rates between phases, float64[n, n], with a zero diagonal."""
        rates = self.generator.copy()
        np.fill_diagonal(rates, 0.0)
        return rates

    @functools.cached_property
    def _absorption(self):
        return Absorption(self.initial, self.rates, self.exits)

    @property
    def mean(self):
        """Mean time until absorption."""
        return self.moment(1)

    @property
    def scv(self):
        """Squared coefficient of variation, variance / mean^2."""
        mean = self.mean
        return self._scaled_moment(2, mean) - 1

    def moment(self, k):
        """E[T^k], for k from 0 to 20; refused where it overflows."""
        k = _check.integer("k", k, most=20)
        moment = self._scaled_moment(k, 1.0)
        return moment if math.isfinite(moment) else _check.fail("k", k, "must be smaller: the moment overflows")

    def _scaled_moment(self, k, unit):
        """E[(T / unit)^k]."""
        costs = np.ones((self.phases, 1))
        for power in range(1, k + 1):
            costs = solve_leaving(self.rates, self.exits.copy(), costs) * (power / unit)
        return float(self.initial @ costs[:, 0])

    def laplace(self, s):
        """E[exp(-s T)], for a real s >= 0 or a complex s with a real part >= 0."""
        if isinstance(s, (complex, np.complexfloating)):
            if not (np.isfinite(s) and s.real >= 0):
                _check.fail("s", s, "must have a finite real part >= 0")
            return complex(self.initial @ np.linalg.solve(s * np.eye(self.phases) - self.generator, self.exits))
        s = _check.nonnegative("s", s)
        costs = self.exits[:, None].copy()
        return float(self.initial @ solve_leaving(self.rates, self.exits + s, costs)[:, 0])

    def residual_laplace(self, s):
        """The same for the residual (equilibrium) time, (1 - E exp(-s T)) / (s E T), for a real s >= 0; 1 at 0."""
        s = _check.nonnegative("s", s)
        mean = self.mean
        costs = np.full((self.phases, 1), 1 / mean)
        return float(self.initial @ solve_leaving(self.rates, self.exits + s, costs)[:, 0])

    def source(self):
        """These times for `simulate`, as interarrival or service times: a `Source`."""
        renewals = np.outer(self.exits, self.initial)
        given = {"first": self.initial, "mean": self.mean, "scv": self.scv, "memory": 0.0}
        return markovian_source(self, self.generator, renewals, **given)

    def tail(self, t):
        """P(T > t), for a time or an array of times >= 0."""
        return self._absorption.tail(t)

    def cdf(self, t):
        """P(T <= t), for a time or an array of times >= 0; small ones keep their digits, as the tail does its own."""
        return self._absorption.cdf(t)

    def density(self, t):
        """The density at a time or an array of times >= 0."""
        return self._absorption.density(t)

    def quantile(self, q):
        """The time t with P(T <= t) = q, for q in [0, 1) or an array."""
        return self._absorption.quantile(q)
