"""The share of the jobs, and of the work, below and above each size: what size-based disciplines need.

Everything is in units of the mean size and on a coordinate that suits the law: the logarithm of the size, or, for a
uniform law, less the logarithm of the part of its range that lies above. Complements are computed apart, and products
of a small and a large factor as one exponential: nothing cancels near saturation, nothing overflows in a heavy tail.
"""

import dataclasses
import math

import numpy as np
from scipy import special

from underload.random import Exponential, Gamma, Hyperexponential, Lognormal, Pareto, Uniform, Weibull

__all__ = ["Shares", "atom", "bounds", "coordinate", "log_size", "shares", "shares_at"]


@dataclasses.dataclass(frozen=True)
class Shares:
    """Functions of the size x at float64[n] coordinates, the mean size being 1.

    Attributes
    ----------
    log_size, span : float64[n]
        ln x, and its derivative with respect to the coordinate.
    mass, load : float64[n]
        Density of the sizes, and of the work (size x density), per unit of the coordinate.
    lower, upper : float64[n]
        E [X; X <= x] and E [X; X > x]: shares of the work, which add up to 1.
    rest, excess : float64[n]
        x P(X > x), and E (X - x)+.
    second : float64[n]
        E [X^2; X <= x] / x.
    """

    log_size: np.ndarray
    span: np.ndarray
    mass: np.ndarray
    load: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    rest: np.ndarray
    excess: np.ndarray
    second: np.ndarray


def _exponential(law, u):
    return _phases(u, np.array([1.0]), np.array([1.0]))


def _hyperexponential(law, u):
    slow, slow_mean, fast_mean = law.params[:3]
    return _phases(u, np.array([slow, 1 - slow]), np.array([slow_mean, fast_mean]) / law.mean)


def _phases(u, weights, means):
    x = np.exp(u)
    z = x[:, None] / means
    tail, work = weights * np.exp(-z), weights * means
    mass = (z * tail).sum(axis=1)
    return Shares(
        log_size=u,
        span=np.ones_like(u),
        mass=mass,
        load=x * mass,
        lower=(work * special.gammainc(2.0, z)).sum(axis=1),
        upper=(work * special.gammaincc(2.0, z)).sum(axis=1),
        rest=x * tail.sum(axis=1),
        excess=(means * tail).sum(axis=1),
        second=(2.0 * work * special.gammainc(3.0, z) / np.maximum(z, 1e-300)).sum(axis=1),
    )


def _uniform(law, v):
    left = np.exp(-v)  # the share of the range above, to the last digit also near its end
    low, width = law.low / law.mean, (law.high - law.low) / law.mean
    inside = -np.expm1(-v)
    return _part_of_range(low, width, low + width * inside, inside, left, left)


def _uniform_at(law, size):
    low, width = law.low / law.mean, (law.high - law.low) / law.mean
    left = np.clip((law.high / law.mean - size) / width, 0.0, 1.0)
    inside = np.clip((size - low) / width, 0.0, 1.0)
    return _part_of_range(low, width, size, inside, left, np.zeros_like(size))


def _part_of_range(low, width, x, inside, left, mass):
    """`Shares` at sizes x with the parts `inside` and `left` of the range below and above."""
    place = np.clip(x, low, low + width)
    below = inside * (place * place + place * low + low * low) / 3.0
    return Shares(
        log_size=np.log(np.maximum(x, 1e-300)),
        span=width * mass / np.maximum(x, 1e-300),
        mass=mass,
        load=x * mass,
        lower=inside * (low + place) / 2.0,
        upper=left * (low + width + place) / 2.0,
        rest=x * left,
        excess=np.where(x < low, 1.0 - x, width * left * left / 2.0),
        second=np.divide(below, x, out=np.zeros_like(x), where=x > 0),
    )


def _gamma(law, u):
    shape = 1.0 / law.scv
    x = np.exp(u)
    z = x * shape
    mass = np.exp(-shape * _excess_exponential(u) + _log_peak(shape))
    upper, rest = special.gammaincc(shape + 1.0, z), x * special.gammaincc(shape, z)
    return Shares(
        log_size=u,
        span=np.ones_like(u),
        mass=mass,
        load=x * mass,
        lower=special.gammainc(shape + 1.0, z),
        upper=upper,
        rest=rest,
        excess=np.maximum(upper - rest, 0.0),
        second=(1.0 + law.scv) * special.gammainc(shape + 2.0, z) / x,
    )


def _excess_exponential(u):
    """exp(u) - 1 - u, without cancellation at small u."""
    near = np.where(np.abs(u) < 0.5, u, 0.0)
    series = np.zeros_like(near)
    for n in range(17, 1, -1):
        series = near / n * (1.0 + series)
    with np.errstate(over="ignore"):
        return np.where(np.abs(u) < 0.5, near * series, np.expm1(u) - u)


def _log_peak(shape):
    """ln(shape^shape exp(-shape) / gamma(shape))."""
    if shape < 20:
        return shape * math.log(shape) - shape - math.lgamma(shape)
    z = 1 / (shape * shape)
    stirling = (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z / 1188)))) / shape
    return 0.5 * math.log(shape / (2 * math.pi)) - stirling


def _lognormal(law, u):
    deviation = law.params[1]
    t = u / deviation + deviation / 2
    x = np.exp(u)
    mass = np.exp(-0.5 * t * t) / (deviation * math.sqrt(2 * math.pi))
    upper, rest = special.ndtr(deviation - t), x * special.ndtr(-t)
    return Shares(
        log_size=u,
        span=np.ones_like(u),
        mass=mass,
        load=x * mass,
        lower=special.ndtr(t - deviation),
        upper=upper,
        rest=rest,
        excess=np.maximum(upper - rest, 0.0),
        second=np.exp(deviation * deviation - u) * special.ndtr(t - 2 * deviation),
    )


def _pareto(law, u):
    shape = law.shape
    log_least = math.log((shape - 1) / shape)
    y = u - log_least
    inside = y >= 0
    above = np.maximum(y, 0.0)
    least = math.exp(log_least)
    work = np.exp(-(shape - 1) * above)  # the upper share; also (x / least) P(X > x)
    x = np.exp(np.minimum(u, log_least))
    return Shares(
        log_size=u,
        span=np.ones_like(u),
        mass=np.where(inside, shape * np.exp(-shape * above), 0.0),
        load=np.where(inside, shape * least * work, 0.0),
        lower=-np.expm1(-(shape - 1) * above),
        upper=work,
        rest=np.where(inside, least * work, x),
        excess=np.where(inside, work / shape, 1.0 - x),
        second=least * shape * np.exp(-above * min(1.0, shape - 1)) * _mean_decay(above, abs(2 - shape)),
    )


def _mean_decay(y, rate):
    """(1 - exp(-rate y)) / rate, y at rate 0."""
    return -np.expm1(-rate * y) / rate if rate > 0 else y


def _weibull(law, u):
    shape = law.shape
    log_scale = math.log(law.params[0] / law.mean)
    log_z = np.minimum(shape * (u - log_scale), 700.0)
    z, x = np.exp(log_z), np.exp(u)
    tail = np.exp(-z)
    mass = shape * np.exp(log_z - z)
    return Shares(
        log_size=u,
        span=np.ones_like(u),
        mass=mass,
        load=x * mass,
        lower=special.gammainc(1 + 1 / shape, z),
        upper=special.gammaincc(1 + 1 / shape, z),
        rest=x * tail,
        excess=special.gammaincc(1 / shape, z),
        second=law.relative_moment(2) * special.gammainc(1 + 2 / shape, z) / x,
    )


def atom(size, strict):
    """The `Shares` of a deterministic law at float64[n] sizes: of the jobs below them, or up to them."""
    with_it = size > 1.0 if strict else size >= 1.0
    none = np.zeros_like(size)
    return Shares(
        log_size=np.log(size),
        span=none,
        mass=none,
        load=none,
        lower=np.where(with_it, 1.0, 0.0),
        upper=np.where(with_it, 0.0, 1.0),
        rest=np.where(with_it, 0.0, size),
        excess=np.maximum(1.0 - size, 0.0),
        second=np.where(with_it, 1.0 / size, 0.0),
    )


SHARES = {
    Exponential: _exponential,
    Uniform: _uniform,
    Gamma: _gamma,
    Hyperexponential: _hyperexponential,
    Lognormal: _lognormal,
    Pareto: _pareto,
    Weibull: _weibull,
}


def shares(law, v):
    """The `Shares` of a law other than `Deterministic` at float64[n] coordinates."""
    return SHARES[type(law)](law, v)


def shares_at(law, size):
    """The `Shares` at float64[n] sizes > 0, in units of the mean; the densities of a uniform law are left out."""
    return _uniform_at(law, size) if isinstance(law, Uniform) else shares(law, np.log(size))


def coordinate(law, size):
    """The coordinates of float64[n] sizes > 0, in units of the mean; 800 at and above the end of a range."""
    if not isinstance(law, Uniform):
        return np.log(size)
    place = (size - law.low / law.mean) / ((law.high - law.low) / law.mean)
    return np.where(place < 1, -np.log1p(-np.minimum(place, 1 - 1e-16)), 800.0)


def log_size(law, v):
    """The logarithm of the size at coordinates float64[n]."""
    return shares(law, np.atleast_1d(v)).log_size if isinstance(law, Uniform) else v


def bounds(law, negligible):
    """Coordinates below which no size matters (exp(-45) means), and above which the share of the work is negligible."""
    low = 0.0 if isinstance(law, Uniform) else -45.0
    if isinstance(law, Pareto):
        low = max(low, math.log((law.shape - 1) / law.shape))
    high = low + 1.0
    while shares(law, np.array([high])).upper[0] > negligible:
        high = low + 1.25 * (high - low)
    return low, high
