"""The offered load of arrivals that vary in time: the mean number in M(t)/G/infinity, exactly.

Source: Eick, Massey and Whitt, The physics of the M(t)/G/infinity queue, Operations Research 41(4), 1993.
"""

import itertools
import math
import warnings

import numpy as np
from scipy import integrate

from underload import _check
from underload.queueing.phase_type import PhaseType
from underload.queueing.steps import Steps, check_course
from underload.queueing.transforms import check_distribution
from underload.random import Deterministic, Pareto, Uniform

__all__ = ["time_varying_load"]


def _tail(service):
    """P(S > u) as a function of a float, the mean, and where it bends."""
    if isinstance(service, PhaseType):
        return service.tail, service.mean, []
    law = check_distribution("service", service)
    bends = {Deterministic: lambda: [law.mean], Uniform: lambda: [law.low, law.high], Pareto: lambda: [law.params[0]]}
    return lambda u: 1.0 - float(law.cdf(u)), law.mean, bends.get(type(law), list)()


def time_varying_load(arrival_rate, *, service, times, start=0.0):
    """The mean number of busy servers where none is ever lacking, for Poisson arrivals that vary in time. Exact.

    Parameters
    ----------
    arrival_rate : float, Steps or callable
        Per unit of time, from 0 to 1e200; a function of time should be smooth.
    service
        A `PhaseType` or a distribution of `underload.random`.
    times : float or float64[m]
        >= start.
    start : float
        When arrivals began; -inf for always.

    Returns
    -------
    float or float64[m]
        The integral over u of arrival_rate(t - u) P(service > u), with a relative error of some 1e-11.

    Raises
    ------
    ValueError
        Also where the integral does not converge to that.
    """
    course = check_course("arrival_rate", arrival_rate)
    tail, mean, bends = _tail(service)
    if not (isinstance(start, float) and start == -math.inf):
        start = _check.real("start", start)
    at = _check.sample("times", np.atleast_1d(times), lowest=max(start, -1e300))
    found = np.array([_one_load(course, tail, mean, bends, float(t), start) for t in at])
    return found if np.ndim(times) else float(found[0])


def _one_load(course, tail, mean, bends, t, start):
    """Panels that double, cut where the rate steps or the tail bends, until what is left of the mean is 1e-13 of it."""
    cuts = list(bends) + [t - edge for edge in course.edges] if isinstance(course, Steps) else list(bends)
    low, high, load, seen = 0.0, mean, 0.0, 0.0
    while low < t - start:
        high = min(high, t - start)
        inside = [low, *sorted(cut for cut in cuts if low < cut < high), high]
        for left, right in itertools.pairwise(inside):
            load += _integral(lambda u: course(t - u) * tail(u), left, right, load)
            seen += _integral(tail, left, right, seen)
        if mean - seen < 1e-12 * mean and high > max(bends, default=0.0):
            break
        if start == -math.inf and isinstance(course, Steps) and high > max(cuts):  # constant from here on back
            return load + course(t - high) * max(0.0, mean - seen)
        low, high = high, 2 * high
    return load


def _integral(function, left, right, scale):
    with warnings.catch_warnings():
        warnings.simplefilter("error", integrate.IntegrationWarning)
        try:
            return integrate.quad(function, left, right, epsabs=1e-12 * scale, epsrel=1e-11, limit=500)[0]
        except integrate.IntegrationWarning:
            where = f"from {left:g} to {right:g} before the time asked for"
            raise ValueError(f"arrival_rate must be smoother {where}, or start later") from None
