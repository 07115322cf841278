"""The rule for the points at which a distribution function is asked for."""

import numpy as np

from .. import _check

__all__ = ["points"]


def points(name, values):
    """Numbers of any shape as float64; inf is allowed, NaN is not."""
    try:
        array = np.asarray(values)
    except ValueError:  # ragged
        _check.fail(name, values, "must be numbers")
    if array.dtype.kind not in "iuf":
        _check.fail(name, values, "must be numbers")
    array = array.astype(np.float64)
    if np.isnan(array).any():
        _check.fail(name, values, "must not be NaN")
    return array
