"""xoshiro256++ and its streams: the source of every random bit.

The state is ``uint64[4]``, an argument of every kernel that draws. One integer seeds it through SplitMix64; `jump`
moves it 2**128 draws on, so that `streams` gives generators that do not overlap.

Source: Blackman and Vigna, Scrambled linear pseudorandom number generators, ACM TOMS 47(4), 2021; Steele, Lea and
Flood, Fast splittable pseudorandom number generators, OOPSLA 2014 (SplitMix64).
"""

import numpy as np

from .. import _check
from .._jit import kernel
from ._options import INLINE

__all__ = ["jump", "long_jump", "next_uint64", "seed_state", "streams"]

# Hazard: in Numba an operation between uint64 and a literal is done in float64 or int64. Every constant is a uint64.
U1, U17, U19, U23, U41, U45 = (np.uint64(n) for n in (1, 17, 19, 23, 41, 45))
U27, U30, U31 = (np.uint64(n) for n in (27, 30, 31))
STEP, FIRST, SECOND = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))

MASK = 2**64 - 1

# The polynomials x**(2**128) and x**(2**192) modulo the characteristic polynomial of the generator.
JUMP = np.array([0x180EC6D33CFD0ABA, 0xD5A61266F0C9392C, 0xA9582618E03FC9AA, 0x39ABDC4529B1661C], dtype=np.uint64)
LONG_JUMP = np.array([0x76E15D3EFEFDCBBF, 0xC5004E441C522FB3, 0x77710069854EE241, 0x39109BB02ACBE635], dtype=np.uint64)


def splitmix64(x):
    """One step of SplitMix64 on a Python int: the next state and the output."""
    x = (x + int(STEP)) & MASK
    z = x
    z = ((z ^ (z >> 30)) * int(FIRST)) & MASK
    z = ((z ^ (z >> 27)) * int(SECOND)) & MASK
    return x, z ^ (z >> 31)


def seed_state(seed):
    """The state that follows from one integer.

    Parameters
    ----------
    seed : int
        In [0, 2**64). Neighbouring seeds give unrelated states.

    Returns
    -------
    uint64[4]
        Four outputs of SplitMix64, never all zero.
    """
    x = _check.seed("seed", seed)
    state = np.empty(4, dtype=np.uint64)
    for i in range(4):
        x, state[i] = splitmix64(x)
    return state


@kernel(**INLINE)
def next_uint64(state):
    """The next 64 random bits; `state` (uint64[4]) moves on by one."""
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    total = s0 + s3
    result = ((total << U23) | (total >> U41)) + s0
    t = s1 << U17
    s2 ^= s0
    s3 ^= s1
    state[0] = s0 ^ s3
    state[1] = s1 ^ s2
    state[2] = s2 ^ t
    state[3] = (s3 << U45) | (s3 >> U19)
    return result


@kernel
def _advance(state, polynomial):
    """Multiply `state` by `polynomial` (uint64[4], lowest power first) in the ring of the generator's matrix."""
    s0, s1, s2, s3 = state[0] ^ state[0], state[0] ^ state[0], state[0] ^ state[0], state[0] ^ state[0]
    for word in polynomial:
        for bit in range(64):
            if (word >> np.uint64(bit)) & U1:
                s0 ^= state[0]
                s1 ^= state[1]
                s2 ^= state[2]
                s3 ^= state[3]
            next_uint64(state)
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3


@kernel
def jump(state):
    """Move `state` (uint64[4]) on, in place, by 2**128 draws: the start of the next of 2**128 disjoint streams."""
    _advance(state, JUMP)


@kernel
def long_jump(state):
    """Move `state` (uint64[4]) on, in place, by 2**192 draws: 2**64 starting points for families of streams."""
    _advance(state, LONG_JUMP)


def streams(seed, n):
    """The states of `n` independent streams, each 2**128 draws after the one before.

    Parameters
    ----------
    seed : int
        In [0, 2**64).
    n : int
        Number of streams, at least 1.

    Returns
    -------
    uint64[n, 4]
        ``streams(seed, n)[0]`` is ``seed_state(seed)``; the first rows do not depend on `n`.
    """
    states = np.empty((_check.integer("n", n, least=1), 4), dtype=np.uint64)
    state = seed_state(seed)
    for row in states:
        row[:] = state
        jump(state)
    return states


@kernel
def fill_streams(seed, states):
    """`streams` for use in a kernel: `states` (uint64[n, 4]) is filled from `seed` (a whole number, at least 0)."""
    x = np.uint64(seed)
    for i in range(4):
        x += STEP
        z = (x ^ (x >> U30)) * FIRST
        z = (z ^ (z >> U27)) * SECOND
        states[0, i] = z ^ (z >> U31)
    for k in range(1, len(states)):
        for i in range(4):
            states[k, i] = states[k - 1, i]
        jump(states[k])
