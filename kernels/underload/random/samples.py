"""Arrays of variates for analysts: what `Distribution.sample` does for times and sizes, for the other variates."""

import numpy as np

from .. import _check
from .._jit import kernel
from .poisson import poisson
from .uniform import bounded
from .xoshiro import seed_state
from .ziggurat import normal

__all__ = ["sample_integers", "sample_normal", "sample_poisson"]


@kernel
def _fill_normal(state, out):
    for i in range(len(out)):
        out[i] = normal(state)


@kernel
def _fill_poisson(state, mean, out):
    for i in range(len(out)):
        out[i] = poisson(state, mean)


@kernel
def _fill_bounded(state, below, out):
    for i in range(len(out)):
        out[i] = bounded(state, below)


def sample_normal(n, seed):
    """Draw `n` independent normal variates of mean 0 and variance 1.

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
    _fill_normal(seed_state(seed), out)
    return out


def sample_poisson(mean, n, seed):
    """Draw `n` independent Poisson counts.

    Parameters
    ----------
    mean : float
        In [0, 1e12].
    n, seed : int
        As in `sample_normal`.

    Returns
    -------
    int64[n]
    """
    mean = _check.nonnegative("mean", mean)
    if mean > 1e12:
        _check.fail("mean", mean, "must be at most 1e12")
    out = np.empty(_check.integer("n", n), dtype=np.int64)
    _fill_poisson(seed_state(seed), mean, out)
    return out


def sample_integers(below, n, seed):
    """Draw `n` independent whole numbers from 0 to `below` - 1, each as likely as the others.

    Parameters
    ----------
    below : int
        1 to 2**63 - 1.
    n, seed : int
        As in `sample_normal`.

    Returns
    -------
    int64[n]
    """
    below = _check.integer("below", below, least=1)
    out = np.empty(_check.integer("n", n), dtype=np.int64)
    _fill_bounded(seed_state(seed), below, out)
    return out
