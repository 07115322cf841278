"""Placements side by side: evenness, what a change moves, and memory."""

import dataclasses
import time

import numpy as np

from underload import _check
from underload.hashing.balance import balance, node_loads
from underload.hashing.disruption import resized
from underload.hashing.placement import Placement
from underload.hashing.registry import registry
from underload.hashing.splitmix import splitmix64

__all__ = ["Comparison", "compare"]


@dataclasses.dataclass(frozen=True)
class Comparison:
    """A table with a row for each placement; every attribute but `nodes` and `keys` is a column.

    Attributes
    ----------
    nodes, keys : int
    algorithm : tuple of str
    peak_over_mean, chi_square_per_dof : float64[rows]
        As in `Balance`.
    moved_by_join, elsewhere_by_join : float64[rows]
        Keys that move when a node joins over the least that must, and those of them, as a share of all keys, that move
        between nodes that were there before.
    moved_by_departure, elsewhere_by_departure : float64[rows]
        The same when the last node leaves.
    any_node : tuple of bool
        Whether any node can leave.
    memory_bytes : int64[rows]
    nanoseconds : float64[rows] or None
        For a key, the least of three runs on one thread, if asked for.
    """

    nodes: int
    keys: int
    algorithm: tuple
    peak_over_mean: np.ndarray
    chi_square_per_dof: np.ndarray
    moved_by_join: np.ndarray
    elsewhere_by_join: np.ndarray
    moved_by_departure: np.ndarray
    elsewhere_by_departure: np.ndarray
    any_node: tuple
    memory_bytes: np.ndarray
    nanoseconds: np.ndarray | None

    def columns(self):
        """The table as a dict of columns, as ``pandas.DataFrame`` takes it."""
        fields = [field.name for field in dataclasses.fields(self)[2:]]
        return {name: getattr(self, name) for name in fields if getattr(self, name) is not None}


def compare(algorithms, nodes, keys, *, timed=False):
    """Measure placements on the same keys.

    Parameters
    ----------
    algorithms : sequence of str or of placements
        Names in `registry`, which are made with `nodes` nodes, or placements that have as many.
    nodes : int
        At least 2.
    keys : int or uint64[n]
        A number, at least 1 and at most 1e9, stands for the SplitMix64 hashes of 0, 1, ...
    timed : bool
        Whether to time lookups. The rest of the table is the same on every machine.

    Returns
    -------
    Comparison
    """
    nodes, timed = _check.integer("nodes", nodes, least=2, most=10**7), _check.flag("timed", timed)
    if np.ndim(keys) == 0:
        keys = splitmix64(np.arange(_check.integer("keys", keys, least=1, most=10**9)))
    if isinstance(algorithms, str) or not len(algorithms):
        _check.fail("algorithms", algorithms, "must be a sequence of names or placements")
    placements = [_made(algorithm, nodes) for algorithm in algorithms]
    evenness = [balance(node_loads(one, keys), one.weights) for one in placements]
    joins = [resized(one, keys, add=1) for one in placements]
    departures = [resized(one, keys, remove=[one.nodes[-1]]) for one in placements]
    return Comparison(
        nodes=nodes,
        keys=len(keys),
        algorithm=tuple(one.name for one in placements),
        peak_over_mean=np.array([row.peak_over_mean for row in evenness]),
        chi_square_per_dof=np.array([row.chi_square_per_dof for row in evenness]),
        moved_by_join=np.array([row.ratio for row in joins]),
        elsewhere_by_join=np.array([row.elsewhere for row in joins]),
        moved_by_departure=np.array([row.ratio for row in departures]),
        elsewhere_by_departure=np.array([row.elsewhere for row in departures]),
        any_node=tuple(one.removes == "any" for one in placements),
        memory_bytes=np.array([one.memory_bytes for one in placements]),
        nanoseconds=np.array([_nanoseconds(one, keys) for one in placements]) if timed else None,
    )


def _made(algorithm, nodes):
    if isinstance(algorithm, Placement):
        if len(algorithm) != nodes:
            _check.fail("algorithms", algorithm, f"must have {nodes} nodes")
        return algorithm
    return registry[_check.choice("algorithms", algorithm, registry)](nodes)


def _nanoseconds(placement, keys):
    out, times = np.empty(len(keys), dtype=np.int32), []
    for _ in range(3):
        start = time.perf_counter_ns()
        placement.assign(keys, out)
        times.append(time.perf_counter_ns() - start)
    return min(times) / len(keys)
