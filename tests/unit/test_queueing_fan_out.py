"""Fan-out against harmonic numbers, order statistics by enumeration, mpmath and the samples themselves."""

import itertools
import math

import mpmath
import numpy as np
import parallel_reference as reference
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special
from underload import random
from underload.queueing import (
    FanOut,
    MixedFanOut,
    Mixture,
    MMc,
    fan_out_for,
    leaf_quantile_for,
    slow_probability,
)
from underload.queueing.leaf import as_law
from underload.stats import Histogram

mpmath.mp.dps = 40


@pytest.mark.parametrize("n", [1, 2, 100, 10**6, 10**9, 10**15])
def test_exponential_leaves(n):
    # The slowest of n: mean H_n = digamma(n + 1) + gamma, quantile -ln(1 - q^(1/n)), in the leaf's means.
    request = FanOut(random.Exponential(2.0), n)
    assert request.response_mean == pytest.approx(2 * float(mpmath.harmonic(n)), rel=1e-13)
    for q in (1e-9, 0.5, 0.999, 1 - 1e-12):
        exact = -2 * mpmath.log(-mpmath.expm1(mpmath.log(mpmath.mpf(q)) / n))
        assert request.response_quantile(q) == pytest.approx(float(exact), rel=1e-13)
        t = float(exact)
        tail = -mpmath.expm1(n * mpmath.log1p(-mpmath.exp(-mpmath.mpf(t) / 2)))
        # exp loses half an ulp of its argument, up to 50; the power keeps it relative.
        assert request.response_tail(t) == pytest.approx(float(tail), rel=1e-13)


@pytest.mark.parametrize(("n", "k"), [(10, 1), (10, 5), (100, 90), (10**6, 999_000), (10**9, 10**9 - 10)])
def test_quorums_of_exponential_leaves(n, k):
    # The k-th of n: H_n - H_(n-k).
    request = FanOut(random.Exponential(1.0), n, quorum=k)
    expected = mpmath.harmonic(n) - (mpmath.harmonic(n - k) if n > k else 0)
    assert request.response_mean == pytest.approx(float(expected), rel=1e-12)
    for q in (0.01, 0.5, 0.99):
        assert request.response_tail(request.response_quantile(q)) == pytest.approx(1 - q, rel=1e-8)


def test_a_quorum_by_enumeration():
    leaf = random.Gamma(1.0, 0.5)
    for needed in (1, 2, 4, 5):
        for t in (0.2, 1.0, 3.0):
            expected = reference.order_statistic_tail([1 - leaf.cdf(t)] * 5, needed)
            assert FanOut(leaf, 5, quorum=needed).response_tail(t) == pytest.approx(expected, rel=1e-11)


def test_pareto_leaves():
    # E max = least n B(n, 1 - 1 / a); finite just above a shape of 1.
    for shape, n in ((1.5, 100), (1.05, 7), (3.0, 10**6)):
        least = 2.0 * (shape - 1) / shape
        expected = least * n * mpmath.beta(n, 1 - 1 / mpmath.mpf(shape))
        assert FanOut(random.Pareto(2.0, shape), n).response_mean == pytest.approx(float(expected), rel=1e-11)


LEAVES = [
    random.Exponential(3.0),
    random.Uniform(0.0, 2.0),
    random.Uniform(5.0, 6.0),
    random.Gamma(1.0, 0.01),
    random.Gamma(1.0, 40.0),
    random.Lognormal(0.2, 0.5),
    random.Lognormal(1e-6, 1e4),
    random.Pareto(1.0, 1.0001),
    random.Pareto(1.0, 2.5),
    random.Weibull(7.0, 0.2),
    random.Weibull(1.0, 20.0),
    random.Hyperexponential(1.0, 1.0),
    random.Hyperexponential(1.0, 1e4),
    random.Deterministic(4.0),
]


@pytest.mark.parametrize("leaf", LEAVES, ids=repr)
def test_one_leaf_is_the_distribution(leaf):
    # Mean by its own formula, tail by its own cdf (absolute: a cdf has no digits in the tail), deep tail by inversion.
    request = FanOut(leaf, 1)
    # Pareto at 1.0001 keeps 1e-4 of its exponent's digits.
    assert request.response_mean == pytest.approx(leaf.mean, rel=1e-11)
    times = leaf.mean * np.array([1e-6, 0.1, 0.9, 1.0, 1.5, 30.0])
    np.testing.assert_allclose(request.response_tail(times), 1 - leaf.cdf(times), rtol=0, atol=2e-15)
    if not isinstance(leaf, random.Deterministic):
        law = as_law("leaf", leaf)
        for p in (0.9, 1e-3, 1e-15, 1e-100):
            t = law.inverse(p, 1 - p)
            slope = max(1.0, -math.log(p))  # exponents of that size lose so many ulps
            if not isinstance(leaf, random.Uniform) or p > 1e-3:  # p x width is below an ulp of t there
                assert law.tail(np.array([t]))[0] == pytest.approx(p, rel=4e-13 * slope)


def test_quantiles_of_a_billion_leaves_keep_their_digits():
    # The tail of one leaf is 1e-12 here: 1 - q^(1/n) in floats has four digits.
    q, n = 0.999, 10**9
    p = -mpmath.expm1(mpmath.log(mpmath.mpf(q)) / n)
    variance = mpmath.log(5)
    z = mpmath.sqrt(2) * mpmath.erfinv(1 - 2 * p)
    exact = mpmath.exp(-variance / 2 + mpmath.sqrt(variance) * z)
    assert FanOut(random.Lognormal(1.0, 4.0), n).response_quantile(q) == pytest.approx(float(exact), rel=1e-12)
    weibull = (-mpmath.log(p)) ** 2 / 2  # shape 1/2, scale 1/2
    assert FanOut(random.Weibull(1.0, 0.5), n).response_quantile(q) == pytest.approx(float(weibull), rel=1e-12)


def test_a_station_as_leaf():
    # M/M/1 responds in exponential time of mean 10: the station's own tail must give H_n times it.
    request = FanOut(MMc(arrival_rate=0.9, service_rate=1.0), 20)
    harmonic = sum(1 / i for i in range(1, 21))
    assert request.response_mean == pytest.approx(10 * harmonic, rel=1e-12)
    assert request.response_quantile(0.99) == pytest.approx(-10 * math.log(-math.expm1(math.log(0.99) / 20)), rel=1e-12)
    assert FanOut(MMc(0.9, 1.0), 1).response_quantile(0.99) == pytest.approx(MMc(0.9, 1.0).response_quantile(0.99))


def test_a_tail_as_leaf():
    # P(T > t) = (1 + t)^-a: mean 1 / (a - 1); two of three with a = 1 by quadrature; all of them: infinite.
    assert FanOut(lambda t: (1 + t) ** -1.5, 1).response_mean == pytest.approx(2.0, rel=1e-12)
    assert FanOut(lambda t: 1 / (1 + t), 1).response_mean == math.inf
    assert FanOut(lambda t: 1 / (1 + t), 5).response_mean == math.inf
    assert FanOut(lambda t: (1 + t) ** -0.8, 5, quorum=4).response_mean < math.inf
    expected, _ = integrate.quad(lambda s: (3 * s**2 - 2 * s**3) / s**2, 0, 1)  # dt = ds / s^2
    assert FanOut(lambda t: 1 / (1 + t), 3, quorum=2).response_mean == pytest.approx(expected, rel=1e-12)
    bounded = FanOut(lambda t: max(0.0, 1 - t / 3), 4)
    assert bounded.response_mean == pytest.approx(3 * 4 / 5, rel=1e-13)
    assert FanOut(lambda t: 0.0, 4).response_mean == 0.0


def test_samples_by_enumeration():
    # All ordered pairs of four measurements: their maxima are the law of the slowest of two.
    samples = [3.0, 1.0, 2.0, 2.0]
    maxima = sorted(max(pair) for pair in itertools.product(samples, repeat=2))
    request = FanOut(samples, 2)
    assert request.response_mean == pytest.approx(np.mean(maxima), rel=1e-15)
    for t in (0.0, 1.0, 1.5, 2.0, 2.9, 3.0):
        assert request.response_tail(t) == pytest.approx(np.mean(np.array(maxima) > t), abs=1e-15)
    for q in (0.01, 1 / 16, 0.5, 9 / 16):
        assert request.response_quantile(q) == maxima[math.ceil(16 * q) - 1]
    assert request.response_quantile(0.0) == 1.0


def test_samples_refuse_what_they_cannot_resolve():
    samples = np.arange(1.0, 101.0)
    assert FanOut(samples, 1).response_quantile(0.99) == 99.0
    assert FanOut(samples, 1).response_quantile(0.9) == 90.0  # though 1 - 0.9 in floats is below 10 / 100
    with pytest.raises(ValueError, match="beyond the samples"):
        FanOut(samples, 1).response_quantile(0.995)
    assert FanOut(samples, 99).response_mean < 100
    with pytest.raises(ValueError, match="fan_out"):
        FanOut(samples, 100).response_mean  # noqa: B018


def test_a_histogram_is_its_samples_within_its_error():
    samples = np.random.default_rng(3).lognormal(-4.0, 1.2, 5000)
    histogram = Histogram(relative_error=0.005)
    histogram.add(np.append(samples, 0.0))
    exact, rough = FanOut(np.append(samples, 0.0), 20), FanOut(histogram, 20)
    assert rough.response_mean == pytest.approx(exact.response_mean, rel=0.005)
    for q in (0.01, 0.5, 0.99):
        assert rough.response_quantile(q) == pytest.approx(exact.response_quantile(q), rel=0.0051)
    np.testing.assert_array_equal(histogram.quantile([0.5, 0.99]), FanOut(histogram, 1).response_quantile([0.5, 0.99]))


def test_mixtures():
    bimodal = Mixture([99, 1], [random.Deterministic(10.0), random.Deterministic(1000.0)])
    assert bimodal.response_mean == pytest.approx(0.99 * 10 + 0.01 * 1000)
    request = FanOut(bimodal, 100)
    slow = 1 - 0.99**100
    assert request.response_tail([9, 10, 999, 1000]) == pytest.approx([1, slow, slow, 0])
    assert request.response_mean == pytest.approx(10 + 990 * slow)
    assert (request.response_quantile(0.36), request.response_quantile(0.37)) == (10.0, 1000.0)
    # Jumps and a curve in one leaf: 2 with probability 0.7, else exponential with mean 1.
    mixed = FanOut(Mixture([0.7, 0.3], [random.Deterministic(2.0), random.Exponential(1.0)]), 2)
    below, _ = integrate.quad(lambda t: 1 - (0.3 * -math.expm1(-t)) ** 2, 0, 2)
    above, _ = integrate.quad(lambda t: 1 - (1 - 0.3 * math.exp(-t)) ** 2, 2, 60)
    assert mixed.response_mean == pytest.approx(below + above, rel=1e-12)
    assert mixed.response_quantile(0.5) == 2.0


def test_trees_of_fan_outs():
    # Ten times the slowest of ten is the slowest of a hundred.
    leaf = random.Lognormal(1.0, 2.0)
    tree, flat = FanOut(FanOut(leaf, 10), 10), FanOut(leaf, 100)
    assert tree.response_mean == pytest.approx(flat.response_mean, rel=1e-13)
    assert tree.response_quantile(0.99) == pytest.approx(flat.response_quantile(0.99), rel=1e-12)


def test_leaves_that_differ():
    # Exponentials with rates a and b: E max = 1/a + 1/b - 1/(a + b).
    pair = MixedFanOut([random.Exponential(1.0), random.Exponential(0.25)])
    assert pair.response_mean == pytest.approx(1 + 1 / 4 - 1 / 5, rel=1e-13)
    leaves = [random.Exponential(1.0), random.Exponential(3.0)]
    for needed, t in itertools.product((1, 3, 5), (0.3, 2.0, 9.0)):
        tails = [1 - leaf.cdf(t) for leaf, n in zip(leaves, (2, 3), strict=True) for _ in range(n)]
        request = MixedFanOut(leaves, [2, 3], quorum=needed)
        assert request.response_tail(t) == pytest.approx(reference.order_statistic_tail(tails, needed), rel=1e-11)
    # Kinds that are alike are one kind.
    same = MixedFanOut([random.Exponential(1.0)] * 2, [10, 10], quorum=18)
    assert same.response_mean == pytest.approx(sum(1 / i for i in range(3, 21)), rel=1e-12)
    atoms = MixedFanOut([[1.0, 2.0], [1.5, 5.0]])
    assert atoms.response_mean == pytest.approx((1.5 + 5 + 2 + 5) / 4)


def test_percentiles_by_hand():
    assert fan_out_for(0.99) == 69  # 0.99^68 = 0.5049, 0.99^69 = 0.4998
    assert fan_out_for(0.5, 0.25) == 2
    assert fan_out_for(0.5, 0.9) == 1
    assert slow_probability([0.0, 1.0], 5).tolist() == [0.0, 1.0]
    assert slow_probability(1e-20, 10) == pytest.approx(1e-19, rel=1e-15)
    p, n = 1e-9, 10**9
    assert slow_probability(p, n) == pytest.approx(float(1 - (1 - mpmath.mpf(p)) ** n), rel=1e-15)


@given(n=st.integers(1, 10**6), q=st.floats(0.001, 0.999))
@settings(derandomize=True, deadline=None, max_examples=40)
def test_percentiles_invert_each_other(n, q):
    leaf = leaf_quantile_for(q, n)
    assert fan_out_for(leaf, q) in {n, n + 1} or leaf > 1 - 1e-9
    assert slow_probability(1 - leaf, n) == pytest.approx(1 - q, rel=1e-9 * n)


@given(n=st.integers(1, 300), data=st.data(), scv=st.floats(0.05, 20))
@settings(derandomize=True, deadline=None, max_examples=30)
def test_tail_quantile_and_mean_agree(n, data, scv):
    request = FanOut(random.Gamma(1.0, scv), n, quorum=data.draw(st.integers(1, n)))
    q = data.draw(st.floats(0.01, 0.99))
    assert request.response_tail(request.response_quantile(q)) == pytest.approx(1 - q, rel=1e-9)
    # E T = integral of the quantile function, by another rule on another axis: tanh-sinh would do; here 2000 midpoints.
    levels = (np.arange(2000) + 0.5) / 2000
    shape = 1 / scv
    k = request.quorum
    quantiles = scv * special.gammaincinv(shape, special.betaincinv(k, n - k + 1, levels))
    # The midpoint rule misses the last half cell, by up to a few deep quantiles over 4000.
    missed = 40 * scv * (1 + math.log(n)) / 4000 + 2e-3 * quantiles.mean()
    assert request.response_mean == pytest.approx(quantiles.mean(), abs=missed)
