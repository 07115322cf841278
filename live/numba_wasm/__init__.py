"""Numba kernels as a WebAssembly module: compiled in this process, without a linker or any tool but llvmlite.

    module = numba_wasm.build({"mean": (mean, "f8(f8[::1])")})
    module.wasm, module.manifest

The module imports nothing. It computes the same bits as the kernels do here, since all that WebAssembly leaves open is
refused: see `build`.
"""

from numba_wasm.boundary import RefusedError
from numba_wasm.building import Module, build

__all__ = ["Module", "RefusedError", "build"]
