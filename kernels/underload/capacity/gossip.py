"""Gossip: how many rounds a rumour takes to reach everybody when everybody who knows it tells one other."""

import numpy as np

from underload import _check
from underload._jit import kernel
from underload._libm import log, log2
from underload.random import bounded, seed_state

__all__ = ["gossip_rounds", "gossip_rounds_limit", "gossip_spread"]


def gossip_rounds(nodes, seed):
    """Rounds of push gossip until every node knows.

    Parameters
    ----------
    nodes : int
        At least 1; one knows at the start.
    seed : int

    Returns
    -------
    int
        In each round every node that knows at its start tells a uniformly chosen other node.
    """
    return len(gossip_spread(nodes, seed)) - 1


def gossip_spread(nodes, seed):
    """Nodes that know after each round of push gossip.

    Parameters
    ----------
    nodes, seed : int
        As in `gossip_rounds`.

    Returns
    -------
    ndarray of int64, shape (rounds + 1,)
        From 1 before the first round to `nodes` after the last.
    """
    nodes = _check.integer("nodes", nodes, least=1, most=2**31 - 2)
    state = seed_state(_check.seed("seed", seed))
    knows = np.zeros(nodes, dtype=np.uint8)
    informed = np.empty(nodes + 1, dtype=np.int32)
    knows[0], informed[0] = 1, 0
    spread = [1]
    while spread[-1] < nodes:
        spread.append(int(_push_round(state, spread[-1], knows, informed)))
    return np.array(spread, dtype=np.int64)


def gossip_rounds_limit(nodes):
    """Rounds of push gossip for many nodes, up to a bounded term: log2(nodes) + ln(nodes).

    Parameters
    ----------
    nodes : float
        At least 1.

    Returns
    -------
    float
        Doubling while few know, then halving the rest e-fold a round.

    Notes
    -----
    Pittel, "On spreading a rumor", SIAM Journal on Applied Mathematics 47 (1987).
    """
    nodes = _check.real("nodes", nodes, "must be a finite number >= 1")
    return log2(nodes) + log(nodes) if nodes >= 1 else _check.fail("nodes", nodes, "must be at least 1")


@kernel
def _push_round(state, count, knows, informed):
    """One round: the first `count` entries of `informed` each tell another node; returns the new count."""
    new = count
    for i in range(count):
        target = bounded(state, len(knows) - 1)
        target += target >= informed[i]
        # No branch: every other one would be mispredicted. `informed` has one place to spare.
        place = np.uint64(target)
        informed[np.uint64(new)] = target
        new += 1 - np.int64(knows[place])
        knows[place] = 1
    return new
