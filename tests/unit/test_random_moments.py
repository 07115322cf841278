"""Moments of the distributions: against SciPy's, against quadrature, and at the ends of their ranges."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats
from underload import random

inf = math.inf


def lognormal(mean, scv):
    return stats.lognorm(s=math.sqrt(math.log(1 + scv)), scale=mean / math.sqrt(1 + scv))


CASES = [
    (random.Exponential(0.2), stats.expon(scale=0.2)),
    (random.Uniform(1, 3), stats.uniform(1, 2)),
    (random.Uniform(0, 3), stats.uniform(0, 3)),
    (random.Gamma(2, 0.25), stats.gamma(4, scale=0.5)),
    (random.Gamma(2, 4), stats.gamma(0.25, scale=8)),
    (random.Lognormal(3, 4), lognormal(3, 4)),
    (random.Pareto(6, 4.5), stats.pareto(4.5, scale=6 * 3.5 / 4.5)),
    (random.Weibull(1, 0.5), stats.weibull_min(0.5, scale=1 / 2)),
    (random.Weibull(5, 3), stats.weibull_min(3, scale=5 / special.gamma(4 / 3))),
]


@pytest.mark.parametrize(("ours", "theirs"), CASES, ids=[repr(ours) for ours, _ in CASES])
def test_moments_as_in_scipy(ours, theirs):
    for k in (1, 2, 3, 4):
        # Where SciPy has no closed form it integrates, to about 1e-10.
        assert ours.moment(k) == pytest.approx(float(theirs.moment(k)), rel=1e-9), k
    assert ours.moment(0) == 1
    assert ours.moment(1) == ours.mean
    assert ours.relative_moment(2) == pytest.approx(1 + ours.scv, rel=1e-13)


@pytest.mark.parametrize(
    "law",
    [
        random.Uniform(1e-3, 3),
        random.Uniform(2, 3),
        random.Gamma(2, 0.25),
        random.Lognormal(3, 4),
        random.Pareto(6, 1.5),
        random.Weibull(5, 3),
    ],
    ids=repr,
)
def test_the_mean_reciprocal_by_quadrature(law):
    # E 1/X = int P(X <= x) / x^2 dx, by the trapezoidal rule in ln x; what lies above the last x adds 1/x.
    x = law.mean * np.exp(np.linspace(-20, 20, 400_001))
    values = law.cdf(x) / x
    step = 40 / 400_000
    assert law.moment(-1) == pytest.approx(step * (values.sum() - values[-1] / 2) + 1 / x[-1], rel=1e-7)


def test_infinite_moments():
    assert [random.Pareto(1, 2.0).moment(k) for k in (1, 2, 3)] == [1, inf, inf]
    assert random.Pareto(1, 3.5).moment(3) < inf == random.Pareto(1, 3.5).moment(4)
    for law in (random.Exponential(1), random.Uniform(0, 1), random.Gamma(1, 1), random.Weibull(1, 1)):
        assert law.moment(-1) == inf
    assert random.Gamma(2, 0.5).moment(-1) == pytest.approx(1.0, rel=1e-15)  # Erlang-2 of rate 1: 1 / (2 - 1)
    assert random.Deterministic(0).moment(-1) == inf
    assert random.Deterministic(0).moment(2) == 0


@given(scv=st.floats(1, 1e9))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_hyperexponential_moments_of_the_phases(scv):
    law = random.Hyperexponential(2, scv)
    slow, slow_mean, fast_mean = law.params[:3]
    for k in (2, 3, 4):
        phases = math.factorial(k) * (slow * slow_mean**k + (1 - slow) * fast_mean**k)
        assert law.moment(k) == pytest.approx(phases, rel=1e-13)
    assert law.relative_moment(2) == pytest.approx(1 + scv, rel=1e-13)


def test_extreme_laws_do_not_overflow():
    # gamma(401) / gamma(101)^4, about 1e236, by mpmath.
    with mpmath.workdps(40):
        expected = mpmath.gamma(401) / mpmath.gamma(101) ** 4
    assert random.Weibull(1e-10, 0.01).relative_moment(4) == pytest.approx(float(expected), rel=1e-12)
    assert random.Lognormal(1e200, 1e9).relative_moment(4) == pytest.approx((1 + 1e9) ** 6, rel=1e-14)
    assert random.Uniform(1e-300, 1e200).relative_moment(-1) == pytest.approx(500 * math.log(10) / 2, rel=1e-14)
    assert random.Exponential(1e-200).moment(3) == 0
    with pytest.raises(ValueError, match="k 2 gives a moment beyond the largest float"):
        random.Exponential(1e200).moment(2)
