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
    def fill(values, out, *parameters):
        for i in range(len(out)):
            out[i] = function(float(values[i]), *parameters)

    def apply(values, *parameters):
        array = np.asarray(values, dtype=np.float64)
        if array.ndim == 0:
            return float(function(float(array), *map(float, parameters)))
        out = np.empty(array.shape)
        fill(array.ravel(), out.ravel(), *map(float, parameters))
        return out

    return apply
