"""An estimate with its confidence interval, and the half-widths that the estimators of this package share.

Sources: Student, The probable error of a mean, Biometrika 6(1), 1908; Willink, A confidence interval and test for the
mean of an asymmetric distribution, Communications in Statistics - Theory and Methods 34(4), 2005; Tafazzoli, Steiger
and Wilson, N-Skart, IEEE Transactions on Automatic Control 56(2), 2011.
"""

import dataclasses
import math

import numpy as np
from scipy import special

from .. import _check
from .._jit import kernel
from .._libm import power

__all__ = ["Interval"]

# Below this skewness the adjustment is smaller than 1e-5 of the half-width, and its formula loses digits.
SYMMETRIC = 1e-3
# N-Skart makes its batches longer until their lag-one correlation is below this; here the series is what it is.
HIGHEST_CORRELATION = 0.8
LARGEST = 1e100


@dataclasses.dataclass(frozen=True)
class Interval:
    """An estimate and its confidence interval.

    Attributes
    ----------
    mean : float
        The estimate: of a mean or, from the quantile functions, of a quantile.
    half_width : float
        Half the length of the interval, in the unit of the estimate.
    confidence : float
        The probability, asked for, that such an interval covers the truth.
    n : int
        How many observations are behind it.
    low, high : float
        The ends: ``mean - half_width`` and ``mean + half_width`` unless given.
    """

    mean: float
    half_width: float
    confidence: float
    n: int
    low: float = None
    high: float = None

    def __post_init__(self):
        mean = _check.real("mean", self.mean)
        half_width = _check.nonnegative("half_width", self.half_width)
        low = mean - half_width if self.low is None else _check.real("low", self.low)
        high = mean + half_width if self.high is None else _check.real("high", self.high)
        if not low <= mean <= high:
            _check.fail("mean", mean, f"must lie between low={low} and high={high}")
        confidence = _check.fraction("confidence", self.confidence)
        values = (mean, half_width, confidence, _check.integer("n", self.n, least=1), low, high)
        for field, value in zip(dataclasses.fields(self), values):
            object.__setattr__(self, field.name, value)

    def __contains__(self, value):
        return self.low <= value <= self.high

    def __str__(self):
        return f"{self.mean:.4g} in [{self.low:.4g}, {self.high:.4g}] ({100 * self.confidence:g} %)"


def sample(name, values, least):
    """`_check.sample`, with no value so large that sums and squares overflow."""
    values = _check.sample(name, values, least=least)
    large = np.flatnonzero(np.abs(values) > LARGEST)
    if len(large):
        _check.fail(f"{name}[{large[0]}]", values[large[0]], f"must be at most {LARGEST:g} in size")
    return values


def student(n, confidence):
    """The two-sided quantile of Student for `n` values, from the lower tail: a confidence near 1 keeps its digits."""
    return -special.stdtrit(n - 1, (1 - confidence) / 2)


def student_half_width(values, confidence):
    """Student's half-width for the mean of independent, nearly normal values.

    Parameters
    ----------
    values : float64[n], n >= 2
    confidence : float

    Returns
    -------
    float
    """
    n = len(values)
    deviations = values - np.mean(values)
    largest = np.max(np.abs(deviations))
    if largest == 0:
        return 0.0
    u = deviations / largest  # so that no square underflows
    deviation = largest * math.sqrt(np.sum(u * u) / (n - 1))
    return float(student(n, confidence) * deviation / math.sqrt(n))


@kernel
def cube_root(x):
    """The real cube root of a float64."""
    return math.copysign(power(abs(x), 1 / 3), x)


@kernel
def widened_half_width(values, t, correlated):
    """What `adjusted_half_width` returns, for float64[n] and Student's quantile `t` of n - 1 degrees of freedom."""
    n, total, largest = len(values), 0.0, 0.0
    for value in values:
        total += value
    mean = total / n
    for value in values:
        largest = max(largest, abs(value - mean))
    if largest == 0.0:
        return 0.0
    before = squares = cubes = products = 0.0
    for value in values:
        u = (value - mean) / largest  # so that no power underflows
        squares += u * u
        cubes += u * u * u
        products += u * before
        before = u
    variance = squares / (n - 1)
    width = t * largest * math.sqrt(variance / n)
    b = n / ((n - 1.0) * (n - 2.0)) * cubes / (variance * math.sqrt(variance)) / (6.0 * math.sqrt(n))
    if abs(b) > SYMMETRIC:
        upper, lower = cube_root(1.0 + 6.0 * b * (t - b)), cube_root(1.0 + 6.0 * b * (-t - b))
        width *= (upper - lower) / (2.0 * b) / (2.0 * t)
    if correlated:
        r = min(max(products / squares + 1.0 / n, 0.0), HIGHEST_CORRELATION)
        width *= math.sqrt((1.0 + r) / (1.0 - r))
    return width


def adjusted_half_width(values, confidence, *, correlated):
    """Student's half-width, widened for skewed and, if so asked, for positively correlated values.

    Parameters
    ----------
    values : float64[n], n >= 3
    confidence : float
    correlated : bool
        Whether neighbouring values may be correlated, as batch means are.

    Returns
    -------
    float

    Notes
    -----
    With the skewness `B`, ``b = B / (6 sqrt(n))`` and Student's quantile `t`, Willink (2005) replaces ``-t`` and `t` by
    ``G(-t)`` and ``G(t)``, ``G(x) = ((1 + 6 b (x - b))**(1/3) - 1) / (2 b)``. The lag-one correlation `r` of the
    values, plus 1/n for its bias, widens by ``sqrt((1 + r) / (1 - r))``, as for a first-order autoregression
    (N-Skart 2011).

    Deviations: the two half-widths are averaged, so that the interval is ``mean ± half_width``; `r` is kept in
    [0, 0.8].
    """
    values = np.ascontiguousarray(values, dtype=np.float64)
    return widened_half_width(values, student(len(values), confidence), correlated)
