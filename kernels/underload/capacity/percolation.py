"""Percolation: when failures that spread over links reach a finite share of the services."""

import dataclasses
import math

import numpy as np
from scipy import optimize

from underload import _check
from underload._jit import kernel
from underload.capacity._stable import log1p_minus
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
    if c > 40:  # exp(-c) is below the rounding of 1
        return 1.0

    def excess(s):
        # -log(1 - s) - c s, of which the first term of the series is taken out: it is c - 1 that is small.
        return -log1p_minus(-s) - (c - 1) * s

    return optimize.brentq(excess, 2 * (c - 1) / c**2, -math.expm1(-c), xtol=1e-300, rtol=8.9e-16)


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
    return math.exp(-math.exp(min(-offset, 700.0)))


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
        From 2 to 2^31.
    mean_degree : float
        Mean number of neighbours; the graph has round(nodes x mean_degree / 2) links.
    seed : int

    Returns
    -------
    Components

    Notes
    -----
    The links join uniform pairs of different nodes. A pair may be drawn twice, which happens to about
    mean_degree^2 / 4 links of the whole graph.
    """
    nodes = _check.integer("nodes", nodes, least=2, most=2**31)
    mean_degree = _check.nonnegative("mean_degree", mean_degree)
    edges = round(nodes * mean_degree / 2)
    if edges > 10**11:
        _check.fail("mean_degree", mean_degree, f"must give at most 1e11 links, here {edges:.3g}")
    parent = np.arange(nodes, dtype=np.int64)
    size = np.ones(nodes, dtype=np.int64)
    largest, count = _unite_random(seed_state(_check.seed("seed", seed)), edges, parent, size)
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
def _root(parent, node):
    """Root of a node's tree, halving the path on the way."""
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@kernel
def _unite_random(state, edges, parent, size):
    """Draw the links and unite their ends by size; returns the largest size and the number of trees."""
    nodes = len(parent)
    largest, count = 1, nodes
    for _ in range(edges):
        first = int(bounded(state, nodes))
        second = int(bounded(state, nodes - 1))
        second += second >= first
        first, second = _root(parent, first), _root(parent, second)
        if first == second:
            continue
        if size[first] < size[second]:
            first, second = second, first
        parent[second] = first
        size[first] += size[second]
        largest = max(largest, size[first])
        count -= 1
    return largest, count
