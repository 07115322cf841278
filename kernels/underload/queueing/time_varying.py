"""M(t)/M/c(t): arrivals and servers that vary in time, exactly and by two approximations, and servers on a schedule.

Mechanism: the exact law follows the chain of the number in system. Beyond a room that doubles as needed the chain is
absorbed, and what is absorbed bounds the error of everything computed. A server that leaves while it works returns its
job to the queue.

Source: pointwise stationary approximation: Green and Kolesar, The pointwise stationary approximation for queues with
nonstationary arrivals, Management Science 37(1), 1991. Modified offered load: Jagerman, Nonstationary blocking in
telephone traffic, Bell System Technical Journal 54(3), 1975; Jennings, Mandelbaum, Massey and Whitt, Server staffing to
meet time-varying demand, Management Science 42(10), 1996.
"""

import dataclasses
import math

import numpy as np
from scipy import integrate

from underload import _check
from underload.queueing.elimination import check_law
from underload.queueing.erlang import erlang_c
from underload.queueing.fluid import fluid_number
from underload.queueing.markov import birth_death_generator, transient
from underload.queueing.offered_load import time_varying_load
from underload.queueing.staffing import servers_for
from underload.queueing.steps import Steps, check_course, check_servers, check_times, stretches

__all__ = [
    "TimeVarying",
    "TimeVaryingApproximation",
    "modified_offered_load",
    "pointwise_stationary",
    "staffing_schedule",
    "time_varying",
]

MOST_ROOM = 20_000
LOST = 1e-12


@dataclasses.dataclass(frozen=True, eq=False)
class TimeVarying:
    """The law of the number in M(t)/M/c(t) at given times.

    Attributes
    ----------
    times : float64[m]
    servers : int64[m]
        At these times.
    state_probabilities : float64[m, n]
        Of 0, 1, ..., n - 1 jobs in system.
    overflow : float
        The probability that n jobs were ever reached, at most 1e-12: a bound on the error of every probability.
    """

    times: np.ndarray
    servers: np.ndarray
    state_probabilities: np.ndarray
    overflow: float

    @property
    def number_mean(self):
        """Mean numbers of jobs that wait or are in service, float64[m]."""
        return self.state_probabilities @ np.arange(self.state_probabilities.shape[1])

    @property
    def queue_mean(self):
        """Mean numbers of jobs that wait, float64[m]."""
        number = np.arange(self.state_probabilities.shape[1])
        return (self.state_probabilities * np.maximum(number - self.servers[:, None], 0)).sum(axis=1)

    @property
    def utilization(self):
        """Fractions of the servers that are busy, float64[m]."""
        return (self.number_mean - self.queue_mean) / self.servers

    @property
    def wait_probability(self):
        """Probabilities that an arrival at these times waits, float64[m]."""
        number = np.arange(self.state_probabilities.shape[1])
        return (self.state_probabilities * (number >= self.servers[:, None])).sum(axis=1)


def time_varying(arrival_rate, *, service_rate, servers, times, initial=0):
    """The exact law of the number in M(t)/M/c(t).

    Parameters
    ----------
    arrival_rate : float, Steps or callable
        Per unit of time, from 0 to 1e200; a function of time should be smooth.
    service_rate : float
        Of one server, > 0.
    servers : int or Steps
        1 to 10^6.
    times : float64[m]
        >= 0, not decreasing.
    initial : int or float64[k]
        The number in system at time 0, or its law.

    Returns
    -------
    TimeVarying
        Steps by uniformisation, errors near 1e-13; functions by a Runge-Kutta method of order 8 with local errors of
        1e-12.

    Raises
    ------
    ValueError
        Also where more than 20,000 jobs would have to be followed.
    """
    rising, count = check_course("arrival_rate", arrival_rate), check_servers("servers", servers)
    rate, at = _check.positive("service_rate", service_rate), check_times("times", times)
    if np.ndim(initial) == 0:
        law = np.zeros(_check.integer("initial", initial, most=MOST_ROOM - 1) + 1)
        law[-1] = 1.0
    else:
        law = check_law("initial", initial, len(initial))
    marks = [0.0, *(end for _, end in stretches([rising, count], at))]
    start = float(law @ np.arange(len(law)))
    peak = fluid_number(arrival_rate, service_rate=rate, servers=servers, times=marks, initial=start).max()
    room = int(max(len(law) + 40, min(peak, MOST_ROOM) + 8 * math.sqrt(peak) + 40))
    while room <= MOST_ROOM:
        found, overflow = _follow(rising, count, rate, at, np.pad(law, (0, room + 1 - len(law))))
        if overflow <= LOST:
            return TimeVarying(at, count(at).astype(np.int64), found, overflow)
        room *= 2
    raise ValueError(f"arrival_rate lets the number exceed {MOST_ROOM} jobs by t = {at[-1]:g}: ask fluid_number")


def _follow(rising, count, rate, at, law):
    """The laws of 0 to room - 1 jobs at the times, and the mass absorbed on reaching `room`."""
    number = np.arange(len(law) - 1)
    found = {0.0: law}
    for start, end in stretches([rising, count], at):
        served = rate * np.minimum(number, count(start))
        if isinstance(rising, Steps):
            births = np.full(len(number), rising(start))
            law = transient(birth_death_generator(births, np.append(served[1:], 0.0)), law, end - start)
        else:
            law = _integrate(rising, served, law, start, end)
        found[end] = law
        if law[-1] > LOST:
            break
    if law[-1] > LOST:
        return None, float(law[-1])
    return np.array([found[t][:-1] for t in at.tolist()]), float(law[-1])


def _integrate(rising, served, law, start, end):
    """Follow the forward equations; served[n] is the rate from n to n - 1 jobs."""

    def change(t, p):
        up, down = rising(t) * p[:-1], served * p[:-1]
        flow = np.zeros_like(p)
        flow[:-1] -= up + down
        flow[1:] += up
        flow[:-2] += down[1:]
        return flow

    result = integrate.solve_ivp(change, (start, end), law, "DOP853", t_eval=[end], rtol=1e-12, atol=1e-15)
    law = np.maximum(result.y[:, -1], 0.0)
    return law / law.sum()


@dataclasses.dataclass(frozen=True, eq=False)
class TimeVaryingApproximation:
    """What an approximation to M(t)/M/c(t) says at given times.

    Attributes
    ----------
    times, offered_load, wait_probability, queue_mean, number_mean : float64[m]
        The wait probability is 1 and the means are inf where the load is at least the servers.
    servers : int64[m]
    """

    times: np.ndarray
    servers: np.ndarray
    offered_load: np.ndarray
    wait_probability: np.ndarray
    queue_mean: np.ndarray
    number_mean: np.ndarray


def _steady(at, servers, loads):
    """M/M/c in its steady state at each time."""
    waits, queues = np.ones(len(at)), np.full(len(at), math.inf)
    for i, (c, load) in enumerate(zip(servers.tolist(), loads.tolist())):
        if load < c:
            waits[i] = erlang_c(c, load)
            queues[i] = waits[i] * load / (c - load)
    return TimeVaryingApproximation(at, servers, loads, waits, queues, queues + loads)


def pointwise_stationary(arrival_rate, *, service_rate, servers, times):
    """The pointwise stationary approximation (PSA): at each time the steady state of that moment's rates.

    Parameters as in `time_varying`. Good where rates change slowly against service times; it has no memory.

    Returns
    -------
    TimeVaryingApproximation
    """
    rising, count = check_course("arrival_rate", arrival_rate), check_servers("servers", servers)
    rate, at = _check.positive("service_rate", service_rate), check_times("times", times)
    loads = np.array([rising(t) for t in at.tolist()]) / rate
    return _steady(at, count(at).astype(np.int64), loads)


def modified_offered_load(arrival_rate, *, service, servers, times, start=0.0):
    """The modified offered load approximation (MOL): the steady state at the exact load of infinitely many servers.

    Parameters
    ----------
    arrival_rate, servers, times
        As in `time_varying`.
    service, start
        As in `time_varying_load`.

    Returns
    -------
    TimeVaryingApproximation
        Good where few wait; it knows how the load lags behind the rate, not how a backlog lasts. Service that is not
        exponential enters by its load only.
    """
    count, at = check_servers("servers", servers), check_times("times", times)
    loads = time_varying_load(arrival_rate, service=service, times=at, start=start)
    return _steady(at, count(at).astype(np.int64), loads)


def staffing_schedule(arrival_rate, *, service, target, times, start=0.0):
    """The fewest servers at each time that keep the wait probability at a target, by modified offered load.

    Parameters
    ----------
    arrival_rate, service, times, start
        As in `modified_offered_load`.
    target : float
        The wait probability not to exceed, in (0, 1).

    Returns
    -------
    int64[m]
        At least 1. An approximation, as `modified_offered_load` is; `time_varying` says what the schedule achieves.
    """
    target = _check.fraction("target", target)
    loads = time_varying_load(arrival_rate, service=service, times=check_times("times", times), start=start)
    needed = [servers_for(arrival_rate=load, service_rate=1.0, wait_probability=target) for load in loads.tolist()]
    return np.array(needed, dtype=np.int64)
