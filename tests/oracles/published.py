"""Published and independently computed values: how a test module reads its part of them, and uses every one.

A part is a JSON list of entries with an id, a model, its parameters, the value, its tolerance and its source.
"""

import json
import pathlib

import numpy as np
import pytest

HERE = pathlib.Path(__file__).parent


def entries(part):
    """The entries of a part, such as "queueing/networks"."""
    return json.loads((HERE / f"{part}.json").read_text("utf8"))


def each(part):
    """Parametrize a test over the entries of a part."""
    found = entries(part)
    return pytest.mark.parametrize("entry", found, ids=[entry["id"] for entry in found])


def assert_agrees(computed, entry):
    """`computed` is the entry's value, within its tolerance."""
    tolerance = {"rel": 0.0, "abs": 0.0} | entry["tolerance"]
    np.testing.assert_allclose(computed, entry["expected"], rtol=tolerance["rel"], atol=tolerance["abs"])
