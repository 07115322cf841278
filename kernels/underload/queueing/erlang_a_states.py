"""The law of the number in M/M/c+M, state by state, by Stirling's formula: each at the same cost, however far.

A weight is the probability of a state relative to that of c - 1, times exp(-h) in overload, where h is the height of
the offered wait's density at its peak: the two exponents cancel, and are not formed.
"""

import math

from underload.queueing.offered_wait import lag
from underload.random._stirling import _deviance as deviance
from underload.random._stirling import _series as series

__all__ = ["log_weight", "peak_height", "stirling"]

HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)


def peak_height(slack, servers, patience):
    """h, ln of the density's peak over its value at 0: (c / theta) (r - ln(1 + r)) for an overload of 1 + r."""
    return servers / patience * lag(-slack / servers) if slack < 0 else 0.0


def log_weight(n, load, slack, servers, patience):
    """ln of the weight of state n >= 0.

    Parameters
    ----------
    n, servers : int
    load, slack, patience : float
        In erlangs; servers - load; abandonment rate / service rate.
    """
    if n < servers:
        return _below(n, load, slack, servers) - peak_height(slack, servers, patience)
    return _above(n - servers, load, slack, servers, patience)


def _below(n, load, slack, servers):
    """ln of a^(n - m) m! / n!, with m = c - 1."""
    top = servers - 1
    if n == top:
        return 0.0
    ratio = math.log1p((1 - slack) / top) if slack < servers / 2 else math.log(load / top)
    return (n - top) * ratio - _bow(top, n - top) + stirling(top) - stirling(n)


def _above(k, load, slack, servers, patience):
    """ln of (a / c) a^k / ((c + theta) ... (c + k theta))."""
    start = servers / patience
    first = math.log1p(-slack / servers) if slack < servers / 2 else math.log(load / servers)
    if slack < 0:
        drop = deviance(servers + k * patience, load) / patience
    else:
        drop = _bow(start, k) - k * first
    return first - drop + stirling(start) - stirling(start + k)


def _bow(start, step):
    """The integral of ln(x / start) from `start` to start + `step`."""
    if start + step == 0:
        return start
    part = step / start
    return start * (1 + part) * lag(-part / (1 + part))


def stirling(x):
    """ln x! - x ln x + x - ln(2 pi) / 2, for x >= 0."""
    if x < 12:
        return math.lgamma(x + 1) - (x * math.log(x) - x if x > 0 else 0.0) - HALF_LOG_TWO_PI
    return 0.5 * math.log(x) + series(float(x))  # the square of a large integer would wrap
