"""A float64 as its 64 bits, and back; without compilation plain Python numbers, which overflow silently."""

import numpy as np

from .._jit import kernel

__all__ = ["from_bits", "head", "to_bits"]

HIGH_WORD = -0x100000000


@kernel
def to_bits(x):
    """The bits of `x` as a signed integer."""
    return int(np.float64(x).view(np.int64))


@kernel
def from_bits(bits):
    """The float64 with these bits."""
    return float(np.int64(bits).view(np.float64))


@kernel
def head(x):
    """`x` without its 32 last bits: the product of two such numbers is nearly exact."""
    return from_bits(to_bits(x) & HIGH_WORD)
