"""Quantities that change in time: constant, in steps, or any function."""

import dataclasses
import itertools

import numpy as np

from underload import _check

__all__ = ["Steps"]

MOST = 1e200  # of a course: SciPy's quadrature kills the process where a sum of values overflows


@dataclasses.dataclass(frozen=True, eq=False)
class Steps:
    """A quantity that is constant between moments of change.

    Parameters
    ----------
    edges : float64[n]
        The moments, increasing.
    values : float64[n + 1]
        Before the first moment, from it on, ..., from the last moment on; >= 0.
    """

    edges: np.ndarray
    values: np.ndarray

    def __post_init__(self):
        edges = _check.sample("edges", self.edges)
        values = _check.sample("values", self.values, lowest=0.0)
        if np.any(np.diff(edges) <= 0):
            _check.fail("edges", edges.tolist(), "must increase")
        if len(values) != len(edges) + 1:
            _check.fail("values", len(values), f"must be one more than edges ({len(edges)})")
        for name, array in (("edges", edges.copy()), ("values", values.copy())):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    def __call__(self, t):
        """The value at a time or an array of times; at an edge, the new one."""
        found = self.values[np.searchsorted(self.edges, t, side="right")]
        return float(found) if np.ndim(t) == 0 else found


def check_course(name, value):
    """A number >= 0, `Steps`, or a function of time, as a function of a float that returns a checked float."""
    rule = f"must be from 0 to {MOST:g}"
    if isinstance(value, Steps):
        most = float(value.values.max())
        return value if most <= MOST else _check.fail(name, most, rule)
    if not callable(value):
        constant = _check.nonnegative(name, value)
        return Steps([0.0], [constant, constant]) if constant <= MOST else _check.fail(name, constant, rule)

    def course(t):
        found = float(value(t))
        return found if 0 <= found <= MOST else _check.fail(f"{name}({t:g})", found, rule)

    return course


def check_servers(name, value):
    """A whole number >= 1, or `Steps` of them, as Steps."""
    if isinstance(value, Steps):
        for one in value.values:
            _check.integer(name, one, least=1, most=10**6)
        return value
    count = _check.integer(name, value, least=1, most=10**6)
    return Steps([0.0], [count, count])


def check_times(name, times):
    """Times >= 0 that do not decrease, float64[m] with m >= 1."""
    at = _check.sample(name, np.atleast_1d(times), lowest=0.0)
    if np.any(np.diff(at) < 0):
        _check.fail(name, at.tolist(), "must not decrease")
    return at


def stretches(courses, times):
    """Where a stretch begins and ends, on which all `Steps` among the courses are constant and no time lies inside."""
    edges = [np.asarray(times), [0.0], *(course.edges for course in courses if isinstance(course, Steps))]
    whole = np.unique(np.concatenate(edges))
    whole = whole[(whole >= 0) & (whole <= times[-1])]
    return list(itertools.pairwise(whole.tolist()))
