"""Regenerative estimates: a hand-worked jackknife, exact ratios and invariances."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload.stats import regenerative


def test_proportional_cycles_are_exact():
    interval = regenerative([2, 4, 6], [1, 2, 3])
    assert interval.mean == 2
    assert interval.half_width == 0
    assert interval.n == 3


def test_jackknife_by_hand():
    # Sums 1, 2, 6 over lengths 1, 1, 2: the ratio is 9/4, and without each cycle in turn 8/3, 7/3 and 3/2. The
    # pseudo-values 3 * 9/4 - 2 * (8/3, 7/3, 3/2) = 17/12, 25/12, 15/4 have mean 29/12.
    assert regenerative([1, 2, 6], [1, 1, 2]).mean == pytest.approx(29 / 12, rel=1e-14)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 50)), min_size=3, max_size=30))
def test_the_mean_is_the_jackknife(cycles):
    # The definition, in exact arithmetic.
    n = len(cycles)
    total, length = sum(y for y, _ in cycles), sum(t for _, t in cycles)
    pseudo = [n * Fraction(total, length) - (n - 1) * Fraction(total - y, length - t) for y, t in cycles]
    sums, lengths = zip(*cycles)
    # Pseudo-values may cancel down to a small mean: the tolerance is relative to the largest of them.
    size = float(max(map(abs, pseudo)))
    assert regenerative(sums, lengths).mean == pytest.approx(float(sum(pseudo) / n), abs=1e-12 * size)


def test_order_of_cycles_and_units_do_not_matter():
    generator = np.random.default_rng(3)
    lengths = generator.geometric(0.2, 200)
    sums = generator.gamma(lengths)
    interval = regenerative(sums, lengths)
    order = generator.permutation(200)
    again = regenerative(1000 * sums[order], 60 * lengths[order])
    assert again.mean == pytest.approx(interval.mean * 1000 / 60, rel=1e-12)
    assert again.half_width == pytest.approx(interval.half_width * 1000 / 60, rel=1e-12)


def test_a_cycle_that_dwarfs_all_others_is_refused():
    with pytest.raises(ValueError, match=r"lengths\[1\]"):
        regenerative([1, 1, 1], [1, 1e30, 1])
