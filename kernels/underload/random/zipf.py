"""The Zipf distribution: item k of n is drawn with a probability proportional to k**-exponent.

Popularity of keys, pages, videos and users. Any exponent from 0 (all alike) on and up to 2**53 items, with a set-up
that does not grow with the number of items.
"""

import dataclasses

import numpy as np

from .. import _check
from .._jit import kernel
from .._libm import exp, expm1, log, log1p
from ._options import INLINE
from ._points import points
from .uniform import bounded, uniform_open
from .xoshiro import seed_state

__all__ = ["Zipf", "zipf"]

# Past this item an item is drawn in two steps, a block and then the item in it: a float64 cannot place one item among
# 2**53, nor can a uniform of 53 bits reach each of them. A block's size is 2**-9 to 2**-10 of its first item.
FAR = 2.0**31
BLOCK_BITS = 9


@kernel
def _integral(x, exponent):
    """The integral of t**-exponent from 1 to `x`: (x**(1 - exponent) - 1) / (1 - exponent), log(x) at 1."""
    logarithm = log(x)
    t = (1.0 - exponent) * logarithm
    return logarithm * (expm1(t) / t if abs(t) > 1e-8 else 1.0 + 0.5 * t)


@kernel
def _inverse(y, exponent):
    """The x whose `_integral` is `y`; inf where rounding has carried `y` past the integral's limit."""
    t = (1.0 - exponent) * y
    if t <= -1.0:
        return np.inf
    return exp(y * (log1p(t) / t if abs(t) > 1e-8 else 1.0 - 0.5 * t))


@kernel
def _setup(exponent, items, params):
    """Fill `params` (float64[5]): exponent, items, integral at both ends, and the quick limit of acceptance."""
    params[0] = exponent
    params[1] = items
    params[2] = _integral(1.5, exponent) - 1.0
    params[3] = _integral(items + 0.5, exponent)
    params[4] = 2.0 - _inverse(_integral(2.5, exponent) - exp(-exponent * log(2.0)), exponent)


@kernel(**INLINE)
def zipf(state, params):
    """An item, 1 to n.

    Parameters
    ----------
    state : uint64[4]
    params : float64[5]
        The `params` of a `Zipf`.

    Returns
    -------
    int64

    Notes
    -----
    Hörmann and Derflinger, Rejection-inversion to generate variates from monotone discrete distributions, ACM TOMACS
    6(3), 1996: invert the integral of the continued density, round, and reject the little that rounding added.

    **Deviations.** Past item 2**31 rejection-inversion chooses a block of items only, and the item in it is drawn by
    plain rejection (see the comment above). Where all items from some item on have a probability below 2**-44
    together, they come in clusters: one uniform of 53 bits chooses the block.
    """
    exponent, items = params[0], params[1]
    while True:
        y = params[3] + uniform_open(state) * (params[2] - params[3])
        x = _inverse(y, exponent)
        if x == np.inf:
            continue
        k = min(max(np.floor(x + 0.5), 1.0), items)
        if k > FAR:
            return _in_block(state, k, exponent, items)
        if k - x <= params[4] or y >= _integral(k + 0.5, exponent) - exp(-exponent * log(k)):
            return np.int64(k)


@kernel(**INLINE)
def _in_block(state, k, exponent, items):
    """An item of the block that holds item `k` > 2**31, by its probability given that block."""
    shift = (np.float64(k).view(np.int64) >> 52) - 1023 - BLOCK_BITS
    first = (np.int64(k) >> shift) << shift
    size = min(1 << shift, np.int64(items) - first + 1)
    while True:
        step = bounded(state, size)
        # The probability relative to the block's first item.
        if uniform_open(state) <= exp(-exponent * log1p(step / first)):
            return first + step


@kernel
def _fill(state, params, out):
    """Fill `out` (int64[n]) with items."""
    for i in range(len(out)):
        out[i] = zipf(state, params)


# So many terms of a harmonic sum are added up; the Euler-Maclaurin formula gives the rest to 1e-15.
HEAD = 64.0


@kernel
def _correction(x, exponent):
    """Half the term at `x`, less its odd derivatives: the Euler-Maclaurin formula at the lower end."""
    e, z = exponent, 1.0 / (x * x)
    series = (e + 1) * (e + 2) * z * (1 / 720 - (e + 3) * (e + 4) * z * (1 / 30240 - (e + 5) * (e + 6) * z / 1209600))
    return exp(-e * log(x)) * (0.5 + e / x * (1 / 12 - series))


@kernel
def _harmonic(n, exponent):
    """The sum of k**-exponent for k = 1 to `n` (a whole number as float64); relative error below 1e-13."""
    total = 0.0
    k = min(n, HEAD - 1.0)
    while k >= 1.0:  # smallest first
        total += exp(-exponent * log(k))
        k -= 1.0
    if n < HEAD or exponent > 100.0:  # 64**-100 adds nothing
        return total
    integral = exp((1.0 - exponent) * log(HEAD)) * _integral(n / HEAD, exponent)
    last = exp(-exponent * log(n))
    return total + integral + _correction(HEAD, exponent) - _correction(n, exponent) + last


@kernel
def _probabilities(exponent, items, k, out):
    """Fill `out` (float64[m]) with the probabilities of the items `k` (float64[m])."""
    total = _harmonic(items, exponent)
    for i in range(len(k)):
        out[i] = exp(-exponent * log(k[i])) / total if 1.0 <= k[i] <= items else 0.0


@kernel
def _cumulative(exponent, items, k, out):
    """Fill `out` (float64[m]) with the probabilities of the first `k` (float64[m]) items together."""
    total = _harmonic(items, exponent)
    for i in range(len(k)):
        out[i] = _harmonic(min(k[i], items), exponent) / total if k[i] >= 1.0 else 0.0


@dataclasses.dataclass(frozen=True)
class Zipf:
    """Items 1 to `items`, item k with a probability proportional to k**-`exponent`.

    Attributes
    ----------
    exponent : float
        At least 0, where all items are alike. Web caches: 0.6 to 0.9 (Breslau et al., 1999).
    items : int
        1 to 2**53.
    """

    exponent: float
    items: int

    def __post_init__(self):
        object.__setattr__(self, "exponent", _check.nonnegative("exponent", self.exponent))
        object.__setattr__(self, "items", _check.integer("items", self.items, least=1, most=2**53))

    @property
    def params(self):
        """The parameters of the kernel `zipf`, float64[5], a new array."""
        params = np.empty(5)
        _setup(self.exponent, float(self.items), params)
        return params

    def sample(self, n, seed):
        """Draw `n` items, independently.

        Parameters
        ----------
        n : int
        seed : int
            In [0, 2**64). The first items do not depend on `n`.

        Returns
        -------
        int64[n]
        """
        out = np.empty(_check.integer("n", n), dtype=np.int64)
        _fill(seed_state(seed), self.params, out)
        return out

    def probability(self, k):
        """The probability of item `k` (whole numbers, scalar or array; 0 outside 1 to `items`); same shape."""
        return self._mapped(_probabilities, k)

    def cdf(self, k):
        """The probability of the `k` likeliest items together (whole numbers, scalar or array); same shape."""
        return self._mapped(_cumulative, k)

    def _mapped(self, function, k):
        array = points("k", k)
        if (array != np.floor(array)).any():
            _check.fail("k", k, "must be whole numbers")
        out = np.empty(array.size)
        function(self.exponent, float(self.items), array.ravel(), out)
        return out.reshape(array.shape)[()]
