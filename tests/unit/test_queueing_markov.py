"""Finite Markov chains against matrices with 40 digits, closed forms and each other."""

import math

import matrix_reference
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, sparse
from underload.queueing import accumulated, birth_death_generator, stationary, transient
from underload.queueing.elimination import propagator
from underload.queueing.uniformisation import CLOCK, mix_over_time, poisson_weights


def mm1(utilization, room):
    return birth_death_generator(np.full(room, utilization), np.ones(room))


def random_generator(seed, n=6, spread=8.0):
    rates = np.exp(np.random.default_rng(seed).uniform(-spread, 0, (n, n)))
    np.fill_diagonal(rates, 0.0)
    return rates - np.diag(rates.sum(axis=1))


def test_one_queue_from_empty():
    # The published row to the last digits: 300 places are enough, as more than 300 arrivals by t = 50 have P < 1e-100.
    law = transient(mm1(0.9, 300), 0, 50.0)
    assert law[0] == pytest.approx(0.1376686346670571, rel=1e-13)
    assert law @ np.arange(301) == pytest.approx(5.122479721057825, rel=1e-12)


@pytest.mark.parametrize("t", [0.0, 1e-9, 0.1, 3.0, 100.0, 1e6, 1e14])
def test_two_states_in_closed_form(t):
    # a = 2 up, b = 3 down: p(t) = a / (a + b) (1 - e^-(a+b)t), and its integral.
    generator, risen = [[-2.0, 2.0], [3.0, -3.0]], -math.expm1(-5 * t)
    assert transient(generator, 0, t)[1] == pytest.approx(0.4 * risen, rel=1e-14)
    with mpmath.workdps(50):
        spent = float(mpmath.mpf(0.4) * (t + mpmath.expm1(-5 * mpmath.mpf(t)) / 5))
    # For a short time the integral is a small part of t, whose rounding is absolute.
    assert accumulated(generator, 0, t)[1] == pytest.approx(spent, rel=1e-13, abs=1e-16 * t)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("t", [0.3, 40.0])
def test_against_many_digits_and_both_ways(seed, t):
    generator = random_generator(seed)
    exact = [float(p) for p in matrix_reference.law_after(generator, 2, t)]
    np.testing.assert_allclose(transient(generator, 2, t), exact, rtol=1e-12)
    rates = generator - np.diag(np.diagonal(generator))
    np.testing.assert_allclose(propagator(rates, t)[2], exact, rtol=1e-12)
    sums = mix_over_time(sparse.csr_matrix(rates), np.eye(6)[2], np.array([t, t / 2]), 0.0, np.empty(0))
    np.testing.assert_allclose(sums[0], exact, rtol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_the_long_run_keeps_its_digits_in_rare_states(seed):
    # Every state is entered a hundred times less often than the one before it: the last has a probability near 1e-22.
    rates = random_generator(seed, n=12) * 100.0 ** -np.arange(12)
    np.fill_diagonal(rates, 0.0)
    generator = rates - np.diag(rates.sum(axis=1))
    exact = np.array([float(p) for p in matrix_reference.long_run(generator, digits=80)])
    assert exact.min() < 1e-16
    np.testing.assert_allclose(stationary(generator), exact, rtol=1e-13)


def test_the_long_run_over_hundreds_of_decades():
    # Birth-death with ratio 10: the last of 401 states is 10^400 times the first; and the other way round.
    up = stationary(birth_death_generator(np.full(400, 10.0), np.ones(400)))
    assert up[-1] == pytest.approx(0.9, rel=1e-14)
    assert up[-300] == pytest.approx(0.9e-299, rel=1e-12)
    down = stationary(birth_death_generator(np.ones(400), np.full(400, 10.0)))
    np.testing.assert_allclose(up[::-1], down, rtol=1e-12, atol=1e-300)


def test_a_state_left_for_good_has_no_long_run():
    law = stationary([[-1.0, 1.0, 0.0], [0.0, -2.0, 2.0], [0.0, 3.0, -3.0]])
    np.testing.assert_allclose(law, [0.0, 0.6, 0.4], rtol=1e-15)
    np.testing.assert_array_equal(stationary([[-1.0, 1.0], [0.0, 0.0]]), [0.0, 1.0])


@pytest.mark.parametrize("clock", [1e3, 1e6, 1e12])
def test_long_horizons(clock):
    # Far beyond its relaxation time, 1 / (1 - sqrt(0.9))^2 = 380, the chain is at its long run, and time is shared so.
    generator, t = mm1(0.9, 80), clock / 2.0
    law = stationary(generator)
    exact = 0.1 * 0.9 ** np.arange(81) / (1 - 0.9**81)
    np.testing.assert_allclose(law, exact, rtol=1e-13)
    if clock > 1e4:
        np.testing.assert_allclose(transient(generator, 80, t), exact, atol=1e-13)
        np.testing.assert_allclose(transient(generator, 0, [t, 1.0])[0], exact, atol=1e-13)
    spent = accumulated(generator, 80, t)
    assert spent.sum() == pytest.approx(t, rel=1e-14)
    # Balance: what flows up from state 0 and down again differs by at most the one job that started above.
    assert abs(0.9 * spent[0] - spent[1]) <= 1 + 1e-12 * t


def test_a_slow_chain_is_not_taken_for_a_settled_one():
    # Two pairs of states that change sides once in 10^8: one step hardly moves, and yet the end is far.
    slow = 1e-8
    generator = np.array([[-1, 1 - slow, slow, 0], [1, -1, 0, 0], [0, slow, -1, 1 - slow], [0, 0, 1, -1]], dtype=float)
    t = 1e8
    exact = [float(p) for p in matrix_reference.law_after(generator, 0, t)]
    np.testing.assert_allclose(transient(generator, 0, t), exact, rtol=1e-12)
    assert 0.3 < exact[2] + exact[3] < 0.49


def test_accumulated_is_the_integral():
    generator = random_generator(7, spread=2.0)
    spent = accumulated(generator, 1, [0.5, 8.0])
    for row, t in enumerate([0.5, 8.0]):
        integral = integrate.quad_vec(lambda s: transient(generator, 1, s), 0, t, epsrel=1e-10)[0]
        np.testing.assert_allclose(spent[row], integral, rtol=1e-9)


@pytest.mark.parametrize("mean", [1e-12, 0.3, 17.0, 1e4, 1e8])
def test_poisson_weights(mean):
    first, weights = poisson_weights(mean)
    assert weights.sum() == pytest.approx(1, abs=1e-15)
    with mpmath.workdps(40):
        for place in (0, len(weights) // 3, len(weights) // 2, len(weights) - 1):
            k = first + place
            exact = mpmath.exp(k * mpmath.log(mean) - mean - mpmath.loggamma(k + 1))
            # A recursion over up to 10^5 steps from the mode.
            assert float(weights[place] / exact - 1) == pytest.approx(0, abs=1e-15 * (100 + len(weights)))


@given(seed=st.integers(0, 10**6), n=st.integers(1, 8), t=st.floats(0, 1e5), cut=st.floats(0, 1))
@settings(derandomize=True, deadline=None, max_examples=10)
def test_laws_compose(seed, n, t, cut):
    # Chapman and Kolmogorov: t is cut * t and then the rest; and the long run does not move.
    generator = random_generator(seed, n) if n > 1 else np.zeros((1, 1))
    law = transient(generator, 0, t)
    assert law.sum() == pytest.approx(1, abs=1e-14)
    assert law.min() >= 0
    halfway = transient(generator, 0, cut * t)
    np.testing.assert_allclose(transient(generator, halfway, t - cut * t), law, atol=1e-12)
    np.testing.assert_allclose(transient(generator, stationary(generator), t), stationary(generator), atol=1e-12)
    assert accumulated(generator, 0, t).sum() == pytest.approx(t, rel=1e-13)


def test_shapes():
    generator = mm1(0.5, 3)
    assert transient(generator, 0, 1).shape == (4,)
    assert transient(generator.toarray(), [0.5, 0.5, 0, 0], [1, 2.0]).shape == (2, 4)
    np.testing.assert_array_equal(transient(np.zeros((2, 2)), 1, [0, 5]), [[0, 1], [0, 1]])
    np.testing.assert_array_equal(accumulated(np.zeros((2, 2)), 1, 5), [0, 5])
    assert CLOCK > 1
