"""How many servers suffice, and how much load they carry: exact, by search; and the square-root law behind it.

Source: Halfin and Whitt, Heavy-traffic limits for queues with many exponential servers, Operations Research 29(3),
1981; square-root staffing after Erlang 1924 and Borst, Mandelbaum and Reiman, Dimensioning large call centers,
Operations Research 52(1), 2004.
"""

import fractions
import math

from scipy import optimize

from underload import _check
from underload._jit import kernel
from underload._libm import erfc, exp, log, log1p
from underload.queueing.erlang import check_load, erlang_b
from underload.queueing.mmc import MMc

__all__ = [
    "arrival_rate_for",
    "halfin_whitt_beta",
    "halfin_whitt_wait_probability",
    "servers_for",
    "square_root_staffing",
]

HALF_LOG_TWO_PI = 0.9189385332046728
MANY_SERVERS = 10**7  # up to here Erlang's B is quick at any load


@kernel
def log_halfin_whitt(beta):
    """ln of `halfin_whitt_wait_probability`, which does not underflow: ln phi - ln(phi + beta Phi)."""
    log_density = -0.5 * beta * beta - HALF_LOG_TWO_PI
    return log_density - log(exp(log_density) + beta * 0.5 * erfc(-beta / math.sqrt(2.0)))


def servers_for(
    *,
    arrival_rate,
    service_rate,
    wait_mean=None,
    wait_probability=None,
    wait_quantile=None,
    response_mean=None,
    response_quantile=None,
    blocking_probability=None,
):
    """The least number of servers that keeps one or several promises.

    Parameters
    ----------
    arrival_rate, service_rate : float
        Per unit of time; of all requests, and of one busy server. Their ratio is at most 1e12.
    wait_mean, response_mean : float, optional
        Most that the mean of M/M/c may be; the response's is above 1 / service_rate.
    wait_probability : float, optional
        Most that the probability of a wait in M/M/c (Erlang's C) may be, in (0, 1).
    wait_quantile, response_quantile : (float, float), optional
        A pair (q, t): the fraction q, in (0, 1), waits (is done) within the time t, as "0.8 within 20 s".
    blocking_probability : float, optional
        Most that the loss of the system without a queue, M/G/c/c (Erlang's B), may be, in (0, 1).

    Returns
    -------
    int
        The least c with `MMc(arrival_rate, service_rate, c).wait_mean <= wait_mean`, and so on for each promise that
        is given; the larger c if both systems are asked for. Exact, by the very values of `MMc` and `erlang_b`, of
        which O(log(load)) are tried, each in O(sqrt(load)) steps: 10 ms at 10^6 erlangs, seconds at 10^12.

    Raises
    ------
    ValueError
        If an argument breaks its rule, no promise is given, or no number of servers keeps it.
    """
    service_rate = _check.positive("service_rate", service_rate)
    arrival_rate = _check.nonnegative("arrival_rate", arrival_rate)
    load = check_load("arrival_rate", arrival_rate, arrival_rate / service_rate)
    delays = (wait_mean, wait_probability, wait_quantile, response_mean, response_quantile)
    promises = delay_promises(service_rate, *delays)
    blocking = _blocking(blocking_probability, promises)
    if load == 0:
        return 1
    step, servers = math.isqrt(int(load)) + 1, 1
    if promises:
        stable = math.floor(fractions.Fraction(arrival_rate) / fractions.Fraction(service_rate)) + 1
        servers = least(stable, step, lambda c: keeps(MMc(arrival_rate, service_rate, c), promises))
    if blocking is not None:
        # No more than all servers are busy: load (1 - B) <= servers.
        start = max(servers, math.floor(load * (1 - blocking) * (1 - 1e-12)))
        servers = least(start, step, lambda c: erlang_b(c, load) <= blocking)
    return servers


def arrival_rate_for(
    *,
    servers,
    service_rate,
    wait_mean=None,
    wait_probability=None,
    wait_quantile=None,
    response_mean=None,
    response_quantile=None,
    blocking_probability=None,
):
    """The most that a number of servers carries while it keeps one or several promises: the inverse of `servers_for`.

    Parameters
    ----------
    servers : int
        c, from 1 to 10^12; to 10^7 with a promise about blocking.
    service_rate : float
        Of one busy server, per unit of time, > 0.
    wait_mean, wait_probability, wait_quantile, response_mean, response_quantile, blocking_probability
        As in `servers_for`.

    Returns
    -------
    float
        The largest arrival rate for which the promises hold by the values of `MMc` and `erlang_b`; times the mean
        service time it is the load in erlangs.

    Raises
    ------
    ValueError
        If an argument breaks its rule, no promise is given, or none can be kept.
    """
    service_rate = _check.positive("service_rate", service_rate)
    delays = (wait_mean, wait_probability, wait_quantile, response_mean, response_quantile)
    promises = delay_promises(service_rate, *delays)
    blocking = _blocking(blocking_probability, promises)
    servers = _check.integer("servers", servers, least=1, most=10**12 if blocking is None else MANY_SERVERS)
    if not 1e-290 < service_rate < 1e290:
        _check.fail("service_rate", service_rate, "must be within 1e-290 and 1e290")
    most = servers * fractions.Fraction(service_rate)

    def holds(rate):
        if blocking is not None and erlang_b(servers, rate / service_rate) > blocking:
            return False
        return not promises or (rate < most and keeps(MMc(rate, service_rate, servers), promises))

    # Below half of what the servers can carry only strict promises fail; all are busy at servers / (1 - B).
    high = servers * service_rate * 1.01 / (1 - (blocking or 0.0))
    low = high
    while low > 0 and not holds(low):
        low, high = low / 2, low
    while low < (middle := low + (high - low) / 2) < high:
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def delay_promises(service_rate, wait_mean, wait_probability, wait_quantile, response_mean, response_quantile):
    """The promises about M/M/c that are given: what of `MMc`, the arguments of it, and the most it may be."""
    promises = []
    if wait_mean is not None:
        promises.append(("wait_mean", (), _check.positive("wait_mean", wait_mean)))
    if wait_probability is not None:
        promises.append(("wait_probability", (), _check.fraction("wait_probability", wait_probability)))
    if wait_quantile is not None:
        q, t = _pair("wait_quantile", wait_quantile)
        promises.append(("wait_quantile", (q,), t))
    if response_mean is not None:
        target = _check.positive("response_mean", response_mean)
        if target <= 1 / service_rate:
            _check.fail("response_mean", target, f"must be above the mean service time {1 / service_rate:g}")
        promises.append(("response_mean", (), target))
    if response_quantile is not None:
        q, t = _pair("response_quantile", response_quantile)
        service = -log1p(-q) / service_rate
        if t <= service:
            _check.fail("response_quantile", (q, t), f"must be above that of the service time, {service:g}")
        promises.append(("response_quantile", (q,), t))
    return promises


def keeps(queue, promises):
    """Whether a queue keeps its promises."""
    for name, arguments, most in promises:
        value = getattr(queue, name)
        if (value(*arguments) if arguments else value) > most:
            return False
    return True


def least(start, step, suffices):
    """The least whole number from `start` on that suffices, where more is better: strides that double, then halving."""
    if suffices(start):
        return start
    low, high = start, start + step
    while not suffices(high):
        step *= 2
        low, high = high, high + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if suffices(middle) else (middle, high)
    return high


def _blocking(target, promises):
    if target is None and not promises:
        names = "wait_probability, wait_quantile, response_mean, response_quantile and blocking_probability"
        _check.fail("wait_mean", None, f"must be given, or one of {names}")
    return None if target is None else _check.fraction("blocking_probability", target)


def _pair(name, value):
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        _check.fail(name, value, "must be a pair: a fraction and a time")
    return _check.fraction(f"{name}[0]", value[0]), _check.nonnegative(f"{name}[1]", value[1])


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
    return exp(log_halfin_whitt(_check.nonnegative("beta", beta)))


def halfin_whitt_beta(wait_probability):
    """The beta of `halfin_whitt_wait_probability`, from the probability in (0, 1)."""
    target = log(_check.fraction("wait_probability", wait_probability))
    return optimize.brentq(lambda beta: log_halfin_whitt(beta) - target, 0.0, 40.0, xtol=1e-15, rtol=1e-15)


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
        An approximation, not rounded; `servers_for` is exact.
    """
    load = _check.nonnegative("offered_load", offered_load)
    return load + halfin_whitt_beta(wait_probability) * math.sqrt(load)
