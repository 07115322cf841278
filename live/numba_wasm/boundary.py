"""What crosses between a kernel and the page: numbers, and arrays of them.

An exported function is ``i32 name(result*, arguments...)``. A scalar is passed as it is, an array as the address of its
first element and its dimensions. The function returns 0 and leaves its results in slots of 8 bytes, or the number of an
exception.
"""

from llvmlite import ir
from numba.core import cgutils, types
from numba.np import arrayobj

__all__ = ["RefusedError", "export"]

SCALARS = {
    types.float64: "f8",
    types.float32: "f4",
    types.int64: "i8",
    types.uint64: "u8",
    types.int32: "i4",
    types.uint32: "u4",
    types.int16: "i2",
    types.uint16: "u2",
    types.int8: "i1",
    types.uint8: "u1",
    types.boolean: "b1",
}
I32, I64 = ir.IntType(32), ir.IntType(64)


class RefusedError(TypeError):
    """A kernel cannot go to the browser; the message says which one and why."""


def export(context, library, name, compiled):
    """Add the exported function of a compiled kernel to a library, and describe it.

    Returns
    -------
    dict
        ``args``, ``returns`` and ``tuple``: the entry of the manifest.
    """
    signature, descriptor = compiled.signature, compiled.fndesc
    arguments = [_argument(name, kind) for kind in signature.args]
    returned = signature.return_type
    results = _results(name, returned)
    module = context.create_module(f"export {name}")
    kind = context.call_conv.get_function_type(descriptor.restype, descriptor.argtypes)
    kernel = ir.Function(module, kind, descriptor.llvm_func_name)
    flat = [one for kind in signature.args for one in _flat(context, kind)]
    function = ir.Function(module, ir.FunctionType(I32, [I64.as_pointer(), *flat]), name)
    function.attributes.add("noinline")
    builder = ir.IRBuilder(function.append_basic_block())
    given = iter(function.args[1:])
    values = [_value(context, builder, kind, given) for kind in signature.args]
    status, value = context.call_conv.call_function(builder, kernel, returned, signature.args, values)
    with builder.if_then(status.is_error, likely=False):
        builder.ret(builder.ptrtoint(status.excinfoptr, I32))
    for place, kind in enumerate(results):
        one = builder.extract_value(value, place) if isinstance(returned, types.BaseTuple) else value
        if kind is types.boolean:
            one = builder.zext(one, ir.IntType(8)) if one.type.width == 1 else one
        slot = builder.gep(function.args[0], [ir.Constant(I32, place)])
        builder.store(one, builder.bitcast(slot, one.type.as_pointer()))
    builder.ret(I32(0))
    library.add_ir_module(module)
    library.add_linking_library(compiled.library)
    return {
        "args": arguments,
        "returns": [SCALARS[kind] for kind in results],
        "tuple": isinstance(returned, types.BaseTuple),
    }


def _argument(name, kind):
    if isinstance(kind, types.Array):
        if kind.layout != "C" or kind.dtype not in SCALARS:
            raise RefusedError(f"{name}: an array must be C-contiguous and of numbers, not {kind}")
        return {"kind": "array", "dtype": str(kind.dtype), "ndim": kind.ndim}
    if kind not in SCALARS:
        raise RefusedError(f"{name}: an argument must be a number or an array of numbers, not {kind}")
    return {"kind": SCALARS[kind]}


def _results(name, returned):
    if returned is types.none:
        return []
    kinds = list(returned.types) if isinstance(returned, types.BaseTuple) else [returned]
    for kind in kinds:
        if kind not in SCALARS:
            raise RefusedError(f"{name}: a kernel must return numbers, not {returned}")
    return kinds


def _flat(context, kind):
    """The types that stand for one argument."""
    if isinstance(kind, types.Array):
        return [context.get_data_type(kind.dtype).as_pointer(), *[I32] * kind.ndim]
    return [ir.IntType(1) if kind is types.boolean else context.get_value_type(kind)]


def _value(context, builder, kind, given):
    """The kernel's argument, from the ones that are given for it."""
    first = next(given)
    if not isinstance(kind, types.Array):
        return first
    shape = [builder.zext(next(given), cgutils.intp_t) for _ in range(kind.ndim)]
    size = ir.Constant(cgutils.intp_t, context.get_abi_sizeof(context.get_data_type(kind.dtype)))
    strides, step = [], size
    for length in reversed(shape):
        strides.insert(0, step)
        step = builder.mul(step, length)
    array = context.make_array(kind)(context, builder)
    data = builder.bitcast(first, array.data.type)
    arrayobj.populate_array(array, data=data, shape=shape, strides=strides, itemsize=size, meminfo=None)
    return array._getvalue()
