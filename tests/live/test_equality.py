"""Every kernel of the live figures gives the same bits in Numba, in wasmtime and in Chromium.

`cases/<figure>.py` lists the arguments. Of a NaN only that it is one is compared: its sign is not promised.
"""

import gzip
import importlib
import pathlib
import types

import book_kernels
import numpy as np
import pytest
from chromium_engine import Chromium
from reader import chromium
from underload_live import module as compiled
from wasm_engine import DTYPES, Engine

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIGURES = sorted(book_kernels.modules())
MOST = 60_000  # bytes of the module as a host sends it, compressed

each_figure = pytest.mark.parametrize("figure", FIGURES)


@pytest.fixture(scope="module")
def module(request):
    """The module that the site gets, compiled anew only when a source has changed."""
    cache = pathlib.Path(request.config.cache.mkdir("live"))
    wasm, manifest = compiled.load(ROOT / "live", "book_kernels", [ROOT / "kernels"], cache)
    return types.SimpleNamespace(wasm=wasm, manifest=manifest)


@pytest.fixture(scope="module")
def wasmtime(module):
    return Engine(module)


@pytest.fixture(scope="module")
def browser(module):
    with chromium() as browser:
        yield Chromium(browser.new_page(), module)


def cases(figure):
    """For each export of a figure, functions that make its arguments."""
    return importlib.import_module(f"cases.{figure}").CASES


def typed(entry, arguments):
    """The arguments in the types of the signature, so that Numba does not compile for others."""
    given = zip(entry["args"], arguments, strict=True)
    return [value if spec["kind"] == "array" else DTYPES[spec["kind"]](value) for spec, value in given]


def bits(value, dtype):
    """A number or an array as bytes, of every NaN the same."""
    value = np.array(value, dtype)
    if value.dtype.kind == "f":
        value[np.isnan(value)] = np.nan
    return value.tobytes()


def outcome(entry, call, arguments):
    """The bits that a call returns and leaves in the arrays; or its exception."""
    arguments = typed(entry, arguments)
    try:
        found = call(*arguments)
    except Exception as error:
        return error
    returned = found if entry["tuple"] else [found] if entry["returns"] else []
    results = [bits(one, DTYPES[kind]) for one, kind in zip(returned, entry["returns"], strict=True)]
    return results + [bits(one, one.dtype) for one in arguments if isinstance(one, np.ndarray)]


def assert_agrees(figure, module, engine):
    """Hold an engine to Numba: the same bits, or an exception with the same words."""
    for name, calls in cases(figure).items():
        entry, (kernel, _) = module.manifest["kernels"][name], book_kernels.EXPORTS[name]
        for number, fresh in enumerate(calls):
            here = outcome(entry, kernel, fresh())
            there = outcome(entry, lambda *given, name=name: engine.call(name, *given), fresh())
            if isinstance(here, Exception):
                here, there = str(here), str(there)
                assert here in there, f"{name}, case {number}"
            else:
                assert there == here, f"{name}, case {number}"


@each_figure
def test_every_kernel_has_cases(figure):
    assert cases(figure).keys() == book_kernels.modules()[figure].EXPORTS.keys()
    assert all(calls for calls in cases(figure).values())


@each_figure
def test_wasmtime_agrees_with_numba(figure, module, wasmtime):
    assert_agrees(figure, module, wasmtime)


@each_figure
def test_chromium_agrees_with_numba(figure, module, browser):
    assert_agrees(figure, module, browser)


def test_the_module_is_small(module):
    assert len(gzip.compress(module.wasm)) < MOST
