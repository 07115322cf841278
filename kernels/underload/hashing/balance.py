"""How even loads are: peak over mean, and chi-square per degree of freedom, which tells a bad hash from few keys."""

import dataclasses
import math

import numpy as np
from scipy import special

from underload import _check
from underload.hashing._keys import words
from underload.hashing.placement import Placement
from underload.hashing.splitmix import splitmix64
from underload.hashing.strings import Strings

__all__ = ["Balance", "balance", "node_loads"]

CHUNK = 2**22


@dataclasses.dataclass(frozen=True)
class Balance:
    """Loads against fair ones.

    Attributes
    ----------
    peak_over_mean, least_over_mean : float
        Largest and smallest load over the node's fair one.
    deviation : float
        Standard deviation of load over fair load, weighted by the fair loads.
    chi_square_per_dof : float
        Sum of (load - fair)**2 / fair over n - 1: 1 on average if keys fall independently, whatever their number; 0 if
        there is one node.
    p_value : float
        Probability of so large a chi-square or a larger one with a fair, independent hash.
    """

    peak_over_mean: float
    least_over_mean: float
    deviation: float
    chi_square_per_dof: float
    p_value: float


def balance(loads, weights=None):
    """How even loads are.

    Parameters
    ----------
    loads : float[n]
        Keys of each node, at least one key in all.
    weights : float[n], optional
        Wanted shares, up to a common factor; all alike if left out.

    Returns
    -------
    Balance

    Notes
    -----
    The peak over the mean of a perfect hash grows with fewer keys a node: it is the multinomial maximum, about
    1 + sqrt(2 ln n / keys per node). To judge an algorithm, judge its chi-square.
    """
    loads = _check.sample("loads", loads, lowest=0)
    weights = np.ones(len(loads)) if weights is None else _check.sample("weights", weights)
    if len(weights) != len(loads) or weights.min() <= 0:
        _check.fail("weights", weights.tolist(), f"must be {len(loads)} numbers > 0")
    if not loads.max() > 0 or float(loads.max()) * len(loads) == math.inf:
        _check.fail("loads", loads.tolist(), "must have a positive, finite sum")
    share = weights / weights.max()
    fair = share / share.sum() * loads.sum()
    ratio, dof = loads / fair, len(loads) - 1
    chi_square = float(((loads - fair) * (ratio - 1)).sum())
    return Balance(
        peak_over_mean=float(ratio.max()),
        least_over_mean=float(ratio.min()),
        deviation=math.sqrt(chi_square / loads.sum()),
        chi_square_per_dof=chi_square / dof if dof else 0.0,
        p_value=float(special.chdtrc(dof, chi_square)) if dof else 1.0,
    )


def node_loads(placement, keys, *, threads=1):
    """Number of keys on each node, however many the keys: they are placed in chunks.

    Parameters
    ----------
    placement : Placement
    keys : int, uint64[n], Strings, or an iterable of arrays
        A number stands for so many keys, the SplitMix64 hashes of 0, 1, ..., which are never all in memory.
    threads : int
        Parts of a chunk that are placed at the same time.

    Returns
    -------
    int64[nodes]
        In the order of `placement.nodes`.
    """
    if not isinstance(placement, Placement):
        _check.fail("placement", placement, "must be a placement")
    nodes = placement.nodes
    loads, out = np.zeros(len(nodes), dtype=np.int64), np.empty(0, dtype=np.int32)
    for chunk in _chunks(keys):
        if len(chunk) > len(out):
            out = np.empty(len(chunk), dtype=np.int32)
        found = placement.assign(chunk, out[: len(chunk)], threads=threads)
        if nodes[-1] < 4 * len(nodes) + 1024:
            loads += np.bincount(found, minlength=nodes[-1] + 1)[nodes]
        else:
            loads += np.bincount(np.searchsorted(nodes, found), minlength=len(nodes))
    return loads


def _chunks(keys):
    if isinstance(keys, Strings) or (isinstance(keys, np.ndarray) and keys.ndim == 1):
        for start in range(0, len(keys), CHUNK):
            yield keys[start : start + CHUNK]
    elif np.ndim(keys) == 0 and not hasattr(keys, "__iter__"):
        count = _check.integer("keys", keys, most=2**48)
        for start in range(0, count, CHUNK):
            yield splitmix64(np.arange(start, min(start + CHUNK, count), dtype=np.uint64))
    elif isinstance(keys, (list, tuple)) and all(np.ndim(key) == 0 and not isinstance(key, Strings) for key in keys):
        yield words("keys", keys)
    else:
        yield from keys
