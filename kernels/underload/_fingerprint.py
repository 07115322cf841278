"""A digest of Python values and functions that tells whether a stored result is still the answer.

A function is its bytecode, its defaults, what it closes over, and whatever of that kind the globals that it names
hold, followed through helper functions. Not its source text: the file may have been edited since it was loaded.
Functions of installed packages are their name and the version of the package; those of `underload` its stamp. What a
function imports while it runs is not followed.
"""

import dataclasses
import enum
import functools
import hashlib
import pathlib
import pickle
import sys
import sysconfig
import types

import numpy as np

from ._stamp import package_stamp

__all__ = ["fingerprint"]

ATOMS = (type(None), type(...), bool, int, float, complex, str, bytes)
INSTALLED = tuple(pathlib.Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib"))


def fingerprint(*values):
    """SHA-256 of values that is the same in every process and on every machine of one Python version.

    Parameters
    ----------
    *values
        Numbers, text, arrays, functions, dataclasses, containers of these, or anything that pickles.

    Returns
    -------
    bytes
        32 bytes; equal only for values of equal type and content, whatever the order of a dict or set.

    Raises
    ------
    ValueError
        For a value that does not pickle.
    """
    return _digest(values, {})


def _join(tag, *parts):
    """SHA-256 of a tag and the digests of the parts: each is 32 bytes, so no two lists run together."""
    return hashlib.sha256(b"".join((hashlib.sha256(tag.encode()).digest(), *parts))).digest()


def _digest(value, seen):
    """The digest of a value; `seen` maps the id of each function, class and module met to its digest, or a mark."""
    kind = type(value)
    if kind in ATOMS:
        return _join(f"{kind.__name__} {value!r}")
    if kind in (tuple, list):
        return _join(f"{kind.__name__} {len(value)}", *(_digest(item, seen) for item in value))
    if kind is dict:
        return _join("dict", *sorted(_join("", _digest(k, seen), _digest(v, seen)) for k, v in value.items()))
    if kind in (set, frozenset):
        return _join(kind.__name__, *sorted(_digest(item, seen) for item in value))
    # A subclass, such as a masked array, holds more than its items: it is pickled.
    if (kind is np.ndarray or isinstance(value, np.generic)) and value.dtype.kind in "biufcSUmM":
        content = hashlib.sha256(np.ascontiguousarray(value).tobytes()).digest()
        return _join(f"{kind.__name__} {value.dtype.str} {value.shape}", content)
    if isinstance(value, types.CodeType):
        names = f"{value.co_argcount} {value.co_kwonlyargcount} {value.co_flags} {value.co_names} {value.co_varnames}"
        return _join(f"code {names}", hashlib.sha256(value.co_code).digest(), _digest(value.co_consts, seen))
    if hasattr(value, "py_func") or isinstance(value, types.FunctionType | types.MethodType | types.ModuleType | type):
        return _once(value, seen)
    if isinstance(value, functools.partial):
        return _join("partial", *(_digest(part, seen) for part in (value.func, value.args, value.keywords)))
    if dataclasses.is_dataclass(value) and not isinstance(value, enum.Enum):
        fields = (_digest(getattr(value, field.name), seen) for field in dataclasses.fields(value))
        return _join("dataclass", _digest(kind, seen), *fields)
    return _join("pickle", _digest(kind, seen), hashlib.sha256(_pickled(value)).digest())


def _pickled(value):
    try:
        return pickle.dumps(value, protocol=5)
    except Exception as error:
        raise ValueError(f"{value!r} must be something that pickles: {error}") from error


def _once(value, seen):
    """Digest something that may lead back to itself."""
    if id(value) not in seen:
        mark = _join(f"within {getattr(value, '__qualname__', value.__name__)}")
        seen[id(value)] = mark, value  # the value too, so that its id stays its own
        seen[id(value)] = _definition(getattr(value, "py_func", value), seen), value
    return seen[id(value)][0]


def _definition(value, seen):
    if isinstance(value, types.MethodType):
        return _join("method", _digest(value.__func__, seen), _digest(value.__self__, seen))
    name = f"{value.__module__} {value.__qualname__}" if hasattr(value, "__qualname__") else value.__name__
    module = value.__name__ if isinstance(value, types.ModuleType) else value.__module__
    version = _version(module)
    if version is not None and (isinstance(value, types.ModuleType) or _named_in(module, value)):
        return _join(f"{type(value).__name__} {name} {version}")
    if isinstance(value, types.FunctionType):
        cells = tuple(cell.cell_contents for cell in value.__closure__ or ())
        parts = (value.__code__, value.__defaults__, value.__kwdefaults__)
        named = _named(value.__globals__, _names(value.__code__), seen)
        return _join(f"function {name}", *(_digest(part, seen) for part in parts), *_tolerant(cells, seen), *named)
    if isinstance(value, type):
        members = ([key, _unwrapped(member)] for key, member in sorted(vars(value).items()) if _is_content(key, member))
        bases = (_digest(base, seen) for base in value.__bases__)
        return _join(f"class {name}", *bases, *(digest for pair in members for digest in _tolerant(pair, seen)))
    return _join(f"module {name}")


def _named_in(module, value):
    """Whether a module holds a function or class under its name: a closure that it made is more than its name."""
    found = sys.modules.get(module)
    for name in value.__qualname__.split("."):
        found = getattr(found, name, None)
    return getattr(found, "py_func", found) is value


def _is_content(key, member):
    return isinstance(member, types.FunctionType) or not (key.startswith("__") and key.endswith("__"))


def _unwrapped(member):
    """The functions of a static or class method or a property; anything else as it is."""
    if isinstance(member, staticmethod | classmethod):
        return member.__func__
    return (member.fget, member.fset, member.fdel) if isinstance(member, property) else member


def _version(name):
    """The version of the installed package that holds the module `name`, or None for the user's own code."""
    top = (name or "").partition(".")[0]
    if top == "underload":
        return package_stamp().hex()
    if top in sys.stdlib_module_names:
        return sys.version
    file = getattr(sys.modules.get(name), "__file__", None)
    if file is None or top == "__main__":
        return None
    path = pathlib.Path(file).resolve()
    if not any(path.is_relative_to(folder) for folder in INSTALLED):
        return None
    return str(getattr(sys.modules.get(top), "__version__", sys.version))


def _names(code):
    """Every name that a code object, or one inside it, looks up outside its own variables."""
    inner = (_names(const) for const in code.co_consts if isinstance(const, types.CodeType))
    return frozenset(code.co_names).union(*inner)


def _named(namespace, names, seen):
    """Digests of what a namespace holds under names; of a module of the user's, what it holds under them."""
    for name in sorted(names & namespace.keys()):
        value = namespace[name]
        yield from _tolerant([name, value], seen)
        if isinstance(value, types.ModuleType) and _version(value.__name__) is None and (id(value), names) not in seen:
            seen[id(value), names] = value
            yield from _named(vars(value), names, seen)


def _tolerant(values, seen):
    """Digests of values; what does not pickle, such as a lock or a connection, is its type only."""
    for value in values:
        try:
            yield _digest(value, seen)
        except ValueError:
            yield _join(f"unpicklable {type(value).__qualname__}")
