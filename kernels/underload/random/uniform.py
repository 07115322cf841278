"""Uniform variates: floats with 53 random bits, and whole numbers below a bound without bias."""

import numpy as np

from .._jit import kernel
from ._options import INLINE
from .xoshiro import next_uint64

__all__ = ["bounded", "uniform", "uniform_open"]

U0, U1, U11, U32 = (np.uint64(n) for n in (0, 1, 11, 32))
LOW32 = np.uint64(0xFFFFFFFF)


@kernel(**INLINE)
def uniform(state):
    """A float64 in [0, 1): a multiple of 2**-53."""
    return np.int64(next_uint64(state) >> U11) * 1.1102230246251565e-16  # 2**-53


@kernel(**INLINE)
def uniform_open(state):
    """A float64 in (0, 1): an odd multiple of 2**-53, so that its logarithm and its reciprocal are finite."""
    return np.int64((next_uint64(state) >> U11) | U1) * 1.1102230246251565e-16


@kernel
def _high_product(a, b):
    """The upper 64 bits of the 128-bit product of two uint64."""
    a0, a1 = a & LOW32, a >> U32
    b0, b1 = b & LOW32, b >> U32
    middle = a1 * b0 + ((a0 * b0) >> U32)
    other = a0 * b1 + (middle & LOW32)
    return a1 * b1 + (middle >> U32) + (other >> U32)


@kernel(**INLINE)
def bounded(state, n):
    """A whole number in [0, n), each exactly as likely as the others, as int64.

    Parameters
    ----------
    state : uint64[4]
    n : int
        In [1, 2**63).

    Notes
    -----
    Lemire, Fast random integer generation in an interval, ACM TOMACS 29(1), 2019, algorithm 5: the high half of a
    128-bit product, rejected with probability below n / 2**64; one division in as many draws.
    """
    bound = np.uint64(n)
    bits = next_uint64(state)
    low = bits * bound
    if low < bound:
        threshold = (U0 - bound) % bound
        while low < threshold:
            bits = next_uint64(state)
            low = bits * bound
    return np.int64(_high_product(bits, bound))
