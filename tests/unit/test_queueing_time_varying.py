"""Arrivals and servers that vary in time: the exact law, fluid, offered loads and schedules, each a second way."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate
from underload.queueing import (
    MMc,
    PhaseType,
    Steps,
    accumulated,
    birth_death_generator,
    erlang_c,
    fluid_backlog,
    fluid_number,
    modified_offered_load,
    pointwise_stationary,
    staffing_schedule,
    time_varying,
    time_varying_load,
    transient,
)
from underload.random import Deterministic, Exponential, Gamma, Lognormal, Pareto, Uniform


def wave(t):
    return 8.0 + 4.0 * math.sin(0.5 * t)


def test_a_constant_rate_is_a_transient():
    # Two ways through the same law: uniformisation, and the integrator for functions of time.
    times = [0.0, 1.0, 1.0, 9.0]
    steps = time_varying(1.6, service_rate=1.0, servers=2, times=times)
    smooth = time_varying(lambda t: 1.6, service_rate=1.0, servers=2, times=times)
    chain = birth_death_generator(np.full(200, 1.6), np.minimum(np.arange(1, 201), 2.0))
    law = transient(chain, 0, 9.0)
    np.testing.assert_allclose(steps.state_probabilities[3, :40], law[:40], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(smooth.state_probabilities[:, :40], steps.state_probabilities[:, :40], atol=1e-11)
    np.testing.assert_array_equal(steps.state_probabilities[1], steps.state_probabilities[2])
    assert steps.state_probabilities[0, 0] == 1.0
    assert steps.overflow <= 1e-12


def test_long_after_it_is_steady():
    # The slowest time constant is 1 / (sqrt(2) - sqrt(1.6))^2 = 45.
    found = time_varying(1.6, service_rate=1.0, servers=2, times=[2000.0])
    steady = MMc(1.6, 1.0, 2)
    assert found.wait_probability[0] == pytest.approx(steady.wait_probability, rel=1e-9)
    assert found.queue_mean[0] == pytest.approx(steady.queue_mean, rel=1e-8)
    assert found.number_mean[0] == pytest.approx(steady.number_mean, rel=1e-8)
    assert found.utilization[0] == pytest.approx(0.8, rel=1e-9)


def test_the_mean_follows_its_balance():
    # d/dt E N = arrival rate - service rate x E busy, integrated by Gauss and Legendre over three steps of both kinds.
    rate = Steps([2.0, 5.0], [3.0, 9.0, 1.0])
    servers = Steps([3.0], [4, 6])
    nodes, weights = np.polynomial.legendre.leggauss(24)
    parts = [(0.0, 2.0), (2.0, 3.0), (3.0, 5.0), (5.0, 7.0)]
    times = np.concatenate([a + (b - a) * (nodes + 1) / 2 for a, b in parts])
    weights = np.concatenate([(b - a) / 2 * weights for a, b in parts])
    found = time_varying(rate, service_rate=1.2, servers=servers, times=np.append(times, 7.0), initial=2)
    busy = (found.utilization * found.servers)[:-1]
    assert found.number_mean[-1] - 2 == pytest.approx(3 * 2 + 9 * 3 + 1 * 2 - 1.2 * weights @ busy, rel=1e-10)
    np.testing.assert_array_equal(np.unique(found.servers), [4, 6])


def test_many_servers_have_the_offered_load():
    # With servers for all the number is Poisson, with the exact offered load as its mean.
    times = np.array([0.5, 3.0, 12.0])
    found = time_varying(wave, service_rate=0.7, servers=120, times=times)
    load = time_varying_load(wave, service=Exponential(1 / 0.7), times=times)
    np.testing.assert_allclose(found.number_mean, load, rtol=1e-10)
    number = np.arange(25)
    for row, mean in zip(found.state_probabilities, load, strict=True):
        poisson = np.exp(number * math.log(mean) - mean - [math.lgamma(n + 1) for n in number])
        np.testing.assert_allclose(row[:25], poisson, atol=1e-11)
    np.testing.assert_allclose(fluid_number(wave, service_rate=0.7, servers=120, times=times), load, rtol=1e-9)


@pytest.mark.parametrize("t", [0.0, 1.0, 7.3])
def test_sinusoidal_load_in_closed_form(t):
    # Eick, Massey and Whitt: mean + amplitude (m sin gt - g cos gt) / (m^2 + g^2) for exponential service of rate m;
    # for a service of exactly d the integral of the rate over the last d.
    g, m, d = 0.5, 0.7, 3.0
    exact = 8 / m + 4 * (m * math.sin(g * t) - g * math.cos(g * t)) / (m * m + g * g)
    load = time_varying_load(wave, service=Exponential(1 / m), times=t, start=-math.inf)
    assert load == pytest.approx(exact, rel=1e-11)
    assert time_varying_load(wave, service=PhaseType.exponential(1 / m), times=t, start=-math.inf) == pytest.approx(
        exact, rel=1e-11
    )
    load = time_varying_load(wave, service=Deterministic(d), times=t, start=-math.inf)
    assert load == pytest.approx(8 * d + 4 * (math.cos(g * (t - d)) - math.cos(g * t)) / g, rel=1e-11)


@pytest.mark.parametrize("law", [Exponential(2.0), Uniform(1, 3), Gamma(2, 4.0), Lognormal(2, 3), Pareto(2, 1.5)])
def test_a_constant_rate_for_ever_is_rate_times_mean(law):
    assert time_varying_load(1.5, service=law, times=4.0, start=-math.inf) == pytest.approx(3.0, rel=1e-11)
    # A step down at 1: what came before is still there if its service is longer than t - 1.
    load = time_varying_load(Steps([1.0], [1.5, 0.0]), service=law, times=4.0, start=-math.inf)
    served = integrate.quad(lambda u: 1 - law.cdf(u), 0, 3, points=[1.0, 3 - 1e-9], epsrel=1e-12, limit=400)[0]
    if isinstance(law, Pareto):  # its bend is at 2/3
        served = 2 / 3 + integrate.quad(lambda u: 1 - law.cdf(u), 2 / 3, 3, epsrel=1e-12)[0]
    assert load == pytest.approx(1.5 * (2.0 - served), rel=1e-9)


def test_from_empty_at_zero():
    # 1 - e^-t of the load at time t after opening.
    load = time_varying_load(3.0, service=Exponential(1.0), times=[0.0, 1.0, 50.0])
    np.testing.assert_allclose(load, 3 * -np.expm1([0.0, -1.0, -50.0]), rtol=1e-11)


def test_a_surge_of_a_minute_takes_seven_to_drain():
    # Base 1, capacity 1.5, five times the base for 60: (5 - 1.5) 60 = 210, drained at 0.5: 420.
    surge = fluid_backlog(Steps([100.0, 160.0], [1.0, 5.0, 1.0]), capacity=1.5)
    assert (surge.peak, surge.peak_time, surge.drain_time, surge.empty_time) == (210.0, 160.0, 420.0, 580.0)
    np.testing.assert_array_equal(surge([0.0, 100.0, 130.0, 160.0, 580.0, 900.0]), [0, 0, 105, 210, 0, 0])


def test_backlogs_at_the_ends():
    assert fluid_backlog(1.0, capacity=2.0, initial=3.0).empty_time == 3.0
    assert fluid_backlog(1.0, capacity=1.0, initial=3.0).empty_time == math.inf
    growing = fluid_backlog(2.0, capacity=Steps([5.0], [4.0, 1.0]))
    assert (growing.peak, growing.drain_time, growing(7.0)) == (math.inf, math.inf, 2.0)
    assert fluid_backlog(0.0, capacity=0.0).peak == 0.0


@given(rates=st.lists(st.floats(0, 5), min_size=3, max_size=3), capacity=st.floats(0.1, 5), initial=st.floats(0, 10))
@settings(derandomize=True, deadline=None, max_examples=15)
def test_backlog_by_small_steps(rates, capacity, initial):
    course = Steps([1.0, 2.0], rates)
    backlog, level, step = fluid_backlog(course, capacity=capacity, initial=initial), initial, 1e-2
    for k in range(400):
        level = max(0.0, level + step * (course((k + 0.5) * step) - capacity))
    # A step may overshoot the empty queue by itself.
    assert backlog(4.0) == pytest.approx(level, abs=5.1 * step)


def test_fluid_through_the_corner():
    # Rate 6, 4 servers of rate 1: up to 4 by 6 (1 - e^-t), reached at ln 3, then 2 per unit of time; then rate 1: down
    # at 3 per unit of time to 4, and 1 + 3 e^-t from there.
    course, corner = Steps([3.0], [6.0, 1.0]), math.log(3)
    peak = 4 + 2 * (3 - corner)
    back = 3 + (peak - 4) / 3
    times = [0.5, corner, 3.0, back, back + 1.0]
    expected = [6 * -math.expm1(-0.5), 4.0, peak, 4.0, 1 + 3 * math.exp(-1)]
    np.testing.assert_allclose(fluid_number(course, service_rate=1.0, servers=4, times=times), expected, rtol=1e-9)


def test_fluid_is_the_limit_of_many_servers():
    # Everything times 200: the exact mean over 200 comes to the fluid, at the rate of 1 / sqrt(200) near the corner.
    course = Steps([2.0], [300.0, 100.0])
    exact = time_varying(course, service_rate=1.0, servers=200, times=[1.0, 2.0, 5.0])
    fluid = fluid_number(course, service_rate=1.0, servers=200, times=[1.0, 2.0, 5.0])
    np.testing.assert_allclose(exact.number_mean, fluid, rtol=0.02)
    assert np.all(exact.number_mean >= fluid * (1 - 1e-9))


def test_slow_changes_are_pointwise_stationary():
    # A period of 200 service times: the steady state of the moment, up to the 3 % by which the rate changes in the
    # relaxation time.
    slow = lambda t: 5 + 2 * math.sin(2 * math.pi * t / 200)  # noqa: E731
    times = [50.0, 100.0]
    exact = time_varying(slow, service_rate=1.0, servers=10, times=times, initial=5)
    near = pointwise_stationary(slow, service_rate=1.0, servers=10, times=times)
    np.testing.assert_allclose(near.wait_probability, exact.wait_probability, rtol=0.15)
    assert near.wait_probability[0] == pytest.approx(erlang_c(10, 7.0), rel=1e-12)
    np.testing.assert_allclose(near.number_mean, exact.number_mean, rtol=0.05)


def test_the_offered_load_knows_the_lag():
    # A period of 4 pi service times: the wait probability peaks after the rate; PSA misses that, MOL does not.
    times = np.linspace(12.6, 25.1, 12)
    exact = time_varying(wave, service_rate=1.0, servers=16, times=times, initial=8).wait_probability
    near = modified_offered_load(wave, service=Exponential(1.0), servers=16, times=times).wait_probability
    pointwise = pointwise_stationary(wave, service_rate=1.0, servers=16, times=times).wait_probability
    assert np.abs(near - exact).max() < 0.25 * np.abs(pointwise - exact).max()


def test_a_schedule_meets_its_target():
    # Jennings and others: staffed for 20 %, the exact wait probability stays near 20 % through the day.
    times = np.arange(0.0, 13.0, 0.5)
    servers = staffing_schedule(wave, service=Exponential(1.0), target=0.2, times=times, start=-math.inf)
    plan = Steps(times[1:], servers.astype(float))
    found = time_varying(wave, service_rate=1.0, servers=plan, times=np.arange(3.25, 12.6, 0.5), initial=8)
    assert found.wait_probability.max() < 0.27
    assert found.wait_probability.mean() == pytest.approx(0.17, abs=0.04)
    assert servers.min() < 10 < 15 < servers.max()


def test_an_overload_of_the_moment_is_infinite_and_not_an_error():
    near = pointwise_stationary(Steps([1.0], [1.0, 3.0]), service_rate=1.0, servers=2, times=[0.0, 1.0])
    assert near.wait_probability[1] == 1.0
    assert near.queue_mean[1] == near.number_mean[1] == math.inf


def test_time_in_states_adds_up():
    # Arrivals so far less what was served is what is there: accumulated() against time_varying().
    spent = accumulated(birth_death_generator(np.full(150, 2.0), np.minimum(np.arange(1.0, 151), 3)), 0, 6.0)
    found = time_varying(2.0, service_rate=1.0, servers=3, times=[6.0])
    busy = spent @ np.minimum(np.arange(151), 3)
    assert found.number_mean[0] == pytest.approx(12.0 - busy, rel=1e-11)


def test_a_fluid_with_fast_servers_and_long_times():
    # Full from 0 on: x falls by rate 2 x 3 - 1 = 5 until it is 2, at time 1, and decays to 1 / 3 from there.
    times = [0.5, 1.0, 1.25, 1e6]
    expected = [4.5, 2.0, 1 / 3 + (2 - 1 / 3) * math.exp(-0.75), 1 / 3]
    found = fluid_number(1.0, service_rate=3.0, servers=2, times=times, initial=7.0)
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    # Overloaded: 4 (1 - e^-t) until it is 2, at ln 2, and up by 2 per unit of time from there.
    found = fluid_number(4.0, service_rate=1.0, servers=2, times=[0.5, 1e9])
    np.testing.assert_allclose(found, [4 * -math.expm1(-0.5), 2 + 2 * (1e9 - math.log(2))], rtol=1e-14)
    assert fluid_number(1.0, service_rate=1e12, servers=2, times=[1.0], initial=5.0)[0] == pytest.approx(1e-12)

    def wave(t):
        return 1 + math.sin(t)

    fast = fluid_number(wave, service_rate=1e7, servers=2, times=[1.0, 2.0])
    np.testing.assert_allclose(fast * 1e7, [wave(1.0), wave(2.0)], rtol=1e-5)
