"""The kernels of the live figures: thin ones that give the library's own kernels numbers and flat arrays.

One module a figure, named like it, with an ``EXPORTS`` of its own; a name that two of them use is an error.
"""

import importlib
import pathlib

__all__ = ["EXPORTS", "modules"]


def modules():
    """The module of each figure, by name."""
    names = sorted(path.stem for path in pathlib.Path(__file__).parent.glob("[a-z]*.py"))
    return {name: importlib.import_module(f"book_kernels.{name}") for name in names}


def _merged():
    exports = {}
    for name, module in modules().items():
        twice = sorted(exports.keys() & module.EXPORTS.keys())
        if twice:
            raise ValueError(f"EXPORTS of book_kernels.{name} must have names of their own, not {', '.join(twice)}")
        exports |= module.EXPORTS
    return exports


EXPORTS = _merged()
