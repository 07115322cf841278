"""Balls into bins: how uneven a load becomes that is spread at random, with one choice, and with several.

Source: Azar, Broder, Karlin and Upfal, Balanced allocations, SIAM J. Computing 29(1), 1999: with n balls in n bins the
fullest holds about ln n / ln ln n of one choice, and ln ln n / ln d + O(1) of d.
"""

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.random import seed_state
from underload.random.uniform import bounded

__all__ = ["two_choice_loads", "two_choice_max_load"]


@kernel
def throw(state, balls, choices, loads):
    """Put each ball in the emptiest of `choices` bins drawn with replacement, the first drawn among equals.

    Parameters
    ----------
    state : uint64[4]
    balls, choices : int64
    loads : int32[bins]
        Counted up in place.
    """
    bins = len(loads)
    for _ in range(balls):
        best = bounded(state, bins)
        for _ in range(choices - 1):
            other = bounded(state, bins)
            if loads[other] < loads[best]:
                best = other
        loads[best] += 1


def two_choice_loads(bins, choices=2, *, balls=None, seed):
    """The number of balls in each bin, after each ball chose the emptiest of a few bins.

    Parameters
    ----------
    bins : int
        1 to 10^8.
    choices : int
        Bins that each ball looks at, drawn at random with replacement, 1 to 1000.
    balls : int or None
        At most 2^31 - 1; None: as many as bins.
    seed : int

    Returns
    -------
    int32[bins]
    """
    bins = _check.integer("bins", bins, least=1, most=10**8)
    choices = _check.integer("choices", choices, least=1, most=1000)
    balls = bins if balls is None else _check.integer("balls", balls, most=2**31 - 1)
    loads = np.zeros(bins, dtype=np.int32)
    throw(seed_state(seed), balls, choices, loads)
    return loads


def two_choice_max_load(bins, choices=2, *, balls=None, seed):
    """The number of balls in the fullest bin; arguments as in `two_choice_loads`."""
    return int(two_choice_loads(bins, choices, balls=balls, seed=seed).max())
