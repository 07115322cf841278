"""How many servers suffice: the exact least number, and the square-root law behind it.

Source: Halfin and Whitt, Heavy-traffic limits for queues with many exponential servers, Operations Research 29(3),
1981; square-root staffing after Erlang 1924 and Borst, Mandelbaum and Reiman, Dimensioning large call centers,
Operations Research 52(1), 2004.
"""

import fractions
import math

from scipy import optimize

from underload import _check
from underload._jit import kernel
from underload.queueing.erlang import check_load, erlang_b, erlang_c, first_servers, inverse_blocking
from underload.queueing.mmc import MMc

__all__ = [
    "halfin_whitt_beta",
    "halfin_whitt_wait_probability",
    "servers_for_blocking",
    "servers_for_mean_wait",
    "servers_for_service_level",
    "servers_for_wait_probability",
    "square_root_staffing",
]


@kernel
def least_servers(load, probability, wait, within, tail):
    """The least number of servers that keeps three promises of M/M/c at `load` > 0, in one pass of the recursion.

    Parameters
    ----------
    load : float64
    probability : float64
        Most that Erlang's C may be.
    wait : float64
        Most that the mean wait may be, in mean service times; inf for any.
    within, tail : float64
        Most that P(wait > within) may be, `within` in mean service times; 0 and 1 for any.
    """
    servers = math.floor(load) + 1
    y = inverse_blocking(servers, load)
    while True:
        slack = servers - load
        delayed = servers / (load + slack * y)
        if delayed <= probability and delayed <= wait * slack and delayed * math.exp(-slack * within) <= tail:
            return servers
        servers += 1
        y = 1.0 + servers / load * y


@kernel
def least_servers_for_blocking(load, target):
    """The least number of servers with B <= `target` at `load` > 0.

    No more than all servers are busy, load (1 - B) <= servers: the recursion may start below load (1 - target).
    """
    servers = first_servers(math.floor(load * (1.0 - target)), load)
    y = load / (load - servers)
    while 1.0 / y > target:
        servers += 1
        y = 1.0 + servers / load * y
    return servers


def _settle(servers, least, suffices):
    """The least number of servers near `servers`, from `least` on, by the very expression that the user compares.

    The kernels above round it otherwise, so a target that equals it may put them off by one.
    """
    servers = max(servers, least)
    while not suffices(servers):
        servers += 1
    while servers > least and suffices(servers - 1):
        servers -= 1
    return servers


def servers_for_wait_probability(offered_load, target):
    """The least number of servers at which a request of M/M/c waits with at most a given probability.

    Parameters
    ----------
    offered_load : float
        Arrival rate x mean service time, in erlangs, from 0 to 1e12.
    target : float
        Most that Erlang's C may be, in (0, 1).

    Returns
    -------
    int
        The c with C(c) <= target < C(c - 1), or the least stable c. Exact, in O(sqrt(offered_load)) steps.
    """
    load = check_load("offered_load", offered_load, _check.nonnegative("offered_load", offered_load))
    target = _check.fraction("target", target)
    if load == 0:
        return 1
    servers = least_servers(load, target, math.inf, 0.0, 1.0)
    return _settle(servers, math.floor(load) + 1, lambda c: erlang_c(c, load) <= target)


def servers_for_mean_wait(*, arrival_rate, service_rate, target):
    """The least number of servers with which the mean wait of M/M/c is at most `target`.

    Parameters
    ----------
    arrival_rate, service_rate : float
        Per unit of time; of all requests, and of one busy server. Their ratio is at most 1e12.
    target : float
        Mean time from arrival to start of service, > 0.

    Returns
    -------
    int
    """
    load, arrival_rate, service_rate, least = _load(arrival_rate, service_rate)
    target = _check.positive("target", target)
    if load == 0:
        return 1
    servers = least_servers(load, 1.0, target * service_rate, 0.0, 1.0)
    return _settle(servers, least, lambda c: MMc(arrival_rate, service_rate, c).wait_mean <= target)


def servers_for_service_level(*, arrival_rate, service_rate, within, fraction):
    """The least number of servers with which a fraction of the requests of M/M/c starts service within a time.

    Parameters
    ----------
    arrival_rate, service_rate : float
        Per unit of time; of all requests, and of one busy server. Their ratio is at most 1e12.
    within : float
        The time, >= 0.
    fraction : float
        Least fraction that must wait no longer, in (0, 1): "0.8 within 20 s".

    Returns
    -------
    int
    """
    load, arrival_rate, service_rate, least = _load(arrival_rate, service_rate)
    within = _check.nonnegative("within", within)
    tail = 1 - _check.fraction("fraction", fraction)
    if load == 0:
        return 1
    servers = least_servers(load, 1.0, math.inf, within * service_rate, tail)
    return _settle(servers, least, lambda c: MMc(arrival_rate, service_rate, c).wait_tail(within) <= tail)


def servers_for_blocking(offered_load, target):
    """The least number of servers without a queue that lose at most a given fraction of the requests.

    Parameters
    ----------
    offered_load : float
        In erlangs, from 0 to 1e12.
    target : float
        Most that Erlang's B may be, in (0, 1).

    Returns
    -------
    int
        The c with B(c) <= target < B(c - 1), by the values of `erlang_b`; in O(sqrt(offered_load)) steps.
    """
    load = check_load("offered_load", offered_load, _check.nonnegative("offered_load", offered_load))
    target = _check.fraction("target", target)
    if load == 0:
        return 1
    return _settle(least_servers_for_blocking(load, target), 1, lambda c: erlang_b(c, load) <= target)


def halfin_whitt_wait_probability(beta):
    """The limit of Erlang's C when servers = load + beta sqrt(load) and the load grows: 1 / (1 + beta Phi / phi).

    Parameters
    ----------
    beta : float
        Quality of service, >= 0; Phi and phi are the normal distribution and density at beta.

    Returns
    -------
    float
    """
    return math.exp(_log_halfin_whitt(_check.nonnegative("beta", beta)))


def halfin_whitt_beta(wait_probability):
    """The beta of `halfin_whitt_wait_probability`, from the probability in (0, 1)."""
    target = math.log(_check.fraction("wait_probability", wait_probability))
    return optimize.brentq(lambda beta: _log_halfin_whitt(beta) - target, 0.0, 40.0, xtol=1e-15, rtol=1e-15)


def square_root_staffing(offered_load, wait_probability):
    """Servers by the square-root law: offered load + beta x its square root.

    Parameters
    ----------
    offered_load : float
        In erlangs, >= 0.
    wait_probability : float
        Probability that a request waits, in (0, 1).

    Returns
    -------
    float
        An approximation, not rounded; `servers_for_wait_probability` is exact.
    """
    load = _check.nonnegative("offered_load", offered_load)
    return load + halfin_whitt_beta(wait_probability) * math.sqrt(load)


def _log_halfin_whitt(beta):
    """The logarithm, which does not underflow: ln phi - ln(phi + beta Phi)."""
    log_density = -0.5 * beta * beta - 0.5 * math.log(2 * math.pi)
    return log_density - math.log(math.exp(log_density) + beta * 0.5 * math.erfc(-beta / math.sqrt(2)))


def _load(arrival_rate, service_rate):
    """The offered load, both rates as floats, and the least number of servers that is stable."""
    service_rate = _check.positive("service_rate", service_rate)
    arrival_rate = _check.nonnegative("arrival_rate", arrival_rate)
    load = check_load("arrival_rate", arrival_rate, arrival_rate / service_rate)
    exact = fractions.Fraction(arrival_rate) / fractions.Fraction(service_rate)
    return load, arrival_rate, service_rate, math.floor(exact) + 1
