"""Erlang's loss and delay formulas in O(sqrt(load)) steps, to the last digits at any number of servers.

Mechanism: the reciprocal y of the blocking probability obeys y(k) = 1 + (k / a) y(k-1), with y(0) = 1. Every term is
positive, so nothing cancels, and below the load a the recursion forgets where it started. It starts 12 sqrt(a) + 40
servers below the smaller of load and servers, where an error of any size has shrunk by exp(-72).

Source: Erlang, Solution of some problems in the theory of probabilities of significance in automatic telephone
exchanges, 1917; the reciprocal recursion after Jagerman, Some properties of the Erlang loss function, Bell System
Technical Journal 53(3), 1974.

Deviations: the recursion starts late and stops once y overflows, so its cost does not grow with the servers. The
offered load may be at most 1e12 erlangs, where a call takes tenths of a second; B of at most 10^7 servers has no limit.
"""

import math

from underload import _check
from underload._jit import kernel

__all__ = ["check_load", "check_stable", "erlang_b", "erlang_c"]

MOST_LOAD = 1e12  # erlangs; beyond, a call would take seconds, and past 2^63 the count of servers overflows
MANY_SERVERS = 10**7  # up to here Erlang's B is quick at any load


@kernel
def first_servers(servers, load):
    """The number of servers from which the recursion for `servers` (int) at `load` (float64) may start."""
    return int(max(0.0, min(float(servers), load) - 12.0 * math.sqrt(load) - 40.0))


@kernel
def inverse_blocking(servers, load):
    """1 / B(servers, load), for an int64 and a float64 load > 0; inf where B is below 5.6e-309."""
    start = first_servers(servers, load)
    y = load / (load - start)  # the fixed point of the recursion, and 1 at start = 0
    for k in range(start + 1, servers + 1):
        y = 1.0 + k / load * y
        if y == math.inf:
            break
    return y


@kernel
def load_excess(servers, load, slack):
    """How much a float64 load exceeds servers - slack; 0 where the slack holds no digits that the load cannot."""
    if abs(slack) > 0.5 * servers:
        return 0.0
    rounded = servers - slack
    return (load - rounded) + (slack - (servers - rounded))  # exact: neighbouring floats, then Dekker's sum


@kernel
def wait_probability(servers, load, slack):
    """Erlang's C for int64 servers and a float64 load in [0, servers), with the float64 slack servers - load.

    C = 1 / (load / servers + (slack / servers) y): the reciprocal form neither cancels near saturation nor overflows.
    Close to saturation the slack holds digits that the load cannot: the recursion runs at the rounded load, and the
    derivative d ln y / d ln load = -(slack + load / y) carries y over to servers - slack.
    """
    if load == 0.0:
        return 0.0
    y = inverse_blocking(servers, load)
    y *= 1.0 + load_excess(servers, load, slack) / load * (slack + load / y)
    return servers / (load + slack * y)


def check_stable(slack, servers, /, **given):
    """Raise unless the slack, servers - load, is positive; `given` are the arguments that the message shows."""
    if not slack > 0:
        shown = ", ".join(f"{k}={v:g}" if isinstance(v, float) else f"{k}={v}" for k, v in given.items())
        try:
            utilization = float(1 - slack / servers)
        except OverflowError:  # a fraction beyond the largest float
            utilization = math.inf
        raise ValueError(f"utilization {utilization:g} must be below 1 ({shown})")


def check_load(name, value, load):
    """The offered load, at most 1e12 erlangs; `name` and `value` are the argument that the message blames."""
    return load if load <= MOST_LOAD else _check.fail(name, value, "must keep the offered load at most 1e12 erlangs")


def erlang_b(servers, offered_load):
    """Probability that a request is lost: Erlang's B, for M/G/c/c.

    Parameters
    ----------
    servers : int
        c >= 0.
    offered_load : float
        a = arrival rate x mean service time, in erlangs, >= 0, and at most 1e12 for more than 10^7 servers. It may
        exceed the servers.

    Returns
    -------
    float
        B(c, a) = (a^c / c!) / sum over k <= c of a^k / k!. It depends on the service times through their mean only.
        What is below 5.6e-309 is returned as 0.

    Raises
    ------
    ValueError
        If `servers` is not a whole number >= 0 or `offered_load` not a finite number >= 0 within its limit.

    Notes
    -----
    The relative error is below 1e-12 up to 10^6 servers, which take microseconds. See the head of this module.
    """
    servers = _check.integer("servers", servers)
    load = _check.nonnegative("offered_load", offered_load)
    if servers > MANY_SERVERS:
        check_load("offered_load", offered_load, load)
    if load == 0:
        return 1.0 if servers == 0 else 0.0
    return 1 / inverse_blocking(servers, load)


def erlang_c(servers, offered_load=None, *, slack=None):
    """Probability that a request waits: Erlang's C, for M/M/c.

    Parameters
    ----------
    servers : int
        c >= 1.
    offered_load : float
        a = arrival rate x mean service time, in erlangs, 0 <= a < c and a <= 1e12.
    slack : float
        c - a exactly, instead of `offered_load`: close to saturation a float load cannot hold the distance to c.

    Returns
    -------
    float
        C(c, a) = B / (1 - (a / c) (1 - B)). What is below about 1e-308 is returned as 0.

    Raises
    ------
    ValueError
        If the queue is not stable, the load is above 1e12 erlangs, `servers` is not a whole number, or not exactly one
        of the two is given.

    Notes
    -----
    The relative error is below 1e-12 up to 10^6 servers, which take microseconds.
    """
    servers = _check.integer("servers", servers, least=1)
    if (offered_load is None) == (slack is None):
        _check.fail("slack", slack, "must be given if and only if offered_load is not")
    if slack is not None:
        slack = check_slack(slack, servers)
        return wait_probability(servers, check_load("servers", servers, servers - slack), slack)
    load = _check.nonnegative("offered_load", offered_load)
    check_stable(servers - load, servers, offered_load=load, servers=servers)
    check_load("offered_load", offered_load, load)
    return wait_probability(servers, load, servers - load)


def check_slack(slack, servers):
    """Slack as float, in (0, servers]."""
    slack = _check.positive("slack", slack)
    return slack if slack <= servers else _check.fail("slack", slack, f"must be at most servers={servers}")
