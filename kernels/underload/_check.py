"""Rules for arguments. Every error names the argument, its value and the rule it broke.

Each function takes the argument's name and value and returns the value coerced: a Python number for
the scalar rules, a C-contiguous float64 (or int64) array for the array rules.
"""

import math
import operator

import numpy as np

__all__ = [
    "choice",
    "counts",
    "each",
    "fail",
    "flag",
    "fraction",
    "integer",
    "nonnegative",
    "positive",
    "probability",
    "real",
    "sample",
    "seed",
]


def fail(name, value, rule):
    """Raise the one kind of error that a bad argument makes."""
    raise ValueError(f"{name} {_shown(value)} {rule}")


def _shown(value):
    if isinstance(value, np.generic):
        value = value.item()
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def real(name, value, rule="must be a finite number"):
    """A finite real number as float. Booleans, strings, complex numbers and arrays are refused."""
    if isinstance(value, (bool, str, bytes, complex, list, tuple)):
        fail(name, value, rule)
    if isinstance(value, (np.ndarray, np.generic)) and (value.ndim or value.dtype.kind not in "iufO"):
        fail(name, value, rule)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        fail(name, value, rule)
    if not math.isfinite(number):
        fail(name, value, rule)
    return number


def positive(name, value):
    """A finite number > 0."""
    rule = "must be a finite number > 0"
    number = real(name, value, rule)
    return number if number > 0 else fail(name, value, rule)


def nonnegative(name, value):
    """A finite number >= 0."""
    rule = "must be a finite number >= 0"
    number = real(name, value, rule)
    return number if number >= 0 else fail(name, value, rule)


def probability(name, value):
    """A number in [0, 1]."""
    rule = "must be a probability, 0 <= p <= 1"
    number = real(name, value, rule)
    return number if 0 <= number <= 1 else fail(name, value, rule)


def fraction(name, value):
    """A number strictly between 0 and 1."""
    rule = "must lie strictly between 0 and 1"
    number = real(name, value, rule)
    return number if 0 < number < 1 else fail(name, value, rule)


def integer(name, value, least=0, most=2**63 - 1):
    """A whole number in [least, most]. Floats with a whole value (1e6) are accepted."""
    rule = f"must be a whole number from {least}" + (f" to {most}" if most < 2**63 - 1 else "")
    if isinstance(value, bool) or getattr(value, "dtype", None) == np.bool_:
        fail(name, value, rule)
    try:
        number = operator.index(value)
    except TypeError:
        number = real(name, value, rule)
        if number != math.floor(number):
            fail(name, value, rule)
        number = int(number)
    return number if least <= number <= most else fail(name, value, rule)


def seed(name, value):
    """A seed: a whole number in [0, 2**64)."""
    return integer(name, value, least=0, most=2**64 - 1)


def flag(name, value):
    """True or False."""
    return bool(value) if isinstance(value, (bool, np.bool_)) else fail(name, value, "must be True or False")


def choice(name, value, allowed):
    """One of a few words."""
    words = ", ".join(repr(word) for word in allowed)
    if not isinstance(value, str) or value not in allowed:
        fail(name, value, f"must be one of {words}")
    return value


def each(rule, name, values):
    """A number, or an array of any shape, by one of the scalar rules that admit an interval.

    Parameters
    ----------
    rule : callable
        `real`, `positive`, `nonnegative`, `probability` or `fraction`.
    name : str
    values : float or array

    Returns
    -------
    float or ndarray of float64
        An array holds only values of the interval if its smallest and its largest lie in it.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        fail(name, values, "must be a number or an array of numbers")
    if array.ndim == 0:
        return rule(name, values)
    if array.dtype.kind not in "iuf" or array.size == 0:
        fail(name, values, "must be a number or an array of numbers")
    array = array.astype(np.float64)
    for place in (array.argmin(), array.argmax()):  # a NaN is the smallest and the largest of all
        where = ", ".join(map(str, np.unravel_index(place, array.shape)))
        rule(f"{name}[{where}]", array.flat[place])
    return array


def sample(name, values, least=1, lowest=-math.inf):
    """A one-dimensional array of at least `least` finite numbers, none below `lowest`, as float64."""
    rule = f"must be a one-dimensional array of at least {least} finite number{'s' * (least != 1)}"
    try:
        array = np.asarray(values)
    except ValueError:  # lists of several lengths
        fail(name, values, rule)
    if array.dtype.kind not in "iuf" or array.ndim != 1 or len(array) < least:
        fail(name, values, rule)
    array = np.ascontiguousarray(array, dtype=np.float64)
    bad = np.flatnonzero(~np.isfinite(array))
    if len(bad):
        fail(f"{name}[{bad[0]}]", array[bad[0]], "must be a finite number")
    low = np.flatnonzero(array < lowest)
    if len(low):
        fail(f"{name}[{low[0]}]", array[low[0]], f"must be >= {lowest:g}")
    return array


def counts(name, values, least=1):
    """A one-dimensional array of at least `least` whole numbers >= 0, as int64."""
    array = sample(name, values, least=least, lowest=0)
    bad = np.flatnonzero((array != np.floor(array)) | (array > 2**53))
    if len(bad):
        fail(f"{name}[{bad[0]}]", array[bad[0]], "must be a whole number up to 2**53")
    return array.astype(np.int64)
