"""Kernels of two numbers, applied to numbers or to arrays that broadcast against each other."""

import numpy as np

from underload._jit import kernel

__all__ = ["elementwise"]


def elementwise(function):
    """A callable that applies a kernel of two float64 to floats or to arrays; floats give a float."""

    @kernel
    def fill(first, second, out):
        for i in range(len(out)):
            out[i] = function(float(first[i]), float(second[i]))

    def apply(first, second):
        if np.ndim(first) == 0 and np.ndim(second) == 0:
            return float(function(float(first), float(second)))
        first, second = (np.ascontiguousarray(one, dtype=np.float64) for one in np.broadcast_arrays(first, second))
        out = np.empty(first.shape)
        fill(first.reshape(-1), second.reshape(-1), out.reshape(-1))
        return out

    return apply
