"""Phase-type laws and Markovian arrivals against scipy's laws, many digits, closed forms and counting."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from underload.queueing import MarkovianArrivals, PhaseType, transient
from underload.random import Exponential, Gamma, Hyperexponential, Weibull

TIMES = np.array([0.0, 1e-3, 0.1, 2.0, 10.0, 60.0])
STIFF = PhaseType.coxian([1.0, 1e-6, 2.0], [1e-7, 0.5])


@pytest.mark.parametrize("phases", [1, 5, 80])
def test_erlang_is_gamma(phases):
    law, gamma = PhaseType.erlang(2.0, phases), stats.gamma(phases, scale=2.0 / phases)
    assert law.mean == pytest.approx(2.0, rel=1e-13)
    assert law.scv == pytest.approx(1 / phases, rel=1e-12)
    np.testing.assert_allclose(law.tail(TIMES), gamma.sf(TIMES), rtol=1e-11, atol=1e-300)
    np.testing.assert_allclose(law.cdf(TIMES), gamma.cdf(TIMES), rtol=1e-12, atol=1e-25)
    np.testing.assert_allclose(law.density(TIMES[1:]), gamma.pdf(TIMES[1:]), rtol=1e-11, atol=1e-25)
    levels = [1e-9, 0.3, 0.5, 0.999, 1 - 1e-9]
    # 1 - q is rounded to 1e-16, which is 1e-7 of the last tail and 1e-8 of its quantile's distance.
    np.testing.assert_allclose(law.quantile(levels), gamma.ppf(levels), rtol=1e-8)
    np.testing.assert_allclose(law.cdf(law.quantile(levels)), levels, rtol=1e-13)
    assert law.laplace(0.7) == pytest.approx((1 + 1.4 / phases) ** -phases, rel=1e-13)
    assert law.laplace(0.7 + 2j) == pytest.approx((1 + (1.4 + 4j) / phases) ** -phases, rel=1e-12)


@pytest.mark.parametrize("law", [Exponential(0.3), Hyperexponential(2.0, 9.0), Hyperexponential(1.0, 1e6)])
def test_distributions_carry_over(law):
    exact = PhaseType.from_distribution(law)
    assert exact.mean == pytest.approx(law.mean, rel=1e-14)
    assert exact.scv == pytest.approx(law.scv, rel=1e-13)
    np.testing.assert_allclose(exact.cdf(TIMES), law.cdf(TIMES), rtol=1e-13, atol=1e-300)


def test_erlang_from_gamma():
    assert PhaseType.from_distribution(Gamma(2.0, 0.25)).phases == 4
    for law in (Gamma(2.0, 0.26), Weibull(1.0, 2.0), "erlang"):
        with pytest.raises(ValueError, match="distribution"):
            PhaseType.from_distribution(law)


def test_a_stiff_law_with_many_digits():
    # Rates from 1e-13 to 2; the tail at 1e6 is all in the phase that is entered once in 10^7.
    with mpmath.workdps(60):
        generator = mpmath.matrix(3, 3)
        for i in range(3):
            for j in range(3):
                if i != j:
                    generator[i, j] = mpmath.mpf(STIFF.rates[i, j])
            generator[i, i] = -sum(mpmath.mpf(value) for value in STIFF.rates[i]) - mpmath.mpf(STIFF.exits[i])
        for t in (0.5, 30.0, 1e6):
            exact = sum((mpmath.expm(generator * t, method="taylor"))[0, j] for j in range(3)) if t < 100 else None
            if exact is None:
                values, left, right = mpmath.eig(generator, left=True, right=True)
                exact = sum(
                    mpmath.exp(values[k] * t)
                    * right[0, k]
                    * sum(left[k, j] for j in range(3))
                    / sum(left[k, j] * right[j, k] for j in range(3))
                    for k in range(3)
                )
            assert STIFF.tail(t) == pytest.approx(float(mpmath.re(exact)), rel=1e-13)
        moments = mpmath.lu_solve(-generator, mpmath.matrix([1, 1, 1]))
        assert STIFF.mean == pytest.approx(float(moments[0]), rel=1e-15)
        assert STIFF.moment(3) == pytest.approx(
            float(6 * mpmath.lu_solve(generator, mpmath.lu_solve(generator, -moments))[0] * -1), rel=1e-14
        )


@given(mean=st.floats(1e-3, 1e3), scv=st.one_of(st.floats(0.02, 1.0), st.floats(1.0, 1e6)))
@settings(derandomize=True, deadline=None, max_examples=25)
def test_a_fit_has_the_two_moments(mean, scv):
    law = PhaseType.fit(mean, scv)
    assert law.mean == pytest.approx(mean, rel=1e-12)
    assert law.scv == pytest.approx(scv, rel=1e-10)
    assert law.phases == (2 if scv > 1 else max(1, int(np.ceil(1 / scv - 1e-12))))


@given(rates=st.lists(st.floats(0.2, 5), min_size=1, max_size=6), stay=st.floats(0.1, 1), q=st.floats(1e-6, 1 - 1e-6))
@settings(derandomize=True, deadline=None, max_examples=8)
def test_moments_are_integrals_and_quantiles_invert(rates, stay, q):
    law = PhaseType.coxian(rates, [stay] * (len(rates) - 1))
    nodes, weights = np.polynomial.legendre.leggauss(80)
    far = law.quantile(1 - 1e-14) * 1.5
    t, weights = far * (nodes + 1) / 2, weights * far / 2
    tail = law.tail(t)
    assert law.mean == pytest.approx(weights @ tail, rel=1e-10)
    assert law.moment(2) == pytest.approx(weights @ (2 * t * tail), rel=1e-10)
    assert law.cdf(law.quantile(q)) == pytest.approx(q, rel=1e-12)
    assert law.tail(3.0) + law.cdf(3.0) == pytest.approx(1, abs=1e-14)
    assert law.laplace(0.0) == pytest.approx(1, abs=1e-15)


def test_a_tail_is_a_transient():
    whole = np.zeros((4, 4))
    whole[:3, :3], whole[:3, 3] = STIFF.generator, STIFF.exits
    assert STIFF.tail(5.0) == pytest.approx(transient(whole, 0, 5.0)[:3].sum(), rel=1e-13)


def test_constructors():
    law = PhaseType([0.3, 0.7], [[-2.0, 0.5], [0.0, -1.0]])
    np.testing.assert_array_equal(law.exits, [1.5, 1.0])
    # Mean by hand: m2 = 1, m1 = (1 + 0.5 m2) / 2 = 0.75.
    assert law.mean == pytest.approx(0.3 * 0.75 + 0.7, rel=1e-15)
    assert PhaseType.hyperexponential([0.5, 0.5, 0.0], [1.0, 3.0, 9.0]).phases == 2
    assert PhaseType([1.0], [[-0.3]]).quantile(0.0) == 0.0
    # 0.1 + 0.2 is not 0.3 in floats: the first phase has no exit all the same.
    assert PhaseType([1, 0, 0], [[-0.3, 0.1, 0.2], [0, -1, 0], [0, 0, -1]]).exits[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        law.exits[0] = 1.0


def test_modulated_poisson_arrivals():
    # Two states, rates 2 and 0.3, switching 0.1 and 0.2: mean (2 x 0.2 + 0.3 x 0.1) / 0.3, and the index of dispersion
    # 1 + 2 s1 s2 (l1 - l2)^2 / ((s1 + s2)^2 (l1 s2 + l2 s1)) of Fischer and Meier-Hellstern.
    arrivals = MarkovianArrivals.mmpp([2.0, 0.3], [[0.0, 0.1], [0.2, 0.0]])
    np.testing.assert_allclose(arrivals.D0, [[-2.1, 0.1], [0.2, -0.5]], rtol=1e-15)
    assert arrivals.arrival_rate == pytest.approx(0.43 / 0.3, rel=1e-15)
    assert arrivals.dispersion == pytest.approx(1 + 2 * 0.1 * 0.2 * 1.7**2 / (0.3**2 * 0.43), rel=1e-14)
    # The second way to the interval: integrate its tail, phi exp(D0 t) 1, over t dt.
    seen = arrivals.phase_probabilities @ arrivals.D1 / arrivals.arrival_rate
    gap = PhaseType(seen, arrivals.D0)
    assert gap.mean == pytest.approx(1 / arrivals.arrival_rate, rel=1e-14)
    nodes, weights = np.polynomial.legendre.leggauss(120)
    t = 75.0 * (nodes + 1)  # the tail at 150 is below e^-40
    second = (75.0 * weights) @ (2 * t * gap.tail(t))
    assert arrivals.scv == pytest.approx(second / gap.mean**2 - 1, rel=1e-10)
    twice = arrivals.scaled(2.0)
    assert twice.arrival_rate == pytest.approx(2 * arrivals.arrival_rate, rel=1e-15)
    assert (twice.scv, twice.dispersion) == pytest.approx((arrivals.scv, arrivals.dispersion), rel=1e-13)


@pytest.mark.parametrize("scv", [0.3, 1.0, 7.0])
def test_renewals_have_one_number_for_both(scv):
    # For independent intervals the index of dispersion is the scv.
    arrivals = MarkovianArrivals.renewal(PhaseType.fit(2.0, scv))
    assert arrivals.arrival_rate == pytest.approx(0.5, rel=1e-13)
    assert arrivals.scv == pytest.approx(scv, rel=1e-12)
    assert arrivals.dispersion == pytest.approx(scv, rel=1e-12)


def test_dispersion_by_counting():
    # Count in a chain of (state, arrivals so far) up to t: var grows by rate x dispersion per unit of time.
    arrivals, room = MarkovianArrivals([[-3.0, 1.0], [0.5, -0.7]], [[0.5, 1.5], [0.1, 0.1]]), 400
    whole = np.kron(np.eye(room), arrivals.D0) + np.kron(np.eye(room, k=1), arrivals.D1)
    whole[-2:, -2:] += arrivals.D1  # the last count absorbs
    law = np.zeros(2 * room)
    law[:2] = arrivals.phase_probabilities
    counted = transient(whole, law, [100.0, 150.0]).reshape(2, room, 2).sum(axis=2)
    number = np.arange(room)
    means, squares = counted @ number, counted @ number**2
    variance = squares - means**2
    assert (means[1] - means[0]) / 50 == pytest.approx(arrivals.arrival_rate, rel=1e-10)
    assert (variance[1] - variance[0]) / (means[1] - means[0]) == pytest.approx(arrivals.dispersion, rel=1e-8)


def test_a_time_beyond_all_jumps():
    law = PhaseType.erlang(1e-12, 2)
    assert (law.tail(1e300), law.density(1e300), law.cdf(1e300)) == (0, 0, 1)
