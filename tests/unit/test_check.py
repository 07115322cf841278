"""Argument rules: what passes, what is refused, and that the message names argument, value and rule."""

import numpy as np
import pytest
from underload import _check

REFUSED = [
    (_check.real, [float("nan"), float("inf"), "1", None, True, 1j, [1.0], [[1], [1, 2]], np.array([1.0])]),
    (_check.real, [np.complex64(1 + 2j), np.array("2"), np.array(True), np.datetime64("2026-01-01")]),
    (_check.positive, [0, -1, float("nan"), -0.0]),
    (_check.nonnegative, [-1e-300, float("nan"), "0"]),
    (_check.probability, [-0.1, 1.0000001, float("nan")]),
    (_check.fraction, [0, 1, -1, 2]),
    (_check.integer, [1.5, -1, "3", True, float("inf"), 2**63, np.array(True)]),
    (_check.seed, [-1, 2**64, 0.5, "seed", None]),
    (_check.flag, [0, 1, "True", None]),
    (_check.sample, [[], [1, float("nan")], [[1.0]], ["a"], 3.0, [float("inf")], [1j]]),
    (_check.counts, [[1.5], [-1], [], [1e300]]),
]


@pytest.mark.parametrize(("rule", "value"), [(rule, value) for rule, values in REFUSED for value in values])
def test_refused_with_name_value_and_rule(rule, value):
    with pytest.raises(ValueError, match=r"^load(\[\d+\])? .+ must ") as caught:
        rule("load", value)
    assert str(caught.value).startswith("load")


def test_passes_and_coerces():
    assert _check.real("x", np.float32(0.5)) == 0.5
    assert _check.integer("n", 1e6) == 10**6
    assert isinstance(_check.integer("n", 1e6), int)
    assert _check.integer("n", np.int64(3)) == 3
    assert _check.seed("seed", 2**64 - 1) == 2**64 - 1
    assert _check.probability("p", 1) == 1.0
    assert _check.choice("mode", "a", ("a", "b")) == "a"
    array = _check.sample("x", [3, 1, 2], least=3)
    assert array.dtype == np.float64
    assert array.flags.c_contiguous


def test_choice_lists_the_words():
    with pytest.raises(ValueError, match="mode 'c' must be one of 'a', 'b'"):
        _check.choice("mode", "c", ("a", "b"))


def test_a_long_value_is_cut():
    with pytest.raises(ValueError) as caught:
        _check.real("x", "y" * 1000)
    assert len(str(caught.value)) < 120
