"""Lost chunks simulated: copysets and random replicas under the same failures, to compare with `placement`.

After Cidon et al., "Copysets: Reducing the Frequency of Data Loss in Cloud Storage", USENIX ATC 2013. Both
arrangements lose the same part of the data on average; they differ in how often they lose any.
"""

import dataclasses
import math

import numpy as np
from scipy import special

from underload import _check
from underload._jit import kernel
from underload._libm import log1p
from underload.capacity.placement import copysets
from underload.random import bounded, exponential, seed_state
from underload.stats import Interval, replications

__all__ = ["Loss", "simulate_copyset_loss", "simulate_random_loss"]


@dataclasses.dataclass(frozen=True)
class Loss:
    """What `trials` independent failures destroyed.

    Attributes
    ----------
    probability : Interval
        That anything is lost; 95 % interval of Clopper and Pearson for a share of the trials, which covers the truth
        at least that often.
    lost_chunks : Interval
        Mean number of lost chunks per trial; Student's 95 % interval. Where few trials lose anything it is too narrow:
        trust it from about 30 such trials, and not at all if there is none.
    chunks : float
        Chunks in the cluster.
    """

    probability: Interval
    lost_chunks: Interval
    chunks: float


def simulate_copyset_loss(nodes, replicas, scatter_width, failed_fraction, trials, seed, *, chunks_per_node=10000):
    """Chance and size of a loss under copyset replication, by simulation.

    Parameters
    ----------
    nodes : int
        Nodes of the cluster, at most 1e7.
    replicas : int
        Copies of each chunk, at least 2.
    scatter_width : int
        Nodes that share data with a given node, at least replicas - 1.
    failed_fraction : float
        Nodes that do not come back over all nodes; their number is rounded, and they are a uniform choice.
    trials : int
        Independent failures, at least 2, each of a cluster with new permutations.
    seed : int
    chunks_per_node : float
        Chunk replicas that a node stores; nodes x chunks_per_node / replicas chunks lie evenly on the copysets.

    Returns
    -------
    Loss

    Notes
    -----
    ceil(scatter_width / (replicas - 1)) random permutations of the nodes are each cut into floor(nodes / replicas)
    copysets; the nodes that remain belong to none of that permutation. The places of the failed nodes in a permutation
    are a uniform choice of places, so only these are drawn, by the first steps of a shuffle.
    """
    count = copysets(nodes, replicas, scatter_width)
    nodes, replicas, failed = _failure(nodes, replicas, failed_fraction)
    chunks = nodes * _check.nonnegative("chunks_per_node", chunks_per_node) / replicas
    lost = np.zeros(_check.integer("trials", trials, least=2, most=10**8), dtype=np.int64)
    state = seed_state(_check.seed("seed", seed))
    if failed >= replicas and chunks > 0:
        groups = nodes // replicas
        places, hits = np.arange(nodes, dtype=np.int32), np.zeros(groups + 1, dtype=np.int32)
        _lost_copysets(state, count // groups, failed, replicas, places, hits, lost)
    return _loss(lost, chunks / count, chunks)


def simulate_random_loss(nodes, replicas, chunks_per_node, failed_fraction, trials, seed):
    """Chance and size of a loss under random replication, by simulation.

    Parameters
    ----------
    nodes, replicas, failed_fraction, trials, seed
        As in `simulate_copyset_loss`.
    chunks_per_node : float
        Chunk replicas that a node stores; the cluster holds round(nodes x chunks_per_node / replicas) chunks, each on
        a uniform choice of different nodes.

    Returns
    -------
    Loss

    Notes
    -----
    Replicas are drawn one by one until one lies on a node that works. The number of chunks up to the next whose first
    replica is on a failed node is geometric and drawn as such, so that a trial costs about chunks x failed_fraction.
    """
    nodes, replicas, failed = _failure(nodes, replicas, failed_fraction)
    chunks = round(nodes * _check.nonnegative("chunks_per_node", chunks_per_node) / replicas)
    if chunks > 2**50:
        _check.fail("chunks_per_node", chunks_per_node, f"must give at most 2^50 chunks, here {chunks:.3g}")
    lost = np.zeros(_check.integer("trials", trials, least=2, most=10**8), dtype=np.int64)
    state = seed_state(_check.seed("seed", seed))
    if failed >= replicas:
        _lost_chunks(state, nodes, failed, replicas, chunks, lost)
    return _loss(lost, 1, chunks)


def _failure(nodes, replicas, failed_fraction):
    """Nodes, replicas, and the number of failed nodes."""
    replicas = _check.integer("replicas", replicas, least=2)
    nodes = _check.integer("nodes", nodes, least=replicas, most=10**7)
    return nodes, replicas, round(_check.probability("failed_fraction", failed_fraction) * nodes)


def _loss(lost, unit, chunks):
    return Loss(_clopper_pearson(int(np.count_nonzero(lost)), len(lost)), replications(lost * float(unit)), chunks)


def _clopper_pearson(events, trials, confidence=0.95):
    """Exact interval for a binomial proportion: Clopper and Pearson, Biometrika 26 (1934)."""
    miss = (1 - confidence) / 2
    low = float(special.betaincinv(events, trials - events + 1, miss)) if events else 0.0
    high = float(special.betaincinv(events + 1, trials - events, 1 - miss)) if events < trials else 1.0
    return Interval(events / trials, (high - low) / 2, confidence, trials, low, high)


@kernel
def _lost_copysets(state, permutations, failed, replicas, places, hits, lost):
    """Count the copysets lost in each trial.

    Parameters
    ----------
    state : uint64[4]
    permutations, failed, replicas : int
    places : int32[nodes]
        A permutation of 0 ... nodes - 1, shuffled in place.
    hits : int32[groups + 1]
        Zeros, and zeros again afterwards; the last is for the nodes without a group.
    lost : int64[trials]
        Output, zeros at the start.
    """
    nodes, groups = len(places), len(hits) - 1
    for trial in range(len(lost)):
        for _ in range(permutations):
            # Whatever the order before, the first steps of a shuffle choose uniformly.
            for i in range(failed):
                j = i + bounded(state, nodes - i)
                places[i], places[j] = places[j], places[i]
                group = min(places[i] // replicas, groups)
                hits[group] += 1
                lost[trial] += group < groups and hits[group] == replicas
            for i in range(failed):
                hits[min(places[i] // replicas, groups)] = 0


@kernel
def _lost_chunks(state, nodes, failed, replicas, chunks, lost):
    """Count the chunks lost in each trial of `lost`, int64[trials]; the failed nodes are the first ones."""
    # -1 / log(1 - failed / nodes); 0 if all have failed.
    scale = -1.0 / log1p(-failed / nodes) if failed < nodes else 0.0
    for trial in range(len(lost)):
        chunk = math.floor(exponential(state) * scale)
        while chunk < chunks:
            # The first replica is lost. Of nodes - r others, failed - r have failed.
            r = 1
            while r < replicas and bounded(state, nodes - r) < failed - r:
                r += 1
            lost[trial] += r == replicas
            chunk += 1 + math.floor(exponential(state) * scale)
