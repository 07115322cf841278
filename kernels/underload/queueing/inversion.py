"""Numerical inversion of a Laplace transform."""

import math

import numpy as np
from scipy import special

from underload import _check

__all__ = ["euler", "invert_laplace"]

EULER_A = 18.0  # exp(-EULER_A) is the first alias, which is subtracted; exp(EULER_A / 2) amplifies rounding
EULER_TERMS, EULER_AVERAGED = 60, 16


def invert_laplace(transform, t):
    """The function f whose Laplace transform is given, at times t > 0. An approximation.

    Parameters
    ----------
    transform : callable
        From complex128[m] with Re s > 0 to complex128[m], the transform of a bounded real function.
    t : float or array
        > 0.

    Returns
    -------
    float or ndarray of float64
        The absolute error is about 1e-12 x the bound of f where f is smooth. Where f has corners it is up to 1e-3, and
        where it has jumps up to 1e-2, and more within a few percent of t of them: take known jumps and corners out of f
        first, as `MG1` does.

    Notes
    -----
    Abate and Whitt, Numerical inversion of Laplace transforms of probability distributions, ORSA J. Computing 7(1),
    1995, algorithm EULER: a Fourier series, summed by binomial averages of its partial sums.

    **Deviations.** The first alias, exp(-A) f(3 t), is computed and subtracted, so that a small A = 18 suffices: the
    rounding error, amplified by exp(A / 2), stays near 1e-12, where the paper's choice leaves 1e-8. 60 terms and 16
    averages (the paper: 15 and 11).
    """
    if not callable(transform):
        _check.fail("transform", transform, "must be a function")
    times = np.atleast_1d(np.asarray(_check.each(_check.positive, "t", t), dtype=np.float64))
    values = euler(lambda s: np.asarray(transform(s.ravel())).reshape(s.shape), times.ravel())
    return values.reshape(np.shape(t))[()]


def euler(transform, t, a=EULER_A):
    """EULER at float64[n] times, with the first alias subtracted; `a` may be an array over the times."""
    a = np.broadcast_to(a, t.shape)
    return _series(transform, t, a) - np.exp(-a) * _series(transform, 3.0 * t, a)


def _series(transform, t, a):
    k = np.arange(EULER_TERMS + EULER_AVERAGED + 1)
    terms = transform((0.5 * a[:, None] + 1j * math.pi * k) / t[:, None]).real * (1.0 - 2.0 * (k % 2))
    terms[:, 0] *= 0.5
    sums = np.cumsum(terms, axis=1)[:, EULER_TERMS:]
    weights = special.binom(EULER_AVERAGED, np.arange(EULER_AVERAGED + 1)) * 0.5**EULER_AVERAGED
    return np.exp(0.5 * a) / t * (sums @ weights)
