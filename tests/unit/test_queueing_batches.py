"""Batch arrivals against a truncated chain, a simulation of Lindley's recursion, and single jobs."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload.queueing import MXG1, MXM1, MMc, pollaczek_khinchine_wait, stationary
from underload.random import Deterministic, Exponential, Gamma, Pareto


def test_one_or_three_jobs_by_chain():
    # Batches of 1 or 3: mean 2, scv 1/4; all states up to 300 in one matrix.
    queue, room = MXM1(0.4, [0.5, 0.0, 0.5], 1.0), 300
    generator = np.zeros((room + 1, room + 1))
    for n in range(room + 1):
        if n:
            generator[n, n - 1] = 1.0
        for size in (1, 3):
            if n + size <= room:
                generator[n, n + size] = 0.2
    law = stationary(generator - np.diag(generator.sum(axis=1)))
    n = np.arange(200)
    # What a room of 300 refuses is below 1e-14.
    np.testing.assert_allclose(queue.state_probability(n), law[:200], rtol=1e-9)
    assert queue.number_mean == pytest.approx(law @ np.arange(room + 1), rel=1e-10)
    assert queue.number_mean == pytest.approx(7.0, rel=1e-14)
    assert queue.batch_scv == pytest.approx(0.25, rel=1e-15)


def test_waits_of_first_and_of_all_by_simulation():
    # 30 replications of 10,000 batches of 1 to 5 jobs, gamma service, after 1,000 that are not counted.
    queue = MXG1(0.2, 3.0, 2 / 9, Gamma(1.25, 0.4))
    rng, firsts, alls = np.random.default_rng(5), [], []
    for _ in range(30):
        sizes = rng.integers(1, 6, 11_000)
        batch = np.repeat(np.arange(len(sizes)), sizes)
        service = rng.gamma(2.5, 0.5, len(batch))
        arrival = np.cumsum(rng.exponential(5.0, len(sizes)))[batch]
        path = np.concatenate([[0.0], np.cumsum(service[:-1] - np.diff(arrival))])
        wait = path - np.minimum.accumulate(path)
        first = np.append(True, np.diff(batch) > 0)
        firsts.append(wait[first & (batch >= 1000)].mean())
        alls.append(wait[batch >= 1000].mean())
    for found, exact in ((firsts, queue.wait_mean_of_first), (alls, queue.wait_mean)):
        error = np.std(found, ddof=1) / math.sqrt(len(found))
        assert error / exact < 0.03
        # 4 standard errors of 30 replications: below 1 in 2000 by chance, with a fixed seed.
        assert abs(np.mean(found) - exact) < 4 * error


@given(slack=st.floats(1e-9, 0.99), mean=st.integers(1, 50), scv=st.floats(0, 30), service_scv=st.floats(0.01, 30))
@settings(derandomize=True, deadline=None, max_examples=25)
def test_identities(slack, mean, scv, service_scv):
    service = Gamma(0.7, service_scv)
    queue = MXG1((1 - slack) / (mean * 0.7), float(mean), scv, service)
    # A batch is one long job: Pollaczek and Khinchine for the first of it.
    expected = pollaczek_khinchine_wait(
        arrival_rate=queue.batch_rate, service_mean=mean * 0.7, service_scv=scv + service_scv / mean
    )
    # The batch rate is rounded, which moves the slack by an ulp of 1.
    assert queue.wait_mean_of_first == pytest.approx(expected, rel=1e-12 + 1e-15 / slack)
    assert queue.wait_mean >= queue.wait_mean_of_first
    assert queue.number_mean == pytest.approx(queue.queue_mean + queue.utilization, rel=1e-12)


@pytest.mark.parametrize("slack", [0.3, 1e-9])
def test_batches_of_one_are_mm1(slack):
    queue, plain = MXM1(1 - slack, [1.0], 1.0), MMc(1 - slack, 1.0)
    assert queue.number_mean == pytest.approx(plain.number_mean, rel=1e-14)
    rho = 1 - slack
    np.testing.assert_allclose(
        queue.state_probability([0, 1, 40]), queue.slack * rho ** np.array([0, 1, 40]), rtol=1e-12
    )


def test_big_batches_of_fixed_size():
    # 100 jobs of exactly 1 at rate 0.005: a batch takes 100, the first waits 0.5/0.5 x 100 / 2, the others 49.5 more.
    queue = MXG1(0.005, 100.0, 0.0, Deterministic(1.0))
    assert queue.wait_mean_of_first == pytest.approx(50.0, rel=1e-14)
    assert queue.wait_mean == pytest.approx(99.5, rel=1e-14)


def test_no_second_moment():
    assert MXG1(0.1, 2.0, math.inf, Exponential(1.0)).wait_mean == math.inf
    assert MXG1(0.1, 2.0, 1.0, Pareto(1.0, 1.5)).number_mean == math.inf


def test_an_unstable_queue_names_its_utilization():
    with pytest.raises(ValueError, match=r"^utilization 1.2 must be below 1 \(batch_rate=0.4, batch_mean=3, "):
        MXG1(0.4, 3.0, 1.0, Exponential(1.0))


def test_batches_of_any_size_and_no_states():
    queue = MXG1(0.2, 1e160, 1.0, Exponential(1e-161))  # rho = 0.02
    assert queue.wait_mean == pytest.approx(0.1 * (0.02 / 0.98 * 2 / 2 + 1), rel=1e-12)
    assert MXM1(0.2, [0.5, 0.5], 1.0).state_probability([]).shape == (0,)
