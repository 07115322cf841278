"""The sum that is rounded once: what the standard library's `fsum` gives, bit for bit."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload.stats.summation import exact_sum

# Sizes near and far apart, so that parts overlap, cancel and fall below the last bit.
FLOATS = st.one_of(
    st.floats(-1e300, 1e300), st.floats(-1.0, 1.0), st.sampled_from([1e16, 1.0, 2.0**-53, -(2.0**-53), -1e16, 5e-324])
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(FLOATS, max_size=30))
def test_as_the_standard_library(values):
    assert exact_sum(np.array(values, dtype=np.float64)) == math.fsum(values)


def test_what_plain_addition_loses():
    # 1e16 + 1 rounds back to 1e16, twice.
    values = np.array([1.0, 1e16, 1.0, -1e16])
    assert values[0] + values[1] + values[2] + values[3] == 0
    assert exact_sum(values) == 2


def test_a_tie_goes_by_what_is_below():
    # 1 + 2^-53 lies half-way between two floats and rounds to the even one; anything more rounds up.
    assert exact_sum(np.array([1.0, 2.0**-53])) == 1
    assert exact_sum(np.array([1.0, 2.0**-53, 2.0**-106])) == 1 + 2.0**-52
    assert exact_sum(np.array([1.0, 2.0**-53, -(2.0**-106)])) == 1


@pytest.mark.filterwarnings("ignore:invalid value")  # where kernels are not compiled, NumPy warns
@pytest.mark.parametrize(("values", "total"), [([math.inf, 1.0], math.inf), ([math.inf, -math.inf], math.nan)])
def test_what_is_not_finite(values, total):
    np.testing.assert_equal(exact_sum(np.array(values)), total)
