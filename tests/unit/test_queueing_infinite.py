"""M/M/inf, and Poisson weights in logarithms against 50 digits."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload.queueing import MMc, MMInf
from underload.queueing.infinite import log_poisson


@pytest.mark.parametrize("mean", [1e-300, 1e-3, 1.0, 9.5, 170.0, 1e4, 1e6, 1e9])
def test_log_poisson_to_the_last_digits(mean):
    asked = {0, 1, 5, 15, 16, 17, 171, *(max(0, int(mean + root * math.sqrt(mean))) for root in (-30, -3, 0, 1, 5, 30))}
    with mpmath.workdps(50):
        for n in asked:
            exact = n * mpmath.log(mean) - mpmath.mpf(mean) - mpmath.loggamma(n + 1)
            # An error of the logarithm is a relative one of the weight; rounding is relative to the logarithm.
            assert abs(log_poisson(n, mean) - exact) <= 1e-14 + 1e-15 * abs(exact), n


def test_by_hand():
    # Load 2: e^-2 (1, 2, 2, 4/3).
    station = MMInf(6, 3)
    np.testing.assert_allclose(
        station.state_probability([0, 1, 2, 3]), np.exp(-2) * np.array([1, 2, 2, 4 / 3]), rtol=1e-14
    )
    assert station.offered_load == station.number_mean == 2
    assert station.response_mean == 1 / 3
    assert station.throughput == 6
    assert station.wait_mean == station.queue_mean == station.wait_probability == station.blocking_probability == 0
    assert station.wait_tail([0.0, 1.0]).tolist() == [0.0, 0.0]
    assert station.wait_quantile(0.9) == 0.0
    assert station.response_tail(1.0) == pytest.approx(math.exp(-3), rel=1e-15)
    assert station.response_quantile([0.5])[0] == pytest.approx(math.log(2) / 3, rel=1e-15)
    assert MMInf(0, 1).state_probability([0, 1]).tolist() == [1.0, 0.0]


@given(load=st.floats(0.01, 200))
@settings(derandomize=True, deadline=None, max_examples=20)
def test_it_is_the_limit_of_many_servers(load):
    # With 40 roots to spare a queue has a probability below 1e-300.
    station, queue = MMInf(load, 1.0), MMc(load, 1.0, int(load + 40 * math.sqrt(load)) + 400)
    n = np.arange(int(load + 10 * math.sqrt(load) + 30))
    probability = station.state_probability(n)
    np.testing.assert_allclose(probability, queue.state_probability(n), rtol=1e-13)
    assert probability @ n == pytest.approx(load, rel=1e-9)
    assert probability.sum() == pytest.approx(1, rel=1e-9)
