"""Words of 64 bits: the arithmetic that the mixers and the placements share.

Hazard: in Numba an operation between uint64 and a literal is done in float64 or int64. Every constant is a uint64.
"""

import numpy as np

from underload._jit import kernel
from underload.random._options import BORROW, INLINE

__all__ = [
    "BORROW",
    "GOLDEN",
    "INLINE",
    "LOW32",
    "digits",
    "entry",
    "mix",
    "odd",
    "rotate",
    "scale",
    "smear",
    "stream",
    "top",
    "word32",
    "word64",
]

ZERO, U1, U8, U16, U24, U27, U30, U31, U32, U40, U48, U56, U64 = (
    np.uint64(n) for n in (0, 1, 8, 16, 24, 27, 30, 31, 32, 40, 48, 56, 64)
)
LOW32 = np.uint64(2**32 - 1)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # what SplitMix64 adds at each step
MULTIPLY_1, MULTIPLY_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@kernel(**INLINE)
def rotate(x, r):
    """`x` rotated left by `r`, 0 < r < 64, both uint64."""
    return (x << r) | (x >> (U64 - r))


@kernel(**INLINE)
def mix(z):
    """The finalizer of SplitMix64, a bijection of uint64: Stafford's variant 13 of that of Murmur3."""
    z = (z ^ (z >> U30)) * MULTIPLY_1
    z = (z ^ (z >> U27)) * MULTIPLY_2
    return z ^ (z >> U31)


@kernel(**INLINE)
def stream(key, step):
    """Word `step` (uint64, from 1) of the SplitMix64 that starts at `key`."""
    return mix(key + GOLDEN * step)


@kernel(**INLINE)
def scale(h, n):
    """floor(h n / 2**64) for uint64 `h` and uint64 n < 2**32: a word made a number below n, without a division.

    Lemire, Fast random integer generation in an interval, ACM TOMACS 29(1), 2019.
    """
    return ((h >> U32) * n + (((h & LOW32) * n) >> U32)) >> U32


@kernel(**INLINE)
def word32(data, at):
    """The 4 bytes of `data` (uint8[:]) from `at` on as a little-endian number."""
    low = np.uint64(data[at]) | (np.uint64(data[at + 1]) << U8)
    return low | (np.uint64(data[at + 2]) << U16) | (np.uint64(data[at + 3]) << U24)


@kernel(**INLINE)
def word64(data, at):
    """The 8 bytes of `data` (uint8[:]) from `at` on as a little-endian number."""
    low = np.uint64(data[at]) | (np.uint64(data[at + 1]) << U8)
    low |= (np.uint64(data[at + 2]) << U16) | (np.uint64(data[at + 3]) << U24)
    high = (np.uint64(data[at + 4]) << U32) | (np.uint64(data[at + 5]) << U40)
    return low | high | (np.uint64(data[at + 6]) << U48) | (np.uint64(data[at + 7]) << U56)


@kernel(**INLINE)
def digits(x):
    """Number of binary digits of `x`, uint64, as uint64: 0 for 0.

    The compiler knows this loop for a count of leading zeros, and the next one for a count of bits: an instruction
    each.
    """
    n = ZERO
    while x != ZERO:
        x >>= U1
        n += U1
    return n


@kernel(**INLINE)
def odd(x):
    """1 if an odd number of bits of `x`, uint64, are set, else 0."""
    n = ZERO
    while x != ZERO:
        x &= x - U1
        n += U1
    return n & U1


@kernel(**INLINE)
def top(x):
    """The highest bit that is set in `x`, uint64 > 0: 2**(k - 1) for k binary digits."""
    return U1 << (digits(x) - U1)


@kernel(**INLINE)
def smear(x):
    """`x`, uint64 below 2**63, with every bit below its highest set: 2**k - 1 for k binary digits."""
    return (U1 << digits(x)) - U1


@kernel(**INLINE)
def entry(h, size, shift):
    """floor(h size / 2**64) for a table whose size has `shift` binary digits, all uint64, with one multiplication.

    The lowest `shift` bits of `h` do not count: one key in 2**(64 - 2 shift) has the entry before.
    """
    return ((h >> shift) * size) >> (U64 - shift)
