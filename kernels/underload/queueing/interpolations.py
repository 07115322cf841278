"""Mean waits of GI/G/c interpolated between queues that are solved: M/M/c, M/D/c and D/M/c. Approximations.

All take two moments (see `approximations`), and are exact for the queues between which they interpolate, as far as
these are taken exactly.
"""

import math

from underload import _check
from underload.queueing import approximations
from underload.queueing.bounds import check_scv, daley_bound, kingman_bound, lower_bound
from underload.queueing.gimc import MOST_SERVERS, GIMc
from underload.queueing.mdc import MDc
from underload.queueing.mmc import MMc
from underload.random import Deterministic

__all__ = ["approximate_waits", "cosmetatos_wait", "kimura_wait", "whitt_wait"]


def _gamma(queue):
    """How much more than half of M/M/c's wait M/D/c has, after Cosmetatos; at most 0.24, after Whitt (2.17)."""
    c = queue.servers
    excess = (queue.slack / c) * (c - 1) * (math.sqrt(4 + 5 * c) - 2) / (16 * c)
    return min(0.24, excess / queue.utilization) if queue.utilization > excess else 0.24


def cosmetatos_wait(*, arrival_rate, service_rate, service_scv, servers):
    """Mean wait of M/G/c, between M/M/c and M/D/c. An approximation.

    Parameters
    ----------
    arrival_rate, service_rate : float
        Per unit of time; of a Poisson process, and of one busy server.
    service_scv : float
        Squared coefficient of variation of the service time, >= 0; inf is allowed.
    servers : int
        c >= 1.

    Returns
    -------
    float
        W(M/M/c) (s + (1 - s) (1 + gamma) / 2), gamma = (1 - rho) (c - 1) (sqrt(4 + 5 c) - 2) / (16 c rho). Exact for
        M/M/c and M/G/1; within 1 % of M/D/c from a utilization of 0.9 on.

    Notes
    -----
    Cosmetatos, Some approximate equilibrium results for the multi-server queue (M/G/r), Operational Research Quarterly
    27(3), 1976, and Approximate explicit formulae for the average queueing time in the processes (M/D/r) and (D/M/r),
    INFOR 13, 1975.

    **Deviations.** gamma is at most 0.24, as in Whitt 1993: it has no bound as the utilization goes to 0.
    """
    queue = MMc(arrival_rate, service_rate, servers)
    scv = check_scv("service_scv", service_scv)
    if queue.arrival_rate == 0 or scv == math.inf:
        return scv if queue.arrival_rate > 0 else 0.0
    return queue.wait_mean * (scv + (1 - scv) * (1 + _gamma(queue)) / 2)


def whitt_wait(*, arrival_rate, service_rate, arrival_scv, service_scv, servers=1):
    """Mean wait of GI/G/c, between M/M/c, M/D/c and D/M/c. An approximation.

    Parameters
    ----------
    arrival_rate, service_rate, arrival_scv, service_scv
        As in `kingman_wait`.
    servers : int
        c >= 1.

    Returns
    -------
    float
        Exact for M/M/c. Usually within 5 % at a utilization above 0.5, where no more than two moments are known.

    Notes
    -----
    Whitt, Approximations for the GI/G/m queue, Production and Operations Management 2(2), 1993, (2.16) to (2.25).
    """
    queue = MMc(arrival_rate, service_rate, servers)
    a, s = check_scv("arrival_scv", arrival_scv), check_scv("service_scv", service_scv)
    if queue.arrival_rate == 0 or a + s in (0, math.inf):
        return a + s if queue.arrival_rate > 0 else 0.0
    gamma, rho = _gamma(queue), queue.utilization
    clock_service = 1 + gamma  # phi_1, of M/D/c
    clock_arrivals = (1 - 4 * gamma) * math.exp(-2 * queue.slack / queue.servers / (3 * rho))  # phi_3, of D/M/c
    both = min(1.0, (clock_service + clock_arrivals) / 2)  # phi_4
    mean = (a + s) / 2
    psi = 1.0 if mean >= 1 else both ** (2 * (1 - mean))
    if a >= s:
        factor = (4 * (a - s) * clock_service + s * psi) / (4 * a - 3 * s)
    else:
        factor = ((s - a) * clock_arrivals + (s + 3 * a) * psi) / (2 * (a + s))
    return queue.wait_mean * mean * factor


def kimura_wait(*, arrival_rate, service_rate, arrival_scv, service_scv, servers=1):
    """Mean wait of GI/G/c, from the exact waits of M/M/c, M/D/c and D/M/c. An approximation.

    Parameters
    ----------
    arrival_rate, service_rate : float
        As in `kingman_wait`, with a utilization of at least 1e-12.
    arrival_scv : float
        In [0, 1]: D/M/c tells nothing of burstier arrivals.
    service_scv : float
        >= 0; inf is allowed.
    servers : int
        c, from 1 to 10^4.

    Returns
    -------
    float
        (a + s) / ((1 - a) / W(D/M/c) + (1 - s) / W(M/D/c) + 2 (a + s - 1) / W(M/M/c)). Exact for these three queues and
        for M/G/1.

    Notes
    -----
    Kimura, A two-moment approximation for the mean waiting time in the GI/G/s queue, Management Science 32(6), 1986.
    """
    queue = MMc(_check.positive("arrival_rate", arrival_rate), service_rate, _servers(servers))
    a, s = check_scv("arrival_scv", arrival_scv), check_scv("service_scv", service_scv)
    if a > 1:
        _check.fail("arrival_scv", arrival_scv, "must be at most 1")
    if s == math.inf or a + s == 0:
        return s
    wait, total = queue.wait_mean, 2 * (a + s - 1)  # the sum is formed in units of M/M/c's wait
    if a < 1:
        clock = GIMc.from_slack(queue.slack, interarrival=Deterministic(1 / queue.arrival_rate), servers=queue.servers)
        total += (1 - a) * (wait / clock.wait_mean) if clock.wait_mean > 0 else math.inf
    if s != 1:
        clock = MDc.from_slack(queue.slack, service_time=1 / queue.service_rate, servers=queue.servers)
        total += (1 - s) * (wait / clock.wait_mean if clock.wait_mean > 0 else 2.0)
    return wait * ((a + s) / total)


def _servers(servers):
    return _check.integer("servers", servers, least=1, most=MOST_SERVERS)


def approximate_waits(*, arrival_rate, service_rate, arrival_scv, service_scv, servers=1):
    """What two moments say about the mean wait of GI/G/c: every approximation and every bound here, side by side.

    Parameters
    ----------
    arrival_rate, service_rate, arrival_scv, service_scv
        As in `kingman_wait`; the arrival rate is > 0.
    servers : int
        c >= 1.

    Returns
    -------
    dict of str to float
        From "lower_bound" to "daley_bound" and "kingman_bound", which hold; between them, in order of their year,
        the approximations "kraemer_langenbach_belz", "marchal", "cosmetatos" (only for an arrival scv of 1),
        "allen_cunneen", "kimura" (only for an arrival scv up to 1, 10^4 servers and a utilization of at least 1e-12)
        and "whitt". Their spread is a measure of what two moments leave open.
    """
    station = {"arrival_rate": _check.positive("arrival_rate", arrival_rate), "service_rate": service_rate}
    given = station | {"arrival_scv": arrival_scv, "service_scv": service_scv, "servers": servers}
    queue = MMc(arrival_rate, service_rate, servers)
    waits = {
        "lower_bound": lower_bound(**given),
        "kraemer_langenbach_belz": approximations.kraemer_langenbach_belz_wait(**given),
        "marchal": approximations.marchal_wait(**given),
    }
    if arrival_scv == 1:
        waits["cosmetatos"] = cosmetatos_wait(**station, service_scv=service_scv, servers=servers)
    waits["allen_cunneen"] = approximations.allen_cunneen_wait(**given)
    if arrival_scv <= 1 and queue.servers <= MOST_SERVERS and queue.utilization >= 1e-12:
        waits["kimura"] = kimura_wait(**given)
    waits["whitt"] = whitt_wait(**given)
    return waits | {"daley_bound": daley_bound(**given), "kingman_bound": kingman_bound(**given)}
