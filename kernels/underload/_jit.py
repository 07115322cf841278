"""The one decorator that compiles a kernel, and a disk cache that cannot go stale.

Numba keys its cache on the file that holds a function. When a function calls another one from a
second file and that second file changes, the cached machine code of the caller still has the old
callee inlined. Here the stamp covers every source file of the package, so any change to any kernel
recompiles them all: a few seconds, once, instead of a wrong number.
"""

import functools

from numba import njit
from numba.core import caching

from underload._stamp import package_stamp

OPTIONS = {
    # Kernels release the GIL, so that `sweep` scales over threads.
    "nogil": True,
    # IEEE semantics for division: arguments are checked at the door, not once per event.
    "error_model": "numpy",
}
# Not set on purpose: fastmath (results would depend on the machine) and parallel (results would
# depend on the number of threads).


class _PackageStamp:
    """Locator mixin: a cached function is fresh only if the whole package is unchanged."""

    def get_source_stamp(self):
        return package_stamp(), super().get_source_stamp()


def _stamped(locator):
    return type(f"Stamped{locator.__name__}", (_PackageStamp, locator), {})


class _KernelCacheImpl(caching.CompileResultCacheImpl):
    _locator_classes = [
        _stamped(caching.UserProvidedCacheLocator),
        _stamped(caching.InTreeCacheLocator),
        _stamped(caching.UserWideCacheLocator),
        _stamped(caching.IPythonCacheLocator),
    ]


class _KernelCache(caching.FunctionCache):
    _impl_class = _KernelCacheImpl


def kernel(function=None, **options):
    """Compile `function` with the package's options, lazily, cached on disk.

    Parameters
    ----------
    function : callable
        A function in the subset of Python that Numba compiles.
    **options
        Deviations from the package's options; each carries its measured gain in a comment.

    Returns
    -------
    callable
        The compiled function; `function` itself under ``NUMBA_DISABLE_JIT=1``.
    """
    if function is None:
        return functools.partial(kernel, **options)
    compiled = njit(**(OPTIONS | options))(function)
    if hasattr(compiled, "_cache"):
        compiled._cache = _KernelCache(function)
    return compiled
