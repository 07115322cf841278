"""The power of choices against its series in digits, its differential equations, and balls in bins."""

import math

import mpmath
import numba
import numpy as np
import pytest
from scipy import integrate, linalg
from underload.queueing import Supermarket, supermarket_transient, two_choice_loads

compiled_only = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="random bits need integers that wrap around")


@pytest.mark.parametrize("choices", [1, 2, 3, 10, 1000])
@pytest.mark.parametrize("slack", [1e-9, 1e-3, 0.1, 0.9])
def test_the_power_of_choices_in_digits(choices, slack):
    system = Supermarket.from_slack(slack, choices)
    if choices == 1:
        expected = 1 / slack
    else:
        with mpmath.workdps(40):
            load = 1 - mpmath.mpf(slack)
            powers = [mpmath.mpf(choices**i - choices) / (choices - 1) for i in range(1, 60)]
            expected = float(mpmath.fsum(mpmath.exp(p * mpmath.log(load)) for p in powers))
    assert system.response_mean == pytest.approx(expected, rel=1e-12)
    assert system.wait_mean == pytest.approx(system.response_mean - 1, rel=1e-6, abs=1e-15)
    tails = system.state_tail(np.arange(0, 400))
    if tails[-1] < 1e-16:
        assert tails[1:].sum() == pytest.approx(system.number_mean, rel=1e-12)
        assert system.state_probability(np.arange(400)).sum() == pytest.approx(1.0, rel=1e-12)


def test_the_transient_of_one_choice_is_that_of_one_queue():
    # d = 1: M/M/1 from three requests, by the exponential of its generator.
    load, top, t = 0.7, 80, 4.0
    generator = np.diag(np.full(top, load), 1) + np.diag(np.ones(top), -1)
    generator -= np.diag(generator.sum(1))
    law = linalg.expm(generator * t)[3]
    found = supermarket_transient([t], load, 1, initial=[1.0, 1.0, 1.0], levels=top)
    np.testing.assert_allclose(found[0], law[::-1].cumsum()[::-1][: top + 1], atol=1e-9)


def test_the_transient_by_small_steps_and_to_its_end():
    load, d, levels = 0.9, 2, 30
    s = np.zeros(levels + 2)
    s[0] = 1.0
    step = 1e-3
    for _ in range(2000):  # the midpoint rule: its error is of the order of the step squared

        def slope(s):
            change = np.zeros_like(s)
            change[1:-1] = load * (s[:-2] ** d - s[1:-1] ** d) - (s[1:-1] - s[2:])
            return change

        s = s + step * slope(s + step / 2 * slope(s))
    assert supermarket_transient([0.0], load, d, initial=[0.5])[0, :3].tolist() == [1.0, 0.5, 0.0]
    found = supermarket_transient([0.0, 2.0, 1000.0], load, d)
    np.testing.assert_allclose(found[1, :10], s[:10], atol=1e-6)
    assert found[0, 1:].sum() == 0.0
    np.testing.assert_allclose(found[2, :8], Supermarket(load, d).state_tail(np.arange(8)), atol=1e-8)
    # Above saturation the backlog grows by what cannot be served: slope 1.5 - 1 once all are busy.
    over = supermarket_transient([50.0, 60.0], 1.5, 2)[:, 1:].sum(1)
    assert over[1] - over[0] == pytest.approx(5.0, rel=1e-6)


@compiled_only
def test_balls_follow_their_differential_equation():
    # s_i' = s_(i-1)^d - s_i^d up to time 1 (Mitzenmacher 2001, section 2): within 5 / sqrt(bins) of 2e5 bins.
    bins = 200_000
    for d in (1, 2, 3):
        tails = integrate.solve_ivp(
            lambda _, s, d=d: np.append(1.0, s[:-1]) ** d - s**d, (0, 1), np.zeros(8), rtol=1e-9, atol=1e-12
        ).y[:, -1]
        loads = two_choice_loads(bins, d, seed=5)
        assert loads.sum() == bins
        found = [(loads >= i).mean() for i in range(1, 9)]
        np.testing.assert_allclose(found, tails, atol=2.5 / math.sqrt(bins))
    assert two_choice_loads(10, 2, balls=0, seed=1).tolist() == [0] * 10
    assert np.ptp(two_choice_loads(50, 1000, balls=100, seed=1)) <= 1
