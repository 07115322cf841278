"""The error of the package's own functions over 100 000 and more arguments each, against high precision."""

import libm_points
import pytest

pytestmark = pytest.mark.verify


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("log", 0.76),
        ("log2", 0.501),
        ("exp", 0.86),
        ("log1p", 0.8),
        ("expm1", 0.86),
        ("sin", 0.75),
        ("cos", 0.75),
        ("power", 0.81),
        ("lgamma", 2.4),
        ("erf", 0.87),
        ("erfc", 2.4),
    ],
)
def test_error_is_what_the_docstring_says(name, stated):
    worst = libm_points.worst_ulp(name, libm_points.points(name, 40_000))
    assert 0.49 < worst < stated
