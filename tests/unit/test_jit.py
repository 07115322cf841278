"""The compile cache never goes stale and is really used; importing the package is light."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest
import underload

PACKAGE = pathlib.Path(underload.__file__).parent

CALLEE = """
from underload._jit import kernel

@kernel
def rate(x):
    return 2.0 * x
"""

CALLER = """
from underload._jit import kernel
from underload.toy_callee import rate

@kernel
def demand(x):
    return rate(x) + 1.0
"""

CALL = """
from underload.toy_caller import demand
value = demand(3.0)
stats = demand.stats
print(value, sum(stats.cache_hits.values()), sum(stats.cache_misses.values()), demand.__module__)
"""


@pytest.fixture
def copy(tmp_path):
    """A copy of the package in a folder of its own, with two small kernels in two files."""
    package = tmp_path / "underload"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__", "_data"))
    (package / "toy_callee.py").write_text(CALLEE)
    (package / "toy_caller.py").write_text(CALLER)
    return package


def python(program, folder, **variables):
    """What a fresh interpreter prints; its packages come from `folder` first."""
    # No .pyc: within one second and at the same size Python would take an old one for the new source.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    environment |= {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"} | variables
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("place", ["own", "beside"])
def test_the_cache_is_used_and_sees_a_changed_callee(copy, tmp_path, place):
    variables = {"NUMBA_CACHE_DIR": str(tmp_path / "cache")} if place == "own" else {}
    first = python(CALL, copy.parent, **variables)
    assert first == ["7.0", "0", "1", "underload.toy_caller"]
    if place == "own":
        assert python(CALL, copy.parent, **variables) == ["7.0", "1", "0", "underload.toy_caller"]
    caller = (copy / "toy_caller.py").stat()
    (copy / "toy_callee.py").write_text(CALLEE.replace("2.0", "5.0"))
    assert python(CALL, copy.parent, **variables) == ["16.0", "0", "1", "underload.toy_caller"]
    assert (copy / "toy_caller.py").stat() == caller
    folder = tmp_path / "cache" if place == "own" else copy / "__pycache__"
    assert list(folder.rglob("toy_caller.demand*.nbi"))


def test_the_copy_is_what_runs(copy):
    assert python("import underload; print(underload.__file__)", copy.parent) == [str(copy / "__init__.py")]


def test_runs_without_the_compiler(copy):
    program = "from underload.toy_caller import demand; print(demand(3.0), type(demand).__name__)"
    assert python(program, copy.parent, NUMBA_DISABLE_JIT="1") == ["7.0", "function"]


def test_options_can_be_changed_for_one_kernel():
    from underload._jit import OPTIONS, kernel

    @kernel(boundscheck=True)
    def first(values):
        return values[0]

    assert OPTIONS == {"nogil": True, "error_model": "numpy"}
    if hasattr(first, "targetoptions"):  # not under NUMBA_DISABLE_JIT
        assert first.targetoptions["boundscheck"] is True
        assert first.targetoptions["nogil"] is True


IMPORT = """
import sys, time
before = set(sys.modules)
start = time.perf_counter()
import underload
seconds = time.perf_counter() - start
heavy = {name.partition(".")[0] for name in set(sys.modules) - before} & {"numba", "matplotlib", "scipy", "pandas"}
print(seconds, *heavy)
"""


def test_import_is_light():
    # Time inside a fresh interpreter, without its own start; the best of seven, for a busy machine.
    runs = [python(IMPORT, PACKAGE.parent) for _ in range(7)]
    assert min(float(seconds) for seconds, *_ in runs) < 0.15
    assert [heavy for _, *heavy in runs] == [[]] * 7


def test_no_second_name():
    # `kernels` is a source root: imported through it, every class would exist twice.
    program = "import kernels.underload"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": str(PACKAGE.parent.parent)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.endswith("ImportError: import underload, not kernels.underload\n")
