"""The kernels of a `numba_wasm.Module` as Python functions, run by wasmtime: an engine beside Numba and the browser."""

import numpy as np
import wasmtime

__all__ = ["Engine"]

DTYPES = {
    "f8": np.float64,
    "f4": np.float32,
    "i8": np.int64,
    "u8": np.uint64,
    "i4": np.int32,
    "u4": np.uint32,
    "i2": np.int16,
    "u2": np.uint16,
    "i1": np.int8,
    "u1": np.uint8,
    "b1": np.bool_,
}


class Engine:
    """An instance of a module: ``Engine(module).call("name", 1.0, array)``. Arrays are changed in place."""

    def __init__(self, module):
        self.manifest = module.manifest
        self.store = wasmtime.Store()
        compiled = wasmtime.Module(self.store.engine, module.wasm)
        assert not compiled.imports
        self.exports = wasmtime.Instance(self.store, compiled, []).exports(self.store)
        self.memory = self.exports["memory"]

    def alloc(self, size):
        """The address of a new block."""
        address = self.exports["alloc"](self.store, max(size, 1)) & 0xFFFFFFFF
        if not address:
            raise MemoryError(f"{size} bytes")
        return address

    def call(self, name, *arguments):
        """What the kernel returns.

        Raises
        ------
        RuntimeError
            With the words of the kernel's exception.
        """
        entry = self.manifest["kernels"][name]
        assert len(arguments) == len(entry["args"]), (name, len(arguments))
        self.exports["reset"](self.store, self.manifest["heap"])
        result = self.alloc(8 * len(entry["returns"]))
        flat, arrays = [result], []
        for value, spec in zip(arguments, entry["args"]):
            if spec["kind"] == "array":
                assert (value.dtype, value.ndim) == (spec["dtype"], spec["ndim"]), (name, spec, value.dtype)
                assert value.flags.c_contiguous
                address = self.alloc(value.nbytes)
                self.memory.write(self.store, value.tobytes(), address)
                arrays.append((value, address))
                flat += [address, *value.shape]
            else:
                flat.append(_scalar(spec["kind"], value))
        status = self.exports[name](self.store, *flat)
        if status:
            raise RuntimeError(self.manifest["errors"][str(status)])
        for value, address in arrays:
            if value.nbytes:
                value[...] = self._read(address, value.nbytes, value.dtype).reshape(value.shape)
        results = tuple(
            self._read(result + 8 * i, np.dtype(DTYPES[kind]).itemsize, DTYPES[kind])[0].item()
            for i, kind in enumerate(entry["returns"])
        )
        if entry["tuple"]:
            return results
        return results[0] if results else None

    def _read(self, address, size, dtype):
        return np.frombuffer(bytes(self.memory.read(self.store, address, address + size)), dtype)


def _scalar(kind, value):
    """A number as wasmtime takes it: integers are signed."""
    if kind.startswith("f"):
        return float(value)
    bits = 64 if kind in ("i8", "u8") else 32
    value = int(value) & ((1 << bits) - 1)
    return value - (1 << bits) if value >> (bits - 1) else value
