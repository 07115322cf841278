"""The kernel of least squares: against SciPy, by its own optimality conditions, and against a search over a grid."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from underload import usl
from underload.usl.estimate import Problem
from underload.usl.least_squares import bounded_step, minimise, normal_equations, solve, starting_point

SEVEN = np.array([1.0, 18, 36, 72, 108, 144, 216])
FREE = np.ones(3, dtype=bool)


def columns(load):
    return np.array([np.ones(len(load)), load - 1, load * (load - 1)])


def law(load, rate, contention, coherency):
    return rate * load / (1 + contention * (load - 1) + coherency * load * (load - 1))


def noisy(seed, load, parameters, noise):
    draw = np.random.default_rng(seed)
    truth = law(load, *parameters)
    return np.maximum(truth + draw.normal(0, noise * truth.max(), len(load)), 0)


def squares_at(load, throughput, c):
    return float(((throughput - load / (c @ columns(load))) ** 2).sum())


def test_derivatives_are_those_of_differences():
    throughput = noisy(1, SEVEN, (90, 0.03, 1e-4), 0.05)
    c = np.array([1 / 90, 0.03 / 90, 1e-4 / 90])
    squares, h00, h01, h02, h11, h12, h22, *descent = normal_equations(SEVEN, throughput, columns(SEVEN), *c, True)
    assert squares == pytest.approx(squares_at(SEVEN, throughput, c), rel=1e-14)
    second = np.array([[h00, h01, h02], [h01, h11, h12], [h02, h12, h22]])
    step = 1e-4 * c
    for k in range(3):
        up, down = c + step * (np.arange(3) == k), c - step * (np.arange(3) == k)
        slope = (squares_at(SEVEN, throughput, up) - squares_at(SEVEN, throughput, down)) / (2 * step[k])
        assert -slope / 2 == pytest.approx(descent[k], rel=1e-5)
        ends = [np.array(normal_equations(SEVEN, throughput, columns(SEVEN), *end, True)[7:]) for end in (up, down)]
        np.testing.assert_allclose(-(ends[0] - ends[1]) / (2 * step[k]), second[k], rtol=1e-5)


def test_the_safe_second_derivative_is_positive_where_the_exact_one_is_not():
    # Measurements at 10 times the curve: 3 f - 2 y < 0 everywhere.
    arguments = SEVEN, 10 * law(SEVEN, 1, 0.1, 0.001), columns(SEVEN), 1.0, 0.1, 0.001
    assert normal_equations(*arguments, True)[1] < 0 < normal_equations(*arguments, False)[1]


def test_no_curve_has_infinite_squares():
    assert normal_equations(SEVEN, SEVEN, columns(SEVEN), 1.0, -0.1, 0.0, False)[0] == math.inf


def test_solve_is_numpys():
    matrix = np.array([[4.0, 1, 2], [1, 5, 3], [2, 3, 6]])
    right = np.array([1.0, -2, 4])
    *found, sound = solve(4.0, 1.0, 2.0, 5.0, 3.0, 6.0, *right)
    np.testing.assert_allclose(found, np.linalg.solve(matrix, right), rtol=1e-14)
    assert sound
    assert not solve(1.0, 1.0, 1.0, 1.0, 1.0, 1.0, *right)[3]
    assert not solve(1.0, 2.0, 0.0, 1.0, 0.0, 1.0, *right)[3]  # indefinite


def model(matrix, g, step):
    """By how much the quadratic model falls."""
    return 2 * g @ step - step @ matrix @ step


def corners(matrix, g, c):
    """The admissible ones among the minima with each of the eight sets of coefficients at 0."""
    for active in itertools.product([False, True], repeat=3):
        held = np.array(active)
        step = np.where(held, -c, 0.0)
        if not held.all():
            right = (g - matrix @ step)[~held]
            step[~held] = np.linalg.solve(matrix[np.ix_(~held, ~held)], right)
        if (c + step >= -1e-15).all():
            yield step


def test_a_bounded_step_is_that_of_quadratic_programming():
    draw = np.random.default_rng(3)
    hits = 0
    for _ in range(200):
        root = draw.normal(size=(3, 3))
        matrix, g, c = root @ root.T + 0.3 * np.eye(3), draw.normal(size=3), draw.uniform(0, 0.5, 3)
        packed = (*matrix[0], matrix[1, 1], matrix[1, 2], matrix[2, 2], *g)
        *step, fall, sound = bounded_step(packed, 0.0, *c, FREE, FREE)
        exact = max(model(matrix, g, step) for step in corners(matrix, g, c))
        assert sound
        assert (c + step >= -1e-15).all()
        assert fall == pytest.approx(model(matrix, g, np.array(step)), rel=1e-9, abs=1e-12)
        # Bounds are added one at a time and never dropped: the step may fall short of the best, never beyond it.
        assert fall <= exact + 1e-12
        hits += fall == pytest.approx(exact, rel=1e-9, abs=1e-12)
    assert hits > 170


@pytest.mark.parametrize("noise", [0.0, 0.02, 0.1, 0.3])
def test_squares_are_scipys(noise):
    for seed in range(6):
        throughput = noisy(seed, SEVEN, (90, 0.03, 1e-4), noise) + 1e-9 * (noise == 0)
        ours = usl.fit(SEVEN, throughput)
        best = math.inf
        for start in ((ours.rate, ours.contention, ours.coherency), (60, 0.1, 1e-3)):
            found = optimize.least_squares(
                lambda p: law(SEVEN, *p) - throughput,  # noqa: B023 - called at once
                np.maximum(start, 1e-12),
                bounds=(0, np.inf),
                x_scale=(90, 0.03, 1e-4),
                ftol=1e-15,
                xtol=1e-15,
                gtol=1e-15,
            )
            best = min(best, 2 * found.cost)
        assert ours.squares <= best * (1 + 1e-10) + 1e-18 * (throughput @ throughput)
        assert ours.squares >= best * (1 - 1e-6) - 1e-15 * (throughput @ throughput)


def test_the_optimum_is_one():
    # Karush, Kuhn and Tucker: no slope along what is free, only outward slopes at the bounds.
    at_bound = 0
    for seed in range(200):
        throughput = noisy(seed, SEVEN, (1, 0.05 * (seed % 3), 1e-4 * (seed % 2)), 0.08)
        c = np.zeros(3)
        starting_point(SEVEN, throughput, columns(SEVEN), FREE, FREE, c)
        minimise(SEVEN, throughput, columns(SEVEN), FREE, FREE, c)
        _, h00, _, _, h11, _, h22, *descent = normal_equations(SEVEN, throughput, columns(SEVEN), *c, False)
        size = np.sqrt(np.array([h00, h11, h22]) * (throughput @ throughput))
        for value, slope, unit in zip(c, descent, size):
            assert abs(slope) < 1e-8 * unit if value > 0 else slope < 1e-8 * unit
            assert value >= 0
        at_bound += (c == 0).any()
    assert 50 < at_bound < 190


def test_wild_data_have_valleys_and_fit_finds_the_deepest():
    # Against a search over contention and coherency, with the best rate for each.
    contentions, coherencies = np.r_[0, np.geomspace(1e-4, 30, 60)], np.r_[0, np.geomspace(1e-6, 1, 60)]
    grid = np.array(np.meshgrid(contentions, coherencies)).reshape(2, -1)
    shapes = SEVEN / (1 + grid[0][:, None] * (SEVEN - 1) + grid[1][:, None] * SEVEN * (SEVEN - 1))
    for seed in range(40):
        throughput = np.random.default_rng(seed).lognormal(0, 1, 7)
        searched = throughput @ throughput - ((shapes @ throughput) ** 2 / (shapes**2).sum(axis=1)).max()
        assert usl.fit(SEVEN, throughput).squares <= searched * (1 + 1e-12)


def test_the_start_is_the_end_for_exact_data():
    # load / throughput is linear in the coefficients, whatever the weights.
    c = np.zeros(3)
    starting_point(SEVEN, law(SEVEN, 90, 0.03, 1e-4), columns(SEVEN), FREE, FREE, c)
    np.testing.assert_allclose(c, [1 / 90, 0.03 / 90, 1e-4 / 90], rtol=1e-10)
    # With errors it is the best curve for squares of load / throughput weighted by (throughput^2 / load)^2.
    throughput = noisy(4, SEVEN, (90, 0.03, 1e-4), 0.02)
    starting_point(SEVEN, throughput, columns(SEVEN), FREE, FREE, c)
    root = throughput**2 / SEVEN
    best = np.linalg.lstsq((columns(SEVEN) * root).T, throughput)[0]
    np.testing.assert_allclose(c, best, rtol=1e-8)


def test_held_coefficients_stay():
    throughput = noisy(5, SEVEN, (90, 0.03, 1e-4), 0.05)
    for held in range(3):
        free = np.arange(3) != held
        c = np.array([0.02, 0.0004, 1e-6])
        want = c[held]
        starting_point(SEVEN, throughput, columns(SEVEN), free, FREE, c)
        minimise(SEVEN, throughput, columns(SEVEN), free, FREE, c)
        assert c[held] == want
    problem = Problem(SEVEN, throughput, np.ones(7), "amdahl", False)
    assert problem.solve()[2] == 0


def test_many_rows_are_single_fits():
    rows = np.array([noisy(seed, SEVEN, (90, 0.03, 1e-4), 0.05) for seed in range(50)])
    weights = np.linspace(1, 2, 7)
    many = usl.fit_many(SEVEN, rows, weights)
    for k, row in enumerate(rows):
        one = usl.fit(SEVEN, row, weights)
        assert many.squares[k] == pytest.approx(one.squares, rel=1e-12)
        assert (many.rate[k], many.contention[k]) == pytest.approx((one.rate, one.contention), rel=1e-6, abs=1e-9)
        assert many.coherency[k] == pytest.approx(one.coherency, rel=1e-6, abs=1e-12)


def test_an_infinite_rate_is_said():
    # Throughput that falls faster than 1 / load^2 from load 10 on: the best curve is infinite at load 1.
    load, throughput = [10, 20, 30, 40], [1000, 100, 50, 5]
    assert usl.fit_many(load, [throughput]).rate[0] == math.inf
    with pytest.raises(ValueError, match="measure at smaller loads"):
        usl.fit(load, throughput)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    st.lists(st.integers(0, 1000), min_size=5, max_size=5).filter(lambda x: max(x) > 0),
    st.floats(1e-90, 1e90),
    st.tuples(st.floats(0.001, 3), st.floats(0, 1), st.floats(0, 0.1)),
)
def test_no_other_curve_is_closer_in_any_unit(values, unit, other):
    load = np.array([1.0, 2, 4, 8, 16])
    throughput = np.array(values) / 100 * unit
    try:
        ours = usl.fit(load, throughput)
    except ValueError as error:
        assert "smaller loads" in str(error)  # noqa: PT017 - either answer is right
        return
    rate, contention, coherency = other
    residuals = throughput / unit - law(load, rate * 10, contention, coherency)
    assert ours.squares / unit / unit <= residuals @ residuals * (1 + 1e-12)
