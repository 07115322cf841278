"""The histogram's three promises: relative error, exact merging, and no answer where it has none."""

import functools
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload._jit import kernel
from underload.stats import Histogram, quantile, record

VALUES = st.lists(st.one_of(st.just(0.0), st.floats(1e-9, 1e9), st.integers(1, 1000)), min_size=1, max_size=60)


def filled(values, *shape):
    histogram = Histogram(*shape)
    histogram.add(values)
    return histogram


@settings(derandomize=True, deadline=None, max_examples=100)
@given(VALUES, st.sampled_from([1e-4, 0.01, 0.5]), st.floats(0, 1))
def test_relative_error(values, error, q):
    # The order statistic that the quantile stands for: the smallest that at least q n values do not exceed.
    true = sorted(values)[max(math.ceil(q * len(values) * (1 - 1e-15)), 1) - 1]
    assert abs(filled(values, error).quantile(q) - true) <= error * true


@pytest.mark.parametrize("error", [1e-4, 0.003, 0.01, 0.3])
def test_relative_error_at_every_scale(error):
    # Values around powers of two, where the approximate logarithm changes polynomial, and everywhere between.
    powers = 2.0 ** np.arange(-29, 30)
    values = np.sort(np.r_[powers, np.nextafter(powers, 0), np.nextafter(powers, 1e99), np.geomspace(2e-9, 9e8, 500)])
    histogram = filled(values, error)
    estimates = histogram.quantile((np.arange(len(values)) + 0.5) / len(values))
    assert np.all(np.abs(estimates - values) <= error * values)


def test_the_error_is_reached():
    # A bin is as wide as allowed, nearly: else the histogram would hold more bins than it needs.
    low, high, _ = filled(np.geomspace(1, 2, 10_000)).bins()
    widest = np.max((high - low) / (high + low))
    assert 0.0099 < widest <= 0.01


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.lists(VALUES, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_merging_is_adding_in_any_order_and_grouping(parts, shuffle):
    whole = filled(np.concatenate(parts))
    histograms = [filled(part) for part in parts]
    assert functools.reduce(Histogram.merge, histograms) == whole
    shuffle.shuffle(histograms)
    assert functools.reduce(lambda right, left: left.merge(right), histograms) == whole
    assert histograms[0].count < whole.count  # the parts are unchanged


def test_zero_is_exact():
    histogram = filled([0.0] * 9 + [5.0])
    assert histogram.quantile(0.9) == 0
    assert histogram.quantile(0.91) == pytest.approx(5, rel=0.01)
    low, high, counts = histogram.bins()
    assert (low[0], high[0], counts[0]) == (0, 0, 9)


def test_the_ends_of_the_range_are_inside():
    histogram = filled([1e-9, 1e9])
    assert histogram.quantile(0) == pytest.approx(1e-9, rel=0.01)
    assert histogram.quantile(1) == pytest.approx(1e9, rel=0.01)


@pytest.mark.parametrize(
    ("value", "words"), [(1e-12, "below lowest=1e-09"), (5e-324, "below"), (1e12, "above highest")]
)
def test_no_answer_outside_the_range(value, words):
    histogram = filled([1.0, 1.0, value])
    assert histogram.count == 3
    assert histogram.quantile(0.5) == pytest.approx(1, rel=0.01)
    with pytest.raises(ValueError, match=words):
        histogram.quantile(0 if value < 1 else 1)


@kernel
def _simulator(counts, scale, first, values):
    for value in values:
        record(counts, scale, first, value * 2.0)


def test_recording_inside_a_kernel_is_adding():
    values = np.random.default_rng(2).exponential(size=1000)
    histogram = Histogram()
    _simulator(histogram.counts, histogram.scale, histogram.first, values)
    assert histogram == filled(2 * values)
    assert Histogram.from_counts(histogram.counts) == histogram


@pytest.mark.parametrize("value", [-1e-9, -math.inf, math.nan])
def test_an_invalid_value_in_a_kernel_is_reported(value):
    histogram = filled([1.0])
    record(histogram.counts, histogram.scale, histogram.first, value)
    with pytest.raises(ValueError, match="negative values or NaN"):
        histogram.quantile(0.5)


def test_infinity_in_a_kernel_is_above_the_range():
    histogram = filled([1.0])
    record(histogram.counts, histogram.scale, histogram.first, math.inf)
    with pytest.raises(ValueError, match="above highest"):
        histogram.quantile(1)


def test_a_refused_value_counts_nothing():
    histogram = filled([1.0])
    with pytest.raises(ValueError, match=r"values\[1\]"):
        histogram.add([2.0, -1.0])
    assert histogram.count == 1


def test_bins_tile_the_line():
    values = np.geomspace(0.5, 50, 3000)
    low, high, counts = filled(values, 0.02).bins()
    np.testing.assert_allclose(low[1:], high[:-1], rtol=1e-14)  # the same edge, computed for two bins
    # Each bin holds what lies in it; a value within rounding of an edge may fall on either side.
    expected = [np.count_nonzero((values > a) & (values <= b)) for a, b in zip(low, high)]
    assert np.max(np.abs(counts - expected)) <= 1
    assert counts.sum() == 3000


def test_bytes_and_pickles_keep_everything():
    histogram = filled([0.0, 1e-12, 3.0, 4e4, 1e12], 0.03, 1e-6, 1e6)
    content = histogram.to_bytes()
    assert Histogram.from_bytes(content) == histogram
    assert pickle.loads(pickle.dumps(histogram)) == histogram
    for position in range(len(content)):  # one flipped bit never goes unseen
        damaged = bytearray(content)
        damaged[position] ^= 1
        with pytest.raises(ValueError, match="to_bytes"):
            Histogram.from_bytes(bytes(damaged))


def test_histograms_of_different_shape_are_different():
    assert filled([1.0]) != filled([1.0], 0.02)
    assert filled([1.0]) != filled([2.0])
    assert Histogram() != "a histogram"


def test_same_quantile_as_the_exact_one():
    values = np.random.default_rng(4).lognormal(size=5000)
    histogram = filled(values, 1e-4)
    for q in (0.01, 0.5, 0.9, 0.99):
        assert histogram.quantile(q) == pytest.approx(quantile(values, q, confidence=0.5).mean, rel=1e-4)


def test_shown_for_a_reader():
    assert repr(filled([1.0])) == "<Histogram of 1 values, 0.01 relative error in [1e-09, 1e+09]>"
