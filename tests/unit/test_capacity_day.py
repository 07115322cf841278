"""The kernels of the day where it is hard: concentrations to their last digits, crests of nearly the same height."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload import capacity
from underload.capacity import _day

FEW = settings(max_examples=40, deadline=None, derandomize=True)


def _ratio(kappa):
    """exp(kappa) / I0(kappa) - 1 in 50 digits."""
    with mpmath.workdps(50):
        return mpmath.exp(kappa) / mpmath.besseli(0, mpmath.mpf(kappa)) - 1


@FEW
@given(excess=st.floats(-52, math.log2(99)).map(lambda power: 2.0**power))
def test_concentration_to_its_last_digits(excess):
    factor = 1 + excess
    kappa = capacity.von_mises_concentration(factor)
    # A root between two numbers that differ by 2e-15 of it.
    assert _ratio(kappa * (1 - 2e-15)) < factor - 1 < _ratio(kappa * (1 + 2e-15))


@pytest.mark.parametrize("kappa", [1e-9, 0.3, 0.8, 1.0, 16.0, 1e4])
def test_the_means_around_the_circle(kappa):
    inside, outside, slope = _day.valley(kappa)
    with mpmath.workdps(40):
        scale = mpmath.exp(-mpmath.mpf(kappa))
        i0, i1 = mpmath.besseli(0, kappa) * scale, mpmath.besseli(1, kappa) * scale
    assert inside == pytest.approx(float(i0), rel=1e-15)
    assert slope == pytest.approx(float(i0 - i1), rel=1e-15)
    if inside > 0.5:
        assert outside == pytest.approx(float(1 - i0), rel=1e-15)


@pytest.mark.parametrize("factor", [5.0, 50.0, 500.0])
@pytest.mark.parametrize("heavier", [-1e-6, 1e-6])
def test_the_higher_of_two_crests(factor, heavier):
    # Crests far from each other and at odd places, one of them a millionth higher: by turns the one and the other.
    offsets, weights = [0.0123, 7.3711], [1, 1 + heavier]
    peak = capacity.mixed_peak(offsets, weights, factor)
    for offset in offsets:
        near = 20 - offset + np.linspace(-0.05, 0.05, 2001)
        assert capacity.mixed_profile(near, offsets, weights, factor).max() <= peak.factor
    assert peak.utc_hour == pytest.approx(20 - offsets[heavier > 0], abs=0.05)


def test_the_peak_lies_in_the_middle_of_two_equal_zones():
    assert capacity.mixed_peak([0, 2], [1, 1], 3).utc_hour == pytest.approx(19, abs=1e-9)


@pytest.mark.parametrize(
    ("offset", "peak_hour", "hour"), [(7.1875, 20, 12.8125), (-5, 20, 1), (0, -3, 21), (-4, 20, 0), (0, -1e-17, 0)]
)
def test_one_zone_peaks_at_its_own_hour(offset, peak_hour, hour):
    # To the last bit, and at 0 where rounding would make it 24.
    assert capacity.mixed_peak([offset], [1], 8, peak_hour) == capacity.DailyPeak(8.0, hour)


def test_hours_far_away_are_hours_of_a_day():
    # 2^50 days: adding them to an hour with three binary places loses nothing.
    far = 24 * 2.0**40
    hours = np.array([0, 5.125, 19.75, 23.875])
    np.testing.assert_array_equal(
        capacity.mixed_profile(hours + far, [1 - far, 3.5], [1, 2], 4, peak_hour=far + 18),
        capacity.mixed_profile(hours, [1, 3.5], [1, 2], 4, peak_hour=18),
    )
    assert 0 <= capacity.diurnal_profile(1e300, 7.0) <= 7
    assert capacity.mixed_profile(hours.reshape(2, 2), [0], [1], 3).shape == (2, 2)


def test_a_zone_may_be_named_more_than_once():
    once = capacity.mixed_peak([0, 5.5], [3, 4], 3)
    assert capacity.mixed_peak([5.5, 0, 5.5, 24], [1, 2, 3, 1], 3) == once


def test_weights_may_be_large_or_small():
    assert capacity.mixed_peak_factor([0, 5], [1.5e308, 1.5e308], 3) == capacity.mixed_peak_factor([0, 5], [1, 1], 3)
    assert capacity.mixed_peak_factor([0, 5], [5e-324, 0], 3) == 3
