"""Bounds on the mean wait of GI/G/1 and GI/G/c, first come first served, from two moments. Theorems, not estimates.

With c servers the upper bounds are those of one server that every c-th request is sent to in turn, which no first come
first served queue exceeds (Wolff, An upper bound for multi-channel queues, J. Applied Probability 14, 1977); the lower
bound is that of one server c times as fast, less what its service saves (Brumelle, Some inequalities for
parallel-server queues, Operations Research 19, 1971).
"""

import math

from underload import _check
from underload.queueing.mmc import MMc

__all__ = ["daley_bound", "kingman_bound", "lower_bound"]


def check_scv(name, value):
    """A squared coefficient of variation: a number >= 0, or inf."""
    rule = "must be a number >= 0, or inf"
    if not isinstance(value, (bool, str, bytes, complex, list, tuple)) and getattr(value, "ndim", 0) == 0:
        try:
            if float(value) == math.inf:
                return math.inf
        except (TypeError, ValueError, OverflowError):
            _check.fail(name, value, rule)
    number = _check.real(name, value, rule)
    return number if number >= 0 else _check.fail(name, value, rule)


def _station(arrival_rate, service_rate, arrival_scv, service_scv, servers):
    queue = MMc(_check.positive("arrival_rate", arrival_rate), service_rate, servers)
    return queue, check_scv("arrival_scv", arrival_scv), check_scv("service_scv", service_scv)


def kingman_bound(*, arrival_rate, service_rate, arrival_scv, service_scv, servers=1):
    """An upper bound on the mean wait of GI/G/c, first come first served. A theorem.

    Parameters
    ----------
    arrival_rate, service_rate : float
        Per unit of time, > 0; of all requests, and of one busy server.
    arrival_scv, service_scv : float
        Squared coefficients of variation of interarrival and service times, >= 0; inf is allowed.
    servers : int
        c >= 1.

    Returns
    -------
    float
        arrival_rate x (variance of the interarrival time + variance of the service time / c) / (2 (1 - rho)).

    Notes
    -----
    Kingman, Some inequalities for the queue GI/G/1, Biometrika 49(3/4), 1962; for c servers see the module's head.
    """
    queue, arrival_scv, service_scv = _station(arrival_rate, service_rate, arrival_scv, service_scv, servers)
    if service_scv == math.inf:  # times a squared utilization that may underflow to 0
        return math.inf
    spread = arrival_scv + queue.servers * queue.utilization**2 * service_scv
    return spread * (queue.servers / (2 * queue.arrival_rate * queue.slack))


def daley_bound(*, arrival_rate, service_rate, arrival_scv, service_scv, servers=1):
    """A closer upper bound on the mean wait of GI/G/c, first come first served. A theorem.

    Parameters
    ----------
    arrival_rate, service_rate, arrival_scv, service_scv, servers
        As in `kingman_bound`.

    Returns
    -------
    float
        (rho (2 - rho) arrival_scv + c rho^2 service_scv) / (2 (1 - rho) arrival_rate): Kingman's bound times at most 1.

    Notes
    -----
    Daley, Inequalities for moments of tails of random variables, with a queueing application, Zeitschrift fuer
    Wahrscheinlichkeitstheorie 41, 1977; for c servers see the head of this module.
    """
    queue, arrival_scv, service_scv = _station(arrival_rate, service_rate, arrival_scv, service_scv, servers)
    if math.inf in (arrival_scv, service_scv):
        return math.inf
    rho = queue.utilization
    # Divided by the arrival rate first: rho / arrival_rate is a time of service, which cannot underflow.
    spread = (2 - rho) * arrival_scv + queue.servers * rho * service_scv
    return spread / queue.service_rate / (2 * queue.slack)


def lower_bound(*, arrival_rate, service_rate, arrival_scv, service_scv, servers=1):
    """A lower bound on the mean wait of GI/G/c, first come first served. A theorem.

    Parameters
    ----------
    arrival_rate, service_rate, arrival_scv, service_scv, servers
        As in `kingman_bound`. The bound does not depend on the variability of the arrivals: a clock is the best case.

    Returns
    -------
    float
        One server: rho (rho (1 + service_scv) - 1) / (2 (1 - rho) arrival_rate), or 0 if that is negative. More: the
        same for a single server c times as fast, less (c - 1) / c x (1 + service_scv) / (2 service_rate), or 0.

    Notes
    -----
    A clock's arrivals wait least (the wait is convex in the interarrival times), and with them an idle period is no
    longer than the gap T between arrivals, so E I^2 / E I <= T in Marshall's formula for the mean wait. The bound is
    closer than Marchal's rho (rho (1 + service_scv) - 2) / (2 (1 - rho) arrival_rate), and met by services that are
    whole multiples of T.
    Marshall, Some inequalities in queuing, Operations Research 16, 1968; Marchal, Some simpler bounds on the mean
    queuing time, Operations Research 26, 1978.
    """
    queue, arrival_scv, service_scv = _station(arrival_rate, service_rate, arrival_scv, service_scv, servers)
    rho, scv = queue.utilization, service_scv
    if scv == math.inf:
        return math.inf if rho * queue.servers > queue.servers - 1 else 0.0
    single = max((rho * (1 + scv) - 1) / (2 * queue.slack), 0.0)
    saved = (queue.servers - 1) / queue.servers * (1 + scv) / 2
    return max(single - saved, 0.0) / queue.service_rate
