"""The C twin of the benchmark draws the same variates, so that the benchmark compares like with like."""

import ctypes
import pathlib
import runpy
import shutil
import types

import numpy as np
import pytest
from underload import random

BENCH = pathlib.Path(__file__).parents[1] / "bench" / "variates.py"
SIZE = 200_000


@pytest.fixture(scope="module")
def bench():
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    return types.SimpleNamespace(**runpy.run_path(str(BENCH)))


@pytest.fixture(scope="module")
def library(bench):
    return bench.twin()


@pytest.mark.parametrize("name", ["uniform", "exponential", "normal"])
def test_the_same_variates(bench, library, name):
    ours, theirs = np.empty(SIZE), np.empty(SIZE)
    bench.loops(getattr(random, name))[0](random.seed_state(8), ours)
    state = random.seed_state(8)
    getattr(library, f"fill_{name}")(bench.pointer(state), bench.pointer(theirs), ctypes.c_int64(SIZE))
    # Tables and tails come from another exp and log: the last bits differ, the walk through the strips does not.
    np.testing.assert_allclose(ours, theirs, rtol=1e-11)
