"""Laplace transforms of distributions.

The transform of a time X is E exp(-s X). The transform of its residual (equilibrium) time, whose density is
P(X > x) / E X, is (1 - E exp(-s X)) / (s E X); it is computed without the cancellation of this quotient at small s.

Mechanism of the laws without a closed form (lognormal, Pareto, Weibull): the path of integration is turned in the
complex plane, x -> x exp(i phi), until exp(-s x) no longer oscillates; along it the trapezoidal rule on log x
converges exponentially, at the same number of points for every s.
"""

import math

import numpy as np
from scipy import special

from underload import _check
from underload.random import (
    Deterministic,
    Distribution,
    Exponential,
    Gamma,
    Hyperexponential,
    Lognormal,
    Pareto,
    Uniform,
    Weibull,
)

__all__ = ["check_distribution", "decay_deficit", "laplace", "laplace_residual", "relative_transforms"]

DIGITS = 38.0  # the trapezoidal rule's error is exp(-DIGITS), and what lies outside its range exp(-DIGITS)


def mean_decay(z):
    """(1 - exp(-z)) / z for complex z, 1 at 0."""
    small = np.abs(z) < 1e-30
    safe = np.where(small, 1.0, z)
    return np.where(small, 1.0, -np.expm1(-safe) / safe)


def decay_deficit(z):
    """1 - (1 - exp(-z)) / z for complex z, without cancellation at small z."""
    small = np.abs(z) < 0.5
    near = np.where(small, z, 0.0)
    series = np.zeros_like(near)
    for n in range(17, 0, -1):  # z/2! - z^2/3! + ...; 0.5^17 / 18! is out of reach
        series = near / (n + 1) * (1.0 - series)
    return np.where(small, series, 1.0 - mean_decay(z))


def _exponential(law, s):
    value = 1.0 / (1.0 + s)
    return value, value


def _deterministic(law, s):
    return np.exp(-s), mean_decay(s)


def _uniform(law, s):
    low, width = law.low / law.mean, (law.high - law.low) / law.mean
    start = np.exp(-s * low)
    return start * mean_decay(s * width), low * mean_decay(s * low) + start * width * _second(s * width)


def _second(z):
    """(z - 1 + exp(-z)) / z^2 for complex z, 1/2 at 0."""
    safe = np.where(z == 0, 1.0, z)
    return np.where(z == 0, 0.5, decay_deficit(safe) / safe)


def _gamma(law, s):
    exponent = -special.log1p(s * law.scv) / law.scv
    safe = np.where(s == 0, 1.0, s)
    return np.exp(exponent), np.where(s == 0, 1.0, -np.expm1(exponent) / safe)


def _hyperexponential(law, s):
    slow, slow_mean, fast_mean = law.params[:3]
    one, two = 1.0 / (1.0 + s * (slow_mean / law.mean)), 1.0 / (1.0 + s * (fast_mean / law.mean))
    return slow * one + (1 - slow) * two, 0.5 * (one + two)  # each phase carries half of the mean


def _pareto(law, s):
    """E exp(-s X) = e^-z - z E_a(z) with z = s least and the shape a; E_a(z) along z t = tau e^(i arg(z) / 2)."""
    least = (law.shape - 1) / law.shape
    z = s * least
    tiny = np.abs(z) < 1e-280
    z = np.where(tiny, 1.0, z)
    integral = _each_chunk(lambda part: _exponential_integral(part, law.shape), z)
    value = np.where(tiny, 1.0 - s, np.exp(-z) - z * integral)
    return value, np.where(tiny, 1.0, least * (mean_decay(z) + integral))


def _exponential_integral(z, shape):
    """E_shape(z) = e^-z int over tau of e^-tau (1 + tau / z)^-shape / z, for complex64[n] z with Re z >= 0."""
    step = 2 * math.pi * (math.pi / 4) / DIGITS
    low = np.log(np.minimum(np.abs(z) / shape, 1.0)) - DIGITS
    nodes = np.arange(int((math.log(2 * DIGITS) - low.min()) / step) + 1) * step
    log_tau = np.minimum(low[:, None] + nodes, 6.0)  # beyond, e^-tau is 0
    tau = np.exp(log_tau + 0.5j * np.angle(z)[:, None])
    log1p = np.log1p if shape < 30 else special.log1p  # NumPy's has an absolute error, and a fifth of the cost
    values = np.exp(-tau - shape * log1p(tau / z[:, None])) * tau
    return np.exp(-z) / z * step * values.sum(axis=1)


def _lognormal(law, s):
    deviation = law.params[1]
    turn = min(math.pi / 4, 1.5 * deviation)
    step = min(0.35, 2 * math.pi * turn / deviation / (DIGITS + 6))

    def nodes(angle):
        t = _grid(-9.0, 9.0 + deviation, step) + 1j * (angle / deviation)[:, None]
        return np.exp(deviation * t - 0.5 * deviation**2), np.exp(-0.5 * t * t) * (step / math.sqrt(2 * math.pi))

    return _turned(s, turn, nodes)


def _weibull(law, s):
    turn = min(1.0, 1.0 / law.shape) * math.pi / 4
    step = 2 * math.pi * turn * law.shape / DIGITS
    log_scale = math.log(law.params[0] / law.mean)

    def nodes(angle):
        y = _grid(-DIGITS, math.log(3 * (DIGITS + 1 / law.shape)), step) + 1j * (angle * law.shape)[:, None]
        return np.exp(y / law.shape + log_scale), np.exp(y - np.exp(y)) * step

    return _turned(s, turn, nodes)


def _grid(low, high, step):
    return low + step * np.arange(int((high - low) / step) + 1)  # np.arange(low, high, step) rounds the step itself


def _turned(s, turn, nodes):
    """Sums over the nodes (x, weight) of a path turned by at most `turn`, for E exp(-s X) and the residual."""

    def part(z):
        x, weight = nodes(np.angle(z) * (-turn / (math.pi / 2)))
        decay = z[:, None] * x
        return np.stack([(np.exp(-decay) * weight).sum(axis=1), (mean_decay(decay) * x * weight).sum(axis=1)])

    both = _each_chunk(part, s)
    return both[0], both[1]


def _each_chunk(function, z):
    """`function` of complex128[n] in parts, so that the nodes fit in memory."""
    flat = z.ravel()
    parts = [function(flat[i : i + 64]) for i in range(0, max(flat.size, 1), 64)]
    return np.concatenate(parts, axis=-1).reshape((*parts[0].shape[:-1], *z.shape))


TRANSFORMS = {
    Exponential: _exponential,
    Deterministic: _deterministic,
    Uniform: _uniform,
    Gamma: _gamma,
    Hyperexponential: _hyperexponential,
    Lognormal: _lognormal,
    Pareto: _pareto,
    Weibull: _weibull,
}


def relative_transforms(law, s):
    """The transforms of X / E X and of its residual at complex s; the closed forms also left of Re s = 0."""
    return TRANSFORMS[type(law)](law, s)


def laplace(distribution, s):
    """The Laplace transform of a distribution, E exp(-s X).

    Parameters
    ----------
    distribution : underload.random.Distribution
    s : complex or array of complex
        Re s >= 0, and at most 1e100 / mean in size; per unit of time.

    Returns
    -------
    complex128 or ndarray of complex128, in the shape of `s`
        Closed forms for exponential, deterministic, uniform, gamma and hyperexponential times; for lognormal, Pareto
        and Weibull times a quadrature with an absolute error below 1e-14.

    Raises
    ------
    ValueError
        If `distribution` is none, or `s` breaks its rule.
    """
    return _checked(distribution, s)[0][()]


def laplace_residual(distribution, s):
    """The Laplace transform of the residual (equilibrium) time, (1 - E exp(-s X)) / (s E X).

    Parameters, errors and accuracy as in `laplace`; the value is 1 at s = 0 and does not cancel near it.
    """
    return _checked(distribution, s)[1][()]


def _checked(distribution, s):
    law = check_distribution("distribution", distribution)
    rule = "must be complex numbers with Re s >= 0 and |s| at most 1e100 / mean"
    array = np.asarray(s)
    if array.dtype.kind not in "iufc":
        _check.fail("s", s, rule)
    with np.errstate(all="ignore"):
        array = array.astype(np.complex128) * law.mean
    if not (np.isfinite(array).all() and (array.real >= 0).all() and (np.abs(array) <= 1e100).all()):
        _check.fail("s", s, rule)
    return relative_transforms(law, array)


def check_distribution(name, value):
    """A distribution whose transform is known here."""
    if not isinstance(value, Distribution) or type(value) not in TRANSFORMS:
        _check.fail(name, value, "must be a distribution of underload.random")
    return value
