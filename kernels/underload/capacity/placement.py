"""Where replicas lie: copysets, and the chance that a power cut destroys every copy of something.

Cidon, Rumble, Stutsman, Katti, Ousterhout and Rosenblum, "Copysets: Reducing the Frequency of Data Loss
in Cloud Storage", USENIX ATC 2013. A copyset is a set of nodes that holds all replicas of some chunk.
"""

import math

from underload import _check
from underload._libm import expm1, log1p

__all__ = ["copyset_loss", "copyset_loss_random", "copysets"]


def copysets(nodes, replicas, scatter_width):
    """Number of copysets that copyset replication makes.

    Parameters
    ----------
    nodes : int
        Nodes of the cluster.
    replicas : int
        Copies of each chunk, at least 2.
    scatter_width : int
        Nodes that share data with a given node, at least replicas - 1; recovery reads from them.

    Returns
    -------
    int
        ceil(scatter_width / (replicas - 1)) permutations of the nodes, each cut into
        floor(nodes / replicas) groups.
    """
    nodes, replicas = _cluster(nodes, replicas)
    scatter_width = _check.integer("scatter_width", scatter_width, least=replicas - 1, most=nodes - 1)
    return -(-scatter_width // (replicas - 1)) * (nodes // replicas)


def copyset_loss(nodes, replicas, scatter_width, failed_fraction):
    """Probability that copyset replication loses data when a fraction of the nodes fails at once.

    Parameters
    ----------
    nodes, replicas, scatter_width : int
        As in `copysets`.
    failed_fraction : float
        Nodes that do not come back over all nodes; their number is rounded.

    Returns
    -------
    float

    Notes
    -----
    1 - (1 - C(F, R) / C(N, R))^copysets: each copyset fails as if the others did not exist. Groups of
    one permutation are disjoint, not independent; the difference is of the order of the square of the
    probability.
    """
    nodes, replicas = _cluster(nodes, replicas)
    count = copysets(nodes, replicas, scatter_width)
    return _loss(nodes, replicas, count, failed_fraction)


def copyset_loss_random(nodes, replicas, chunks_per_node, failed_fraction):
    """Probability that random replication loses data when a fraction of the nodes fails at once.

    Parameters
    ----------
    nodes, replicas : int
        As in `copysets`.
    chunks_per_node : float
        Chunk replicas that a node stores; the cluster holds nodes x chunks_per_node / replicas chunks.
    failed_fraction : float
        Nodes that do not come back over all nodes; their number is rounded.

    Returns
    -------
    float
        1 - (1 - C(F, R) / C(N, R))^chunks: every chunk draws its own copyset.
    """
    nodes, replicas = _cluster(nodes, replicas)
    chunks = nodes * _check.nonnegative("chunks_per_node", chunks_per_node) / replicas
    return _loss(nodes, replicas, chunks, failed_fraction)


def _cluster(nodes, replicas):
    replicas = _check.integer("replicas", replicas, least=2)
    return _check.integer("nodes", nodes, least=replicas), replicas


def _loss(nodes, replicas, count, failed_fraction):
    failed = round(_check.probability("failed_fraction", failed_fraction) * nodes)
    if failed < replicas or count == 0:
        return 0.0
    one = math.prod((failed - i) / (nodes - i) for i in range(replicas))
    return 1.0 if one == 1 else -expm1(count * log1p(-one))
