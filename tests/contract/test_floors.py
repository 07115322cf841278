"""Imports between the modules of the package go down only, and matplotlib has one importer."""

import ast
import pathlib

import pytest

PACKAGE = pathlib.Path(__file__).resolve().parents[2] / "kernels" / "underload"

# What stands on what. A module may import those of lower floors.
FLOORS = {
    0: {"_stamp"},
    1: {"_jit", "_check", "_fingerprint"},
    2: {"_libm", "_mapped"},
    3: {"stats", "random", "_store"},
    4: {
        *{"capacity", "queueing", "usl", "hashing", "caching", "graphs"},
        *{"limiting", "overload", "replication", "geography", "operations"},
    },
    5: {"ledger", "figures", "datasets", "sweep"},
}
FLOOR = {module: floor for floor, modules in FLOORS.items() for module in modules}

# The exceptions on one floor, each with its reason: (importer, imported).
SAME_FLOOR = {
    ("ledger", "datasets"),  # the catalogue of claims is a dataset
    ("overload", "queueing"),  # a system in overload is a queue
    ("hashing", "capacity"),  # the number of copysets, and how often one is lost
}
PLOTTING = {"matplotlib": {"figures"}, "PIL": {"figures"}, "pandas": set()}


def imports(source, path):
    """What a source file imports, as dotted names; `path` is its place below the package, such as stats/interval.py."""
    package = ["underload", *path.parent.parts]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            whole = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{whole}.{alias.name}" for alias in node.names)


def violations(source, path):
    """The imports of a file that do not go down, as sentences."""
    importer = path.parts[0].removesuffix(".py")
    for name in imports(source, path):
        top, _, rest = name.partition(".")
        if importer not in PLOTTING.get(top, {importer}):
            yield f"{path} imports {top}"
        imported = rest.partition(".")[0]
        if top != "underload" or imported == importer or imported.startswith("__"):
            continue
        if importer == "__init__":
            yield f"{path} imports {imported}: import underload must stay light"
        elif imported not in FLOOR:
            yield f"{path} imports {imported}, which has no floor"
        elif FLOOR[imported] >= FLOOR.get(importer, -1) and (importer, imported) not in SAME_FLOOR:
            yield f"{path} imports {imported}, which is not below it"


FILES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def test_files_are_found():
    assert {"_jit.py", "sweep.py", "stats/__init__.py"} <= {path.as_posix() for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.as_posix())
def test_imports_go_down_only(path):
    assert path.parts[0] == "__init__.py" or path.parts[0].removesuffix(".py") in FLOOR, f"give {path} a floor"
    assert list(violations((PACKAGE / path).read_text("utf8"), path)) == []


@pytest.mark.parametrize(
    ("path", "source", "words"),
    [
        (
            "stats/interval.py",
            "from ..queueing import MMc",
            "stats/interval.py imports queueing, which is not below it",
        ),
        ("stats/interval.py", "from .. import queueing", "stats/interval.py imports queueing, which is not below it"),
        ("stats/interval.py", "import underload.random", "stats/interval.py imports random, which is not below it"),
        ("random/zipf.py", "def f():\n    from underload.stats import x", "random/zipf.py imports stats"),
        ("queueing/mmc.py", "from underload import overload", "queueing/mmc.py imports overload"),
        ("queueing/mmc.py", "from matplotlib import pyplot", "queueing/mmc.py imports matplotlib"),
        ("sweep.py", "import pandas as pd", "sweep.py imports pandas"),
        ("__init__.py", "from . import stats", "__init__.py imports stats"),
        ("sweep.py", "from ._new import x", "sweep.py imports _new, which has no floor"),
    ],
)
def test_a_wrong_import_is_seen(path, source, words):
    found = list(violations(source, pathlib.PurePosixPath(path)))
    assert len(found) == 1
    assert found[0].startswith(words)


def test_right_imports_pass():
    source = "import numpy\nfrom .. import _check\nfrom .._jit import kernel\nfrom .interval import Interval\n"
    assert list(violations(source, pathlib.PurePosixPath("stats/replications.py"))) == []
    assert list(violations("from underload.queueing import MMc", pathlib.PurePosixPath("overload/a.py"))) == []
