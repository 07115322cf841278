"""MSER-5 against its definition, and its refusal of a run that has not settled."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload.stats import mser5


def slow_mser5(series):
    """The definition: every truncation that leaves five means or more, each from scratch."""
    means = [sum(series[i : i + 5]) / 5 for i in range(0, len(series) - 4, 5)]
    rule = {}
    for drop in range(len(means) - 4):
        left = means[drop:]
        middle = sum(left) / len(left)
        rule[drop] = sum((value - middle) ** 2 for value in left) / len(left) ** 2
    return 5 * min(rule, key=rule.get)


def test_a_step_is_dropped_exactly():
    # Fifteen items of the start, then a steady pattern: any other truncation keeps a step or loses steady means.
    series = np.r_[[50.0] * 15, np.tile([1.0, 2, 3, 4, 5, 2, 3, 4, 5, 6], 20)]
    assert mser5(series) == 15


def test_nothing_is_dropped_from_a_constant():
    assert mser5(np.full(100, 3.0)) == 0
    assert mser5(np.zeros(50)) == 0


def test_tiny_values_are_not_lost():
    series = 1e-200 * np.r_[[50.0] * 15, np.tile([1.0, 2, 3, 4, 5, 2, 3, 4, 5, 6], 20)]
    assert mser5(series) == 15


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(0, 10**6), st.integers(50, 120), st.floats(0, 30))
def test_equals_the_definition(seed, n, start):
    noise = np.random.default_rng(seed).normal(size=n)
    series = noise + start * np.exp(-np.arange(n) / 8)
    expected = slow_mser5(list(series))
    if 2 * expected > n:
        with pytest.raises(ValueError, match="settle in its first half"):
            mser5(series)
    else:
        assert mser5(series) == expected


def test_a_run_that_never_settles_is_refused():
    with pytest.raises(ValueError, match="settle in its first half"):
        mser5(np.linspace(1, 0, 1000) ** 2)
