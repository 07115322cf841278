"""BinomialHash: the leaves of the smallest full binary tree that holds all buckets; off the buckets, again.

Source: Coluzzi, Brocco, Antonucci and Leidi, BinomialHash: a constant time, minimal memory consistent hashing
algorithm, arXiv:2406.19836, 2024, in the authors' Java program, bit for bit with SplitMix64 as the hash of the key.

**Deviations.** None: its biases are kept. After four more tries without a bucket a key goes to the lower half of the
tree; with 2**k + 1 buckets the last one lacks (1/2 - 2**-(k + 1))**5 of its part. And its second hash, a square times a
small number, is weak: some buckets lack 1 %.
"""

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._words import BORROW, GOLDEN, INLINE, mix, smear, top
from underload.hashing.placement import Numbered

__all__ = ["Binomial"]

U1, U2, U32 = np.uint64(1), np.uint64(2), np.uint64(32)
MULTIPLIER = np.uint64(2862933555777941757)


@kernel(**INLINE)
def _again(h, seed):
    h = MULTIPLIER * h + U1
    return (h * h * seed) >> U32


@kernel(**INLINE)
def _within_level(bucket, h):
    """Another leaf of the bucket's level, [2**k, 2**(k + 1)), for each hash."""
    if bucket < U2:
        return bucket
    rest = top(bucket) - U1
    return rest + U1 + (_again(h, rest) & rest)


@kernel(**INLINE)
def _bucket(key, buckets, rounds):
    tree = smear(buckets - U1)  # all the leaves, less one
    first = mix(key + GOLDEN)
    bucket = _within_level(first & tree, first)
    if bucket < buckets:
        return bucket
    h, lower = first, tree >> U1
    for _ in range(rounds):
        h = _again(h, tree)
        bucket = _within_level(h & tree, h)
        if bucket <= lower:
            break
        if bucket < buckets:
            return bucket
    return _within_level(first & lower, first)


@kernel(**BORROW)
def _assign(keys, buckets, rounds, out):
    for i in range(len(keys)):
        out[i] = np.int32(_bucket(keys[i], buckets, rounds))


class Binomial(Numbered):
    """BinomialHash.

    Parameters
    ----------
    nodes : int
        From 1 to 2**31 - 1.
    rounds : int
        Further tries before the lower half is taken; 4 as in the authors' program.
    """

    name = "binomial"
    shares = "biased"

    def __init__(self, nodes, rounds=4):
        self._rounds = _check.integer("rounds", rounds, least=0, most=1000)
        super().__init__(nodes)

    def _assign(self, keys, out):
        _assign(keys, np.uint64(self._count), self._rounds, out)

    def _saved(self):
        return super()._saved() | {"rounds": self._rounds}
