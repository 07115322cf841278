"""Kernels for systems that serve millions of users.

Each topic is a module that loads when it is first used::

    from underload import queueing
    queueing.erlang_c(servers=100, offered_load=80)

``import underload`` itself compiles nothing and imports neither Numba nor Matplotlib.
"""

import importlib

if __name__ != "underload":  # pragma: no branch
    # `kernels/` is a source root: under any other name every class would exist twice.
    raise ImportError(f"import underload, not {__name__}")

__version__ = "0.1.0"

__all__ = ["capacity", "datasets", "figures", "hashing", "ledger", "queueing", "random", "stats", "sweep", "usl"]


def __getattr__(name):
    if name in __all__:
        return importlib.import_module(f"underload.{name}")
    raise AttributeError(f"module 'underload' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *__all__])
