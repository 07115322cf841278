"""Mean waits when arrivals or service are not exponential: one exact formula, one bound, two approximations.

Variability enters as the squared coefficient of variation (scv), variance / mean^2: 0 for a clock, 1 for exponential,
inf for a heavy tail.
"""

import fractions
import math

import numpy as np

from underload import _check
from underload.queueing.erlang import check_stable
from underload.queueing.mmc import MMc

__all__ = ["allen_cunneen_wait", "kingman_bound", "kingman_wait", "pollaczek_khinchine_wait"]


def pollaczek_khinchine_wait(*, arrival_rate, service_mean, service_scv):
    """Mean wait of M/G/1, first come first served. Exact.

    Parameters
    ----------
    arrival_rate : float
        Of a Poisson process, per unit of time, >= 0.
    service_mean : float
        Mean service time, >= 0.
    service_scv : float
        Squared coefficient of variation of the service time, >= 0; inf is allowed.

    Returns
    -------
    float
        rho / (1 - rho) x (1 + scv) / 2 x service_mean; inf where the variance of the service time is infinite.

    Raises
    ------
    ValueError
        If an argument breaks its rule or the utilization is not below 1.

    Notes
    -----
    Pollaczek 1930; Khinchine 1932.
    """
    arrival_rate = _check.nonnegative("arrival_rate", arrival_rate)
    service_mean = _check.nonnegative("service_mean", service_mean)
    scv = _scv("service_scv", service_scv)
    load = fractions.Fraction(arrival_rate) * fractions.Fraction(service_mean)
    check_stable(1 - load, 1, arrival_rate=arrival_rate, service_mean=service_mean)
    if load == 0 or scv == math.inf:
        return scv if load > 0 else 0.0
    return float(load / (1 - load)) * service_mean * ((1 + scv) / 2)


def kingman_wait(*, arrival_rate, service_rate, arrival_scv, service_scv):
    """Mean wait of GI/G/1 by Kingman's heavy-traffic formula. An approximation, neither above nor below.

    Parameters
    ----------
    arrival_rate, service_rate : float
        Per unit of time.
    arrival_scv, service_scv : float
        Squared coefficients of variation of interarrival and service times, >= 0; inf is allowed.

    Returns
    -------
    float
        rho / (1 - rho) x (arrival_scv + service_scv) / 2 / service_rate. It is exact for Poisson arrivals, and
        relatively exact as the utilization rho goes to 1.

    Notes
    -----
    Kingman, The single server queue in heavy traffic, Math. Proc. Cambridge Philosophical Society 57(4), 1961.
    """
    return allen_cunneen_wait(
        arrival_rate=arrival_rate,
        service_rate=service_rate,
        arrival_scv=arrival_scv,
        service_scv=service_scv,
        servers=1,
    )


def kingman_bound(*, arrival_rate, service_rate, arrival_scv, service_scv):
    """An upper bound on the mean wait of GI/G/1, first come first served. A theorem.

    Parameters
    ----------
    arrival_rate, service_rate, arrival_scv, service_scv
        As in `kingman_wait`; the arrival rate is > 0.

    Returns
    -------
    float
        arrival_rate x (variance of the interarrival time + variance of the service time) / (2 (1 - rho)).

    Notes
    -----
    Kingman, Some inequalities for the queue GI/G/1, Biometrika 49(3/4), 1962.
    """
    queue = MMc(_check.positive("arrival_rate", arrival_rate), service_rate)
    arrival_scv, service_scv = _scv("arrival_scv", arrival_scv), _scv("service_scv", service_scv)
    if service_scv == math.inf:  # times a squared utilization that may underflow to 0
        return math.inf
    spread = arrival_scv + queue.utilization**2 * service_scv
    return spread / (2 * queue.arrival_rate * queue.slack)


def allen_cunneen_wait(*, arrival_rate, service_rate, arrival_scv, service_scv, servers):
    """Mean wait of GI/G/c: that of M/M/c, scaled by the mean of the two scv. An approximation.

    Parameters
    ----------
    arrival_rate, service_rate, arrival_scv, service_scv
        As in `kingman_wait`.
    servers : int
        c >= 1.

    Returns
    -------
    float
        Exact for M/M/c and M/G/1; elsewhere usually within 10 % in heavy traffic, and worse at low utilization.

    Notes
    -----
    Allen, Probability, Statistics and Queueing Theory, 1978 (with Cunneen), with the exact Erlang C.
    """
    queue = MMc(arrival_rate, service_rate, servers)
    variability = (_scv("arrival_scv", arrival_scv) + _scv("service_scv", service_scv)) / 2
    if queue.arrival_rate == 0 or variability == math.inf:
        return variability if queue.arrival_rate > 0 else 0.0
    return queue.wait_mean * variability


def _scv(name, value):
    """A squared coefficient of variation: a number >= 0, or inf."""
    if isinstance(value, (float, np.floating)) and value == math.inf:
        return math.inf
    number = _check.real(name, value, "must be a number >= 0, or inf")
    return number if number >= 0 else _check.fail(name, value, "must be a number >= 0, or inf")
