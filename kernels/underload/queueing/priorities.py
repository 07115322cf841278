"""Priorities: what each class waits when the important go first.

One server with any service times (M/G/1), or several with one exponential service rate (M/M/c). Classes with equal
`levels` are one level and wait for each other in order of arrival; a lower number goes first.

Sources: Cobham, Priority assignment in waiting line problems, J. ORSA 2(1), 1954 (non-preemptive, one and c servers);
Kleinrock, Queueing Systems II, 1976, section 3.3 (preemptive resume); Kella and Yechiali, Waiting times in the
non-preemptive priority M/M/c queue, Stochastic Models 1(2), 1985; Buzen and Bondi, The response times of priority
classes under preemptive resume in M/M/m queues, Operations Research 31(3), 1983; Cox and Smith, Queues, 1961 (the
c mu rule).
"""

import dataclasses
import fractions
import math

import numpy as np

from underload import _check
from underload.queueing.erlang import wait_probability
from underload.queueing.mg1 import check_service
from underload.random import Distribution, Exponential

__all__ = ["Priorities", "cmu_order", "priorities"]

MOST_CLASSES = 10_000


@dataclasses.dataclass(frozen=True, eq=False)
class Priorities:
    """What the classes measure, each an array over the classes in the order given. inf where a class is unstable.

    Attributes
    ----------
    arrival_rate, utilization : float64[n]
        Of each class; the utilization is its share of all servers.
    wait_mean : float64[n]
        Mean response less mean service time: with preemption it includes the interruptions.
    response_mean : float64[n]
        Mean time from arrival to completion.
    queue_mean, number_mean : float64[n]
        arrival_rate x wait_mean and arrival_rate x response_mean, by Little's law; 0 for a class without arrivals.
    """

    arrival_rate: np.ndarray
    utilization: np.ndarray
    wait_mean: np.ndarray
    response_mean: np.ndarray

    @property
    def queue_mean(self):
        return _times(self.arrival_rate, self.wait_mean)

    @property
    def number_mean(self):
        return _times(self.arrival_rate, self.response_mean)


def _times(rate, time):
    return np.where(rate > 0, rate, 0.0) * np.where(rate > 0, time, 0.0)


def priorities(arrival_rates, services, *, preemptive=False, levels=None, servers=1):
    """Mean waits and responses by class of priority.

    Parameters
    ----------
    arrival_rates : float[n]
        Of Poisson processes, per unit of time, each >= 0.
    services : Distribution or sequence of n Distributions
        Service times by class; with several servers one exponential law for all.
    preemptive : bool
        Whether an arrival interrupts a service of a lower level, which later resumes where it stopped.
    levels : int[n]
        Level of each class, smaller first; equal numbers wait in order of arrival. By default 0, 1, ..., n - 1.
    servers : int

    Returns
    -------
    Priorities
        A class that does not fit in beside the more important has inf; the more important keep their finite means.

    Raises
    ------
    ValueError
        If an argument breaks its rule, or with several servers the service times are not one exponential law.

    Notes
    -----
    With rho_k the load of the levels up to k, and R the mean work found in service, of one server without preemption:
    W_k = R / ((1 - rho_(k-1)) (1 - rho_k)). With preemption a class sees only the levels up to its own:
    T_k = R_k / ((1 - rho_(k-1)) (1 - rho_k)) + E S_k / (1 - rho_(k-1)). Several servers of one exponential rate:
    R becomes Erlang's C / (c mu) without preemption; with it the levels up to k together are an M/M/c queue, whose mean
    number less that of the levels before is the number of level k.

    **Deviations.** An unstable level saturates the servers. Without preemption the stable levels above then find a
    service of the unstable one wherever they used to find an idle server: of several unstable levels the first takes
    all capacity that is left, and R is that of these services (Cobham's R assumes stability).
    """
    rates = _check.sample("arrival_rates", arrival_rates, lowest=0.0).copy()
    if len(rates) > MOST_CLASSES:
        _check.fail("arrival_rates", arrival_rates, f"must be at most {MOST_CLASSES} classes")
    laws = _laws(services, len(rates))
    servers = _check.integer("servers", servers, least=1)
    groups = _levels(levels, len(rates))
    preemptive = _check.flag("preemptive", preemptive)
    means = np.array([law.mean for law in laws])
    loads = [fractions.Fraction(rate) * fractions.Fraction(mean) for rate, mean in zip(rates, means)]
    if sum(loads) > 1e12:
        _check.fail("arrival_rates", arrival_rates, "must keep the offered load at most 1e12 erlangs")
    if servers > 1:
        _check_one_law(laws)
    free = _free(loads, groups, servers)
    if servers == 1:
        waits = _one_server(rates, laws, loads, groups, free, preemptive)
    else:
        waits = _many_servers(rates, means[0], groups, free, servers, preemptive)
    return Priorities(rates, np.array([float(load / servers) for load in loads]), waits, waits + means)


def _one_server(rates, laws, loads, groups, free, preemptive):
    """Waits at one server, in the unit of the service times."""
    excess = [
        rate * law.mean * law.mean * law.relative_moment(2) / 2 if rate > 0 else 0.0 for rate, law in zip(rates, laws)
    ]
    work = [sum(excess[i] for i in group) for group in groups]  # mean work found in service, by level
    before, found, waits = fractions.Fraction(1), 0.0, np.full(len(rates), math.inf)
    in_service = _in_service(work, loads, groups, free)
    for group, level_work, after in zip(groups, work, free):
        found += level_work
        if after <= 0:
            break
        wait = (found if preemptive else in_service) / float(before) / float(after)
        for i in group:
            interruptions = laws[i].mean * (float((1 - before) / before) if preemptive else 0.0)
            waits[i] = wait + interruptions
        before = after
    return waits


def _in_service(work, loads, groups, free):
    """Mean work found in service without preemption, when an unstable level takes what the levels above leave."""
    found, before = 0.0, fractions.Fraction(1)
    for group, level_work, after in zip(groups, work, free):
        if after < 0:
            return found + level_work * float(before / sum(loads[i] for i in group))
        found, before = found + level_work, after
    return found


def _many_servers(rates, mean, groups, free, servers, preemptive):
    """Waits of M/M/c, in the unit of the service times."""
    waits = np.full(len(rates), math.inf)
    probability = _erlang_c(servers, free[-1])
    before = fractions.Fraction(servers)
    for group, after in zip(groups, free):
        if after <= 0:
            break
        if preemptive:
            wait = _queue_growth(servers, before, after)
        else:
            wait = probability * servers / float(before) / float(after)
        waits[group] = wait * mean
        before = after
    return waits


def _erlang_c(servers, free):
    return wait_probability(servers, float(servers - free), float(free)) if free > 0 else 1.0


def _queue_growth(servers, before, after):
    """How the mean queue of M/M/c grows with the load, from c - load = `before` to `after`, per erlang.

    The difference of two neighbouring queues cancels: there it is the integral of the derivative.
    """
    if before == after:
        return _slope(servers, float(after))
    queues = [_erlang_c(servers, free) * float((servers - free) / free) for free in (before, after)]
    if queues[0] < 0.5 * queues[1]:
        return (queues[1] - queues[0]) / float(before - after)
    # The queue at most doubles, so that its pole is at least one interval away: 16 points reach the last digit.
    x, w = np.polynomial.legendre.leggauss(16)
    slopes = [_slope(servers, float(after) + float(before - after) * (1 - one) / 2) for one in x]
    return float(np.dot(w, slopes)) / 2


def _slope(servers, slack):
    """The derivative of the mean queue of M/M/c with respect to the load, at c - load = `slack`."""
    load = servers - slack
    if load <= 0:
        return 0.0 if servers > 1 else 1.0  # unused: one server is computed as M/G/1
    c = wait_probability(servers, load, slack)
    # With y = 1 / B: C = servers / (load + slack y) and dy/dload = -(slack y / load + 1); y is eliminated.
    share = c * load / servers
    growth = c * (1 - share) / slack * (load + slack * slack) - c * share * (1 - slack)
    return c * servers / (slack * slack) + growth / slack


def _free(loads, groups, servers):
    """Servers less the load of the levels so far, exactly."""
    free, left = [], fractions.Fraction(servers)
    for group in groups:
        left -= sum(loads[i] for i in group)
        free.append(left)
    return free


def _levels(levels, n):
    """The classes of each level, most important first."""
    if levels is None:
        return [[i] for i in range(n)]
    values = _check.sample("levels", levels)
    if len(values) != n:
        _check.fail("levels", levels, f"must have one number for each of the {n} classes")
    return [list(np.flatnonzero(values == value)) for value in np.unique(values)]


def _laws(services, n):
    laws = [services] * n if isinstance(services, Distribution) else services
    if not isinstance(laws, (list, tuple)) or len(laws) != n:
        _check.fail("services", services, f"must be a distribution, or one for each of the {n} classes")
    return [check_service(f"services[{i}]", law) for i, law in enumerate(laws)]


def _check_one_law(laws):
    for i, law in enumerate(laws):
        if not isinstance(law, Exponential) or law != laws[0]:
            _check.fail(f"services[{i}]", law, "must be one exponential law for all classes where servers > 1")


def cmu_order(costs, service_rates):
    """The order of classes that costs least: by cost x service rate, highest first (the c mu rule).

    Parameters
    ----------
    costs : float[n]
        Of one waiting request, per unit of time, >= 0.
    service_rates : float[n]
        1 / mean service time, > 0.

    Returns
    -------
    int64[n]
        Classes, most important first; equal products in the order given. Optimal among all orders of non-preemptive
        M/G/1, and, where service is exponential, of preemptive M/M/1.

    Notes
    -----
    Cox and Smith, Queues, 1961, chapter 3. A class's cost of waiting and its work trade at the rate c mu: exchanging
    two neighbouring classes that stand in the wrong order lowers the cost.
    """
    costs = _check.sample("costs", costs, lowest=0.0)
    rates = _check.sample("service_rates", service_rates)
    if len(rates) != len(costs):
        _check.fail("service_rates", service_rates, f"must have one rate for each of the {len(costs)} costs")
    for i, rate in enumerate(rates):
        _check.positive(f"service_rates[{i}]", rate)
    products = [fractions.Fraction(cost) * fractions.Fraction(rate) for cost, rate in zip(costs, rates)]
    return np.array(sorted(range(len(costs)), key=lambda i: -products[i]), dtype=np.int64)
