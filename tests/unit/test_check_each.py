"""The rule for a number or an array of numbers."""

import numpy as np
import pytest
from underload import _check


def test_numbers_and_arrays():
    assert _check.each(_check.positive, "load", 3) == 3.0
    assert isinstance(_check.each(_check.positive, "load", np.float32(3)), float)
    array = _check.each(_check.positive, "load", [[1, 2], [3, 4]])
    assert array.dtype == np.float64
    assert array.shape == (2, 2)


def test_the_argument_is_not_touched():
    values = np.array([1, 2])
    _check.each(_check.positive, "load", values)[0] = 7
    assert values[0] == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1, 0, 2], r"load\[1\] 0.0 must be"),
        ([[1, 2], [3, -4]], r"load\[1, 1\] -4.0 must be"),
        ([1, np.nan, 0], r"load\[1\] nan must be"),
        ([1, np.inf], r"load\[1\] inf must be"),
        ([], r"load \[\] must be"),
        (["1"], r"load \['1'\] must be"),
        ([True], r"load \[True\] must be"),
        ([1j], "load .* must be"),
        ([[1], [1, 2]], "load .* must be"),
        (None, "load None must be"),
        ("3", "load '3' must be"),
    ],
)
def test_refused(values, message):
    with pytest.raises(ValueError, match=message):
        _check.each(_check.positive, "load", values)


def test_the_larger_end_is_checked_too():
    with pytest.raises(ValueError, match=r"load\[0\] 1.5 must be a probability"):
        _check.each(_check.probability, "load", [1.5, 0.5])
