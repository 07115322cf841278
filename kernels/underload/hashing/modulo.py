"""Modulo and fast range: the remainder of the key, or the top of its hash times the number of nodes.

Source: the remainder is folklore; fast range: Lemire, Fast random integer generation in an interval, ACM TOMACS 29(1),
2019. Neither is consistent: when the number of nodes changes, nearly every key moves, or half of them.
"""

import math

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._words import BORROW, GOLDEN, mix, scale
from underload.hashing.placement import MOST_NODES, Numbered

__all__ = ["FastRange", "Modulo", "modulo_moved"]


@kernel(**BORROW)
def _remainder(keys, nodes, out):
    for i in range(len(keys)):
        out[i] = np.int32(mix(keys[i] + GOLDEN) % nodes)


@kernel(**BORROW)
def _range(keys, nodes, out):
    for i in range(len(keys)):
        out[i] = np.int32(scale(mix(keys[i] + GOLDEN), nodes))


class Modulo(Numbered):
    """Node ``splitmix64(key) % n``.

    Parameters
    ----------
    nodes : int
        From 1 to 2**31 - 1.
    """

    name = "modulo"
    minimal = False

    def _assign(self, keys, out):
        _remainder(keys, np.uint64(self._count), out)


class FastRange(Numbered):
    """Node floor(splitmix64(key) n / 2**64): a multiplication instead of a division.

    Parameters
    ----------
    nodes : int
        From 1 to 2**31 - 1.

    Notes
    -----
    From n to n + 1 nodes half of the keys move: node i held the hashes from i/n to (i + 1)/n, and the boundaries shift
    by ever more.
    """

    name = "fast-range"
    minimal = False

    def _assign(self, keys, out):
        _range(keys, np.uint64(self._count), out)


def modulo_moved(before, after):
    """Share of uniform hashes whose remainder changes when the number of nodes does.

    Parameters
    ----------
    before, after : int
        Numbers of nodes, from 1 to 2**31 - 1.

    Returns
    -------
    float
        1 - min / lcm: within a period, the least common multiple, exactly the first min(before, after) hashes keep
        theirs.
    """
    before = _check.integer("before", before, least=1, most=MOST_NODES)
    after = _check.integer("after", after, least=1, most=MOST_NODES)
    return 1 - min(before, after) / math.lcm(before, after)
