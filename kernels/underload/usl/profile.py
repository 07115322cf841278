"""Profile-likelihood intervals: the values of a parameter, or of the peak, at which the data can still be fitted.

The weighted squares S(t), least over everything else while the quantity is held at t, give the interval
{t : S(t) - S_min <= F s^2}, s^2 = S_min / (n - p), F the quantile of the F distribution with 1 and n - p degrees of
freedom. It follows the curvature that Wald's symmetric interval ignores, never leaves the admissible region, and is
open upwards where no value is too large: a peak is infinite when coherency = 0 still fits.

Source: Bates and Watts, Nonlinear Regression Analysis and Its Applications, 1988, chapter 6.
**Deviations**: at a bound (coherency = 0) the F quantile is too wide and the interval covers more often than it says.
"""

import math

import numpy as np
from scipy import optimize

from underload.usl.interval import Range, student
from underload.usl.models import MODELS
from underload.usl.peak_profile import peak_squares

__all__ = ["held_squares", "profile_range"]

PLACES = 48  # loads at which a peak is tried before the best is refined
EXACT = 1e-24  # squares below this part of the throughput's are rounding: the interval is the estimate
WORST = 1e9  # stands for an impossible value


def held_squares(problem, name, value, near):
    """The least weighted squares, in units of problem.unit^2, with one quantity held.

    Parameters
    ----------
    problem : Problem
    name : str
        One of `underload.usl.interval.QUANTITIES`.
    value : float
        Where it is held; inf is allowed.
    near : float64[3]
        Coefficients of the best fit, from which to start beside the linear start.
    """
    if value == 0 and name in ("rate", "peak_throughput"):
        return float(problem.observed @ problem.observed)  # a curve that is 0
    if problem.model == "gustafson":
        return _held_gustafson(problem, name, value)
    if name == "peak_throughput":
        return peak_squares(
            problem.scaled, problem.observed, problem.load, value / problem.unit, problem.superlinear, PLACES
        )
    columns, start, held = HELD[name](problem, value, near)
    free = problem.free
    free[held] = False
    return problem.least(columns, free, problem.bounded, [None, start] if name != "rate" else [start])[0]


def _held_rate(problem, value, near):
    columns = problem.columns
    start = np.array([problem.unit / value, near[1], near[2]])
    return columns, _raised(start, columns), 0


def _held_contention(problem, value, near):
    ones, less, cost = problem.columns
    columns = np.array([less if value == math.inf else ones + value * less, less, cost])
    return columns, _raised(np.array([near[0], 0.0, near[2]]), columns), 1


def _held_coherency(problem, value, near):
    ones, less, cost = problem.columns
    return np.array([cost if value == math.inf else ones + value * cost, less, cost]), np.array([*near[:2], 0.0]), 2


def _held_peak(problem, value, near):
    # contention / rate x N + (1 - contention) / rate x (1 + cost / g): the peak is at g = (1 - contention) / coherency.
    ones, _, cost = problem.columns
    if value == math.inf:
        falling = ones
    else:
        turn = MODELS[problem.model].turning(value)
        falling = ones + cost / turn if turn > 0 else cost
    columns = np.array([falling, problem.load, cost])
    return columns, np.array([max(near[0] - near[1], 0.0), near[1], 0.0]), 2


HELD = {
    "rate": _held_rate,
    "contention": _held_contention,
    "coherency": _held_coherency,
    "peak_load": _held_peak,
}


def _raised(start, columns):
    """A start with q > 0: where contention alone would make it negative, coherency is added."""
    q = start @ columns
    low = (q <= 0) & (columns[2] > 0)
    if low.any():
        start[2] += 2 * (np.abs(q[low]) / columns[2][low]).max() + 1e-12 * abs(start[0]) / columns[2].max()
    return start


def _held_gustafson(problem, name, value):
    # Linear in the free parameter; the other bounds are those of the fit.
    if value == math.inf:
        return math.inf
    value = value / problem.unit if name == "rate" else value
    if name == "rate":  # rate N - rate contention (N - 1)
        base, column = problem.scaled * value, -problem.root * (problem.load - 1) * value
        low, high = (-math.inf if problem.superlinear else 0.0), 1.0
    else:
        base, column = 0.0, problem.root * (problem.load - value * (problem.load - 1))
        low, high = 0.0, math.inf
    square = column @ column
    best = min(max(column @ (problem.observed - base) / square, low), high) if square else 0.0
    rest = problem.observed - base - best * column
    return float(rest @ rest)


def profile_range(problem, name, estimate, squares, freedom, confidence, lowest):
    """The interval of one quantity.

    Parameters
    ----------
    problem : Problem
    name : str
    estimate : dict
        The best fit's quantities by name.
    squares : float
        Its weighted squares, in units of problem.unit^2.
    freedom : int
        n - p >= 1.
    confidence : float
    lowest : float
        The least admissible value; -inf for a contention that may be negative.
    """
    centre = estimate[name]
    whole = float(problem.observed @ problem.observed)
    if squares <= EXACT * whole:
        return Range(name, centre, centre, centre, confidence, "profile")
    scale = squares / freedom
    far = student(freedom, confidence)
    near = np.array([1.0, estimate["contention"], estimate["coherency"]]) * (problem.unit / estimate["rate"])

    def distance(value):
        # The root of F, as a signed distance from the interval's end: nearly a straight line.
        rise = (held_squares(problem, name, value, near) - squares) / scale
        return min(math.sqrt(max(rise, 0.0)), WORST) - far

    step = 0.1 * abs(centre) if 0 < abs(centre) < math.inf else 1 / max(problem.load.max() ** 2, 1.0)
    highest = 1.0 if problem.model == "gustafson" and name == "contention" else math.inf
    low, high = _lower_end(distance, centre, lowest, step), _upper_end(distance, centre, highest, step)
    return Range(name, centre, min(low, centre), max(high, centre), confidence, "profile")


def _upper_end(distance, centre, highest, step):
    if centre >= highest or distance(highest) <= 0:
        return highest
    inside, outside = centre, min(centre + step, highest)
    while outside < highest and distance(outside) <= 0:
        inside, step = outside, 2 * step
        outside = min(inside + step, highest)
    return _crossing(distance, inside, outside)


def _lower_end(distance, centre, lowest, step):
    if centre <= lowest or (lowest > -math.inf and distance(lowest) <= 0):
        return lowest
    if centre == math.inf:
        inside, outside = math.inf, 1e9
        while distance(outside) <= 0:
            inside, outside = outside, outside / 4
        return _crossing(distance, min(inside, 4e9), outside)
    if lowest > -math.inf:
        inside, outside = centre, max(lowest, centre / 2)
        while outside > lowest and distance(outside) <= 0:
            inside, outside = outside, max(lowest, outside / 2 if outside > 2e-15 * centre else lowest)
        return _crossing(distance, inside, outside)
    inside = centre
    while distance(centre - step) <= 0:
        inside, step = centre - step, 2 * step
    return _crossing(distance, inside, centre - step)


def _crossing(distance, inside, outside):
    low, high = min(inside, outside), max(inside, outside)
    return float(optimize.brentq(distance, low, high, xtol=1e-12 * max(abs(low), abs(high)), rtol=1e-12))
