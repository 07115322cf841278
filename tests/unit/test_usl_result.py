"""What a fit knows: errors against SciPy's, intervals against constrained fits by another optimiser, bands by hand."""

import json
import math
import pathlib

import numpy as np
import pytest
from scipy import optimize, special
from underload import usl
from underload.random import seed_state
from underload.usl.redraw import draw_rows

DATA = json.loads((pathlib.Path(__file__).parents[1] / "oracles" / "usl" / "data.json").read_text("utf8"))
SPEC = DATA["specsdm91"]["load"], DATA["specsdm91"]["throughput"]
RAY = DATA["raytracer"]["load"], DATA["raytracer"]["throughput"]
SHAPES = {"usl": lambda n: n, "sqrt": np.sqrt, "log": np.log}


def curve(load, rate, contention, coherency, model="usl"):
    if model == "gustafson":
        return rate * (load - contention * (load - 1))
    partners = SHAPES[model](load) if model in SHAPES else 0
    return rate * load / (1 + contention * (load - 1) + coherency * (load - 1) * partners)


@pytest.mark.parametrize("model", ["usl", "sqrt", "log", "amdahl", "gustafson", "linear"])
def test_exact_data_give_the_parameters_back(model):
    count = {"linear": 1, "amdahl": 2, "gustafson": 2}.get(model, 3)
    truth = [120.0, 0.07, 0.003][:count] + [0.0] * (3 - count)
    load = np.array([2.0, 3, 5, 9, 17, 40])  # no measurement at load 1
    fit = usl.fit(load, curve(load, *truth, model), model=model)
    assert (fit.rate, fit.contention, fit.coherency) == pytest.approx(truth, rel=1e-9, abs=1e-12)
    assert fit.r_squared == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(fit.residuals, 0, atol=1e-9)
    assert len(fit.parameters) == count
    assert fit.degrees_of_freedom == 6 - count


@pytest.mark.parametrize("model", ["usl", "sqrt", "log", "amdahl", "gustafson"])
def test_errors_are_those_of_scipy(model):
    load = np.array([1.0, 2, 4, 8, 16, 32, 64])
    error = np.array([1, -2, 3, 1, -2, -1, 2])
    parameters = (100, 0.05, 0.002) if model in SHAPES else (100, 0.05, 0)
    throughput, weights = curve(load, *parameters, model) + error, np.linspace(0.5, 2, 7)
    fit = usl.fit(load, throughput, weights, model)
    values = [getattr(fit, name) for name in fit.parameters]
    law = lambda n, *p: curve(n, *p, *[0] * (3 - len(p)), model)  # noqa: E731
    # One step from the optimum: SciPy only differentiates there.
    options = {"sigma": 1 / np.sqrt(weights), "xtol": 1e-15, "ftol": 1e-15, "epsfcn": 1e-14}
    found, covariance = optimize.curve_fit(law, load, throughput, values, **options)
    np.testing.assert_allclose(found, values, rtol=1e-5)
    np.testing.assert_allclose(fit.covariance, covariance, rtol=2e-4)
    np.testing.assert_allclose(list(fit.standard_errors.values()), np.sqrt(np.diag(covariance)), rtol=1e-4)
    residuals = throughput - law(load, *values)
    scaled = weights / weights.mean()
    assert fit.squares == pytest.approx(scaled @ residuals**2, rel=1e-12)
    assert fit.leverage.sum() == pytest.approx(len(values), rel=1e-12)
    assert 0 < fit.leverage.min() < fit.leverage.max() < 1


def test_a_weight_of_two_is_a_measurement_twice():
    load, throughput = SPEC
    weighted = usl.fit(load, throughput, [2, 1, 1, 1, 1, 1, 1])
    doubled = usl.fit([1, *load], [throughput[0], *throughput])
    assert weighted.contention == pytest.approx(doubled.contention, rel=1e-7)
    assert weighted.squares * 8 / 7 == pytest.approx(doubled.squares, rel=1e-10)


def test_r_squared_and_aicc_by_hand():
    fit = usl.fit([1, 2, 3, 4, 5, 6], [1, 3, 2, 5, 4, 6], model="linear")
    # rate = sum N X / sum N^2 = 89 / 91; squares = 91 - 89^2 / 91; about the mean: 91 - 6 x 3.5^2 = 17.5.
    squares = 91 - 89**2 / 91
    assert fit.rate == pytest.approx(89 / 91, rel=1e-14)
    assert fit.squares == pytest.approx(squares, rel=1e-12)
    assert fit.r_squared == pytest.approx(1 - squares / 17.5, rel=1e-12)
    # k = 2: 6 ln(squares / 6) + 4 + 12 / 3
    assert fit.aicc == pytest.approx(6 * math.log(squares / 6) + 8, rel=1e-12)
    assert fit.residual_deviation == pytest.approx(math.sqrt(squares / 5), rel=1e-12)
    # Where a constant is better, the curve explains less than nothing.
    assert usl.fit([1, 2, 3, 4], [4, 3, 2, 1], model="linear").r_squared < 0


def test_three_points_fit_but_say_nothing_of_their_errors():
    fit = usl.fit([1, 4, 16], [10, 35, 80])
    assert fit.squares == pytest.approx(0, abs=1e-15)
    assert set(fit.standard_errors.values()) == {math.inf}
    assert fit.residual_deviation == fit.aicc == math.inf
    for question in (lambda: fit.interval("rate"), lambda: fit.band(3), fit.diagnose, lambda: fit.bootstrap(seed=1)):
        with pytest.raises(ValueError, match="more points than parameters"):
            question()


def test_superlinear_data_need_permission():
    load = np.array([1.0, 2, 4, 8, 16, 32])
    throughput = curve(load, 100, -0.02, 0.001)
    assert usl.fit(load, throughput).at_bound == ("contention",)
    fit = usl.fit(load, throughput, superlinear=True)
    assert (fit.contention, fit.coherency) == pytest.approx((-0.02, 0.001), rel=1e-9)
    assert fit.is_superlinear
    noisy = usl.fit(load, throughput * [1.01, 0.99, 1.01, 0.99, 1.01, 0.99], superlinear=True)
    interval = noisy.interval("contention")
    assert interval.low < noisy.contention < interval.high < 0
    assert any("negative" in line for line in noisy.diagnose().advice)


def test_a_pole_between_the_loads_is_refused():
    # Superlinear up to load 8, then a fall: the parabola through load / throughput is negative between 2 and 8.
    with pytest.raises(ValueError, match="load"):
        usl.fit([1, 2, 8, 9, 16], [100, 1000, 1000, 100, 10], superlinear=True)


def test_the_callers_arrays_stay_theirs():
    load, throughput, weights = np.array(SPEC[0]), np.array(SPEC[1]), np.ones(7)
    fit = usl.fit(load, throughput, weights)
    load[0] = throughput[0] = weights[0] = 7
    assert (fit.load[0], fit.throughput[0], fit.weights[0]) == (1, 64.9, 1)
    with pytest.raises(ValueError, match="read-only"):
        fit.load[0] = 2


# Profile intervals.


def constrained_squares(fit, name, value):
    """The least squares with one quantity held, by another optimiser from many starts."""
    load, throughput = fit.load, fit.throughput

    def parameters(free):
        x, y = np.exp(free)
        if name == "rate":
            return value, x, y
        if name == "contention":
            return x * fit.rate, value, y
        if name == "coherency":
            return x * fit.rate, y, value
        if name == "peak_load":  # x = rate, y = coherency
            return x * fit.rate, 1 - y * value**2, y
        # The highest throughput is that at load x: rate follows.
        contention = 1 - y * x**2
        return value * (1 + contention * (x - 1) + y * x * (x - 1)) / x, contention, y

    def squares(free):
        rate, contention, coherency = parameters(free)
        if contention < 0:
            return 1e3 * fit.squares * (1 - contention)
        return float(fit.weights @ (throughput - curve(load, rate, contention, coherency)) ** 2)

    first = {
        "rate": -4,
        "contention": 0,
        "coherency": 0,
        "peak_load": 0,
        "peak_throughput": math.log(fit.load.max() / 2),
    }
    best = math.inf
    for a in (-0.5, 0.5):
        for b in (-9.5, -8.5) if name != "coherency" else (-4, -2):
            options = {"maxiter": 4000, "maxfev": 4000, "xatol": 1e-10, "fatol": 1e-8}
            found = optimize.minimize(squares, (first[name] + a, b), method="Nelder-Mead", options=options)
            best = min(best, found.fun)
    return best


@pytest.mark.parametrize("name", ["rate", "contention", "coherency", "peak_load", "peak_throughput"])
def test_profile_ends_lie_on_the_f_quantile(name):
    fit = usl.fit(*SPEC)
    interval = fit.interval(name)
    limit = fit.squares * (1 + special.fdtri(1, 4, 0.95) / 4)
    assert interval.low < interval.estimate < interval.high
    for end in (interval.low, interval.high):
        assert constrained_squares(fit, name, end) == pytest.approx(limit, rel=1e-5)
    assert interval.estimate in interval
    narrower = fit.interval(name, 0.8)
    assert interval.low < narrower.low < narrower.high < interval.high


def test_a_peak_that_may_not_exist_is_open_upwards():
    fit = usl.fit(*RAY)
    assert fit.at_bound == ("coherency",)
    assert fit.peak_load == math.inf
    interval = fit.interval("peak_load")
    assert interval.high == math.inf
    assert 64 < interval.low < 100
    limit = fit.squares * (1 + special.fdtri(1, 8, 0.95) / 8)
    assert constrained_squares(fit, "peak_load", interval.low) == pytest.approx(limit, rel=1e-5)
    coherency = fit.interval("coherency")
    assert coherency.low == 0
    assert constrained_squares(fit, "coherency", coherency.high) == pytest.approx(limit, rel=1e-5)
    assert fit.peak_throughput in fit.interval("peak_throughput")
    with pytest.raises(ValueError, match="method"):
        fit.interval("peak_load", method="wald")


def test_simpler_laws_have_their_profiles():
    # A linear model's profile is Student's interval, exactly.
    line = usl.fit(*RAY, model="linear")
    profile, wald = line.interval("rate"), line.interval("rate", method="wald")
    assert (profile.low, profile.high) == pytest.approx((wald.low, wald.high), rel=1e-6)
    amdahl = usl.fit(*RAY, model="amdahl")
    assert amdahl.interval("contention").low > 0.04
    for name in ("peak_load", "coherency"):
        with pytest.raises(ValueError, match="name"):
            amdahl.interval(name)
    # Gustafson's law is linear in rate (1 - contention) and rate x contention: Fieller's interval for the ratio.
    load = np.array([1.0, 2, 4, 8, 16])
    scaled = usl.fit(load, [103, 164, 318, 585, 1153], model="gustafson")
    interval = scaled.interval("contention")
    limit = scaled.squares * (1 + special.fdtri(1, 3, 0.95) / 3)
    for end in (interval.low, interval.high):
        column = load - end * (load - 1)
        best = column @ scaled.throughput / (column @ column)
        assert ((scaled.throughput - best * column) ** 2).sum() == pytest.approx(limit, rel=1e-8)
    for model in ("sqrt", "log"):
        fit = usl.fit(*SPEC, model=model)
        assert fit.interval("peak_load").low < fit.peak_load < fit.interval("peak_load").high


def test_exact_data_have_intervals_without_length():
    load = np.array([1.0, 2, 4, 8, 16])
    fit = usl.fit(load, curve(load, 100, 0.05, 0.001))
    interval = fit.interval("contention")
    assert interval.low == interval.high == fit.contention


def test_an_interval_prints_what_it_is():
    assert str(usl.fit(*SPEC).interval("peak_load")) == "peak_load 96.52 in [77.86, 156.7] (95 %, profile)"


# Bands.


def test_the_delta_band_is_that_of_differences():
    fit = usl.fit(*SPEC)
    load = np.array([1.0, 50, 300])
    slopes = []
    for name in fit.parameters:
        step = 1e-6 * getattr(fit, name)
        ends = [fit.what_if(**{name: getattr(fit, name) + side * step}).predict(load) for side in (1, -1)]
        slopes.append((ends[0] - ends[1]) / (2 * step))
    error = np.sqrt(np.einsum("im,ij,jm->m", slopes, fit.covariance, slopes))
    band, wider = fit.band(load), fit.band(load, kind="prediction")
    np.testing.assert_allclose(band.high - band.throughput, 2.7764451 * error, rtol=1e-6)
    whole = np.sqrt(error**2 + fit.residual_deviation**2)
    np.testing.assert_allclose(wider.throughput - wider.low, 2.7764451 * whole, rtol=1e-6)


def test_wald_at_the_peak_is_the_delta_method():
    fit = usl.fit(*SPEC)
    t = fit.peak_load  # sqrt((1 - contention) / coherency)
    slopes = np.array([0, -t / 2 / (1 - fit.contention), -t / 2 / fit.coherency])
    half = 2.7764451 * math.sqrt(slopes @ fit.covariance @ slopes)
    interval = fit.interval("peak_load", method="wald")
    assert interval.high - t == pytest.approx(half, rel=1e-6)


# Bootstrap.


def test_threads_change_no_bit():
    fit = usl.fit(*SPEC)
    for kind in ("residual", "case"):
        one, three = (fit.bootstrap(1700, seed=7, kind=kind, threads=threads) for threads in (1, 3))
        assert (one.coefficients == three.coefficients).all()
        assert (one.peak_load == three.peak_load).all()
        assert (one.rate != fit.bootstrap(1700, seed=8, kind=kind).rate).any()
        first = fit.bootstrap(600, seed=7, kind=kind)
        assert (first.rate[:500] == one.rate[:500]).all()


def test_residual_draws_spread_like_the_standard_errors():
    # 32 points with small errors: the linear approximation holds to a few percent; 4000 draws give the spread to 1.1 %.
    draw = np.random.default_rng(2)
    load = np.arange(1.0, 33)
    fit = usl.fit(load, curve(load, 100, 0.05, 0.002) + draw.normal(0, 3, 32))
    found = fit.bootstrap(4000, seed=1)
    for name in fit.parameters:
        assert np.std(getattr(found, name)) == pytest.approx(fit.standard_errors[name], rel=0.06)
    assert np.median(found.peak_load) == pytest.approx(fit.peak_load, rel=0.02)
    band, delta = found.band([5.0, 20]), fit.band([5.0, 20])
    np.testing.assert_allclose(band.high - band.low, delta.high - delta.low, rtol=0.1)
    interval, profile = found.interval("contention"), fit.interval("contention")
    assert interval.high - interval.low == pytest.approx(profile.high - profile.low, rel=0.1)


def test_drawn_residuals_are_scaled_by_their_leverage():
    # A line through the origin: its rate is sum N X / sum N^2, the leverages are N^2 / sum N^2 = 1/67 and 64/67.
    load = np.array([1.0, 1, 1, 8])
    fit = usl.fit(load, [13, 9, 11, 81], model="linear")
    scaled = fit.residuals / np.sqrt(1 - load**2 / 67)
    want = np.sqrt(np.mean((scaled - scaled.mean()) ** 2) / 67)
    # 20,000 draws give a standard deviation to half a percent.
    assert np.std(fit.bootstrap(20_000, seed=9).rate) == pytest.approx(want, rel=0.02)
    assert abs(want / np.sqrt(np.mean(fit.residuals**2) / 67) - 1) > 0.05


def test_every_draw_is_a_fit_of_its_own():
    # Each estimate's squares are those of data that can be drawn: no residual is larger than the largest possible.
    fit = usl.fit(*SPEC)
    found = fit.bootstrap(300, seed=3)
    for k in (0, 17, 299):
        law = usl.Law(found.rate[k], found.contention[k], found.coherency[k])
        assert law.peak_load == pytest.approx(found.peak_load[k], rel=1e-12)
        assert law.peak_throughput == pytest.approx(found.peak_throughput[k], rel=1e-12)
    assert (found.contention >= 0).all()


def test_repeats_stay_at_their_loads():
    # Three loads: each fit goes through the three means, so that at load 1 it is the mean of three drawn from 98, 101,
    # 104, which are ten different sums with seven different values.
    load = np.repeat([1.0, 8, 64], 3)
    fit = usl.fit(load, curve(load, 101, 0.05, 0.001) + np.tile([-3, 0, 3], 3))
    found = fit.bootstrap(400, seed=4, kind="repeats")
    np.testing.assert_allclose(found.rate, np.round(found.rate), atol=1e-6)
    assert set(np.round(found.rate)) == set(range(98, 105))
    # A sum of three draws from -1, 0, 1: of 27, 1, 3, 6, 7, 6, 3, 1 have the value.
    middle = np.mean(np.round(found.rate) == 101)
    assert abs(middle - 7 / 27) < 4 * np.sqrt(7 / 27 * 20 / 27 / 400)
    with pytest.raises(ValueError, match="kind"):
        usl.fit(*SPEC).bootstrap(400, seed=4, kind="repeats")


def test_case_draws_hold_three_loads():
    # Four loads: a draw of two of them has no single best curve. Of 256 draws 24 hold all four, 144 hold three.
    table, state = np.tile(np.arange(4.0), (5, 1)), seed_state(5)
    first, count, drawn = np.zeros(4, dtype=np.int64), np.full(4, 4), np.empty((5, 4))
    found = []
    for _ in range(700):
        draw_rows(state, first, count, 3, table, drawn)
        assert (drawn == drawn[0]).all()
        found.append(len(np.unique(drawn[3])))
    assert set(found) == {3, 4}
    assert abs(found.count(4) - 100) < 4 * math.sqrt(700 * 1 / 7 * 6 / 7)


@pytest.mark.parametrize("model", ["sqrt", "log", "amdahl"])
def test_other_laws_are_bootstrapped(model):
    fit = usl.fit(*SPEC, model=model)
    found = fit.bootstrap(500, seed=6)
    for k in (0, 100):
        law = usl.Law(found.rate[k], found.contention[k], found.coherency[k], model)
        assert law.peak_load == pytest.approx(found.peak_load[k], rel=1e-5)
    assert np.median(found.contention) == pytest.approx(fit.contention, rel=0.3, abs=0.01)
