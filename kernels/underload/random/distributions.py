"""Distributions of times and sizes, by the numbers one measures: a mean, and a squared coefficient of variation.

A distribution is a frozen dataclass. Simulators take its `code` and `params` and draw with the kernel `variate`.
"""

import abc
import dataclasses
import math

import numpy as np

from .. import _check
from .._jit import kernel
from ._fdlibm import exp, log, log1p
from ._points import points
from ._stirling import log_gamma
from .variate import (
    DETERMINISTIC,
    EXPONENTIAL,
    GAMMA,
    HYPEREXPONENTIAL,
    LOGNORMAL,
    PARETO,
    UNIFORM,
    WEIBULL,
    variate,
)
from .xoshiro import seed_state

__all__ = [
    "Deterministic",
    "Distribution",
    "Exponential",
    "Gamma",
    "Hyperexponential",
    "Lognormal",
    "Pareto",
    "Uniform",
    "Weibull",
]


@kernel
def _fill(state, code, params, out):
    """Fill `out` (float64[n]) with variates."""
    for i in range(len(out)):
        out[i] = variate(state, code, params)


class Distribution(abc.ABC):
    """What every distribution has.

    Attributes
    ----------
    mean : float
        In the unit of the variate: seconds, bytes, requests.
    scv : float
        Squared coefficient of variation, variance / mean**2; inf where the variance is.
    code : int
        Selects the branch of `variate`.
    params : float64[4]
        A new array, unused entries 0.
    """

    @property
    @abc.abstractmethod
    def params(self):
        """The parameters of the kernel, float64[4]."""

    def sample(self, n, seed):
        """Draw `n` independent variates.

        Parameters
        ----------
        n : int
        seed : int
            In [0, 2**64). The first variates do not depend on `n`.

        Returns
        -------
        float64[n]
        """
        out = np.empty(_check.integer("n", n), dtype=np.float64)
        _fill(seed_state(seed), self.code, self.params, out)
        return out

    def cdf(self, x):
        """The probability that a variate is at most `x` (scalar or array); same shape."""
        x = points("x", x)
        with np.errstate(all="ignore"):
            return np.where(x < 0, 0.0, self._cdf(np.maximum(x, 0.0)))[()]

    def _coerce(self, **rules):
        for name, rule in rules.items():
            object.__setattr__(self, name, rule(name, getattr(self, name)))


def _pack(*values):
    return np.array([*values, *[0.0] * (4 - len(values))])


@dataclasses.dataclass(frozen=True)
class Exponential(Distribution):
    """Times without memory. `mean` > 0."""

    mean: float
    code = EXPONENTIAL
    scv = 1.0

    def __post_init__(self):
        self._coerce(mean=_check.positive)

    @property
    def params(self):
        return _pack(self.mean)

    def _cdf(self, x):
        return -np.expm1(-x / self.mean)


@dataclasses.dataclass(frozen=True)
class Deterministic(Distribution):
    """Always `mean` >= 0."""

    mean: float
    code = DETERMINISTIC
    scv = 0.0

    def __post_init__(self):
        self._coerce(mean=_check.nonnegative)

    @property
    def params(self):
        return _pack(self.mean)

    def _cdf(self, x):
        return np.where(x >= self.mean, 1.0, 0.0)


@dataclasses.dataclass(frozen=True)
class Uniform(Distribution):
    """Every value in [low, high) alike. 0 <= `low` < `high`."""

    low: float
    high: float
    code = UNIFORM

    def __post_init__(self):
        self._coerce(low=_check.nonnegative, high=_check.nonnegative)
        if not self.low < self.high:
            _check.fail("high", self.high, f"must be above low ({self.low:g})")

    @property
    def mean(self):
        return self.low + (self.high - self.low) / 2

    @property
    def scv(self):
        return ((self.high - self.low) / self.mean) ** 2 / 12

    @property
    def params(self):
        return _pack(self.low, self.high - self.low)

    def _cdf(self, x):
        return np.clip((x - self.low) / (self.high - self.low), 0.0, 1.0)


@dataclasses.dataclass(frozen=True)
class Gamma(Distribution):
    """Sums of phases (scv 1/k is Erlang-k) and their continuation. `mean` > 0, `scv` > 0."""

    mean: float
    scv: float
    code = GAMMA

    def __post_init__(self):
        self._coerce(mean=_check.positive, scv=_check.positive)

    @property
    def params(self):
        return _pack(1.0 / self.scv, self.mean * self.scv)

    def _cdf(self, x):
        from scipy import special

        shape, scale = self.params[:2]
        return special.gammainc(shape, x / scale)


@dataclasses.dataclass(frozen=True)
class Lognormal(Distribution):
    """Products of many factors: sizes and service times as measured. `mean` > 0, `scv` > 0."""

    mean: float
    scv: float
    code = LOGNORMAL

    def __post_init__(self):
        self._coerce(mean=_check.positive, scv=_check.positive)

    @property
    def params(self):
        variance = log1p(self.scv)
        return _pack(log(self.mean) - variance / 2, math.sqrt(variance))

    def _cdf(self, x):
        from scipy import special

        location, deviation = self.params[:2]
        return special.ndtr((np.log(x) - location) / deviation)


@dataclasses.dataclass(frozen=True)
class Pareto(Distribution):
    """The classical heavy tail, P(X > x) = (least / x)**shape from `least` on. `mean` > 0, `shape` > 1.

    The variance is infinite for a shape up to 2.
    """

    mean: float
    shape: float
    code = PARETO

    def __post_init__(self):
        self._coerce(mean=_check.positive, shape=_check.positive)
        if not self.shape > 1:
            _check.fail("shape", self.shape, "must be above 1, where the mean is finite")

    @property
    def scv(self):
        return 1 / (self.shape * (self.shape - 2)) if self.shape > 2 else math.inf

    @property
    def params(self):
        return _pack(self.mean * (self.shape - 1) / self.shape, 1 / self.shape)

    def _cdf(self, x):
        least = self.params[0]
        return -np.expm1(self.shape * np.log(least / np.maximum(x, least)))


@dataclasses.dataclass(frozen=True)
class Weibull(Distribution):
    """P(X > x) = exp(-(x / scale)**shape): stretched for a shape below 1. `mean` > 0, `shape` >= 0.01."""

    mean: float
    shape: float
    code = WEIBULL

    def __post_init__(self):
        self._coerce(mean=_check.positive, shape=_check.positive)
        if self.shape < 0.01:
            _check.fail("shape", self.shape, "must be at least 0.01, where the mean still fits a float64")

    @property
    def scv(self):
        """gamma(1 + 2 / shape) / gamma(1 + 1 / shape)**2 - 1; inf beyond the range of a float64."""
        return float(np.expm1(min(log_gamma(1 + 2 / self.shape) - 2 * log_gamma(1 + 1 / self.shape), 709.0)))

    @property
    def params(self):
        return _pack(exp(log(self.mean) - log_gamma(1 + 1 / self.shape)), 1 / self.shape)

    def _cdf(self, x):
        return -np.expm1(-((x / self.params[0]) ** self.shape))


@dataclasses.dataclass(frozen=True)
class Hyperexponential(Distribution):
    """Two exponential phases, each carrying half of the mean (balanced means). `mean` > 0, `scv` >= 1.

    A variate is slow with probability p = (1 - sqrt((scv - 1) / (scv + 1))) / 2, then with mean `mean` / (2 p).
    Source: Tijms, A First Course in Stochastic Models, 2003, appendix B.
    """

    mean: float
    scv: float
    code = HYPEREXPONENTIAL

    def __post_init__(self):
        self._coerce(mean=_check.positive, scv=_check.positive)
        if self.scv < 1:
            _check.fail("scv", self.scv, "must be at least 1")

    @property
    def params(self):
        root = math.sqrt((self.scv - 1) / (self.scv + 1))
        slow = 1 / ((self.scv + 1) * (1 + root))  # (1 - root) / 2 without its cancellation
        return _pack(slow, self.mean / (2 * slow), self.mean / (2 * (1 - slow)))

    def _cdf(self, x):
        slow, slow_mean, fast_mean = self.params[:3]
        return -slow * np.expm1(-x / slow_mean) - (1 - slow) * np.expm1(-x / fast_mean)
