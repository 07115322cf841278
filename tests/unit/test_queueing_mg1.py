"""M/G/1, first come first served: means by hand, tails by closed forms and an integral equation, and the limits."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload import queueing
from underload.queueing import MG1
from underload.random import (
    Deterministic,
    Exponential,
    Gamma,
    Hyperexponential,
    Lognormal,
    Pareto,
    Uniform,
    Weibull,
)

inf = math.inf
LAWS = [
    Exponential(2),
    Deterministic(2),
    Uniform(1, 3),
    Gamma(2, 0.25),
    Hyperexponential(2, 9),
    Lognormal(2, 2),
    Pareto(2, 3.5),
    Weibull(2, 0.7),
]


def test_means_by_hand():
    # rho = 0.9, mean 1: W = rho / (1 - rho) E S^2 / 2: 9 for M/M/1, 4.5 for M/D/1, 45 for scv 9.
    for law, wait in ((Exponential(1), 9), (Deterministic(1), 4.5), (Hyperexponential(1, 9), 45)):
        queue = MG1(0.9, law)
        assert queue.wait_mean == pytest.approx(wait, rel=1e-14)
        assert queue.response_mean == pytest.approx(wait + 1, rel=1e-14)
        assert queue.queue_mean == pytest.approx(0.9 * wait, rel=1e-14)
        assert queue.number_mean == pytest.approx(0.9 * (wait + 1), rel=1e-14)
    assert queue.utilization == queue.wait_probability == queue.offered_load == queue.throughput == 0.9
    # M/M/1: Var R = 1 / (mu - lambda)^2 = 100; Var W = rho (2 - rho) / (mu - lambda)^2 = 99.
    queue = MG1(0.9, Exponential(1))
    assert queue.response_variance == pytest.approx(100, rel=1e-14)
    assert queue.wait_variance == pytest.approx(99, rel=1e-14)
    assert MG1(1.5, Deterministic(0.25)).service_rate == 4


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_means_agree_with_the_formula_and_with_the_tails(law):
    queue = MG1(0.35, law)
    formula = queueing.pollaczek_khinchine_wait(arrival_rate=0.35, service_mean=2, service_scv=law.scv)
    assert queue.wait_mean == pytest.approx(formula, rel=1e-13)
    # E W = int P(W > t) dt and E R = int P(R > t) dt, by the trapezoidal rule in ln t.
    u = np.linspace(-9, 7, 40)
    t, step = np.exp(u), u[1] - u[0]
    for p, mean in ((queue.wait_tail(t), queue.wait_mean), (queue.response_tail(t), queue.response_mean)):
        assert (np.diff(p) <= 1e-6).all()
        # The rule is spectrally accurate for smooth laws; corners cost 4e-3, a jump 5e-2.
        tolerance = {Deterministic: 6e-2, Uniform: 4e-3, Pareto: 4e-3}.get(type(law), 2e-5)
        assert step * (t * p).sum() + t[0] == pytest.approx(mean, rel=tolerance, abs=2e-4)


def test_variances_by_the_tails():
    # E W^2 = int 2 t P(W > t) dt.
    u = np.linspace(-9, 7, 50)
    t, step = np.exp(u), u[1] - u[0]
    for law in (Exponential(2), Hyperexponential(2, 9), Gamma(2, 0.25), Lognormal(2, 0.5)):
        queue = MG1(0.35, law)
        for p, mean, variance in (
            (queue.wait_tail(t), queue.wait_mean, queue.wait_variance),
            (queue.response_tail(t), queue.response_mean, queue.response_variance),
        ):
            assert step * (2 * t * t * p).sum() == pytest.approx(variance + mean**2, rel=2e-5)


def test_closed_forms():
    queue, t = MG1(0.9, Exponential(1)), np.array([0.0, 0.3, 10, 200])
    np.testing.assert_allclose(queue.wait_tail(t), 0.9 * np.exp(-0.1 * t), rtol=1e-13)
    np.testing.assert_allclose(queue.response_tail(t), np.exp(-0.1 * t), rtol=1e-13)
    exact = queueing.MMc(0.9, 1)
    for q in (0.0, 0.05, 0.5, 0.999, 1 - 1e-15):
        assert queue.wait_quantile(q) == pytest.approx(exact.wait_quantile(q), rel=1e-12, abs=1e-14)
        assert queue.response_quantile(q) == pytest.approx(exact.response_quantile(q), rel=1e-12, abs=1e-14)
    # scv 1 is exponential, also as a hyperexponential, a gamma (by inversion) and a Weibull (by another one).
    for law in (Hyperexponential(1, 1), Gamma(1, 1.0), Weibull(1, 1.0)):
        np.testing.assert_allclose(MG1(0.9, law).wait_tail(t), 0.9 * np.exp(-0.1 * t), rtol=1e-10, atol=2e-12)
        np.testing.assert_allclose(MG1(0.9, law).response_tail(t), np.exp(-0.1 * t), rtol=1e-10, atol=2e-12)


@pytest.mark.parametrize("utilization", [0.05, 0.5, 0.95])
def test_erlang_2_service_by_its_roots(utilization):
    # H = (1 - rho) Be / (1 - rho Be), Be = (s + 4) / (s + 2)^2, has poles where s^2 + (4 - rho) s + 4 (1 - rho) = 0.
    roots = np.sort(-np.roots([1, 4 - utilization, 4 * (1 - utilization)]).real)
    weights = np.array([(4 - roots[0]) / (roots[1] - roots[0]), (roots[1] - 4) / (roots[1] - roots[0])])
    weights = (1 - utilization) * weights / roots
    t = np.array([0.01, 0.5, 2, 10, 30, 60])
    decay = weights * np.exp(-np.outer(t, roots))
    queue = MG1(utilization, Gamma(1, 0.5))
    np.testing.assert_allclose(queue.wait_tail(t), utilization * decay.sum(axis=1), rtol=1e-10)
    # P(R > t) = P(W > t) + w(t) / lambda, with w the density of the wait: from the balance of the workload.
    np.testing.assert_allclose(queue.response_tail(t), ((utilization + roots) * decay).sum(axis=1), rtol=1e-10)


@pytest.mark.parametrize("utilization", [0.05, 0.6, 0.99])
def test_m_d_1_by_erlangs_alternating_series(utilization):
    # P(W <= t) = (1 - rho) sum_k (-rho (t - k))^k / k! exp(rho (t - k)), Erlang 1909, in 400 digits.
    times = [0, 0.25, 1, 1.5, 7.75, 40.5, 99.5, 100.5]
    with mpmath.workdps(400):
        load = mpmath.mpf(utilization)
        exact = [
            1
            - (1 - load)
            * mpmath.fsum(
                (-load * (t - k)) ** k / mpmath.factorial(k) * mpmath.exp(load * (t - k)) for k in range(int(t) + 1)
            )
            for t in map(mpmath.mpf, times)
        ]
    queue = MG1(utilization, Deterministic(1))
    np.testing.assert_allclose(queue.wait_tail(times), np.array(exact, float), rtol=2e-12)
    np.testing.assert_allclose(queue.response_tail(np.add(times, 1)), np.array(exact, float), rtol=2e-12)
    assert queue.response_tail(0.999) == 1
    assert queue.response_quantile(0.9) == pytest.approx(1 + queue.wait_quantile(0.9), rel=1e-15)


def integral_equation(law, load, end, n):
    """P(W > t) and P(R > t) on a grid, service of mean 1: Volterra's equation by the trapezoidal rule.

    The wait's density w and tail V obey w = rho (1 - rho) F + rho F * w and V = rho G + rho F * V, with F the service's
    tail (the residual's density) and G the residual's tail; P(R > t) = V(t) + w(t) / lambda.
    """
    h = end / n
    tail = 1 - law.cdf(np.arange(n + 1) * h)
    fine = 1 - law.cdf((np.arange(8 * n) + 0.5) * h / 8)
    rest = 1 - np.concatenate([[0], np.cumsum(fine)[7::8]]) * h / 8
    kernel, both = load * h * tail, np.zeros((2, n + 1))
    both[:, 0] = load, load * (1 - load)
    for i in range(1, n + 1):
        inner = both[:, i - 1 : 0 : -1] @ kernel[1:i] + both[:, 0] * kernel[i] / 2
        both[:, i] = (inner + np.array([load * rest[i], load * (1 - load) * tail[i]])) / (1 - kernel[0] / 2)
    return both[0], both[0] + both[1] / load


@pytest.mark.parametrize(
    ("law", "tolerance"),
    [  # that of the equation, Richardson-extrapolated, where the law is smooth; else that of a corner
        (Lognormal(1, 0.25), 1e-6),
        (Lognormal(1, 4), 1e-5),
        (Weibull(1, 2.0), 1e-6),
        (Gamma(1, 0.5), 1e-6),
        (Gamma(1, 0.05), 1e-5),
        (Pareto(1, 1.5), 1e-6),
        (Uniform(0, 2), 1e-6),
        (Uniform(0.5, 1.5), 1e-6),
    ],
    ids=repr,
)
def test_tails_by_an_integral_equation(law, tolerance):
    coarse, fine = (integral_equation(law, 0.7, 6.0, n) for n in (150, 300))
    at = slice(7, None, 23)
    t = np.linspace(0, 6, 151)[at]
    queue = MG1(0.7, law)
    for ours, low, high in zip((queue.wait_tail(t), queue.response_tail(t)), coarse, fine):
        smooth = (4 * high[::2] - low) / 3
        # A corner between two grid points spoils the extrapolation by h^2.
        np.testing.assert_allclose(
            ours, smooth[at], rtol=0, atol=max(tolerance, 3e-4 if type(law) in (Pareto, Uniform) else 0)
        )


def test_the_tail_of_a_heavy_law():
    # P(W > t) ~ rho / (1 - rho) P(residual > t) (Pakes 1975); the mean does not exist, the quantiles do.
    queue = MG1(0.7, Pareto(1, 1.5))
    assert queue.wait_mean == queue.wait_variance == queue.response_mean == queue.number_mean == inf
    t = 1e9
    residual = (3 * t) ** -0.5 / 1.5  # least 1/3: E (X - t)+ = (t / least)^-(a - 1) / a
    assert queue.wait_tail(t) == pytest.approx(0.7 / 0.3 * residual, rel=1e-4)
    quantiles = queue.wait_quantile([0.5, 0.99, 1 - 1e-9])
    np.testing.assert_allclose(queue.wait_tail(quantiles), [0.5, 0.01, 1e-9], rtol=2e-3)
    assert queue.wait_tail(quantiles[0]) == pytest.approx(0.5, rel=1e-9)
    assert MG1(0.7, Pareto(1, 2.5)).wait_mean < inf == MG1(0.7, Pareto(1, 2.5)).wait_variance


def test_saturation():
    # Kingman's limit: slack x W is exponential with mean E S^2 / 2.
    for law in (Deterministic(1), Gamma(1, 0.5), Hyperexponential(1, 4), Exponential(1)):
        queue = MG1.from_slack(1e-8, service=law)
        mean = (1 + law.scv) / 2 / 1e-8
        assert queue.wait_mean == pytest.approx(mean, rel=2e-8)
        assert queue.wait_quantile(0.99) == pytest.approx(mean * math.log(100), rel=3e-7)
    assert MG1.from_slack(1e-30, service=Exponential(3)).wait_mean == pytest.approx(3e30, rel=1e-14)
    assert MG1(1 - 2**-30, Exponential(1 - 2**-30)).slack == 2.0**-30 * (2 - 2.0**-30)


def test_nobody_comes():
    for law in [*LAWS, Pareto(1, 1.5)]:
        queue = MG1(0, law)
        assert queue.wait_mean == queue.wait_variance == queue.queue_mean == queue.wait_tail(0) == 0
        assert queue.wait_quantile(0.99) == 0
        assert queue.response_mean == law.mean
        assert queue.response_tail(3.0) == pytest.approx(1 - law.cdf(3.0), abs=1e-15)
    assert MG1(0, Exponential(1)).response_quantile(0.5) == pytest.approx(math.log(2), rel=1e-12)


@given(
    utilization=st.floats(0.01, 0.98),
    law=st.sampled_from(LAWS),
    q=st.floats(0, 0.9999),
    unit=st.sampled_from([1e-30, 1e-3, 1e25]),
)
@settings(derandomize=True, deadline=None, max_examples=8)
def test_quantiles_invert_tails_in_any_unit(utilization, law, q, unit):
    queue = MG1(utilization / 2, law)
    other = type(law)(
        *(value * unit if name in ("mean", "low", "high") else value for name, value in vars(law).items())
    )
    scaled = MG1(utilization / 2 / unit, other)
    for tail, quantile, again, jump in (
        (queue.wait_tail, queue.wait_quantile(q), scaled.wait_quantile(q), 0.0),
        (queue.response_tail, queue.response_quantile(q), scaled.response_quantile(q), 2.0),
    ):
        assert quantile == pytest.approx(again / unit, rel=1e-5, abs=1e-9)
        if quantile > (jump if isinstance(law, Deterministic) else 0):
            assert tail(quantile) == pytest.approx(1 - q, rel=1e-9)


def test_narrow_laws_are_nearly_deterministic():
    t = np.array([0.25, 0.75, 1.5, 2.5, 5.25])
    clock = MG1(0.8, Deterministic(1))
    for law in (Gamma(1, 1e-9), Lognormal(1, 1e-9), Uniform(1 - 1e-6, 1 + 1e-6)):
        np.testing.assert_allclose(MG1(0.8, law).wait_tail(t), clock.wait_tail(t), rtol=0, atol=1e-4)
        np.testing.assert_allclose(MG1(0.8, law).response_tail(t), clock.response_tail(t), rtol=0, atol=1e-3)


@pytest.mark.parametrize("slack", [4e-3, 1e-6, 1e-12, 1e-30])
def test_gamma_service_near_saturation_is_that_of_its_phases(slack):
    # The matrix solution knows the distance to saturation exactly; a transform that subtracts from 1 would not.
    phases = queueing.PhaseType.erlang(2.0, 3)
    exact = queueing.MPH1.from_slack(slack, arrivals=queueing.MarkovianArrivals.poisson(1.0), service=phases)
    queue = MG1.from_slack(slack, service=Gamma(2.0, 1 / 3))
    for t in (1.0, 260.0, 270.0, 1 / slack, 20 / slack):
        assert queue.wait_tail(t) == pytest.approx(exact.wait_tail(t), rel=3e-12)
        assert queue.response_tail(t) == pytest.approx(exact.response_tail(t), rel=3e-12)
    assert queue.wait_quantile(0.99) == pytest.approx(exact.wait_quantile(0.99), rel=1e-11)


def test_uniform_service_near_saturation():
    # In the limit the wait is exponential with its mean: ln P(W > t) = -slack t / (E S^2 / 2).
    queue = MG1.from_slack(1e-13, service=Uniform(0.5, 1.5))
    second = 13 / 12
    assert queue.wait_tail(1e13) == pytest.approx(math.exp(-2 / second), rel=1e-11)
    assert queue.wait_quantile(0.9) == pytest.approx(math.log(10) * second / 2 * 1e13, rel=1e-11)


@pytest.mark.parametrize("load", [1e-4, 1e-7, 1e-100, 1e-300])
def test_a_server_that_hardly_works(load):
    # Who waits at all waits for what is left of one service: P(W > t) = load P(residual > t), but for load^2.
    error = 2 * load + 1e-12
    queue = MG1(load, Uniform(0.0, 2.0))
    assert queue.wait_tail(0.5) == pytest.approx(load * 0.75**2, rel=error)
    assert queue.response_quantile(0.75) == pytest.approx(1.5, rel=error)
    assert queue.wait_tail(1e200) == 0
    assert 0 <= queue.wait_tail(3.0) <= load * load
    narrow = MG1(load, Gamma(1.0, 0.01))
    assert narrow.wait_tail(0.5) == pytest.approx(load / 2, rel=1e-4)
    assert MG1(load, Deterministic(1.0)).wait_tail(0.5) == pytest.approx(load / 2, rel=error)


def test_the_level_of_the_jump_at_0():
    queue = MG1(1.000000000000001, Gamma(0.5, 0.5))
    assert 0 <= queue.wait_quantile(0.5) < 1e-12
