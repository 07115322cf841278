"""Fluid: what a queue does when load exceeds capacity for long, with all randomness left out.

Source: Newell, Applications of Queueing Theory, 2nd ed., 1982, chapter 2; for M(t)/M/c(t) the fluid limit of
Mandelbaum, Massey and Reiman, Strong approximations for Markovian service networks, Queueing Systems 30, 1998.
"""

import dataclasses
import itertools
import math

import numpy as np
from scipy import integrate

from underload import _check
from underload.queueing.steps import Steps, check_course, check_servers, check_times, stretches

__all__ = ["Backlog", "fluid_backlog", "fluid_number"]


@dataclasses.dataclass(frozen=True, eq=False)
class Backlog:
    """The backlog of a fluid queue: a line that bends at `times`.

    Attributes
    ----------
    times, backlog : float64[n]
        Moments at which the line bends, from 0 on, and the work that waits then.
    slope : float
        At which it goes on after the last of them.
    """

    times: np.ndarray
    backlog: np.ndarray
    slope: float

    def __call__(self, t):
        """The backlog at a time >= 0 or an array of times."""
        t = np.asarray(_check.each(_check.nonnegative, "t", t))
        found = np.interp(t, self.times, self.backlog) + self.slope * np.maximum(t - self.times[-1], 0.0)
        return found if found.ndim else float(found)

    @property
    def peak(self):
        """The largest backlog; inf if it grows for ever."""
        return math.inf if self.slope > 0 else float(self.backlog.max())

    @property
    def peak_time(self):
        """When the largest backlog is first reached; inf if it grows for ever."""
        return math.inf if self.slope > 0 else float(self.times[self.backlog.argmax()])

    @property
    def empty_time(self):
        """From when on there is no backlog; inf if there always is one."""
        if self.slope > 0 or self.backlog[-1] > 0:
            return math.inf
        left = np.flatnonzero(self.backlog > 0)
        return float(self.times[left[-1] + 1]) if len(left) else 0.0

    @property
    def drain_time(self):
        """How long it takes from the largest backlog to none for good."""
        return self.empty_time - self.peak_time if self.peak < math.inf else math.inf


def fluid_backlog(arrival_rate, *, capacity, initial=0.0):
    """The backlog of work that arrives and is done at given rates. Exact for the fluid, an approximation of a queue.

    Parameters
    ----------
    arrival_rate, capacity : float or Steps
        Work per unit of time, >= 0.
    initial : float
        Backlog at time 0, >= 0.

    Returns
    -------
    Backlog
    """
    rising, draining = check_course("arrival_rate", arrival_rate), check_course("capacity", capacity)
    for name, course in (("arrival_rate", rising), ("capacity", draining)):
        if not isinstance(course, Steps):
            _check.fail(name, course, "must be a number or Steps")
    level = _check.nonnegative("initial", initial)
    edges = np.unique(np.concatenate([[0.0], rising.edges, draining.edges]))
    edges = [*edges[edges >= 0].tolist(), math.inf]
    times, backlog, slope = [0.0], [level], 0.0
    for start, end in itertools.pairwise(edges):
        slope = rising(start) - draining(start)
        if slope < 0 and level > 0 and start - level / slope < end:
            times.append(start - level / slope)
            backlog.append(0.0)
            level = 0.0
        if level == 0 and slope <= 0:
            slope = 0.0
        if end < math.inf:
            level = max(0.0, level + slope * (end - start))
            times.append(end)
            backlog.append(level)
    return Backlog(np.array(times), np.array(backlog), slope)


def fluid_number(arrival_rate, *, service_rate, servers, times, initial=0.0):
    """The fluid approximation to the mean number in M(t)/M/c(t): x' = arrival rate - service rate min(x, servers).

    Parameters
    ----------
    arrival_rate : float, Steps or callable
        Per unit of time, from 0 to 1e200.
    service_rate : float
        Of one server, from 1e-200 to 1e200.
    servers : int or Steps
        1 to 10^6.
    times : float64[m]
        >= 0, not decreasing.
    initial : float
        At time 0.

    Returns
    -------
    float64[m]
        Relatively right for many servers away from critical load; below the exact mean elsewhere.
    """
    rising, count = check_course("arrival_rate", arrival_rate), check_servers("servers", servers)
    rate, x = _check.positive("service_rate", service_rate), _check.nonnegative("initial", initial)
    if not 1e-200 <= rate <= 1e200:
        _check.fail("service_rate", service_rate, "must be from 1e-200 to 1e200")
    at = check_times("times", times)
    found = {0.0: x}
    for start, end in stretches([rising, count], at):
        c = count(start)
        while start < end:
            level = rising(start)
            busy = x > c or (x >= c * (1 - 1e-14) and level >= rate * c)
            start, x = _flow(rising, level, rate, c, busy, x, start, end)
        found[end] = x
    return np.array([found[t] for t in at.tolist()])


def _flow(rising, level, rate, servers, busy, x, start, end):
    """Follow the fluid until `end`, or until it leaves or reaches the number of servers."""
    x = x if busy else min(x, servers)
    if isinstance(rising, Steps):
        return _steady_flow(level, rate, servers, busy, x, start, end)

    def change(t, x):
        return rising(t) - rate * (servers if busy else x)

    def crossing(_, x):
        return x[0] - servers

    crossing.terminal, crossing.direction = True, -1 if busy else 1
    stiff = not busy and rate * (end - start) > 1e4  # an explicit method takes as many steps
    found = integrate.solve_ivp(
        change, (start, end), [x], "LSODA" if stiff else "DOP853", events=crossing, rtol=1e-11, atol=1e-12
    )
    now = float(found.t[-1])
    if now <= start:  # a crossing at the very start: step over it
        return min(end, start + 1e-9 * (end - start)), float(servers)
    return now, float(servers) if found.status == 1 else float(found.y[0, -1])


def _steady_flow(level, rate, servers, busy, x, start, end):
    """`_flow` in closed form, while the arrival rate keeps its `level`."""
    if busy:
        change = level - rate * servers
        reached = start + (servers - x) / change if change < 0 else math.inf
        later = x + change * (end - start)
    else:
        spare = level - rate * servers  # what keeps coming once all servers are busy
        reached = start + math.log1p(rate * (servers - x) / spare) / rate if spare > 0 else math.inf
        later = x * math.exp(-rate * (end - start)) - level * math.expm1(-rate * (end - start)) / rate
    return (reached, float(servers)) if reached < end else (end, later)
