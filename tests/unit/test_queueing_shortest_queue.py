"""Join the shortest queue against its Markov chain, its bounds and M/M/1."""

import numpy as np
import parallel_reference as reference
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate
from underload.queueing import JoinShortestQueue, MMc, RoundRobin


@pytest.mark.parametrize(("servers", "load", "most", "threshold"), [(2, 0.6, 30, 25), (3, 0.5, 11, 9), (4, 0.4, 7, 4)])
def test_the_shortest_queue_by_the_chain(servers, load, most, threshold):
    expected = reference.shortest_queue_mean(load * servers, servers, most)
    system = JoinShortestQueue(load * servers, 1.0, servers, threshold=threshold)
    # The chain leaves out full queues: a few times load^(servers most), which is 1e-9 at most.
    assert system.response_low <= expected * (1 + 1e-8)
    assert expected * (1 - 1e-8) <= system.response_high
    assert system.response_high == pytest.approx(system.response_low, rel=1e-5)


def test_one_shortest_queue_is_a_queue():
    system, queue = JoinShortestQueue(0.9, 1.0, 1), MMc(0.9, 1.0)
    assert system.response_low == pytest.approx(10.0, rel=1e-12)
    assert system.response_high == pytest.approx(10.0, rel=1e-12)
    assert system.wait_probability == pytest.approx(queue.wait_probability, rel=1e-12)
    t = np.array([0.0, 0.3, 20.0])
    np.testing.assert_allclose(system.response_tail(t), queue.response_tail(t), rtol=1e-11)


def test_the_tail_of_the_shortest_queue_integrates_to_its_mean():
    system = JoinShortestQueue(3.6, 2.0, 2)
    mean, _ = integrate.quad(system.response_tail, 0, 100, epsabs=1e-12, limit=200)
    assert mean == pytest.approx(system.response_mean, rel=1e-9)
    assert system.wait_mean == pytest.approx(system.response_mean - 0.5, rel=1e-14)
    assert system.number_mean == pytest.approx(3.6 * system.response_mean, rel=1e-14)


def test_many_servers_have_bounds_only():
    system = JoinShortestQueue(900.0, 1.0, 1000)
    assert system.response_floor == MMc(900.0, 1.0, 1000).response_mean
    assert system.response_floor < system.response_ceiling == RoundRobin(900.0, 1.0, 1000).response_mean
    with pytest.raises(ValueError, match="servers 1000 must be at most 8"):
        system.response_mean  # noqa: B018


@given(load=st.floats(0.05, 0.98), threshold=st.integers(2, 12))
@settings(derandomize=True, deadline=None, max_examples=15)
def test_the_thresholds_enclose_the_truth(load, threshold):
    truth = JoinShortestQueue(2 * load, 1.0, 2).response_mean
    rough = JoinShortestQueue(2 * load, 1.0, 2, threshold=threshold)
    assert rough.response_floor <= rough.response_low <= truth * (1 + 1e-10)
    assert truth * (1 - 1e-10) <= rough.response_high <= rough.response_ceiling
    # Better than two random choices of very many servers? No: with two servers both are seen.
    assert truth >= MMc(2 * load, 1.0, 2).response_mean
