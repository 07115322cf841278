"""The interval itself, and Student's interval of independent values."""

import math
import pickle

import numpy as np
import pytest
from underload.stats import Interval, replications


def test_ends_follow_from_the_half_width():
    interval = Interval(3.0, 0.5, 0.95, 10)
    assert (interval.low, interval.high) == (2.5, 3.5)
    assert 2.5 in interval
    assert 3.5 in interval
    assert 2.499 not in interval
    assert 3.501 not in interval


def test_ends_can_lie_at_different_distances():
    interval = Interval(3.0, 1.5, 0.95, 10, low=2.0, high=5.0)
    assert 2.0 in interval
    assert 4.9 in interval
    assert 1.9 not in interval


def test_fields_are_plain_numbers():
    interval = Interval(np.float64(3), np.float32(0.5), 0.95, np.int64(10))
    assert [type(value) for value in (interval.mean, interval.half_width, interval.n, interval.low)] == [
        *(float, float, int, float)
    ]
    assert pickle.loads(pickle.dumps(interval)) == interval


def test_shown_for_a_reader():
    assert str(Interval(8.97123, 0.61456, 0.95, 10)) == "8.971 in [8.357, 9.586] (95 %)"


def test_frozen():
    with pytest.raises(AttributeError):
        Interval(3.0, 0.5, 0.95, 10).mean = 4


def test_replications_by_hand():
    # 1..5: mean 3, s = sqrt(10 / 4), and Student's 0.975 quantile for 4 degrees of freedom is 2.776 in every table.
    interval = replications([1, 2, 3, 4, 5])
    assert interval.mean == 3
    assert interval.n == 5
    assert interval.half_width == pytest.approx(2.776 * math.sqrt(2.5) / math.sqrt(5), rel=1e-3)  # the table's digits


def test_replications_of_two_values():
    # Two values at distance d: s / sqrt(2) = d / 2, and t(1) at 0.975 is tan(0.475 pi) = 12.706.
    assert replications([10.0, 12.0]).half_width == pytest.approx(math.tan(0.475 * math.pi), rel=1e-12)


def test_equal_values_have_no_width():
    assert replications([0.1] * 7).half_width == pytest.approx(0, abs=1e-15)  # the mean of 0.1 may round


def test_tiny_values_keep_their_width():
    # Squares of these underflow to zero.
    assert replications([1e-200, 3e-200]).half_width == pytest.approx(1e-200 * math.tan(0.475 * math.pi), rel=1e-12)


def test_more_confidence_is_wider():
    widths = [replications([1, 2, 4], confidence=c).half_width for c in (0.5, 0.8, 0.95, 0.999)]
    assert widths == sorted(widths)
    assert widths[0] < widths[-1] / 10
