"""What all distributions share: drawing a sample, the distribution function, and moments."""

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

    @abc.abstractmethod
    def _relative_moment(self, k):
        """E (X / mean)**k for k = -1, 2, 3, 4."""

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

    def relative_moment(self, k):
        """E (X / mean)**`k` for `k` = -1 to 4, in closed form; inf where it is infinite.

        Free of the unit of time, so that it neither overflows nor underflows.
        """
        k = _check.integer("k", k, least=-1, most=4)
        return 1.0 if k in (0, 1) else float(self._relative_moment(k))

    def moment(self, k):
        """E X**`k` for `k` = -1 to 4, in closed form; inf where it is infinite.

        A finite moment beyond the largest float is refused; one below the smallest is 0.
        """
        relative = self.relative_moment(k)
        if k == -1:
            return relative / self.mean if self.mean > 0 else np.inf
        moment = relative
        for _ in range(int(k)):
            moment *= self.mean
        if moment == np.inf and relative < np.inf:
            _check.fail("k", k, f"gives a moment beyond the largest float (mean {self.mean:g})")
        return moment

    def _coerce(self, **rules):
        for name, rule in rules.items():
            object.__setattr__(self, name, rule(name, getattr(self, name)))


def pack(*values):
    """The parameters of a distribution as float64[4]."""
    return np.array([*values, *[0.0] * (4 - len(values))])
