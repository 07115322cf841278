"""M/M/1 by its closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload.queueing import MM1, MMc


@given(part=st.floats(0.001, 0.999), rate=st.floats(0.001, 1000))
@settings(derandomize=True, deadline=None, max_examples=30)
def test_closed_forms(part, rate):
    queue = MM1(part * rate, rate)
    drain = rate - queue.arrival_rate
    rho = queue.arrival_rate / rate
    assert queue.servers == 1
    # 1e-12: 1 - rho and rate - arrival rate cancel up to three digits here.
    assert queue.number_mean == pytest.approx(rho / (1 - rho), rel=1e-12)
    assert queue.response_quantile(0.99) == pytest.approx(math.log(100) / drain, rel=1e-12)
    n = np.array([0, 1, 2, 30])
    np.testing.assert_allclose(queue.state_probability(n), (1 - rho) * rho**n, rtol=1e-11)
    assert queue.wait_mean == MMc(queue.arrival_rate, rate, 1).wait_mean


def test_exact_distance_to_saturation():
    queue = MM1.from_slack(1e-12, service_rate=2.0)
    assert type(queue) is MM1
    assert queue.response_mean == pytest.approx(0.5e12, rel=1e-15)
    assert queue.throughput == queue.arrival_rate == pytest.approx(2.0)
    assert queue.blocking_probability == 0.0


def test_an_unstable_queue_names_its_utilization():
    with pytest.raises(ValueError, match=r"^utilization 1.5 must be below 1"):
        MM1(3, 2)
