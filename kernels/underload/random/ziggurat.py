"""The exponential and the normal variate by the ziggurat method, 256 layers each.

A density is covered by 256 strips of equal area. A draw picks a strip and a point across it; in 99 of 100 draws the
point lies under the density whatever its height, and the cost is one table look-up and one multiplication.

Source: Marsaglia and Tsang, The ziggurat method for generating random variables, J. Stat. Software 5(8), 2000; the
normal tail after Marsaglia, Generating a variable from the tail of the normal distribution, Technometrics 6, 1964.

Deviations: 53-bit positions (the paper uses 32); strip and position come from different bits of one draw (with the
same bits they would be correlated: Doornik, 2005); the position is the middle of its cell, so no variate is 0. The
tables are computed here, with the package's own `log` and `exp`, so that they are the same bits everywhere.
"""

import math

import numpy as np

from .._jit import kernel
from .._libm import exp, log
from ._options import INLINE
from .uniform import uniform, uniform_open
from .xoshiro import next_uint64

__all__ = ["exponential", "normal"]

LAYERS = 256
U11, MASK = np.uint64(11), np.uint64(LAYERS - 1)

# Where the tail begins, and the area of a strip, in units where the density is exp(-x) or exp(-x**2 / 2).
EXPONENTIAL_TAIL, EXPONENTIAL_AREA = 7.69711747013104972, 3.9496598225815571993e-3
NORMAL_TAIL, NORMAL_AREA = 3.6541528853610088, 4.92867323397465535e-3

_log = getattr(log, "py_func", log)  # the tables need no compiled code
_exp = getattr(exp, "py_func", exp)


def _tables(tail, area, density, inverse):
    """Width of each strip per unit of position, limit of quick acceptance, and the density at each strip's foot."""
    edges = [area / density(tail), tail]
    while len(edges) < LAYERS:
        edges.append(inverse(area / edges[-1] + density(edges[-1])))
    edges = np.array([*edges, 0.0])
    widths = edges[:-1] * 2.0**-53
    limits = (edges[1:] / edges[:-1] * 2.0**53).astype(np.int64)
    heights = np.array([density(edge) for edge in edges])
    return widths, limits, heights


E_WIDTH, E_LIMIT, E_HEIGHT = _tables(
    EXPONENTIAL_TAIL, EXPONENTIAL_AREA, density=lambda x: _exp(-x), inverse=lambda y: -_log(y)
)
N_WIDTH, N_LIMIT, N_HEIGHT = _tables(
    NORMAL_TAIL, NORMAL_AREA, density=lambda x: _exp(-0.5 * x * x), inverse=lambda y: math.sqrt(-2.0 * _log(y))
)


@kernel
def _under_exponential(x, layer, u):
    """Whether a point over `x`, at the part `u` of the height of its strip, lies under the exponential density."""
    foot = E_HEIGHT[layer]
    return foot + u * (E_HEIGHT[layer + 1] - foot) < exp(-x)


@kernel
def _under_normal(x, layer, u):
    """Whether a point over `x`, at the part `u` of the height of its strip, lies under the normal density."""
    foot = N_HEIGHT[layer]
    return foot + u * (N_HEIGHT[layer + 1] - foot) < exp(-0.5 * x * x)


@kernel(**INLINE)
def exponential(state):
    """An exponential variate of mean 1, in (0, inf), as float64."""
    shift = 0.0
    while True:
        bits = next_uint64(state)
        layer = np.int64(bits & MASK)
        position = np.int64(bits >> U11) | 1
        x = position * E_WIDTH[layer]
        if position < E_LIMIT[layer]:
            return shift + x
        if layer == 0:  # past the last edge the exponential starts anew
            shift += EXPONENTIAL_TAIL
        elif _under_exponential(x, layer, uniform(state)):
            return shift + x


@kernel
def _tail(u, v):
    """A proposal for the normal tail from two uniforms; negative when it is rejected."""
    x = -log(u) / NORMAL_TAIL
    return NORMAL_TAIL + x if -2.0 * log(v) > x * x else -1.0


@kernel(**INLINE)
def normal(state):
    """A normal variate of mean 0 and variance 1, as float64."""
    while True:
        bits = next_uint64(state)
        layer = np.int64(bits & MASK)
        position = (np.int64(bits) >> 10) | 1
        x = position * N_WIDTH[layer]
        if abs(position) < N_LIMIT[layer]:
            return x
        if layer == 0:
            tail = -1.0
            while tail < 0.0:
                tail = _tail(uniform_open(state), uniform_open(state))
            return math.copysign(tail, x)
        if _under_normal(x, layer, uniform(state)):
            return x
