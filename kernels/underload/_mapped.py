"""Kernels of numbers, applied to numbers or arrays."""

import numpy as np

from underload._jit import kernel

__all__ = ["mapped"]


def mapped(function):
    """A callable that applies a kernel of float64 to a float or to every item of an array, in its shape.

    Parameters
    ----------
    function : kernel
        Of one float64 and perhaps further ones, which stay numbers.
    """

    @kernel
    def fill(values, parameters, out):
        for i in range(len(out)):
            out[i] = function(values[i], *parameters)

    def apply(values, *parameters):
        parameters = tuple(map(float, parameters))
        if np.ndim(values) == 0:
            return float(function(float(values), *parameters))
        values = np.ascontiguousarray(values, dtype=np.float64)
        out = np.empty(values.shape)
        fill(values.reshape(-1), parameters, out.reshape(-1))
        return out

    return apply
