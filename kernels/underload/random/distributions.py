"""Distributions of times and sizes, by the numbers one measures: a mean, and a squared coefficient of variation.

A distribution is a frozen dataclass. Simulators take its `code` and `params` and draw with the kernel `variate`.
"""

import dataclasses
import math

import numpy as np

from .. import _check
from .._libm import exp, expm1, log, log1p
from ._stirling import log_gamma
from .distribution import Distribution, pack
from .variate import (
    DETERMINISTIC,
    EXPONENTIAL,
    GAMMA,
    HYPEREXPONENTIAL,
    LOGNORMAL,
    PARETO,
    UNIFORM,
    WEIBULL,
)

__all__ = [
    "Deterministic",
    "Exponential",
    "Gamma",
    "Hyperexponential",
    "Lognormal",
    "Pareto",
    "Uniform",
    "Weibull",
]


def _scv(name, value, least=1e-9):
    rule = f"must be from {least:g} to 1e9 (Deterministic has 0)"
    number = _check.real(name, value, rule)
    return number if least <= number <= 1e9 else _check.fail(name, value, rule)


def _mean(name, value):
    """A mean, or the upper end of a range, that leaves room for its products and quotients with a shape."""
    rule = "must be a finite number > 0, from 1e-200 to 1e200"
    number = _check.real(name, value, rule)
    return number if 1e-200 <= number <= 1e200 else _check.fail(name, value, rule)


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
        return pack(self.mean)

    def _cdf(self, x):
        return -np.expm1(-x / self.mean)

    def _relative_moment(self, k):
        return math.inf if k < 0 else float(math.factorial(k))


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
        return pack(self.mean)

    def _cdf(self, x):
        return np.where(x >= self.mean, 1.0, 0.0)

    def _relative_moment(self, k):
        return 1.0


@dataclasses.dataclass(frozen=True)
class Uniform(Distribution):
    """Every value from `low` to `high` alike. 0 <= `low` < `high`, `high` 1e-200 to 1e200."""

    low: float
    high: float
    code = UNIFORM

    def __post_init__(self):
        self._coerce(low=_check.nonnegative, high=_mean)
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
        return pack(self.low, self.high - self.low)

    def _cdf(self, x):
        return np.clip((x - self.low) / (self.high - self.low), 0.0, 1.0)

    def _relative_moment(self, k):
        low, high = self.low / self.mean, self.high / self.mean
        if k > 0:
            return sum(low**i * high ** (k - i) for i in range(k + 1)) / (k + 1)
        if self.low == 0:
            return math.inf
        width = (self.high - self.low) / self.mean
        return (log1p(width / low) if width < low else log(self.high) - log(self.low)) / width


@dataclasses.dataclass(frozen=True)
class Gamma(Distribution):
    """Sums of phases (scv 1/k is Erlang-k) and their continuation. `mean` 1e-200 to 1e200, `scv` 1e-9 to 1e9."""

    mean: float
    scv: float
    code = GAMMA

    def __post_init__(self):
        self._coerce(mean=_mean, scv=_scv)

    @property
    def params(self):
        return pack(1.0 / self.scv, self.mean * self.scv)

    def _cdf(self, x):
        from scipy import special

        shape, scale = self.params[:2]
        return special.gammainc(shape, x / scale)

    def _relative_moment(self, k):
        if k < 0:
            return 1 / (1 - self.scv) if self.scv < 1 else math.inf
        return math.prod(1 + i * self.scv for i in range(k))


@dataclasses.dataclass(frozen=True)
class Lognormal(Distribution):
    """Products of many factors: sizes and service times as measured. `mean` 1e-200 to 1e200, `scv` 1e-9 to 1e9."""

    mean: float
    scv: float
    code = LOGNORMAL

    def __post_init__(self):
        self._coerce(mean=_mean, scv=_scv)

    @property
    def params(self):
        variance = log1p(self.scv)
        return pack(log(self.mean) - variance / 2, math.sqrt(variance))

    def _cdf(self, x):
        from scipy import special

        location, deviation = self.params[:2]
        return special.ndtr((np.log(x) - location) / deviation)

    def _relative_moment(self, k):
        return (1 + self.scv) ** (k * (k - 1) // 2)


@dataclasses.dataclass(frozen=True)
class Pareto(Distribution):
    """The classical heavy tail, P(X > x) = (least / x)**shape from `least` on. `mean` 1e-200 to 1e200, `shape` > 1.

    The variance is infinite for a shape up to 2.
    """

    mean: float
    shape: float
    code = PARETO

    def __post_init__(self):
        self._coerce(mean=_mean, shape=_check.positive)
        if not self.shape > 1:
            _check.fail("shape", self.shape, "must be above 1, where the mean is finite")

    @property
    def scv(self):
        return 1 / (self.shape * (self.shape - 2)) if self.shape > 2 else math.inf

    @property
    def params(self):
        return pack(self.mean * (self.shape - 1) / self.shape, 1 / self.shape)

    def _cdf(self, x):
        least = self.params[0]
        return -np.expm1(self.shape * np.log(least / np.maximum(x, least)))

    def _relative_moment(self, k):
        if k >= self.shape:
            return math.inf
        return self.shape / (self.shape - k) * ((self.shape - 1) / self.shape) ** k


@dataclasses.dataclass(frozen=True)
class Weibull(Distribution):
    """P(X > x) = exp(-(x / scale)**shape): stretched for a shape below 1.

    `mean` 1e-200 to 1e200, `shape` 0.01 to 100, with a scale of at least 1e-300.
    """

    mean: float
    shape: float
    code = WEIBULL

    def __post_init__(self):
        self._coerce(mean=_mean, shape=_check.positive)
        if not 0.01 <= self.shape <= 100:
            _check.fail("shape", self.shape, "must be from 0.01 to 100")
        if self.params[0] < 1e-300:
            _check.fail("mean", self.mean, f"must be larger for shape {self.shape:g}: the scale underflows")

    @property
    def scv(self):
        """gamma(1 + 2 / shape) / gamma(1 + 1 / shape)**2 - 1."""
        return expm1(log_gamma(1 + 2 / self.shape) - 2 * log_gamma(1 + 1 / self.shape))

    @property
    def params(self):
        return pack(exp(log(self.mean) - log_gamma(1 + 1 / self.shape)), 1 / self.shape)

    def _cdf(self, x):
        return -np.expm1(-((x / self.params[0]) ** self.shape))

    def _relative_moment(self, k):
        if 1 + k / self.shape <= 0:
            return math.inf
        return exp(log_gamma(1 + k / self.shape) - k * log_gamma(1 + 1 / self.shape))


@dataclasses.dataclass(frozen=True)
class Hyperexponential(Distribution):
    """Two exponential phases, each carrying half of the mean (balanced means). `mean` 1e-200 to 1e200, `scv` 1 to 1e9.

    A variate is slow with probability p = (1 - sqrt((scv - 1) / (scv + 1))) / 2, then with mean `mean` / (2 p).
    Source: Tijms, A First Course in Stochastic Models, 2003, appendix B.
    """

    mean: float
    scv: float
    code = HYPEREXPONENTIAL

    def __post_init__(self):
        self._coerce(mean=_mean, scv=_scv)
        _scv("scv", self.scv, least=1)

    @property
    def params(self):
        root = math.sqrt((self.scv - 1) / (self.scv + 1))
        slow = 1 / ((self.scv + 1) * (1 + root))  # (1 - root) / 2 without its cancellation
        return pack(slow, self.mean / (2 * slow), self.mean / (2 * (1 - slow)))

    def _cdf(self, x):
        slow, slow_mean, fast_mean = self.params[:3]
        return -slow * np.expm1(-x / slow_mean) - (1 - slow) * np.expm1(-x / fast_mean)

    def _relative_moment(self, k):
        if k < 0:
            return math.inf
        slow = self.params[0]
        return math.factorial(k) * ((2 * slow) ** (1 - k) + (2 - 2 * slow) ** (1 - k)) / 2
