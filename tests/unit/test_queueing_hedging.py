"""Hedged requests against closed forms, plain simulation and brute-force search."""

import math

import numpy as np
import parallel_reference as reference
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate
from underload import random
from underload.queueing import FanOut, Hedged, Mixture, best_delay, best_hedge

BIMODAL = Mixture([99, 1], [random.Deterministic(10.0), random.Deterministic(1000.0)])


def test_exponential_replicas():
    # Until D one exponential, then two: E = 1 - e^-D / 2, P(T > t) = e^-(2 t - D). Three copies: a third part.
    delay = 0.5
    hedged = Hedged(random.Exponential(1.0), delay)
    assert hedged.response_mean == pytest.approx(1 - math.exp(-delay) / 2, rel=1e-14)
    assert hedged.extra_load == pytest.approx(math.exp(-delay), rel=1e-15)
    np.testing.assert_allclose(hedged.response_tail([0.2, 3.0]), np.exp([-0.2, delay - 6.0]), rtol=1e-14)
    assert hedged.response_quantile(0.999) == pytest.approx((delay - math.log(0.001)) / 2, rel=1e-12)
    three = Hedged(random.Exponential(1.0), delay, copies=3)
    a, b = math.exp(-delay), math.exp(-3 * delay)
    assert three.response_mean == pytest.approx((1 - a) + (a - b) / 2 + b / 3, rel=1e-13)
    assert three.extra_load == pytest.approx(a + b, rel=1e-14)


def test_a_second_request_for_one_percent():
    # 1 % of answers are slow; of 100 leaves at least one is in 63 % of the requests. A hedge at the p95 costs 1 %, and
    # both copies are slow once in 10^4: 1 - (1 - 1e-4)^100 = 1 %.
    hedged = Hedged.at_quantile(BIMODAL, 0.95)
    assert hedged.delay == 10.0
    assert hedged.extra_load == pytest.approx(0.01, rel=1e-12)
    assert FanOut(BIMODAL, 100).response_tail(20.0) == pytest.approx(1 - 0.99**100, rel=1e-12)
    assert FanOut(hedged, 100).response_tail(20.0) == pytest.approx(1 - 0.9999**100, rel=1e-9)
    assert FanOut(hedged, 100).response_quantile(0.98) == 20.0


def test_a_hedge_that_is_due_at_an_answer_is_not_sent():
    hedged = Hedged([1.0, 1.0, 1.0, 5.0], delay=1.0)
    assert hedged.extra_load == 0.25
    # 3/4: 1. Else the second answers at 2 (3/4) or the first at 5 before the second at 6.
    assert hedged.response_mean == pytest.approx(0.75 + 0.25 * (0.75 * 2 + 0.25 * 5))


@pytest.mark.parametrize(("delay", "copies", "probability"), [(0.7, 2, 1.0), (0.4, 3, 0.6), (0.0, 2, 1.0)])
def test_simulated(delay, copies, probability):
    n = 100_000
    times, sent = reference.hedged_sample(
        lambda rng: rng.lognormvariate(0.0, 1.2), delay, copies, probability, n, seed=11
    )
    leaf = random.Lognormal(math.exp(0.72), math.expm1(1.44))
    hedged = Hedged(leaf, delay, copies, probability)
    # Nine comparisons, each at 4 standard errors: 6e-4 in all.
    checks = [
        (times, hedged.response_mean),
        (sent - 1.0, hedged.extra_load),
        ((times > 2) * 1.0, hedged.response_tail(2)),
    ]
    for sample, expected in checks:
        error = sample.std() / math.sqrt(n)
        assert error <= 0.02 * expected + 1e-12
        assert sample.mean() == pytest.approx(expected, abs=4 * error + 1e-12)


def test_quadrature():
    leaf = random.Weibull(1.0, 0.6)
    hedged = Hedged(leaf, 1.3, probability=0.7)

    def tail(t):
        return (1 - leaf.cdf(t)) * (1 - 0.7 * leaf.cdf(t - 1.3))

    expected = sum(
        integrate.quad(tail, a, b, epsabs=1e-13, limit=200)[0] for a, b in ((0, 0.1), (0.1, 1.3), (1.3, 150))
    )
    assert hedged.response_mean == pytest.approx(expected, rel=1e-9)
    t = hedged.response_quantile(0.99)
    assert tail(t) == pytest.approx(0.01, rel=1e-10)


def test_measured_leaves_are_their_enumeration():
    samples, delay = [1.0, 2.0, 4.0, 9.0], 0.1
    outcomes = [min(x, delay + y) if x > delay else x for x in samples for y in samples]
    hedged = Hedged(samples, delay)
    assert hedged.response_mean == pytest.approx(np.mean(outcomes), rel=1e-14)
    for t in sorted(set(outcomes)):
        assert hedged.response_tail(t) == pytest.approx(np.mean(np.array(outcomes) > t), abs=1e-14)


def test_no_hedge_and_full_replication():
    leaf = random.Gamma(1.0, 2.0)
    assert Hedged(leaf, 3.0, copies=1).extra_load == 0.0
    assert Hedged(leaf, 3.0, copies=1).response_mean == pytest.approx(1.0, rel=1e-12)
    assert Hedged(leaf, 3.0, probability=0.0).response_mean == pytest.approx(1.0, rel=1e-12)
    # At once to four exponential replicas: the fastest, with a quarter of the mean.
    assert Hedged(random.Exponential(1.0), 0.0, copies=4).response_mean == pytest.approx(0.25, rel=1e-13)
    assert Hedged(random.Exponential(1.0), 0.0, copies=4).extra_load == 3.0
    # The minimum of two leaves with an infinite mean may have a finite one.
    assert Hedged(lambda t: (1 + t) ** -0.8, 1.0).response_mean < math.inf
    assert Hedged(lambda t: (1 + t) ** -0.4, 1.0).response_mean == math.inf


@pytest.mark.parametrize("copies", [2, 3])
def test_the_best_delay_spends_the_budget(copies):
    leaf = random.Lognormal(1.0, 4.0)
    delay = best_delay(leaf, budget=0.05, copies=copies)
    assert Hedged(leaf, delay, copies).extra_load == pytest.approx(0.05, rel=1e-9)
    # By brute force: of 200 delays within the budget none is better at any of three quantiles of a fan-out.
    affordable = [d for d in np.linspace(0, 12, 200) if Hedged(leaf, d, copies).extra_load <= 0.05]
    for q in (0.5, 0.99, 0.999):
        best = FanOut(Hedged(leaf, delay, copies), 100).response_quantile(q)
        assert best <= min(FanOut(Hedged(leaf, d, copies), 100).response_quantile(q) for d in affordable[:20])


def test_the_best_delay_of_steps():
    assert best_delay(BIMODAL, budget=0.01) == 10.0
    assert best_delay(BIMODAL, budget=0.009) == 1000.0
    assert best_delay(BIMODAL, budget=1.0) == 0.0
    assert best_delay(BIMODAL, budget=0.0102, copies=3) == pytest.approx(10.0, rel=1e-14)


def test_a_hedge_by_chance_helps_where_a_certain_one_is_too_late():
    # With 1 % more load a certain hedge is sent at the p99, after the p95 has passed.
    leaf = random.Lognormal(1.0, 4.0)
    plain = FanOut(leaf, 1).response_quantile(0.95)
    certain = Hedged(leaf, best_delay(leaf, budget=0.01))
    assert certain.response_quantile(0.95) == pytest.approx(plain, rel=1e-12)
    chance = best_hedge(leaf, budget=0.01, quantile=0.95)
    assert chance.extra_load == pytest.approx(0.01, rel=1e-9)
    assert 0 < chance.probability < 1
    assert chance.response_quantile(0.95) < 0.96 * plain
    # By brute force, on a grid of delays: P(T > t) at the claimed optimum cannot be pushed below 5 %.
    t = chance.response_quantile(0.95)
    delays = np.linspace(0, t, 4001)
    late = 1 - leaf.cdf(delays)
    tails = (1 - leaf.cdf(t)) * (1 - np.minimum(1, 0.01 / late) * leaf.cdf(t - delays))
    assert tails.min() == pytest.approx(0.05, rel=1e-6)


@given(delay=st.floats(0.0, 5.0), later=st.floats(0.01, 5.0), scv=st.floats(0.1, 20), copies=st.integers(2, 4))
@settings(derandomize=True, deadline=None, max_examples=25)
def test_a_later_hedge_is_cheaper_and_slower(delay, later, scv, copies):
    leaf = random.Lognormal(1.0, scv)
    soon, late = Hedged(leaf, delay, copies), Hedged(leaf, delay + later, copies)
    assert late.extra_load <= soon.extra_load
    times = np.linspace(0.0, 12.0, 40)
    assert np.all(late.response_tail(times) >= soon.response_tail(times) - 1e-15)
    assert soon.response_mean <= late.response_mean * (1 + 1e-12) <= leaf.mean * (1 + 1e-11)
