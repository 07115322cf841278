"""What the methods of a station take: times, levels of a quantile and states, each one or an array of any shape."""

import numpy as np

from underload import _check

__all__ = ["each_level", "each_state", "each_time"]


def _each(function, name, values):
    try:
        array = np.asarray(values)
    except ValueError:  # lists of several lengths
        _check.fail(name, values, "must be a number or an array of numbers")
    if array.ndim == 0:
        return function(values)
    return np.array([function(value) for value in array.ravel()]).reshape(array.shape)


def each_time(function, t):
    """`function` of a time >= 0 or of every item of an array of them, in its shape."""
    return _each(lambda one: function(_check.nonnegative("t", one)), "t", t)


def each_level(function, q):
    """`function` of a probability in [0, 1) or of every item of an array of them, in its shape."""

    def checked(one):
        level = _check.real("q", one, "must be a probability, 0 <= q < 1")
        return function(level) if 0 <= level < 1 else _check.fail("q", one, "must be a probability, 0 <= q < 1")

    return _each(checked, "q", q)


def each_state(function, n):
    """`function` of a whole number >= 0 or of every item of an array of them, in its shape."""
    return _each(lambda one: function(_check.integer("n", one)), "n", n)
