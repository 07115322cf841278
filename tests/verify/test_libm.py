"""The error of the package's own functions over 100 000 and more arguments each, against high precision."""

import libm_points
import pytest

pytestmark = pytest.mark.verify


@pytest.mark.parametrize(
    ("name", "measured"),
    [("log", 0.8), ("exp", 0.8), ("log1p", 0.8), ("expm1", 0.8), ("sin", 0.8), ("cos", 0.8), ("power", 0.8)],
)
def test_error_is_what_the_docstring_says(name, measured):
    worst = libm_points.worst_ulp(name, libm_points.points(name, 40_000))
    print(name, worst)
    assert 0.5 < worst < measured + 0.01
