"""Maglev: each node lists the entries of a table in an order of its own, and in turn claims its next free one.

Source: Eisenbud et al., Maglev: a fast and reliable software network load balancer, NSDI 2016, section 3.4 and
pseudocode 1. Weights as in Envoy: a node of a part of the largest weight has that part of the turns.

**Deviations.** The table may have any size: a step that shares a factor with it is replaced by the next that does not.
The order of turns is that of the labels. The key's entry is its hash scaled to the table, not a remainder.
"""

import math

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.hashing._labelled import Labelled
from underload.hashing._nodes import node_hashes
from underload.hashing._words import BORROW, GOLDEN, digits, entry, mix
from underload.hashing.splitmix import splitmix64

__all__ = ["Maglev", "maglev_table"]


@kernel(**BORROW)
def _populate(offsets, steps, turns, credits, table):
    """Fill the table.

    Parameters
    ----------
    offsets, steps : int64[n]
        Node k lists (offsets[k] + j steps[k]) modulo the size, j = 0, 1, ...; `offsets` is used up.
    turns : float64[n]
        In (0, 1], one of them 1: turns of each node in a round.
    credits : float64[n]
        Zeros; scratch.
    table : int32[size]
        All -1; output.
    """
    size, filled = len(table), 0
    while True:
        for k in range(len(offsets)):
            credits[k] += turns[k]
            if credits[k] < 1.0:
                continue
            credits[k] -= 1.0
            while table[offsets[k]] >= 0:
                offsets[k] = (offsets[k] + steps[k]) % size
            table[offsets[k]] = k
            filled += 1
            if filled == size:
                return


@kernel(**BORROW)
def _assign(keys, table, out):
    size = np.uint64(len(table))
    shift = digits(size)
    for i in range(len(keys)):
        out[i] = table[entry(mix(keys[i] + GOLDEN), size, shift)]


def maglev_table(offsets, steps, size, turns=None):
    """Maglev's table from the nodes' permutations.

    Parameters
    ----------
    offsets, steps : int[n]
        Node k prefers the entries offsets[k] + j steps[k] modulo `size`; a step has no factor in common with it.
    size : int
        Entries of the table, from n to 2**31 - 1.
    turns : float[n], optional
        Weights.

    Returns
    -------
    int32[size]
        The place of a node in `offsets`.
    """
    offsets, steps = _check.counts("offsets", offsets), _check.counts("steps", steps)
    size = _check.integer("size", size, least=len(offsets), most=2**31 - 1)
    if len(steps) != len(offsets) or any(math.gcd(step, size) != 1 for step in steps.tolist()):
        _check.fail("steps", steps.tolist(), f"must be {len(offsets)} numbers without a factor in common with {size}")
    if offsets.max() >= size:
        _check.fail("offsets", offsets.tolist(), f"must be below {size}")
    turns = np.ones(len(offsets)) if turns is None else _check.sample("turns", turns)
    if len(turns) != len(offsets) or turns.min() <= 0:
        _check.fail("turns", turns.tolist(), f"must be {len(offsets)} numbers > 0")
    if turns.min() < turns.max() * 1e-6:
        _check.fail("turns", turns.tolist(), "must lie within a factor of 1e6")
    table = np.full(size, -1, dtype=np.int32)
    _populate(offsets.copy(), steps % size, turns / turns.max(), np.zeros(len(offsets)), table)
    return table


class Maglev(Labelled):
    """Maglev hashing: one read of a table for a lookup, and a new table for every change.

    Parameters
    ----------
    nodes : int or int[n]
        How many, or their labels.
    size : int
        Entries of the table, at least the number of nodes; 65537 as in the paper, which advises 100 times the nodes.
    weights : float[n], optional
        Within a factor of 1e6.
    seed : int

    Notes
    -----
    Without weights the nodes' entries differ by at most one. A change of nodes moves a few keys more than it must:
    entries also change hands between nodes that stay.
    """

    name = "maglev"
    shares = "table"
    minimal = False
    weighted = True
    parameters = ("size", "seed")

    def __init__(self, nodes, size=65537, *, weights=None, seed=0):
        self._size = _check.integer("size", size, least=1, most=2**26)
        self._seed = _check.seed("seed", seed)
        super().__init__(nodes, weights)

    def _build(self):
        if self._size < len(self._labels):
            _check.fail("size", self._size, f"must be at least the number of nodes, {len(self._labels)}")
        hashes = node_hashes(self._labels, self._seed)
        offsets = (hashes % np.uint64(self._size)).astype(np.int64)
        steps = splitmix64(hashes) % np.uint64(max(1, self._size - 1))
        steps = [_coprime(int(step) + 1, self._size) for step in steps]
        self._table = self._labels[maglev_table(offsets, steps, self._size, self._weights)].astype(np.int32)

    def _tables(self):
        return (self._table,)

    def _assign(self, keys, out):
        _assign(keys, self._table, out)


def _coprime(step, size):
    """The first number from `step` on, around below `size`, without a factor in common with `size`."""
    while math.gcd(step, size) != 1:
        step = step % size + 1
    return step
