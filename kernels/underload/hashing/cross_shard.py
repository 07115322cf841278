"""Requests that touch several shards: how many they are, how far they reach, and what they cost.

Keys are taken to lie on shards independently and evenly, as any good hash places them.
"""

import math

from underload import _check

__all__ = [
    "any_shard_down",
    "cross_shard_fraction",
    "distinct_shards",
    "scatter_slow",
    "shard_quantile_for",
    "sharded_capacity",
]


def cross_shard_fraction(shards, keys):
    """Probability that `keys` random keys are not all on one of `shards` shards: 1 - shards**(1 - keys).

    Parameters
    ----------
    shards, keys : int
        At least 1 each.

    Returns
    -------
    float
    """
    shards, keys = _check.integer("shards", shards, least=1), _check.integer("keys", keys, least=1)
    return -math.expm1((1 - keys) * math.log(shards))


def distinct_shards(shards, keys):
    """Expected number of shards that `keys` random keys lie on: shards (1 - (1 - 1/shards)**keys).

    Parameters
    ----------
    shards, keys : int
        At least 1 each.

    Returns
    -------
    float
    """
    shards, keys = _check.integer("shards", shards, least=1), _check.integer("keys", keys, least=1)
    return 1.0 if shards == 1 else -shards * math.expm1(keys * math.log1p(-1 / shards))


def sharded_capacity(shards, cross_fraction, touched):
    """Capacity of `shards` shards over that of one, if some requests work on several.

    Parameters
    ----------
    shards : int
        At least 1.
    cross_fraction : float
        Share of the requests that are done on several shards.
    touched : float
        How many of them each of these occupies, from 1 to `shards`.

    Returns
    -------
    float
        shards / (1 + cross_fraction (touched - 1)): the work of an average request divides the capacity.
    """
    shards = _check.integer("shards", shards, least=1)
    cross_fraction = _check.probability("cross_fraction", cross_fraction)
    touched = _check.real("touched", touched)
    if not 1 <= touched <= shards:
        _check.fail("touched", touched, f"must be from 1 to the number of shards, {shards}")
    return shards / (1 + cross_fraction * (touched - 1))


def scatter_slow(shards, slow):
    """Probability that a request to all shards waits for a slow one: 1 - (1 - slow)**shards.

    Parameters
    ----------
    shards : int
        At least 1.
    slow : float
        Probability that one answers slowly, independently of the others.

    Returns
    -------
    float
    """
    shards, slow = _check.integer("shards", shards, least=1), _check.probability("slow", slow)
    return 1.0 if slow == 1 else -math.expm1(shards * math.log1p(-slow))


def shard_quantile_for(shards, quantile):
    """Which quantile of one shard's answer is the given one of the slowest of all: quantile**(1/shards).

    Parameters
    ----------
    shards : int
        At least 1.
    quantile : float
        Strictly between 0 and 1.

    Returns
    -------
    float
    """
    shards = _check.integer("shards", shards, least=1)
    return math.exp(math.log(_check.fraction("quantile", quantile)) / shards)


def any_shard_down(shards, availability):
    """Probability that at least one shard is down: 1 - availability**shards. Each takes 1/shards of the data along.

    Parameters
    ----------
    shards : int
        At least 1.
    availability : float
        Of each, independently.

    Returns
    -------
    float
    """
    return scatter_slow(shards, 1 - _check.probability("availability", availability))
