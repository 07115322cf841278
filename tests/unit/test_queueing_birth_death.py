"""The stationary law of a birth-death chain, by linear algebra and with 60 digits."""

import numpy as np
import pytest
import stations_reference as reference
from hypothesis import given, settings
from hypothesis import strategies as st
from underload.queueing import birth_death_law

RATES = st.lists(st.tuples(st.floats(0.01, 100), st.floats(0.01, 100)), min_size=1, max_size=12)


@given(rates=RATES)
@settings(derandomize=True, deadline=None, max_examples=40)
def test_the_law_solves_the_balance_equations(rates):
    birth, death = np.array(rates).T
    n = len(birth)
    generator = np.diag(birth, 1) + np.diag(death, -1)
    generator -= np.diag(generator.sum(axis=1))
    law = birth_death_law(birth, death)
    assert law.sum() == pytest.approx(1, rel=1e-14)
    # What flows in flows out, up to rounding against the largest flow.
    assert np.abs(law @ generator).max() <= 1e-14 * np.abs(generator).max()
    balance = generator.T.copy()
    balance[0] = 1
    solved = np.linalg.solve(balance, np.eye(n + 1)[0])
    np.testing.assert_allclose(law, solved, atol=1e-9)


def test_two_peaks_with_a_valley_between_them():
    # Down 600 orders of magnitude and up again: the far peak is as high as the near one.
    ratios = np.array([1e-20] * 30 + [1e20] * 30)
    law = birth_death_law(ratios, np.ones(60))
    expected = reference.law([float(r) for r in ratios], [1] * 60)
    seen = np.array([float(p) for p in expected])
    np.testing.assert_allclose(law[law > 0], seen[law > 0], rtol=1e-13)
    assert np.all(seen[law == 0] < 1e-300)
    assert law[0] == pytest.approx(law[60], rel=1e-13)


def test_long_chains_neither_overflow_nor_vanish():
    up = birth_death_law(np.full(10**5, 1.2), np.ones(10**5))
    assert up[-1] == pytest.approx(1 / 6, rel=1e-13)
    down = birth_death_law(np.ones(10**5), np.full(10**5, 1.2))
    np.testing.assert_allclose(up, down[::-1], rtol=1e-12)
    assert np.array_equal(birth_death_law([1.0] * 3, [1.0] * 3), [0.25] * 4)


def test_a_birth_rate_of_0_keeps_the_chain_below():
    np.testing.assert_allclose(birth_death_law([1.0, 0.0, 5.0], [2.0, 1.0, 1.0]), [2 / 3, 1 / 3, 0, 0], rtol=1e-15)
