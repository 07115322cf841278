"""Load, storage and the day."""

import math
import pathlib
import runpy
import types

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload import capacity, datasets

ORACLE = pathlib.Path(__file__).parents[1] / "oracles" / "capacity_reference.py"
reference = types.SimpleNamespace(**runpy.run_path(str(ORACLE)))
FEW = settings(max_examples=40, deadline=None, derandomize=True)
FACTORS = st.floats(1, 10_000)

# --------------------------------------------------------------------------------------------------- load


def test_load_of_ten_million():
    # 10 million users x 10 requests = 100 million a day, over 86,400 s.
    assert capacity.average_load(1e7, 10) == pytest.approx(1157.407407, abs=1e-6)
    assert capacity.peak_load(1e7, 10, 3) == pytest.approx(3 * 1157.407407, abs=3e-6)
    assert isinstance(capacity.peak_load(1e7, 10, 3), float)


def test_load_broadcasts():
    users = np.array([[1e6], [1e9]])
    found = capacity.peak_load(users, [10, 20], [1, 2])
    np.testing.assert_allclose(found, users * [10, 20] * np.array([1, 2]) / 86400)


def test_people_present():
    # Each of 86,400 users stays one hour twice a day: one arrives every half second and stays 3600 s.
    assert capacity.concurrency(86_400, 3600, sessions_per_user=2) == pytest.approx(7200)
    assert capacity.concurrency(86_400, 3600, 2, 3) == pytest.approx(21_600)


@FEW
@given(users=st.floats(1, 1e10), requests=st.floats(0.1, 1e4), factor=st.floats(1, 50))
def test_a_peak_identifies_only_a_product(users, requests, factor):
    peak = capacity.peak_load(users, requests, factor)
    assert capacity.identified_product(peak, users) == pytest.approx(requests * factor, rel=1e-14)
    assumed = np.array([requests, 2 * requests])
    np.testing.assert_allclose(capacity.consistent_pairs(peak, users, assumed), [factor, factor / 2], rtol=1e-14)


# ------------------------------------------------------------------------------------------------ storage


@pytest.mark.parametrize(("growth", "retention"), [(0, math.inf), (0.5, math.inf), (-0.3, 20.5), (1e-9, 30), (9, 7)])
def test_storage_is_a_sum_over_time(growth, retention):
    found = capacity.stored_bytes(1e12, [0, 5, 40], growth_per_year=growth, retention_days=retention)
    expected = [reference.stored_bytes(1e12, days, growth, retention) for days in (0, 5, 40)]
    # The midpoint rule with steps of a thousandth of a day: an error of (rate / 1000)^2 / 24 < 1e-11.
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_storage_keeps_its_digits_at_little_growth():
    with mpmath.workdps(50):
        rate = mpmath.log(1 + mpmath.mpf(1e-12)) / 365
        expected = float(1e12 * (mpmath.exp(rate * 365) - 1) / rate)
    assert capacity.stored_bytes(1e12, 365, growth_per_year=1e-12) == pytest.approx(expected, rel=1e-15)


def test_copies():
    # 100 bytes written, 50 after compression; 3 replicas of 50 + 20 of index, 2 backups of 50.
    stored = capacity.stored_bytes(100, 1, replicas=3, index_ratio=0.4, compression=2, backups=2)
    assert stored == pytest.approx(3 * 70 + 2 * 50)
    assert isinstance(stored, float)


def test_retention_makes_a_steady_state():
    stored = capacity.stored_bytes(1e9, np.array([10.0, 90.0, 5000.0]), retention_days=90)
    np.testing.assert_allclose(stored, [1e10, 9e10, 9e10])


def test_storage_beyond_a_float_is_refused():
    with pytest.raises(ValueError, match="growth_per_year"):
        capacity.stored_bytes(1, 1e6, growth_per_year=9)


def test_egress_is_two_orders_above_storage():
    # 10 million users, 5 views of 2.4 MB each: 120 TB a day, beside 1 TB stored.
    assert capacity.egress(1e7, 5, 2.4e6) == pytest.approx(120e12)


# ------------------------------------------------------------------------------------------------ the day


@FEW
@given(factor=FACTORS)
def test_concentration_solves_its_equation(factor):
    kappa = capacity.von_mises_concentration(factor)
    with mpmath.workdps(40):
        found = float(mpmath.exp(kappa) / mpmath.besseli(0, kappa)) if kappa < 1e5 else math.sqrt(2 * math.pi * kappa)
    # Above 1e5 the ratio is sqrt(2 pi kappa) (1 - 1 / (8 kappa)).
    assert found == pytest.approx(factor, rel=1e-13 if kappa < 1e5 else 2e-6)


def test_concentration_near_one():
    # exp(k) / I0(k) = 1 + k + ..., so that k is the excess itself.
    assert capacity.von_mises_concentration(1) == 0
    assert capacity.von_mises_concentration(1 + 2**-40) == pytest.approx(2**-40, rel=1e-11)


@FEW
@given(factor=st.floats(1, 100), peak=st.floats(-50, 50))
def test_a_day_has_mean_one_and_its_peak(factor, peak):
    # The trapezoidal rule over a period converges geometrically; 4096 points are enough up to kappa = 1600.
    hours = np.arange(4096) * 24 / 4096
    profile = capacity.diurnal_profile(hours, factor, peak)
    assert profile.mean() == pytest.approx(1, rel=1e-12)
    assert capacity.diurnal_profile(peak, factor, peak) == pytest.approx(factor, rel=1e-15)
    assert capacity.diurnal_profile(peak + 24, factor, peak) == pytest.approx(factor, rel=1e-10)
    assert profile.max() <= factor


def test_a_mixture_is_the_sum_of_its_zones():
    hours = np.linspace(0, 24, 25)
    found = capacity.mixed_profile(hours, [0, 5.75, -3, 0], [1, 2, 3, 4], 4, 19)
    parts = [w * capacity.diurnal_profile(hours + o, 4, 19) for o, w in zip([0, 5.75, -3, 0], [1, 2, 3, 4])]
    np.testing.assert_allclose(found, sum(parts) / 10, rtol=1e-14)
    # A user 5.75 h east of Greenwich has his 19:00 at 13:15 universal time.
    assert capacity.mixed_peak([5.75], [1], 4, 19).utc_hour == pytest.approx(13.25, abs=1e-6)


@FEW
@given(
    offsets=st.lists(st.floats(-12, 14), min_size=1, max_size=6),
    factor=st.floats(1, 500),
    weights=st.lists(st.floats(0.1, 10), min_size=6, max_size=6),
)
def test_the_peak_of_a_mixture_is_its_maximum(offsets, factor, weights):
    weights = weights[: len(offsets)]
    peak = capacity.mixed_peak(offsets, weights, factor)
    assert 1 <= peak.factor <= factor
    assert 0 <= peak.utc_hour < 24
    dense = capacity.mixed_profile(np.linspace(0, 24, 100_001), offsets, weights, factor)
    assert dense.max() <= peak.factor * (1 + 1e-12)
    assert peak.factor == pytest.approx(dense.max(), rel=1e-4)
    at_peak = capacity.mixed_profile(peak.utc_hour, offsets, weights, factor)
    assert at_peak == pytest.approx(peak.factor, rel=1e-9)


def test_zones_all_around_the_world_leave_no_peak():
    # 24 equal zones: the profile is its own mean up to the 24th harmonic, I24(k) / I0(k) < 1e-20 at a factor of 3.
    assert capacity.mixed_peak_factor(np.arange(24.0), np.ones(24), 3) == pytest.approx(1, abs=1e-12)


def test_the_world_has_a_lower_peak_than_a_country():
    metros = datasets.load("metros")
    country = metros.where(country="US")
    world = capacity.mixed_peak_factor(metros["utc_offset_hours"], metros["population"], 3)
    states = capacity.mixed_peak_factor(country["utc_offset_hours"], country["population"], 3)
    assert 1.6 < world < 1.8 < 2.7 < states < 3


def test_offsets():
    zones = ["Asia/Kathmandu", "America/St_Johns", "UTC", "Europe/London"]
    np.testing.assert_array_equal(capacity.utc_offsets(zones), [5.75, -3.5, 0, 0])
    np.testing.assert_array_equal(capacity.utc_offsets(zones, when="2025-07-15"), [5.75, -2.5, 0, 1])


def test_offsets_of_the_table():
    metros = datasets.load("metros")
    zones, first = np.unique(metros["zone"], return_index=True)
    np.testing.assert_array_equal(capacity.utc_offsets(zones), metros["utc_offset_hours"][first])
