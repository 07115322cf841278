"""Disciplines of M/G/1: one contract for all, known means, two further ways to integrate, and a simulation of each."""

import math

import disciplines_reference
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats
from underload.queueing import MG1
from underload.queueing.panels import W as WEIGHTS
from underload.queueing.panels import nodes
from underload.queueing.size_based import DISCIPLINES
from underload.queueing.sizes import bounds, shares
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
    Uniform(0, 4),
    Gamma(2, 0.25),
    Gamma(2, 3.0),
    Hyperexponential(2, 9),
    Lognormal(2, 2),
    Pareto(2, 1.5),
    Pareto(2, 2.0),
    Pareto(2, 3.5),
    Weibull(2, 0.7),
    Weibull(2, 3.0),
]
EXTREME = [
    Gamma(1e-20, 1e-9),
    Gamma(1, 1e9),
    Lognormal(1e20, 1e-9),
    Lognormal(1, 1e9),
    Hyperexponential(1, 1e9),
    Pareto(1, 1.01),
    Pareto(1, 1e6),
    Weibull(1, 0.01),
    Weibull(1, 100),
    Uniform(1, 1 + 1e-9),
]


@pytest.mark.parametrize("discipline", DISCIPLINES)
@pytest.mark.parametrize("law", LAWS[::2] + EXTREME, ids=repr)
def test_contract(discipline, law):
    for queue in (MG1.from_slack(1e-12 if law in EXTREME else 0.2, service=law), MG1(0.0, law)):
        found = queue.under(discipline)
        assert found.discipline == discipline
        assert found.wait_mean >= 0
        assert found.response_mean == pytest.approx(found.wait_mean + law.mean, rel=1e-15)
        assert found.slowdown_mean >= 1
        sizes = law.mean * np.array([[1e-9, 0.3, 1.0], [1.5, 4.0, 1e7]])
        at = found.response_at(sizes)
        assert at.shape == sizes.shape
        assert (at >= sizes * (1 - 1e-12)).all()  # never NaN
        if at.max() < inf:
            assert (np.diff(at.ravel()) >= -1e-12 * at.ravel()[1:]).all()  # larger jobs stay longer
        assert found.response_at(sizes[0, 1]) == pytest.approx(at[0, 1], rel=1e-11)
    # Nobody comes: the response is the size.
    assert found.wait_mean == 0
    assert found.slowdown_mean == 1
    np.testing.assert_allclose(at, sizes, rtol=1e-15)


@pytest.mark.parametrize("discipline", DISCIPLINES)
@pytest.mark.parametrize("law", [Exponential(2), Gamma(2, 0.25), Lognormal(2, 2), Uniform(1, 3)], ids=repr)
def test_the_means_are_those_of_the_sizes(discipline, law):
    # Averages of response_at over the law, at the middles of 10,000 steps of its distribution function.
    queue = MG1(0.4, law)
    found = queue.under(discipline)
    theirs = {
        Exponential: stats.expon(scale=2),
        Gamma: stats.gamma(4, scale=0.5),
        Lognormal: stats.lognorm(s=math.sqrt(math.log(3)), scale=2 / math.sqrt(3)),
        Uniform: stats.uniform(1, 2),
    }[type(law)]
    sizes = theirs.ppf((np.arange(10_000) + 0.5) / 10_000)
    at = found.response_at(sizes)
    assert at.mean() == pytest.approx(found.response_mean, rel=6e-3)  # the largest 1 / 10,000 of the jobs is coarse
    if found.slowdown_mean < inf:
        assert (at / sizes).mean() == pytest.approx(found.slowdown_mean, rel=6e-3)


@pytest.mark.parametrize("law", [law for law in LAWS + EXTREME if not isinstance(law, Deterministic)], ids=repr)
def test_the_shares_are_integrals_of_each_other(law):
    # Over 64 panels between the sizes that split the work 1 : 9 and 9 : 1.
    low, high = bounds(law, 1e-20)
    ends = []
    for level in (0.1, 0.9):
        a, b = low, high
        while a < (middle := (a + b) / 2) < b:
            a, b = (middle, b) if shares(law, np.array([middle])).lower[0] < level else (a, middle)
        ends.append(b)
    edges = np.linspace(*ends, 65)
    at, inner = shares(law, edges), shares(law, nodes(edges).ravel())

    def integrals(values):
        return (values.reshape(64, -1) @ WEIGHTS) * np.diff(edges) / 2

    # Differences of shares near 1 are rounded; the narrowest laws resolve a size to 1e-16 / 3e-5.
    close = {"rtol": 1e-7, "atol": 1e-11}
    np.testing.assert_allclose(integrals(inner.load), np.diff(at.lower), **close)
    np.testing.assert_allclose(integrals(inner.load), -np.diff(at.upper), **close)
    np.testing.assert_allclose(integrals(inner.rest * inner.span), -np.diff(at.excess), **close)
    np.testing.assert_allclose(integrals(inner.mass), -np.diff(at.rest * np.exp(-at.log_size)), **close)
    shrink = np.exp(at.log_size[:-1] - at.log_size[1:])
    grown = np.exp(inner.log_size.reshape(64, -1) - at.log_size[1:, None]).ravel()
    np.testing.assert_allclose(integrals(inner.load * grown), at.second[1:] - at.second[:-1] * shrink, **close)
    np.testing.assert_allclose(at.lower + at.upper, 1, rtol=1e-14)


def test_published_and_known_means():
    # M/M/1-SRPT at 0.9, mpmath quadrature of Schrage and Miller's integral.
    assert MG1(0.9, Exponential(1)).under("srpt").response_mean == pytest.approx(3.552125099626788, rel=1e-12)
    # M/Pareto(1.5)/1-SRPT at 0.7.
    assert MG1(0.7, Pareto(1, 1.5)).under("srpt").response_mean == pytest.approx(1.768503, rel=5e-7)
    # Processor sharing sees the mean alone.
    for law in (Hyperexponential(1, 9), Deterministic(1), Pareto(1, 1.2)):
        for discipline in ("ps", "lcfs-pr"):
            assert MG1(0.9, law).under(discipline).response_mean == pytest.approx(10, rel=1e-14)
            assert MG1(0.9, law).under(discipline).slowdown_mean == pytest.approx(10, rel=1e-14)
    assert MG1(0.9, Pareto(1, 1.5)).under("fcfs").response_mean == inf
    assert MG1(0.9, Pareto(1, 1.5)).under("sjf").wait_mean == inf
    assert MG1(0.9, Gamma(1, 0.25)).under("lcfs").wait_mean == pytest.approx(9 * 1.25 / 2, rel=1e-14)
    # Slowdown under FCFS: 1 + W E 1/S, E 1/S = 2 ln 3 / ... of U(1, 3): ln 3 / 2.
    fcfs = MG1(0.4, Uniform(1, 3)).under("fcfs")
    assert fcfs.slowdown_mean == pytest.approx(1 + fcfs.wait_mean * math.log(3) / 2, rel=1e-14)
    assert MG1(0.4, Exponential(1)).under("fcfs").slowdown_mean == inf


@given(utilization=st.floats(0.01, 0.999))
@settings(derandomize=True, deadline=None, max_examples=8)
def test_exponential_sizes_hide_nothing(utilization):
    # Without memory, serving the job served least is as good as sharing: M/M/1's 1 / (1 - rho).
    queue = MG1(utilization, Exponential(1))
    assert queue.under("fb").response_mean == pytest.approx(1 / (1 - utilization), rel=1e-11)
    assert queue.under("fcfs").response_mean == pytest.approx(1 / (1 - utilization), rel=1e-13)


@given(utilization=st.floats(0.01, 0.99), law=st.sampled_from(LAWS))
@settings(derandomize=True, deadline=None, max_examples=20)
def test_srpt_is_best_and_hazard_rates_decide_about_fb(utilization, law):
    queue = MG1(utilization / law.mean, law)
    means = {name: queue.under(name).response_mean * (1 + 1e-11) for name in DISCIPLINES}
    assert min(means.values()) * (1 + 1e-11) >= means["srpt"]
    assert means["sjf"] <= means["fcfs"] * (1 + 1e-11)
    assert means["psjf"] <= means["ps"] * (1 + 1e-11)
    # FB beats PS where the hazard rate falls, and loses where it rises (Righter and Shanthikumar 1989).
    if law in (Gamma(2, 3.0), Hyperexponential(2, 9), Weibull(2, 0.7)):
        assert means["fb"] <= means["ps"] * (1 + 1e-11)
    if law in (Gamma(2, 0.25), Uniform(0, 4), Weibull(2, 3.0), Deterministic(2)):
        assert means["fb"] >= means["ps"] * (1 - 1e-11)


@pytest.mark.parametrize(
    ("load", "shape", "scale"),
    [(0.5, 1.0, 1.0), (0.9, 2.0, 0.5), (0.8, 0.5, 2.0)],
)
def test_gamma_sizes_by_quadrature_in_x(load, shape, scale):
    # The textbook's integrals as they stand, by adaptive quadrature in x = y^2.
    queue = MG1(load, Gamma(1, 1 / shape))

    def density(x):
        return (x / scale) ** (shape - 1) * math.exp(-x / scale) / (math.gamma(shape) * scale)

    def above(x):
        return special.gammaincc(shape, x / scale)

    def part(x, k):
        return scale**k * math.gamma(shape + k) / math.gamma(shape) * special.gammainc(shape + k, x / scale)

    def integral(f):
        found = integrate.quad(lambda y: 2 * y * f(y * y), 0, 9, epsabs=0, epsrel=1e-10, limit=500, points=[1, 3])
        return found[0]

    def free(x):
        return 1 - load * part(x, 1)

    both = {
        "sjf": lambda x: load * part(math.inf, 2) / 2 / free(x) ** 2 + x,
        "psjf": lambda x: load * part(x, 2) / 2 / free(x) ** 2 + x / free(x),
    }
    for name, at in both.items():
        mean = integral(lambda x, at=at: density(x) * at(x))
        assert queue.under(name).response_mean == pytest.approx(mean, rel=1e-8)
        assert queue.under(name).response_at([0.1, 2.0]) == pytest.approx([at(0.1), at(2.0)], rel=1e-12)
    waits = integral(lambda x: density(x) * load * (part(x, 2) + x * x * above(x)) / 2 / free(x) ** 2)
    # The residence of SRPT with the order of integration exchanged.
    mean = waits + integral(lambda x: above(x) / free(x))
    assert queue.under("srpt").response_mean == pytest.approx(mean, rel=1e-8)
    residence = integrate.quad(lambda x: 1 / free(x), 0, 2, epsabs=0, epsrel=1e-12, limit=200)[0]
    at = load * (part(2.0, 2) + 4 * above(2.0)) / 2 / free(2.0) ** 2 + residence
    assert queue.under("srpt").response_at(2.0) == pytest.approx(at, rel=1e-9)

    def shared(x):
        left = 1 - load * (part(x, 1) + x * above(x))
        return load * (part(x, 2) + x * x * above(x)) / 2 / left**2 + x / left

    mean = integral(lambda x: density(x) * shared(x))
    assert queue.under("fb").response_mean == pytest.approx(mean, rel=1e-8)
    assert queue.under("fb").response_at(2.0) == pytest.approx(shared(2.0), rel=1e-12)


@pytest.mark.parametrize(("load", "shape"), [(0.7, 1.5), (0.95, 1.1), (0.5, 3.0), (0.9, 2.5)])
def test_pareto_sizes_on_the_share_of_the_work(load, shape):
    # s = (least / x)^(a - 1), the share of the work in larger jobs, with b = 1 / (a - 1): then
    # E min(X, x)^2 f(x) dx = least^2 a b (s + a (s - s^b) / (2 - a)) ds and P(X > x) dx = least b ds, s from 0 to 1.
    with mpmath.workdps(25):
        a, rho = mpmath.mpf(shape), mpmath.mpf(load)
        b, least = 1 / (a - 1), (a - 1) / a

        def waiting(s, left):
            return rho / 2 * least**2 * a * b * (s + a * (s - s**b) / (2 - a)) / left**2

        def fb(s):  # E (X - x)+ = s / a
            left = 1 - rho + rho * s / a
            return waiting(s, left) + least * a * b / left

        pieces = [0, 1e-6, 1e-3, 0.1, 1]
        srpt = (
            mpmath.quad(lambda s: waiting(s, 1 - rho + rho * s), pieces) + least - least * b * mpmath.log(1 - rho) / rho
        )
        exact = {"srpt": float(srpt), "fb": float(mpmath.quad(fb, pieces))}
    for name, mean in exact.items():
        assert MG1(load, Pareto(1, shape)).under(name).response_mean == pytest.approx(mean, rel=1e-11)


def test_ties_are_served_in_order_of_arrival():
    # Equal sizes: every discipline that looks at sizes is FCFS; FB ends all jobs of a busy period together.
    queue = MG1(0.4, Deterministic(2))
    for name in ("sjf", "psjf", "srpt"):
        assert queue.under(name).wait_mean == pytest.approx(queue.wait_mean, rel=1e-15)
        assert queue.under(name).response_at(2.0) == pytest.approx(queue.response_mean, rel=1e-15)
    # (1 - rho)^-2 rho d / 2 + d / (1 - rho), rho = .8, d = 2.
    assert queue.under("fb").response_mean == pytest.approx(0.8 * 2 / 2 / 0.04 + 2 / 0.2, rel=1e-13)
    # A shorter job under SJF waits for the job in service (.8 x 1) only; a longer one for all, and their arrivals.
    assert queue.under("sjf").response_at([1.9, 2.1]) == pytest.approx([0.8 + 1.9, 0.8 / 0.04 + 2.1], rel=1e-13)
    assert queue.under("psjf").response_at([1.9, 2.1]) == pytest.approx([1.9, 0.8 / 0.04 + 2.1 / 0.2], rel=1e-13)
    # Under SRPT a job of 1.9 waits for services with at most 1.9 left, .4 x 1.9^2 / 2; one of 3 is interrupted until it
    # has 2 left.
    at = queue.under("srpt").response_at([1.9, 3.0])
    assert at == pytest.approx([0.4 / 2 * 1.9**2 + 1.9, 0.8 / 0.04 + 2 + 1 / 0.2], rel=1e-13)


@pytest.mark.parametrize("discipline", DISCIPLINES)
@pytest.mark.parametrize("law", [Uniform(0, 2), Deterministic(1), Hyperexponential(1, 2)], ids=repr)
def test_against_a_simulation(discipline, law):
    # 12 replications of 340 jobs at rho = 0.5, without the first 40; t intervals, error 1e-3 over 24 cases (Sidak).
    means = []
    for seed in range(12):
        gaps, sizes = Exponential(2).sample(340, seed), law.sample(340, 1000 + seed)
        means.append(np.mean(disciplines_reference.responses(discipline, gaps.tolist(), sizes.tolist())[40:]))
    exact = MG1(0.5, law).under(discipline).response_mean
    error = np.std(means, ddof=1) / math.sqrt(12)
    assert error < 0.15 * exact  # it can tell the disciplines apart
    assert abs(np.mean(means) - exact) < stats.t.ppf(1 - 1e-3 / 48, 11) * error
