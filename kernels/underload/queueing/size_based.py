"""Disciplines of M/G/1: the mean response of a job by its size, and averaged over all jobs.

Everything is in units of the mean service time, so that the arrival rate is the utilization rho. In a conditional mean
x is the job's own size; rho(x) = rho E [X; X <= x] is the load of the jobs no larger.

Sources: Kleinrock, Queueing Systems II, 1976, chapters 3 and 4; Schrage and Miller, The queue M/G/1 with the shortest
remaining processing time discipline, Operations Research 14(4), 1966; Harchol-Balter, Performance Modeling and Design
of Computer Systems, 2013, chapters 28 to 33; Wierman, Scheduling for Today's Computer Systems, 2007.
"""

import dataclasses
import functools
import math
from collections.abc import Callable

import numpy as np

from underload import _check
from underload.queueing.panels import integral, nodes, panels, running
from underload.queueing.sizes import atom, coordinate, log_size, shares, shares_at
from underload.random import Deterministic, Pareto

__all__ = ["DISCIPLINES", "Disciplined", "disciplined"]


@dataclasses.dataclass(frozen=True)
class Disciplined:
    """What M/G/1 does under a discipline. Times are in the unit of the service time.

    Attributes
    ----------
    discipline : str
    response_mean : float
        Mean time from arrival to completion.
    wait_mean : float
        response_mean less the mean service time: for a preemptive discipline it includes the interruptions.
    slowdown_mean : float
        Mean of response / size, over the jobs.
    """

    discipline: str
    response_mean: float
    wait_mean: float
    slowdown_mean: float
    _queue: tuple = dataclasses.field(repr=False)

    def response_at(self, size):
        """Mean response of a job of a given size (> 0, scalar or array), whether or not the law has such jobs."""
        sizes = _check.each(_check.positive, "size", size)
        law, load, slack = self._queue
        relative = np.atleast_1d(np.asarray(sizes, dtype=np.float64)).ravel() / law.mean
        if load == 0:
            delay = np.zeros_like(relative)
        else:
            delay = DISCIPLINES[self.discipline].at(law, load, slack, relative)
        return ((relative + delay) * law.mean).reshape(np.shape(sizes))[()]


@dataclasses.dataclass(frozen=True)
class Discipline:
    """How a discipline is computed, from (law, load, slack): response less size, in units of the mean size.

    Attributes
    ----------
    delay : callable
        To the mean delay and the mean of delay / size.
    at : callable
        With float64[n] sizes, to the mean delays float64[n] of jobs of these sizes.
    """

    delay: Callable
    at: Callable


def disciplined(discipline, law, load, slack):
    """The `Disciplined` M/G/1 for a service law, a utilization in [0, 1) and 1 - utilization."""
    _check.choice("discipline", discipline, tuple(DISCIPLINES))
    if isinstance(law, Pareto) and law.shape < 1.01 and discipline in ("sjf", "psjf", "srpt", "fb"):
        _check.fail("service", law, "must have a shape of at least 1.01 under a discipline that looks at sizes")
    wait, slowing = (0.0, 0.0) if load == 0 else DISCIPLINES[discipline].delay(law, load, slack)
    return Disciplined(discipline, (1 + wait) * law.mean, wait * law.mean, 1 + slowing, (law, load, slack))


def residual_work(law, load, slack):
    """Mean work of the job found in service: rho E S^2 / 2 E S."""
    return load * law.relative_moment(2) / 2


# Disciplines that do not look at sizes.


def _in_line_delay(law, load, slack):
    wait = residual_work(law, load, slack) / slack
    return wait, wait * law.relative_moment(-1)


def _in_line_at(law, load, slack, size):
    return np.full_like(size, residual_work(law, load, slack) / slack)


def _shared_delay(law, load, slack):
    return load / slack, load / slack


def _shared_at(law, load, slack, size):
    return size * (load / slack)


# Disciplines that look at sizes. Each function gives delay / size from the `Shares` of the sizes strictly below and of
# those up to a size. The two differ at an atom only, where equal sizes are served in order of arrival.


def idle(s, load, slack):
    """1 - rho(x), without cancellation."""
    return slack + load * s.upper


def _psjf(below, s, load, slack):
    free = idle(below, load, slack)
    return load * (s.second / (2 * free * idle(s, load, slack)) + below.lower / free)


def _srpt_start(below, s, load, slack):
    """Until the service begins; from there on the delay is the integral of `busy` up to the size."""
    return load * (s.second + s.rest) / (2 * idle(below, load, slack) * idle(s, load, slack))


def busy(s, load, slack):
    """rho(x) / (1 - rho(x)): what is served of smaller jobs while a job with x left gets one unit."""
    return load * s.lower / idle(s, load, slack)


def _fb(below, s, load, slack):
    free = slack + load * s.excess
    return load * ((s.second + s.rest) / (2 * free * free) + (s.lower + s.rest) / free)


def negligible(law, slack):
    """A share of the work whose jobs change no mean by a part in 1e16, however long they stay."""
    moment = law.relative_moment(2)
    return 1e-20 * slack * slack / (moment if moment < math.inf else 1.0)


def _sized_delay(law, load, slack, ratio, resumed=False):
    if isinstance(law, Deterministic):
        at_mean = float(_sized_at(law, load, slack, np.ones(1), ratio, resumed)[0])
        return at_mean, at_mean

    def integrands(s):
        delay = ratio(s, s, load, slack)
        return np.stack([s.load * delay, s.mass * delay, s.rest * s.span * busy(s, load, slack)])

    edges = panels(law, integrands, negligible(law, slack))
    s = shares(law, nodes(edges).ravel())
    delay = ratio(s, s, load, slack)
    if resumed:
        delay = delay + running(law, lambda s: busy(s, load, slack), edges)[1].ravel()
    both = np.stack([s.load * delay, s.mass * delay]).reshape(2, len(edges) - 1, -1)
    wait, slowing = integral(both, edges)
    return float(wait), float(slowing)


def _sized_at(law, load, slack, size, ratio, resumed=False):
    if isinstance(law, Deterministic):
        below, s = atom(size, strict=True), atom(size, strict=False)
        after = np.maximum(1.0 - 1.0 / size, 0.0) * load / slack
    else:
        below = s = shares_at(law, size)
        after = _resumed(law, load, slack, size) if resumed else 0.0
    return size * (ratio(below, s, load, slack) + (after if resumed else 0.0))


def _resumed(law, load, slack, size):
    """The integral of `busy` up to each size, divided by the size."""

    def function(s):
        return busy(s, load, slack)

    def integrands(s):
        return np.stack([s.rest * s.span * function(s)])

    edges, v = panels(law, integrands, negligible(law, slack)), coordinate(law, size)
    inside = np.clip(v, edges[0], edges[-1])
    edges = np.unique(np.concatenate([edges, inside]))
    values = running(law, function, edges)[0][np.searchsorted(edges, inside)]
    last = np.exp(np.minimum(log_size(law, edges[-1]) - np.log(size), 0.0))
    return np.where(v > edges[-1], values * last + (1.0 - last) * load / slack, np.where(v < edges[0], 0.0, values))


def _sjf_delay(law, load, slack):
    found = residual_work(law, load, slack)
    if found == math.inf or isinstance(law, Deterministic):
        return (found / slack,) * 2

    def integrands(s):
        more = s.mass * ((1 - load * s.lower / 2) * load * s.lower * 2) / idle(s, load, slack) ** 2
        return np.stack([more, more * np.exp(-s.log_size)])

    edges = panels(law, integrands, negligible(law, slack))
    values = integrands(shares(law, nodes(edges).ravel())).reshape(2, len(edges) - 1, -1)
    more, slower = integral(values, edges)
    return found * (1 + float(more)), found * (law.relative_moment(-1) + float(slower))


def _sjf_at(law, load, slack, size):
    if isinstance(law, Deterministic):
        below, s = atom(size, strict=True), atom(size, strict=False)
    else:
        below = s = shares_at(law, size)
    return residual_work(law, load, slack) / (idle(below, load, slack) * idle(s, load, slack))


def _sized(ratio, resumed=False):
    return Discipline(
        functools.partial(_sized_delay, ratio=ratio, resumed=resumed),
        functools.partial(_sized_at, ratio=ratio, resumed=resumed),
    )


DISCIPLINES = {
    "fcfs": Discipline(_in_line_delay, _in_line_at),
    "lcfs": Discipline(_in_line_delay, _in_line_at),
    "lcfs-pr": Discipline(_shared_delay, _shared_at),
    "ps": Discipline(_shared_delay, _shared_at),
    "sjf": Discipline(_sjf_delay, _sjf_at),
    "psjf": _sized(_psjf),
    "srpt": _sized(_srpt_start, resumed=True),
    "fb": _sized(_fb),
}
