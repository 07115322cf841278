"""Laplace transforms against mpmath and against their own algebra; inversion against functions that are known."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special
from underload import queueing, random
from underload.queueing.transforms import decay_deficit

S = np.array([0.3, 1 + 2j, -50j])


def reference(law, s):
    """E exp(-s X) by mpmath, with 20 digits: a closed form for Pareto, else quadrature along a turned path."""
    s, turn = mpmath.mpmathify(complex(s)), -mpmath.arg(s) / 2
    if isinstance(law, random.Pareto):
        shape = mpmath.mpf(law.shape)
        return shape * mpmath.expint(shape + 1, s * law.mean * (shape - 1) / shape)
    if isinstance(law, random.Weibull):  # in y = ln z, z = (x / scale)^shape
        shape = mpmath.mpf(law.shape)
        scale = law.mean / mpmath.gamma(1 + 1 / shape)
        shift = 1j * turn * min(1, shape)
        pieces = [*range(-48, 0, 4), 0, 1, 2, 3, 4, 5]
        return mpmath.quad(
            lambda y: mpmath.exp(y + shift - mpmath.exp(y + shift) - s * scale * mpmath.exp((y + shift) / shape)),
            pieces,
        )
    variance = mpmath.log(1 + mpmath.mpf(law.scv))
    deviation = mpmath.sqrt(variance)
    shift = 1j * turn * min(1, deviation) / deviation
    location = mpmath.log(law.mean) - variance / 2
    return mpmath.quad(
        lambda t: mpmath.npdf(t + shift) * mpmath.exp(-s * mpmath.exp(location + deviation * (t + shift))),
        range(-12, 14, 2),
    )


@pytest.mark.parametrize(
    "law",
    [
        random.Lognormal(2, 4),
        random.Lognormal(1, 0.01),
        random.Pareto(3, 1.5),
        random.Weibull(1, 3.0),
        random.Weibull(2, 0.1),
    ],
    ids=repr,
)
def test_transforms_against_mpmath(law):
    with mpmath.workdps(20):
        exact = [reference(law, s) for s in S]
        residual = [(1 - one) / (mpmath.mpmathify(complex(s)) * law.mean) for one, s in zip(exact, S)]
    # Sums of a few hundred to a few thousand terms of size one: 1e-13 absolute.
    np.testing.assert_allclose(queueing.laplace(law, S), np.array(exact, complex), rtol=0, atol=1e-13)
    np.testing.assert_allclose(queueing.laplace_residual(law, S), np.array(residual, complex), rtol=0, atol=1e-13)


LAWS = [
    random.Exponential(2),
    random.Deterministic(2),
    random.Uniform(1, 3),
    random.Uniform(0, 1e-3),
    random.Gamma(2, 0.25),
    random.Gamma(2, 1e-9),
    random.Gamma(2, 40),
    random.Hyperexponential(2, 9),
    random.Lognormal(2, 2),
    random.Pareto(2, 2.5),
    random.Weibull(2, 0.7),
]


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_values_that_every_transform_has(law):
    assert queueing.laplace(law, 0) == pytest.approx(1, abs=1e-13)
    assert queueing.laplace_residual(law, 0) == pytest.approx(1, abs=1e-13)
    s = np.array([[0.2, 1 + 1j], [30j, 4 - 5j]]) / law.mean
    value, residual = queueing.laplace(law, s), queueing.laplace_residual(law, s)
    assert value.shape == s.shape
    assert (np.abs(value) <= 1 + 1e-13).all()
    np.testing.assert_allclose(residual * s * law.mean, 1 - value, rtol=0, atol=2e-13)
    np.testing.assert_allclose(queueing.laplace(law, s.conj()), value.conj(), rtol=1e-12, atol=1e-14)
    # The residual's mean is E X^2 / 2 E X, seen at a small s: 1 - s mean + O(s^2), where the third moment is finite.
    if law.moment(3) < math.inf:
        small = 1e-6 / law.mean / law.relative_moment(3)
        slope = (1 - queueing.laplace_residual(law, small).real) / (small * law.mean)
        assert slope == pytest.approx(law.relative_moment(2) / 2, rel=1e-4)


def test_closed_forms_by_hand():
    s = 0.5 + 0.25j
    assert queueing.laplace(random.Exponential(2), s) == pytest.approx(1 / (2 + 0.5j), rel=1e-15)
    assert queueing.laplace(random.Deterministic(2), s) == pytest.approx(np.exp(-2 * s), rel=1e-15)
    uniform = (np.exp(-s) - np.exp(-3 * s)) / (2 * s)
    assert queueing.laplace(random.Uniform(1, 3), s) == pytest.approx(uniform, rel=1e-15)
    assert queueing.laplace(random.Gamma(2, 0.25), s) == pytest.approx((1 + s / 2) ** -4, rel=1e-14)
    assert queueing.laplace(random.Weibull(2, 1), s) == pytest.approx(1 / (1 + 2 * s), rel=1e-13)


@given(x=st.floats(-8, 1), y=st.floats(-8, 1))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_the_deficit_does_not_cancel(x, y):
    z = complex(10**x, 10**y)
    with mpmath.workdps(40):
        exact = 1 - (1 - mpmath.exp(-z)) / z
    assert decay_deficit(np.array(z)) == pytest.approx(complex(exact), rel=1e-14)


def test_inversion_of_smooth_functions():
    t = np.array([0.01, 0.5, 1, 5, 20, 400])
    for transform, function in [
        (lambda s: 1 / (1 + s), lambda t: np.exp(-t)),
        (lambda s: 1 / s, np.ones_like),
        (lambda s: (s + 1) / ((s + 1) ** 2 + 1), lambda t: np.exp(-t) * np.cos(t)),
        (lambda s: 1 / (np.sqrt(s) * (1 + np.sqrt(s))), lambda t: special.erfcx(np.sqrt(t))),
    ]:
        np.testing.assert_allclose(queueing.invert_laplace(transform, t), function(t), rtol=0, atol=2e-12)
    assert queueing.invert_laplace(lambda s: 1 / s**2, 3.0) == pytest.approx(3, abs=1e-11)


def test_inversion_near_a_jump_and_a_corner():
    # P(D > t) for D = 1, and max(1 - t, 0): the errors that the docstring states.
    def jump(s):
        return (1 - np.exp(-s)) / s

    def corner(s):
        return (s - 1 + np.exp(-s)) / s**2

    t = np.array([0.3, 0.5, 0.7, 1.5, 2.0, 3.0])
    assert 1e-7 < np.abs(queueing.invert_laplace(jump, t) - (t < 1)).max() < 1e-2
    assert 1e-9 < np.abs(queueing.invert_laplace(corner, t) - np.maximum(1 - t, 0)).max() < 1e-3
