"""What may respond at the end of a call: a distribution, a station, measurements, a tail, or a mixture of these."""

import dataclasses
import math

import numpy as np
from scipy import special

from underload import _check, random
from underload._jit import kernel
from underload._libm import exp, log, log1p, power
from underload._mapped import mapped
from underload.queueing.law import Smooth, Steps
from underload.stats import Histogram

__all__ = ["Mixture", "as_law", "response_quantile", "response_tail"]

RULE = "must be a distribution, a station with response_tail, a Histogram, an array of samples, or a tail"


def as_law(name, leaf):
    """The law of the response time of a leaf.

    Parameters
    ----------
    name : str
        Of the argument that an error blames.
    leaf : Distribution, station, Histogram, float64[n] or callable
        A station has `response_tail(t)` for an array of times; a callable is P(T > t) of one time.
    """
    if hasattr(leaf, "law"):
        return leaf.law()
    if isinstance(leaf, random.Distribution):
        return distribution_law(name, leaf)
    if isinstance(leaf, Histogram):
        return histogram_law(name, leaf)
    if isinstance(leaf, type):
        _check.fail(name, leaf, RULE)
    if hasattr(leaf, "response_tail"):
        return Smooth(lambda t: np.asarray(leaf.response_tail(t), dtype=np.float64))
    if callable(leaf):
        return callable_law(name, leaf)
    if not isinstance(leaf, (list, tuple, np.ndarray)) or np.ndim(leaf) != 1:
        _check.fail(name, leaf, RULE)
    values, counts = np.unique(_check.sample(name, leaf, lowest=0), return_counts=True)
    return Steps.from_weights(values, counts, finest=1 / counts.sum())


def callable_law(name, leaf):
    """The law with the tail `leaf`; a tail that takes arrays is called with arrays."""

    def tail(t):
        return np.array([leaf(float(one)) for one in t], dtype=np.float64)

    probe = [_check.real(f"{name}({t:g})", leaf(t)) for t in (0.0, 1.0, 1e300)]
    if not 1 >= probe[0] >= probe[1] >= probe[2] >= 0:
        _check.fail(name, leaf, f"must fall from at most 1 to 0, and is {probe} at the times 0, 1 and 1e300")
    return Smooth(tail)


def histogram_law(name, histogram):
    """The law of a `Histogram`: each value stands where `Histogram.quantile` puts it, within the relative error."""
    low, high, counts = histogram.bins()
    if counts.sum() != histogram.count or not len(counts):
        _check.fail(name, histogram, "must hold values, all of them within its range")
    values = np.divide(2 * low, low / np.where(high > 0, high, 1.0) + 1)
    return Steps.from_weights(values, counts, finest=1 / counts.sum())


def distribution_law(name, leaf):
    """The law of a `Distribution`: its tail and its inverse keep their digits where 1 - cdf has none."""
    if isinstance(leaf, random.Deterministic):
        return Steps(np.array([leaf.mean]), np.zeros(1))
    if type(leaf) not in CLOSED_FORMS:
        _check.fail(name, leaf, "must be one of the distributions of underload.random")
    return CLOSED_FORMS[type(leaf)](leaf)


@kernel
def exponential_tail(t, mean):
    """P(T > t); float64 all, as below."""
    return exp(-t / mean)


@kernel
def pareto_tail(t, least, shape):
    """P(T > t) = (least / t)^shape."""
    return exp(shape * log(least / max(t, least)))


@kernel
def weibull_tail(t, scale, shape):
    """P(T > t), at t = 0 too."""
    return exp(-power(t / scale, shape))


@kernel
def hyperexponential_tail(t, slow, slow_mean, fast_mean):
    """P(T > t), where `slow` is the probability of the branch with the mean `slow_mean`."""
    return slow * exp(-t / slow_mean) + (1.0 - slow) * exp(-t / fast_mean)


exponential_tails, pareto_tails = mapped(exponential_tail), mapped(pareto_tail)
weibull_tails, hyperexponential_tails = mapped(weibull_tail), mapped(hyperexponential_tail)


def exponential(leaf):
    return Smooth(lambda t: exponential_tails(t, leaf.mean), invert=lambda p, q: -leaf.mean * _log(p, q))


def uniform(leaf):
    width = leaf.high - leaf.low
    return Smooth(
        lambda t: np.clip((leaf.high - t) / width, 0.0, 1.0),
        breaks=(leaf.low, leaf.high),
        invert=lambda p, q: leaf.high - p * width if p < 0.5 else leaf.low + q * width,
    )


def gamma(leaf):
    shape, scale = leaf.params[:2]
    return Smooth(
        lambda t: special.gammaincc(shape, t / scale),
        invert=lambda p, q: scale * float(special.gammainccinv(shape, p) if p < 0.5 else special.gammaincinv(shape, q)),
    )


def lognormal(leaf):
    location, deviation = leaf.params[:2]

    def tail(t):
        with np.errstate(divide="ignore"):
            return special.ndtr((location - np.log(t)) / deviation)

    def invert(p, q):
        z = -special.ndtri(p) if p < 0.5 else special.ndtri(q)
        return exp(min(location + deviation * float(z), 709.0))

    return Smooth(tail, invert=invert)


def pareto(leaf):
    least = leaf.params[0]
    return Smooth(
        lambda t: pareto_tails(t, least, leaf.shape),
        breaks=(least,),
        invert=lambda p, q: least * exp(min(-_log(p, q) / leaf.shape, 709.0)),
    )


def weibull(leaf):
    scale = leaf.params[0]
    return Smooth(
        lambda t: weibull_tails(t, scale, leaf.shape),
        invert=lambda p, q: exp(min(log(scale) + log(-_log(p, q)) / leaf.shape, 709.0)),
    )


def hyperexponential(leaf):
    return Smooth(lambda t: hyperexponential_tails(t, *leaf.params[:3]))


CLOSED_FORMS = {
    random.Exponential: exponential,
    random.Uniform: uniform,
    random.Gamma: gamma,
    random.Lognormal: lognormal,
    random.Pareto: pareto,
    random.Weibull: weibull,
    random.Hyperexponential: hyperexponential,
}


def _log(p, q):
    return log(p) if p < 0.5 else log1p(-q)


@dataclasses.dataclass(frozen=True, eq=False)
class Mixture:
    """One of several leaves, drawn at random for each request: 99 % fast and 1 % slow.

    Parameters
    ----------
    weights : float64[m]
        Each > 0, of any total.
    leaves : sequence
        m leaves, each as in `FanOut`.
    """

    weights: np.ndarray
    leaves: tuple

    def __post_init__(self):
        weights = _check.sample("weights", self.weights, lowest=0)
        if not isinstance(self.leaves, (list, tuple)) or len(self.leaves) != len(weights):
            _check.fail("leaves", self.leaves, f"must be a sequence of as many leaves as weights, {len(weights)}")
        if weights.min() == 0 or not weights.sum() < math.inf:
            _check.fail("weights", weights, "must be > 0, with a finite sum")
        object.__setattr__(self, "weights", weights / weights.sum())
        object.__setattr__(self, "leaves", tuple(self.leaves))
        self.law()

    def law(self):
        """The law of the mixture."""
        laws = [as_law("leaves", leaf) for leaf in self.leaves]
        if all(isinstance(law, Steps) for law in laws):
            points = np.concatenate([law.values for law in laws])
            parts = [-np.diff(law.tails, prepend=1.0) * w for law, w in zip(laws, self.weights, strict=True)]
            values, place = np.unique(points, return_inverse=True)
            return Steps.from_weights(
                values,
                np.bincount(place, np.concatenate(parts)),
                finest=max(law.finest * w for law, w in zip(laws, self.weights, strict=True)),
            )
        jumps = [tuple(law.values) if isinstance(law, Steps) else law.breaks for law in laws]

        def tail(t):
            return sum(weight * law.tail(t) for weight, law in zip(self.weights, laws, strict=True))

        return Smooth(tail, breaks=tuple(sorted({edge for edges in jumps for edge in edges})))

    @property
    def response_mean(self):
        """Mean response time; inf where it is infinite."""
        return float(sum(w * as_law("leaves", leaf).mean() for w, leaf in zip(self.weights, self.leaves, strict=True)))


def _each(function, values):
    """`function` of a float or of every item of an array, in its shape."""
    if np.ndim(values) == 0:
        return function(values)
    values = np.asarray(values)
    return np.array([function(value) for value in values.ravel()]).reshape(values.shape)


def response_tail(law, t):
    """P(T > t) of a law at a time or an array of times >= 0, checked."""
    t = _check.each(_check.nonnegative, "t", t)
    tails = law.tail(np.atleast_1d(np.asarray(t, dtype=np.float64)).ravel())
    return float(tails[0]) if np.ndim(t) == 0 else tails.reshape(np.shape(t))


def response_quantile(law, q):
    """The quantile of a law at a probability in [0, 1) or an array of them, refused beyond what was measured."""

    def one(level):
        rule = "must be a probability, 0 <= q < 1"
        level = _check.real("q", level, rule)
        if not 0 <= level < 1:
            _check.fail("q", level, rule)
        if 1 - level < law.finest * (1 - 1e-12):
            _check.fail("q", level, f"asks for a tail below {law.finest:g}, beyond the samples")
        t = law.inverse(1 - level, level) if level > 0 else lowest(law)
        return float(t) if t < math.inf else _check.fail("q", level, "has a quantile beyond 1e300")

    return _each(one, q)


def lowest(law):
    """The largest time that a response surely takes."""
    if hasattr(law, "values"):
        return float(law.values[0])
    return max((b for b in law.breaks if law.tail(np.array([math.nextafter(b, 0)]))[0] >= 1), default=0.0)
