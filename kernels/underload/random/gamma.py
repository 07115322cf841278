"""The gamma variate."""

import math

from .._jit import kernel
from .._libm import exp, log
from ._options import INLINE
from .uniform import uniform_open
from .ziggurat import exponential, normal

__all__ = ["gamma"]


@kernel(**INLINE)
def gamma(state, shape):
    """A gamma variate of scale 1: mean `shape`, variance `shape`.

    Parameters
    ----------
    state : uint64[4]
    shape : float64
        Above 0. Below about 0.01 many variates are too small for a float64 and come out as 0.

    Notes
    -----
    Marsaglia and Tsang, A simple method for generating gamma variables, ACM TOMS 26(3), 2000; for a shape below 1,
    their section 6: a variate of shape + 1 times U**(1 / shape), here with -log U drawn as an exponential.
    """
    boost = 1.0
    if shape < 1.0:
        boost = exp(-exponential(state) / shape)
        shape += 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = normal(state)
        v = 1.0 + c * x
        if v <= 0.0:
            continue
        v = v * v * v
        u = uniform_open(state)
        square = x * x
        if u < 1.0 - 0.0331 * square * square or log(u) < 0.5 * square + d * (1.0 - v + log(v)):
            return boost * d * v
