"""Balancing by a board that is out of date, against its differential equations and its limits."""

import numba
import numpy as np
import pytest
from scipy import integrate
from underload.queueing import Supermarket, stale_choices
from underload.queueing.stale import interval


def test_one_interval_of_the_board_by_its_equations():
    load, d, duration, levels = 0.8, 2, 1.5, 25
    law = 0.55 ** np.arange(levels)
    law /= law.sum()
    tails = np.append(law[::-1].cumsum()[::-1], 0.0)
    rates = load * (tails[:-1] ** d - tails[1:] ** d) / law

    def slope(_, flat):
        p = flat.reshape(levels, levels)  # of servers that the board shows with i, those that hold j
        change = np.zeros_like(p)
        change[:, 1:] += rates[:, None] * p[:, :-1] - p[:, 1:]
        change[:, :-1] += p[:, 1:] - rates[:, None] * p[:, :-1]
        return change.ravel()

    times = np.linspace(0, duration, 31)
    path = integrate.solve_ivp(slope, (0, duration), np.diag(law).ravel(), t_eval=times, rtol=1e-11, atol=1e-14).y
    numbers = np.arange(levels) @ path.reshape(levels, levels, -1).sum(0)
    following, row, spare = np.empty(levels), np.empty(levels), np.empty(levels)
    mean = interval(law, load, d, duration, following, row, spare)
    np.testing.assert_allclose(following, path[:, -1].reshape(levels, levels).sum(0), atol=1e-10)
    assert mean == pytest.approx(integrate.simpson(numbers, x=times) / duration, rel=1e-7)


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="takes minutes if it is not compiled")
def test_old_news():
    fresh = Supermarket(0.9).response_mean
    # Fresh news is the supermarket, with a difference in proportion to the interval.
    near, nearer = (stale_choices(0.9, update_interval=T).response_mean for T in (0.1, 0.05))
    assert nearer > fresh
    assert 2 * nearer - near == pytest.approx(fresh, rel=1e-4)
    # A single random choice does not look at the board.
    assert stale_choices(0.9, choices=1, update_interval=7.0).response_mean == pytest.approx(10.0, rel=1e-11)
    # The herd: with old news ten choices are worse than two, and two worse than none.
    many, two = (stale_choices(0.9, choices=d, update_interval=50.0).response_mean for d in (10, 2))
    assert many > two > 10.0
    cycle = stale_choices(0.9, update_interval=5.0)
    assert cycle.board.sum() == pytest.approx(1.0, rel=1e-12)
    assert cycle.number_mean == pytest.approx(0.9 * cycle.response_mean, rel=1e-12)
