"""Percolation: when failures that spread over links reach a finite share of the services."""

import dataclasses
import math

import numpy as np
from scipy import optimize

from underload import _check
from underload._jit import kernel
from underload._libm import exp, expm1
from underload.capacity._stable import log1p_rest
from underload.random import bounded, seed_state

__all__ = ["Components", "connectivity_limit", "giant_component", "simulate_components", "simulate_giant_component"]


def giant_component(mean_degree):
    """Share of the nodes of a large random graph that lie in its giant component.

    Parameters
    ----------
    mean_degree : float
        Mean number of neighbours.

    Returns
    -------
    float
        The largest s with s = 1 - exp(-mean_degree s): 0 up to a mean degree of 1.

    Notes
    -----
    Erdos and Renyi, "On the evolution of random graphs" (1960).
    """
    c = _check.nonnegative("mean_degree", mean_degree)
    if c <= 1:
        return 0.0
    if c > 36:
        # From about 30 on the bracket below is as narrow as the rounding of its end.
        return -expm1(-c)

    def excess(s):
        # -log(1 - s) / s - c, of which 1 is taken out: both this and c - 1 may be small.
        return log1p_rest(-s) - (c - 1) if s < 1 else math.inf

    low, high = (c - 1) / (c * c), -expm1(-c)
    return high if excess(high) <= 0 else optimize.brentq(excess, low, high, xtol=1e-300, rtol=8.9e-16)


def connectivity_limit(offset):
    """Probability that a large random graph is connected when its mean degree is log(nodes) + offset.

    Parameters
    ----------
    offset : float
        Mean degree less log(nodes).

    Returns
    -------
    float
        exp(-exp(-offset)): the number of isolated nodes is then Poisson with mean exp(-offset).

    Notes
    -----
    Erdos and Renyi, "On random graphs I" (1959), theorem 1.
    """
    offset = _check.real("offset", offset)
    return exp(-exp(min(-offset, 700.0)))


@dataclasses.dataclass(frozen=True)
class Components:
    """Components of a graph: the size of the `largest`, and their `count`."""

    largest: int
    count: int


def simulate_components(nodes, mean_degree, seed):
    """Components of one random graph.

    Parameters
    ----------
    nodes : int
        At least 2.
    mean_degree : float
        Mean number of neighbours, at most nodes - 1; the graph has round(nodes x mean_degree / 2) links.
    seed : int

    Returns
    -------
    Components

    Notes
    -----
    The links join uniform pairs of different nodes. A pair may be drawn twice, which happens to about
    mean_degree^2 / 4 links of the whole graph.
    """
    nodes = _check.integer("nodes", nodes, least=2, most=2**31 - 1)
    mean_degree = _check.nonnegative("mean_degree", mean_degree)
    if mean_degree > nodes - 1:
        _check.fail("mean_degree", mean_degree, f"must be at most nodes - 1 = {nodes - 1}")
    links = round(nodes * mean_degree / 2)
    if links > 10**10:
        _check.fail("mean_degree", mean_degree, f"must give at most 1e10 links, here {links:.3g}")
    tree = np.full(nodes, -1, dtype=np.int32)
    largest, count = _unite_random(seed_state(_check.seed("seed", seed)), links, tree)
    return Components(int(largest), int(count))


def simulate_giant_component(nodes, mean_degree, seed):
    """Share of the nodes that lie in the largest component of one random graph.

    Parameters
    ----------
    nodes, mean_degree, seed
        As in `simulate_components`.

    Returns
    -------
    float
    """
    return simulate_components(nodes, mean_degree, seed).largest / nodes


@kernel
def _root(tree, node):
    """Root of a node, halving the path on the way. A root holds its size below zero, others their parent."""
    # Unsigned places: Numba tests a signed one for counting from the end, which costs a tenth of the time here.
    while True:
        parent = tree[np.uint64(node)]
        if parent < 0:
            return node
        above = tree[np.uint64(parent)]
        if above >= 0:
            tree[np.uint64(node)] = above
        node = np.int64(parent)


@kernel
def _unite_random(state, links, tree):
    """Draw the links and unite their ends by size; returns the largest size and the number of trees."""
    nodes = len(tree)
    largest, count = 1, nodes
    for _ in range(links):
        first = bounded(state, nodes)
        second = bounded(state, nodes - 1)
        second += second >= first
        first, second = _root(tree, first), _root(tree, second)
        if first == second:
            continue
        if tree[first] > tree[second]:
            first, second = second, first
        tree[first] += tree[second]
        tree[second] = first
        largest = max(largest, -tree[first])
        count -= 1
    return largest, count
