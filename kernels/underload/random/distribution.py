"""What all distributions share: drawing a sample, and the distribution function."""

import abc

import numpy as np

from .. import _check
from .._jit import kernel
from ._points import points
from .variate import variate
from .xoshiro import seed_state

__all__ = ["Distribution", "pack"]


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


def pack(*values):
    """The parameters of a distribution as float64[4]."""
    return np.array([*values, *[0.0] * (4 - len(values))])
