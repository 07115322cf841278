"""Functions of C that Numba's code calls by name, as kernels. They are exact: every platform has the same bits."""

import math

import numpy as np
from llvmlite import ir
from numba.core import types

from numba_wasm.target import compile_kernel, compiling

__all__ = ["LATE", "add_helpers"]

SIZES = types.CPointer(types.int64)


def reshape_without_copy(ndim, shape, strides, new_ndim, new_shape, new_strides, item, fortran):
    """Whether a contiguous array can take another shape as it lies; then its new strides are filled."""
    step = item
    for i in range(ndim - 1, -1, -1):
        if shape[i] != 1 and strides[i] != step:
            return types.int32(0)
        step *= shape[i]
    step = item
    for i in range(new_ndim - 1, -1, -1):
        new_strides[i] = step
        step *= new_shape[i]
    return types.int32(1)


def remainder(x, y):
    """fmod: the remainder of x / y with the sign of x, which is exact; bit by bit, as in a division by hand."""
    if not math.isfinite(x) or y == 0.0 or y != y:
        return np.nan
    rest, divisor = abs(x), abs(y)
    if rest < divisor:
        return x
    while rest >= divisor:
        part = divisor
        half = 0.5 * rest
        while part <= half:
            part *= 2.0
        rest -= part
    return math.copysign(rest, x)


EARLY = {
    "numba_attempt_nocopy_reshape": (
        reshape_without_copy,
        (types.int64, SIZES, SIZES, types.int64, SIZES, SIZES, types.int64, types.int32),
    ),
}
# Called by the back end, which has no instruction for the remainder of floats: no call is there to be seen before.
LATE = {"fmod": (remainder, (types.float64, types.float64))}


def add_helpers(context, library, helpers=EARLY):
    """Add each helper under its C name to a library; those that nobody calls go when it is optimised."""
    for name, (function, arguments) in helpers.items():
        with compiling():
            compiled = compile_kernel(function, arguments)
        descriptor = compiled.fndesc
        module = context.create_module(name)
        kind = context.call_conv.get_function_type(descriptor.restype, descriptor.argtypes)
        inner = ir.Function(module, kind, descriptor.llvm_func_name)
        plain = ir.FunctionType(
            context.get_value_type(descriptor.restype), [context.get_value_type(one) for one in descriptor.argtypes]
        )
        outer = ir.Function(module, plain, name)
        builder = ir.IRBuilder(outer.append_basic_block())
        _, value = context.call_conv.call_function(builder, inner, descriptor.restype, descriptor.argtypes, outer.args)
        builder.ret(value)
        library.add_ir_module(module)
        library.add_linking_library(compiled.library)
