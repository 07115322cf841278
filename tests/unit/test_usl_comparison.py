"""Comparing laws, forecasts, several series, measurements from files, and what the data cannot say."""

import json
import math
import pathlib

import numpy as np
import pytest
from scipy import special, stats
from underload import usl

DATA = json.loads((pathlib.Path(__file__).parents[1] / "oracles" / "usl" / "data.json").read_text("utf8"))
SPEC = DATA["specsdm91"]["load"], DATA["specsdm91"]["throughput"]
RAY = DATA["raytracer"]["load"], DATA["raytracer"]["throughput"]


def curve(load, rate, contention, coherency):
    return rate * load / (1 + contention * (load - 1) + coherency * load * (load - 1))


# Comparison.


def test_weights_are_those_of_akaike():
    found = usl.compare(*RAY)
    scores = np.array([row.aicc for row in found.rows])
    assert (np.diff(scores) >= 0).all()
    evidence = np.exp(-(scores - scores[0]) / 2)
    np.testing.assert_allclose([row.weight for row in found.rows], evidence / evidence.sum(), rtol=1e-12)
    assert found.best.model == "amdahl"
    assert set(found.fits) == {"usl", "sqrt", "log", "amdahl", "gustafson", "linear"}


def test_the_f_test_by_hand():
    # Squares of specsdm91 by SciPy: 27453.72 with coherency, 131265.4 without: F = 103811.7 / (27453.72 / 4).
    found = {row.model: row for row in usl.compare(*SPEC).rows}
    assert found["amdahl"].f_statistic == pytest.approx(103811.67 / (27453.72 / 4), rel=1e-6)
    assert found["amdahl"].p_value == pytest.approx(stats.f.sf(15.12533, 1, 4), rel=1e-5)
    assert found["linear"].p_value == pytest.approx(stats.f.sf(found["linear"].f_statistic, 2, 4), rel=1e-9)
    assert found["usl"].p_value is found["sqrt"].p_value is None
    # AICc prefers Amdahl's law at seven points, the F test and the profile do not.
    assert found["amdahl"].aicc < found["usl"].aicc
    assert found["amdahl"].p_value < 0.05
    assert usl.fit(*SPEC).interval("coherency").low > 0


def test_the_average_lies_among_its_laws():
    found = usl.compare(*SPEC)
    average = found.predict([10, 300])
    curves = np.array([found.fits[row.model].predict([10, 300]) for row in found.rows])
    weights = np.array([row.weight for row in found.rows])
    np.testing.assert_allclose(average.throughput, weights @ curves, rtol=1e-12)
    # Burnham and Anderson, equation 4.9; at load 300 the laws disagree more than each errs.
    errors = np.array([found.fits[row.model].band([10, 300], 0.5).high for row in found.rows]) - curves
    errors /= np.array([-special.stdtrit(found.fits[row.model].degrees_of_freedom, 0.25) for row in found.rows])[
        :, None
    ]
    want = weights @ np.sqrt(errors**2 + (curves - average.throughput) ** 2)
    np.testing.assert_allclose(average.standard_error, want, rtol=1e-9)


def test_exact_data_leave_one_law():
    load = np.array([1.0, 2, 4, 8, 16, 32, 64])
    found = usl.compare(load, curve(load, 100, 0.05, 0.001))
    assert found.best.model == "usl"
    assert found.rows[0].weight == pytest.approx(1)
    with pytest.raises(ValueError, match="too few"):
        usl.compare([1, 2, 3], [1, 2, 3])


# Forecasts.


def test_a_forecast_of_its_own_law_holds():
    load = np.array([1.0, 2, 4, 8, 16, 32, 64, 128])
    truth = curve(load, 100, 0.05, 0.001)
    check = usl.forecast_check(load, truth, early=6, models=("usl", "linear"))
    assert check.best in ("usl", "average")  # with a straight line of no weight they are the same
    assert check.error("usl") < 1e-9
    assert (check.early, check.late, check.reach) == (6, 2, 4)
    # The straight line at 64 and 128 by hand, from the early points.
    rate = load[:6] @ truth[:6] / (load[:6] @ load[:6])
    relative = rate * load[6:] / truth[6:] - 1
    row = next(row for row in check.rows if row.model == "linear")
    assert row.error == pytest.approx(math.sqrt((relative**2).mean()), rel=1e-12)
    assert row.bias == pytest.approx(relative.mean(), rel=1e-12)
    assert row.bias > 0
    assert row.covered == 0
    assert check.trustworthy


def test_few_early_points_have_no_average():
    check = usl.forecast_check(*SPEC, early=4)
    assert "average" not in [row.model for row in check.rows]
    assert not check.trustworthy
    with pytest.raises(ValueError, match="model"):
        check.error("average")


def test_repetitions_of_a_load_stay_together():
    load = np.repeat([1.0, 2, 4, 8, 16], 2)
    check = usl.forecast_check(load, load * 10 + np.tile([-1, 1], 5), early=0.6)
    assert (check.early, check.late) == (6, 4)


# Diagnoses.


def test_what_bends_a_short_curve_cannot_be_named():
    load = np.array([1.0, 2, 3, 4, 5, 6])
    noise = np.array([1, -1, 1, -1, 1, -1]) * 1.5
    short = usl.fit(load, curve(load, 100, 0.03, 0.003) + noise).diagnose()
    assert short.bends
    assert not short.needs_contention
    assert not short.needs_coherency
    assert not short.tells_apart
    assert "cannot tell contention from coherency" in short.advice[0]
    assert any("No upper end" in line for line in short.advice)
    longer = np.array([1.0, 4, 16, 32, 64, 128])
    long = usl.fit(longer, curve(longer, 100, 0.03, 0.003) + noise).diagnose()
    assert long.tells_apart
    assert long.peak_bounded
    assert long.peak_measured
    assert long.advice == ()
    assert short.condition > 3 * long.condition > 3


def test_a_straight_line_is_said_to_be_one():
    found = usl.fit([1, 2, 3, 4, 5, 6], [10.1, 19.8, 30.2, 39.7, 50.3, 59.9]).diagnose()
    assert not found.bends
    assert "straight line" in found.advice[0]


def test_parts_are_needed_as_the_f_test_says():
    found = usl.fit(*SPEC).diagnose()
    p_value = next(row.p_value for row in usl.compare(*SPEC).rows if row.model == "amdahl")
    assert found.needs_coherency == (p_value < 0.05)
    assert usl.fit(*SPEC).diagnose(1 - p_value * 1.01).needs_coherency
    assert not usl.fit(*SPEC).diagnose(1 - p_value * 0.99).needs_coherency


def test_lack_of_fit_from_repetitions():
    # By hand for a line: two at load 1 (9, 11), two at load 2 (39, 41), one at 3 (30). rate = 270 / 19.
    load, throughput = np.array([1.0, 1, 2, 2, 3]), np.array([9.0, 11, 39, 41, 30])
    rate = 270 / 19
    squares = (throughput**2).sum() - 270 * rate
    pure = 4.0  # 2 + 2 with 2 degrees of freedom; the misfit has 3 - 1
    want = stats.f.sf((squares - pure) / 2 / (pure / 2), 2, 2)
    found = usl.fit(load, throughput, model="linear").diagnose()
    assert found.lack_of_fit == pytest.approx(want, rel=1e-9)
    assert any("contradict" in line for line in found.advice)
    assert usl.fit(*SPEC).diagnose().lack_of_fit is None


def test_leverage_is_what_a_measurement_pulls():
    load, throughput = map(np.array, SPEC)
    fit = usl.fit(load, throughput)
    found = fit.diagnose()
    for place in (0, 3, 6):
        moved = throughput.copy()
        moved[place] += 0.1
        pulled = usl.fit(load, moved).fitted[place] - fit.fitted[place]
        # The hat matrix is the linear part; the curvature of specsdm91 is worth a few percent.
        assert pulled / 0.1 == pytest.approx(found.leverage[place], rel=0.15)


# Weights and tables.


def test_weights_from_repetitions_by_hand():
    load, throughput = [1, 1, 1, 2, 2, 2], [9, 10, 11, 16, 20, 24]
    # Variances 1 and 16: weights in proportion 16 to 1, of mean 1.
    np.testing.assert_allclose(usl.repeat_weights(load, throughput), np.repeat([32 / 17, 2 / 17], 3), rtol=1e-14)
    # Of four measurements the squares are divided by three: 1 and 32 / 3.
    own = usl.repeat_weights([*load, 2], [*throughput, 20])
    assert own[0] / own[-1] == pytest.approx(32 / 3, rel=1e-14)
    # Means 10 and 20: 4 to 1.
    relative = usl.repeat_weights(load, throughput, "relative")
    np.testing.assert_allclose(relative, np.repeat([1.6, 0.4], 3), rtol=1e-14)
    fit = usl.fit(load, throughput, "own", "amdahl")
    np.testing.assert_allclose(fit.weights, np.repeat([32 / 17, 2 / 17], 3), rtol=1e-14)


def test_weights_make_estimates_better():
    # Relative errors of 10 %: with weights the rate is known far better than without.
    draw = np.random.default_rng(1)
    load = np.repeat([1.0, 2, 4, 8, 16, 32, 64, 128], 5)
    truth = curve(load, 100, 0.02, 0.0001)
    plain, weighted = [], []
    for _ in range(60):
        throughput = truth * (1 + draw.normal(0, 0.1, 40))
        plain.append(usl.fit(load, throughput).rate)
        weighted.append(usl.fit(load, throughput, "relative").rate)
    assert np.std(weighted) < 0.5 * np.std(plain)


def test_columns_of_a_csv_file(tmp_path):
    path = tmp_path / "runs.csv"
    rows = ["# recorded", "system, clients ,tps", *(f"new,{n},{x}" for n, x in zip(*SPEC)), "", "old,1,5"]
    path.write_text("\n".join(rows), encoding="utf-8-sig")
    points = usl.from_csv(path, load="clients", throughput="tps", where={"system": "new"})
    np.testing.assert_array_equal(points, SPEC)
    assert usl.fit(*points).rate == usl.fit(*SPEC).rate
    assert len(usl.from_csv(str(path), load="clients", throughput="tps").load) == 8
    named = usl.fit("clients", "tps", table=path, model="linear")
    assert len(named.load) == 8
    assert usl.compare("clients", "tps", table=path).rows[0].aicc < math.inf
    assert usl.forecast_check("clients", "tps", table=path, early=5).late == 2
    path.write_text("load,throughput\n1,2\n2,three\n")
    with pytest.raises(ValueError, match=r"throughput.*'three' must be a number \(line 3\)"):
        usl.from_csv(path)
    path.write_text("load,throughput\n1,2\n2\n")
    with pytest.raises(ValueError, match="1 cells in line 3, not 2"):
        usl.from_csv(path)
    with pytest.raises(ValueError, match="load 'clients' must be a column"):
        usl.from_csv(path, load="clients")


# Several series.


def test_series_that_share_are_recovered():
    load = np.array([1.0, 2, 4, 8, 16, 32])
    series = {"old": (load, curve(load, 100, 0.05, 0.002)), "new": (load[1:], curve(load[1:], 250, 0.05, 0.002))}
    found = usl.fit_series(series)
    for key, rate in (("old", 100), ("new", 250)):
        law = found.laws[key]
        assert (law.rate, law.contention, law.coherency) == pytest.approx((rate, 0.05, 0.002), rel=1e-8)
    assert found.degrees_of_freedom == 11 - 4
    assert found.squares < 1e-20


def test_one_series_twice_is_one_series_with_half_the_variance():
    found = usl.fit_series({"a": SPEC, "b": SPEC}, shared=("rate", "contention", "coherency"))
    alone = usl.fit(*SPEC)
    assert found.laws["a"] == found.laws["b"]
    assert found.laws["a"].contention == pytest.approx(alone.contention, rel=1e-7)
    assert found.squares == pytest.approx(2 * alone.squares / 1853.2**2, rel=1e-10)
    # s^2 = 2 S / 11 instead of S / 4 and twice the information.
    want = alone.standard_errors["contention"] * math.sqrt(4 / 11)
    assert found.standard_errors["a"]["contention"] == pytest.approx(want, rel=1e-5)
    assert found.p_value == pytest.approx(1, abs=1e-6)


def test_what_differs_is_rejected():
    load = np.array([1.0, 2, 4, 8, 16, 32, 64])
    noise = np.array([1, -1, 1, -1, 1, -1, 1])
    series = {"a": (load, curve(load, 100, 0.02, 0.001) + noise), "b": (load, curve(load, 100, 0.1, 0.001) - noise)}
    assert usl.fit_series(series, shared=["contention"]).p_value < 1e-3
    kept = usl.fit_series(series, shared=["coherency", "rate"])
    assert kept.p_value > 0.05
    # A second way: each law with the shared values held is the series' own best.
    assert kept.laws["a"].coherency == kept.laws["b"].coherency
    assert kept.squares >= kept.separate_squares
    # Two parameters fewer than the six of separate fits, which leave 14 - 6.
    gain = (kept.squares - kept.separate_squares) / 2
    assert kept.f_statistic == pytest.approx(gain / (kept.separate_squares / 8), rel=1e-9)
    assert kept.p_value == pytest.approx(stats.f.sf(kept.f_statistic, 2, 8), rel=1e-9)


def test_bounds_hold_for_series():
    load = np.array([1.0, 2, 4, 8, 16])
    noise = np.array([1, -2, 1, 1, -1])
    series = {"a": (load, curve(load, 100, 0.05, 0) + noise), "b": (load, curve(load, 50, 0.05, 0) + noise)}
    found = usl.fit_series(series)
    assert found.laws["a"].coherency >= 0
    superlinear = {"a": (load, curve(load, 100, -0.01, 0.001)), "b": (load, curve(load, 50, -0.01, 0.001))}
    assert usl.fit_series(superlinear, superlinear=True).laws["b"].contention == pytest.approx(-0.01, rel=1e-6)
    weights = {"a": np.ones(5), "b": 4 * np.ones(5)}
    assert usl.fit_series(series, weights=weights).squares > 0
