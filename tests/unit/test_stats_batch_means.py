"""Batch means: three hand-worked adjustments, invariances, and coverage on a queue."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload._jit import kernel
from underload.random import exponential, streams
from underload.stats import batch_means, replications

T9 = 2.2621571628  # Student's 0.975 quantile for 9 degrees of freedom, from tables


def series_of(means, size=4):
    """A series whose batches of `size` items have these means."""
    return np.repeat(np.asarray(means, dtype=float), size)


def test_alternating_means_have_students_width():
    # Ten means, 1 and -1 in turn: no skewness, and a negative correlation is not used; s**2 = 10 / 9, so the half-width
    # t s / sqrt(10) is t / 3.
    interval = batch_means(series_of([1, -1] * 5))
    assert interval.mean == 0
    assert interval.half_width == pytest.approx(T9 / 3, rel=1e-9)


def test_correlated_means_are_widened():
    # Five means of -1, then five of 1: the lag-one products sum to 4 + 4 - 1 = 7 of 10, so r = 0.7 + 1 / 10 = 0.8 and
    # the half-width is sqrt(1.8 / 0.2) = 3 times t / 3.
    assert batch_means(series_of([-1] * 5 + [1] * 5)).half_width == pytest.approx(T9, rel=1e-9)


def test_skewed_means_are_widened():
    # One mean of 10 among nine of 0: deviations -1 (nine) and 9, s**2 = 90 / 9, s / sqrt(10) = 1, third moment 720,
    # B = 10 / 72 * 720 / 10**1.5 = sqrt(10), b = 1 / 6, so G(x) = 3 ((1 + x - 1 / 6)**(1 / 3) - 1).
    # The lag-one products sum to 7 - 18 = -11: no correlation.
    upper = 3 * ((5 / 6 + T9) ** (1 / 3) - 1)
    lower = 3 * (-((T9 - 5 / 6) ** (1 / 3)) - 1)
    assert batch_means(series_of([0] * 4 + [10] + [0] * 5)).half_width == pytest.approx((upper - lower) / 2, rel=1e-9)


def test_skewness_of_either_sign_widens_alike():
    up = series_of([0] * 4 + [10] + [0] * 5)
    assert batch_means(-up).half_width == pytest.approx(batch_means(up).half_width, rel=1e-12)


def test_oldest_items_that_fill_no_batch_are_left_out():
    interval = batch_means(np.r_[[1e6] * 3, series_of([1, -1] * 5, size=100)])
    assert interval.mean == 0
    assert interval.n == 1000


def test_a_constant_series_has_no_width():
    assert batch_means(np.full(100, 7.0)).half_width == 0


@settings(derandomize=True, deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 1000),
    scale=st.sampled_from([1e-250, 1e-3, 2.0, 1e90]),
    shift=st.floats(-10, 10),
    batches=st.integers(5, 20),
)
def test_follows_the_unit_of_the_series(seed, scale, shift, batches):
    series = np.random.default_rng(seed).gamma(0.5, size=400)
    plain = batch_means(series, batches)
    moved = batch_means(scale * (series + shift), batches)
    assert moved.mean == pytest.approx(scale * (plain.mean + shift), rel=1e-9, abs=1e-12 * scale)
    assert moved.half_width == pytest.approx(scale * plain.half_width, rel=1e-9)  # rounding of the shift


@kernel
def mm1_waits(state, utilization, waits):
    """Lindley's recursion for the waits of M/M/1 with service mean 1, from an empty queue."""
    wait = 0.0
    for i in range(len(waits)):
        waits[i] = wait
        wait = max(0.0, wait + exponential(state) - exponential(state) / utilization)


compiled_only = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="random bits need integers that wrap around")


@compiled_only
def test_covers_the_mean_wait_of_a_queue():
    # M/M/1 at utilization 0.9 and service mean 1 has mean wait 0.9 / 0.1 = 9 (Gross and Harris, chapter 2). 200 runs.
    waits = np.empty(100_000)
    honest = naive = 0
    for state in streams(2026, 200):
        mm1_waits(state, 0.9, waits)
        honest += 9 in batch_means(waits)
        naive += 9 in replications(waits)
    assert honest >= 186  # 93 %
    assert naive <= 40  # the check can fail: the interval for independent values is some 20 times too narrow


@compiled_only
def test_resolution_is_stated():
    # The width that coverage costs: about a fifth of the mean at utilization 0.9, as the docstring says.
    waits = np.empty(100_000)
    widths = []
    for state in streams(7, 40):
        mm1_waits(state, 0.9, waits)
        widths.append(batch_means(waits).half_width / 9)
    assert 0.15 < np.mean(widths) < 0.28
    assert all(math.isfinite(width) for width in widths)
