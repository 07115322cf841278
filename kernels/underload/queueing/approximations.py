"""Mean waits when arrivals or service are not exponential: one exact formula, and the classical approximations.

Variability enters as the squared coefficient of variation (scv), variance / mean^2: 0 for a clock, 1 for exponential,
inf for a heavy tail. Two moments do not determine the wait of GI/G/c: `bounds` has what they do determine,
`interpolations` the approximations that know more of c servers, and `approximate_waits` shows all side by side.
"""

import fractions
import math

from underload import _check
from underload.queueing.bounds import check_scv
from underload.queueing.erlang import check_stable
from underload.queueing.mmc import MMc

__all__ = [
    "allen_cunneen_wait",
    "kingman_wait",
    "kraemer_langenbach_belz_wait",
    "marchal_wait",
    "pollaczek_khinchine_wait",
]


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
    scv = check_scv("service_scv", service_scv)
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
    variability = (check_scv("arrival_scv", arrival_scv) + check_scv("service_scv", service_scv)) / 2
    if queue.arrival_rate == 0 or variability == math.inf:
        return variability if queue.arrival_rate > 0 else 0.0
    return queue.wait_mean * variability


def marchal_wait(*, arrival_rate, service_rate, arrival_scv, service_scv, servers=1):
    """Mean wait of GI/G/1: Kingman's bound, scaled so that M/G/1 comes out exactly. An approximation.

    Parameters
    ----------
    arrival_rate, service_rate, arrival_scv, service_scv
        As in `kingman_wait`.
    servers : int
        c >= 1. With more than one the wait of M/M/c takes the place of M/M/1's.

    Returns
    -------
    float
        W(M/M/c) x (1 + service_scv) / (1 + rho^2 service_scv) x (arrival_scv + rho^2 service_scv) / 2.

    Notes
    -----
    Marchal, An approximate formula for waiting time in single server queues, AIIE Transactions 8(4), 1976.

    **Deviations.** The source has one server only.
    """
    queue = MMc(arrival_rate, service_rate, servers)
    arrival_scv, service_scv = check_scv("arrival_scv", arrival_scv), check_scv("service_scv", service_scv)
    if queue.arrival_rate == 0 or math.inf in (arrival_scv, service_scv):
        return math.inf if queue.arrival_rate > 0 else 0.0
    used = queue.utilization**2 * service_scv
    return queue.wait_mean * ((1 + service_scv) / (1 + used) * ((arrival_scv + used) / 2))


def kraemer_langenbach_belz_wait(*, arrival_rate, service_rate, arrival_scv, service_scv, servers=1):
    """Mean wait of GI/G/1: Kingman's formula with a correction for arrivals that are not Poisson. An approximation.

    Parameters
    ----------
    arrival_rate, service_rate, arrival_scv, service_scv
        As in `kingman_wait`.
    servers : int
        c >= 1. With more than one the wait of M/M/c takes the place of M/M/1's.

    Returns
    -------
    float
        W(M/M/c) x (a + s) / 2 x g, with the scv a and s and ln g = -2 (1 - rho) (1 - a)^2 / (3 rho (a + s)) for a < 1,
        else -(1 - rho) (a - 1) / (a + 4 s). Exact for M/G/1.

    Notes
    -----
    Kraemer and Langenbach-Belz, Approximate formulae for the delay in the queueing system GI/G/1, 8th International
    Teletraffic Congress, 1976.

    **Deviations.** The source has one server only.
    """
    queue = MMc(arrival_rate, service_rate, servers)
    arrival_scv, service_scv = check_scv("arrival_scv", arrival_scv), check_scv("service_scv", service_scv)
    total = arrival_scv + service_scv
    if queue.arrival_rate == 0 or total in (0, math.inf):
        return total if queue.arrival_rate > 0 else 0.0
    free = queue.slack / queue.servers
    if arrival_scv < 1:
        exponent = 2 * free * (1 - arrival_scv) ** 2 / (3 * total) / queue.utilization
    else:
        exponent = free * (arrival_scv - 1) / (arrival_scv + 4 * service_scv)
    return queue.wait_mean * (total / 2) * math.exp(-exponent)
