"""The compiler: what crosses the boundary, what is refused, and that both sides compute the same bits."""

import json
import math
import pathlib
import struct
import subprocess
import sys
import typing

import numba
import numba_wasm
import numpy as np
import pytest
import wasmtime
from hypothesis import given, settings
from hypothesis import strategies as st
from numba_wasm import leb128
from numba_wasm.module import ObjectError, link
from wasm_engine import Engine

LIVE = pathlib.Path(numba_wasm.__file__).resolve().parents[1]

njit = numba.njit(error_model="numpy")
QUICK = settings(derandomize=True, deadline=None, max_examples=100)
floats = st.floats(width=64, allow_subnormal=True)


class Pair(typing.NamedTuple):
    first: np.ndarray
    second: np.ndarray


@njit
def scaled(x, factor):
    return x * factor


@njit
def total(values, factor):
    sum_ = 0.0
    for value in values:
        sum_ += scaled(value, factor)  # a kernel that calls another one
    return sum_


@njit
def fill(matrix, start):
    for i in range(matrix.shape[0]):
        for j in range(matrix.shape[1]):
            matrix[i, j] = start + 10 * i + j


@njit
def several(flag, small, large):
    return not flag, small + np.int32(1), large * np.uint64(3)


@njit
def swap(first, second):
    pair = Pair(second, first)
    for i in range(len(first)):
        first[i], second[i] = pair.first[i], pair.second[i]


@njit
def checked(n):
    if n < 0:
        raise ValueError("n must be at least 0")
    return n


@njit
def scratch(rounds, size):
    """Memory that is taken and given back many times."""
    last = 0.0
    for i in range(rounds):
        work = np.zeros(size)
        work[i % size] = i
        last += work[i % size]
    return last


@njit
def largest(values):
    return np.sort(values)[-3:].sum()


@njit
def growing(n):
    items = [0]
    for i in range(n):
        items.append(items[-1] + i)
    return items[-1] + len(items)


@njit
def whole(x):
    return int(x)


@njit
def remainder(x, y):
    return np.fmod(x, y)


@njit
def modulo(x, y):
    return x % y


@njit
def rounded(x):
    if x == 0.0 or x == math.inf:
        return x
    return math.floor(x) + math.ceil(x) + np.rint(x) + math.sqrt(abs(x)) + max(x, 1.0) + min(x, 2.0)


@njit
def mixed(x, shift):
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    return (x << np.uint64(shift)) | (x >> np.uint64(64 - shift))


@njit
def deep(n):
    work = np.empty(3)
    work[0] = n
    return 0 if n == 0 else 1 + deep(n - int(work[0] > 0))


EXPORTS = {
    "total": (total, "f8(f8[::1], f8)"),
    "fill": (fill, "void(f4[:, ::1], f4)"),
    "several": (several, "Tuple((b1, i4, u8))(b1, i4, u8)"),
    "swap": (swap, "void(i8[::1], i8[::1])"),
    "checked": (checked, "i8(i8)"),
    "scratch": (scratch, "f8(i8, i8)"),
    "largest": (largest, "f8(f8[::1])"),
    "growing": (growing, "i8(i8)"),
    "whole": (whole, "i8(f8)"),
    "remainder": (remainder, "f8(f8, f8)"),
    "modulo": (modulo, "f8(f8, f8)"),
    "rounded": (rounded, "f8(f8)"),
    "mixed": (mixed, "u8(u8, i8)"),
    "deep": (deep, "i8(i8)"),
}


@pytest.fixture(scope="module")
def module():
    return numba_wasm.build(EXPORTS)


@pytest.fixture(scope="module")
def engine(module):
    return Engine(module)


def same(engine, name, *arguments):
    """Both sides return and write the same bits; the value."""
    copies = [one.copy() if isinstance(one, np.ndarray) else one for one in arguments]
    here, there = EXPORTS[name][0](*arguments), engine.call(name, *copies)
    assert bits(here) == bits(there), (name, arguments, here, there)
    for one, other in zip(arguments, copies):
        if isinstance(one, np.ndarray):
            assert one.tobytes() == other.tobytes()
    return here


def bits(value):
    if isinstance(value, tuple):
        return tuple(map(bits, value))
    if isinstance(value, float):
        return "nan" if value != value else struct.pack("<d", value)
    return value


def test_module_stands_alone(module):
    assert module.wasm[:8] == b"\0asm\1\0\0\0"
    assert json.loads(json.dumps(module.manifest)) == module.manifest
    assert set(module.manifest["kernels"]) == set(EXPORTS)


def test_numbers_and_arrays_cross(engine):
    assert same(engine, "total", np.array([1.5, 2.0, -0.25]), 2.0) == 6.5
    assert same(engine, "total", np.zeros(0), 2.0) == 0.0
    matrix = np.zeros((2, 3), dtype=np.float32)
    same(engine, "fill", matrix, np.float32(0.5))
    assert matrix.tolist() == [[0.5, 1.5, 2.5], [10.5, 11.5, 12.5]]
    assert same(engine, "several", True, np.int32(-5), np.uint64(2**63)) == (False, -4, 2**63)
    first, second = np.arange(3), np.arange(3, 6)
    same(engine, "swap", first, second)
    assert (first.tolist(), second.tolist()) == ([3, 4, 5], [0, 1, 2])


def test_exceptions_cross_with_their_words(engine):
    assert engine.call("checked", 3) == 3
    with pytest.raises(RuntimeError, match="ValueError: n must be at least 0"):
        engine.call("checked", -1)
    assert engine.call("checked", 4) == 4  # and the next call is none the worse


def test_memory_is_given_back(engine):
    before = engine.memory.size(engine.store)
    same(engine, "scratch", 100_000, 1000)  # 800 MB in all
    assert engine.memory.size(engine.store) - before <= 2
    values = np.arange(300_000.0)  # more than the module starts with
    assert same(engine, "total", values, 1.0) == values.sum()


def test_lists_and_sorts(engine):
    assert same(engine, "largest", np.array([3.0, 9.0, 1.0, 7.0, 5.0])) == 21.0
    assert same(engine, "growing", 1000) == 499_500 + 1001


def test_stack_overflow_stops_the_call(module, engine):
    assert same(engine, "deep", 500) == 500
    lost = Engine(module)
    with pytest.raises(wasmtime.Trap, match=r"out of bounds|stack"):
        lost.call("deep", 10**7)


@pytest.mark.parametrize("x", [0.0, -0.7, 3.9, 2.0**62, -(2.0**63), 1e300, -1e300, math.inf, -math.inf, math.nan])
def test_whole_parts(engine, x):
    same(engine, "whole", x)


@QUICK
@given(x=floats, y=floats)
def test_remainders(engine, x, y):
    same(engine, "remainder", x, y)
    same(engine, "modulo", x, y)
    if math.isfinite(x) and math.isfinite(y) and y != 0:
        assert bits(engine.call("remainder", x, y)) == bits(math.fmod(x, y))


@QUICK
@given(x=floats)
def test_what_is_exact(engine, x):
    same(engine, "rounded", x)


@QUICK
@given(x=st.integers(0, 2**64 - 1), shift=st.integers(1, 63))
def test_bits_of_integers(engine, x, shift):
    assert same(engine, "mixed", np.uint64(x), shift) < 2**64


# Refusals ------------------------------------------------------------------------------------


@njit
def rounds_differently(x):
    return math.exp(x) + x**2.5


@njit
def draws(n):
    return np.random.random()  # noqa: NPY002


@njit
def speaks(n):
    return str(n)


@njit
def untypable(x):
    return x.nothing


REFUSED = {
    "libm": (rounds_differently, "f8(f8)", r"exp \(in kernel\); pow \(in kernel\)"),
    "random": (draws, "f8(i8)", "random"),
    "text": (speaks, "unicode_type(i8)", "kernel: a kernel must return numbers"),
    "typing": (untypable, "f8(f8)", "kernel: Numba cannot compile it for"),
    "array of another layout": (total, "f8(f8[:], f8)", "kernel: an array must be C-contiguous"),
    "complex": (scaled, "c16(c16, c16)", "kernel: an argument must be a number"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    kernel, signature, words = REFUSED[case]
    with pytest.raises(numba_wasm.RefusedError, match=words):
        numba_wasm.build({"fine": (scaled, "f8(f8, f8)"), "kernel": (kernel, signature)})


@pytest.mark.parametrize("name", ["alloc", "memory", "Name", "1st", "a b", ""])
def test_names_are_checked(name):
    with pytest.raises(numba_wasm.RefusedError, match="a name must be"):
        numba_wasm.build({name: (scaled, "f8(f8, f8)")})


def test_same_bytes_in_another_process():
    program = (
        f"import sys, hashlib; sys.path[:0] = [{str(LIVE)!r}, {str(pathlib.Path(__file__).parent)!r}]\n"
        "import numba_wasm, test_numba_wasm\n"
        "few = {name: test_numba_wasm.EXPORTS[name] for name in ('total', 'several', 'checked')}\n"
        "print(hashlib.sha256(numba_wasm.build(few).wasm).hexdigest())"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=300).stdout
        for _ in range(2)
    )
    assert first == second
    assert len(first) == 65


# The file format -----------------------------------------------------------------------------


@QUICK
@given(st.integers(0, 2**64 - 1), st.integers(-(2**63), 2**63 - 1), st.text(max_size=9))
def test_leb128(natural, whole_number, word):
    encoded = leb128.unsigned(natural) + leb128.signed(whole_number) + leb128.text(word)
    reader = leb128.Reader(encoded)
    assert (reader.unsigned(), reader.signed(), reader.text()) == (natural, whole_number, word)
    assert not reader


def test_leb128_is_the_shortest():
    assert [leb128.unsigned(n).hex() for n in (0, 127, 128, 624485)] == ["00", "7f", "8001", "e58e26"]
    assert [leb128.signed(n).hex() for n in (0, 63, 64, -64, -65, -123456)] == [
        "00",
        "3f",
        "c000",
        "40",
        "bf7f",
        "c0bb78",
    ]


@pytest.mark.parametrize("content", [b"", b"\0asm\2\0\0\0", b"\x7fELF" + b"\0" * 60])
def test_other_files_are_no_objects(content):
    with pytest.raises(ObjectError):
        link(content, ["kernel"])
