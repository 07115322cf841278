"""Transforms of interarrival times at real arguments, to the last digits at both ends: what GI/M/c is made of.

With X in units of its mean and s >= 0: the transform A(s) = E exp(-s X); the residual (1 - A(s)) / s; its deficit
1 - (1 - A(s)) / s, small at small s; and the slope (A(s) - A(s + d)) / d, which has no 0 / 0 at d = 0. All are computed
from positive terms: closed forms, or sums over nodes. `transforms` has the first two for complex s.
"""

import math

import numpy as np

from underload import _check
from underload.queueing.transforms import check_distribution, decay_deficit, mean_decay
from underload.random import Deterministic, Exponential, Gamma, Hyperexponential, Lognormal, Pareto, Weibull

__all__ = ["Arrivals"]

NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)
LEAST_SHAPE = 1.05  # of a Pareto law: below, interarrival times beyond 10^300 means matter
DIGITS = 38.0  # what lies outside the nodes, and the error of the trapezoidal rule, is exp(-DIGITS)


def log_ratio(x):
    """ln(1 + x) / x, which is 1 at 0."""
    safe = np.where(x == 0, 1.0, x)
    return np.where(x == 0, 1.0, np.log1p(safe) / safe)


def log_deficit(x):
    """1 - ln(1 + x) / x, which is x / 2 near 0."""
    near = np.where(x < 0.1, x, 0.0)
    series = np.zeros_like(near)
    for k in range(20, 1, -1):
        series = 1.0 / k - near * series
    return np.where(x < 0.1, near * series, 1.0 - log_ratio(x))


class Arrivals:
    """The four functions of a distribution; `s` and `d` are floats or float64[n]."""

    def __new__(cls, name, distribution):
        law = check_distribution(name, distribution)
        return object.__new__(KINDS.get(type(law), _Nodes))

    def __init__(self, name, law):
        self.name, self.law = name, law
        self._prepare()

    def __getnewargs__(self):
        return self.name, self.law

    def _prepare(self):
        pass


class _Exponential(Arrivals):
    def transform(self, s):
        return 1.0 / (1.0 + s)

    def residual(self, s):
        return 1.0 / (1.0 + s)

    def deficit(self, s):
        return s / (1.0 + s)

    def slope(self, s, d):
        return 1.0 / ((1.0 + s) * (1.0 + s + d))


class _Deterministic(Arrivals):
    def transform(self, s):
        return np.exp(-s)

    def residual(self, s):
        return mean_decay(s)

    def deficit(self, s):
        return decay_deficit(s)

    def slope(self, s, d):
        return np.exp(-s) * mean_decay(d)


class _Gamma(Arrivals):
    def transform(self, s):
        return np.exp(-s * log_ratio(s * self.law.scv))

    def residual(self, s):
        part = log_ratio(s * self.law.scv)
        return part * mean_decay(s * part)

    def deficit(self, s):
        part = log_ratio(s * self.law.scv)
        return log_deficit(s * self.law.scv) + part * decay_deficit(s * part)

    def slope(self, s, d):
        start = 1.0 + s * self.law.scv
        part = log_ratio(d * self.law.scv / start) / start
        return self.transform(s) * part * mean_decay(d * part)


class _Hyperexponential(Arrivals):
    def _prepare(self):
        slow, slow_mean, fast_mean = self.law.params[:3]
        self.phases = ((slow, slow_mean / self.law.mean), (1 - slow, fast_mean / self.law.mean))

    def transform(self, s):
        return sum(p / (1.0 + s * m) for p, m in self.phases)

    def residual(self, s):
        return sum(p * m / (1.0 + s * m) for p, m in self.phases)

    def deficit(self, s):
        return sum(p * m * (s * m / (1.0 + s * m)) for p, m in self.phases)

    def slope(self, s, d):
        return sum(p * m / ((1.0 + s * m) * (1.0 + (s + d) * m)) for p, m in self.phases)


class _Nodes(Arrivals):
    """Sums over nodes x of the time in its mean, with weights: lognormal, Pareto, uniform and Weibull times."""

    def _prepare(self):
        if type(self.law) is Pareto and self.law.shape < LEAST_SHAPE:
            _check.fail(self.name, self.law, f"must have a shape of at least {LEAST_SHAPE:g}")
        kinds = {Lognormal: lognormal_nodes, Pareto: pareto_nodes, Weibull: weibull_nodes}
        self.x, self.weight, self.beyond = kinds.get(type(self.law), uniform_nodes)(self.law)

    def _sum(self, function, s):
        flat = np.atleast_1d(np.asarray(s, dtype=np.float64)).ravel()
        value = np.array([function(one) @ self.weight for one in flat]).reshape(np.shape(s))
        return value[()]

    def transform(self, s):
        return self._sum(lambda one: np.exp(-one * self.x), s)

    def residual(self, s):
        return self._sum(lambda one: self.x * mean_decay(one * self.x), s)

    def deficit(self, s):
        return self._sum(lambda one: self.x * decay_deficit(one * self.x), s) + self.beyond

    def slope(self, s, d):
        low, distance = np.broadcast_arrays(s, d)
        pairs = zip(np.ravel(low), np.ravel(distance), strict=True)
        value = [(np.exp(-a * self.x) * self.x * mean_decay(b * self.x)) @ self.weight for a, b in pairs]
        return np.array(value).reshape(low.shape)[()]


def lognormal_nodes(law):
    """The trapezoidal rule in the normal deviate."""
    deviation = law.params[1]
    step = min(0.25, math.pi * math.pi / deviation / DIGITS)
    z = np.arange(-12.0 - deviation, 12.0 + 3 * deviation, step)
    return np.exp(deviation * z - 0.5 * deviation**2), np.exp(-0.5 * z * z) * (step / math.sqrt(2 * math.pi)), 0.0


def weibull_nodes(law):
    """The trapezoidal rule in the logarithm of an exponential time."""
    step = min(math.pi**2 / DIGITS, math.pi**2 * law.shape / DIGITS)
    y = np.arange(-DIGITS - 2, math.log(2 * DIGITS + 12 / law.shape), step)
    return np.exp(y / law.shape + math.log(law.params[0] / law.mean)), np.exp(y - np.exp(y)) * step, 0.0


def _panels(edges):
    half = np.diff(edges)[:, None] / 2
    return ((edges[:-1, None] + half) + half * NODES).ravel(), (half * WEIGHTS).ravel()


def uniform_nodes(law):
    """Gauss-Legendre panels, finer towards the lower end, where exp(-s x) is largest."""
    low, width = law.low / law.mean, (law.high - law.low) / law.mean
    edges = np.concatenate([[0.0], 0.5 ** np.arange(40.0, 0.0, -1), np.linspace(0.5, 1.0, 9)[1:]])
    place, weight = _panels(edges)
    return low + width * place, weight, 0.0


def pareto_nodes(law):
    """Gauss-Legendre panels in the logarithm of the time; the mass of the residual beyond counts as infinitely far."""
    shape = law.shape
    end = min(45 / (shape - 1), 700.0)
    fine = 0.5 ** np.arange(40.0, 0.0, -1) * min(1.0, 1 / shape)
    edges = np.concatenate([[0.0], fine, np.arange(fine[-1] * 2, end, min(0.5, 1 / shape)), [end]])
    v, weight = _panels(np.unique(edges[edges <= end]))
    x = (shape - 1) / shape * np.exp(v)
    return x, weight * shape * np.exp(-shape * v), math.exp(-(shape - 1) * end)


KINDS = {
    Exponential: _Exponential,
    Deterministic: _Deterministic,
    Gamma: _Gamma,
    Hyperexponential: _Hyperexponential,
}
