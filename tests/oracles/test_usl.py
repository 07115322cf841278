"""Published and independently computed values of the Universal Scalability Law, and where its peers are wrong."""

import json
import math
import pathlib

import numpy as np
import pytest
from published import assert_agrees, each, entries
from scipy import special
from underload import usl

HERE = pathlib.Path(__file__).parent
DATA = json.loads((HERE / "usl" / "data.json").read_text("utf8"))
FITS = {}


def fitted(name, model="usl"):
    """One fit for each data set and model."""
    if (name, model) not in FITS:
        FITS[name, model] = usl.fit(DATA[name]["load"], DATA[name]["throughput"], model=model)
    return FITS[name, model]


def _correlation(fit, _):
    matrix = fit.covariance / np.outer(*2 * [np.sqrt(np.diag(fit.covariance))])
    return [matrix[0, 1], matrix[1, 2], matrix[0, 2]]


def _halved_overhead(fit, params):
    parts = fit.overhead(params["load"])
    return np.transpose([parts.ideal, parts.contention, parts.coherency / 2])


def _what_if_peak(fit, params):
    law = fit.what_if(coherency=params["coherency"])
    return [law.peak_load, law.peak_throughput]


def _r_interval(fit, _, name):
    # What the R package prints for 95 %: the 0.95 quantile of Student with n - 1 degrees of freedom, both ways.
    half = special.stdtrit(len(fit.load) - 1, 0.95) * fit.standard_errors[name]
    return [getattr(fit, name) - half, getattr(fit, name) + half]


def _wald(fit, _, name):
    interval = fit.interval(name, method="wald")
    return [interval.low, interval.high]


def _aicc(_, params, model):
    return fitted(params["data"], model).aicc


def _amdahl(_, params):
    fit = fitted(params["data"], "amdahl")
    return [fit.contention, fit.rate]


BY_METRIC = {
    "overhead": _halved_overhead,
    "correlation": _correlation,
    "what_if_peak": _what_if_peak,
    "r_interval": _r_interval,
    "wald": _wald,
    "aicc": _aicc,
    "amdahl": _amdahl,
    "peak": lambda fit, _: [fit.peak_load, fit.peak_throughput],
    "error": lambda fit, _, name: fit.standard_errors[name],
    "predict": lambda fit, params: fit.predict(params["load"]),
    "measured_efficiency": lambda fit, _: fit.measured_efficiency(),
    "floor_peak_load": lambda fit, _: math.floor(fit.peak_load),
    "throughput_at_floor_peak": lambda fit, _: fit.predict(35),
} | {
    name: lambda fit, _, name=name: getattr(fit, name)
    for name in (
        *("rate", "contention", "coherency", "squares", "residual_deviation", "degrees_of_freedom"),
        *("limit", "peak_load", "peak_throughput", "optimal_load", "optimal_throughput", "fitted", "residuals"),
    )
}


def test_every_entry_is_used():
    assert {entry["metric"].partition(":")[0] for entry in entries("usl/values")} == set(BY_METRIC)
    assert {entry["params"]["data"] for entry in entries("usl/values")} == set(DATA)


@each("usl/values")
def test_value(entry):
    name, _, argument = entry["metric"].partition(":")
    params = entry["params"]
    computed = BY_METRIC[name](fitted(params["data"]), params, *([argument] if argument else []))
    assert_agrees(computed, entry)


def test_no_peer_found_less_squares():
    # R's nls, sca_tools and SciPy print three rates for specsdm91; ours has the smallest squares of the four.
    load, throughput = (np.array(DATA["specsdm91"][key]) for key in ("load", "throughput"))
    peers = {
        "usl": (89.9952384, 0.0277285, 0.0001044),
        "sca_tools": (89.9954927, 0.02772863, 0.00010437),
        "scipy": (89.99519289576438, 0.027728420431997195, 0.00010436576494025557),
    }
    for peer in peers.values():
        residuals = throughput - usl.Law(*peer).predict(load)
        assert fitted("specsdm91").squares <= residuals @ residuals
    load, throughput = (np.array(DATA["cisco"][key]) for key in ("load", "throughput"))
    residuals = throughput - usl.Law(995.6486, 0.02671591, 7.690945e-4).predict(load)
    assert fitted("cisco").squares <= residuals @ residuals


# Schwartz's parameters of the Cisco benchmark, with which the peers answer their inverse questions.
CISCO = usl.Law(rate=995.6486, contention=0.02671591, coherency=7.690945e-4)


def test_the_load_of_a_throughput_knows_coherency():
    # usl4j and go-usl solve X = rate N / (1 + contention (N - 1)): 17.7 clients and 1.45 ms for 12,201 per second.
    load = CISCO.load_at(12_201)
    assert load == pytest.approx(29.6, abs=0.05)
    assert CISCO.predict(load) == pytest.approx(12_201, rel=1e-12)
    assert 1000 * CISCO.latency_at_throughput(12_201) == pytest.approx(2.42, abs=0.01)
    without = CISCO.what_if(coherency=0)
    assert without.load_at(12_201) == pytest.approx(17.7, abs=0.05)


def test_an_unreachable_throughput_is_refused():
    # With coherency left out, 600 is below the limit of Amdahl's law and has a latency; the law's own peak is 84.
    law = usl.Law(rate=40, contention=0.06, coherency=0.06)
    assert law.peak_throughput < 600 < law.limit
    with pytest.raises(ValueError, match="throughput"):
        law.latency_at_throughput(600)


def test_the_throughput_at_a_latency_has_the_right_sign():
    # usl4j and equation 9 of the book, with contention and coherency swapped, say 28,485, above the peak of 12,343.
    throughput = CISCO.throughput_at_latency(0.002)
    assert throughput == pytest.approx(11_617, abs=1)
    assert throughput < CISCO.peak_throughput == pytest.approx(12_343, abs=3)
    s, k, rate, latency = CISCO.contention, CISCO.coherency, CISCO.rate, 0.002
    root = math.sqrt(s * s + k * k + 2 * k * (2 * rate * latency + s - 2))
    assert (root - s + k) / (2 * k * latency) == pytest.approx(throughput, rel=1e-12)
    assert (root - k + s) / (2 * k * latency) == pytest.approx(28_485, abs=2)


def test_the_published_interval_is_too_short_and_ours_is_not():
    # Student's t: 2.776 at 4 degrees of freedom for 95 %, where the R package takes 1.943.
    fit = fitted("specsdm91")
    printed = _r_interval(fit, None, "contention")
    ours = fit.interval("contention", method="wald")
    assert ours.low < printed[0] < printed[1] < ours.high
    assert (ours.high - ours.low) / (printed[1] - printed[0]) == pytest.approx(2.776 / 1.943, abs=0.001)


# Fit the first half of the loads and foretell the rest: relative root mean square, computed independently.
@pytest.mark.parametrize(
    ("name", "early", "winner", "error", "usl_error"),
    [
        ("specsdm91", 0.5, "sqrt", 0.058, 0.287),
        ("isilon", 0.5, "amdahl", 0.060, 0.335),
        ("pyusl_example1", 0.5, "amdahl", 0.144, 0.635),
        ("raytracer", 5, "amdahl", 0.055, 0.268),
    ],
)
def test_hold_out(name, early, winner, error, usl_error):
    check = usl.forecast_check(DATA[name]["load"], DATA[name]["throughput"], early=early)
    assert check.error(winner) == pytest.approx(error, abs=0.0006)
    assert check.error("usl") == pytest.approx(usl_error, abs=0.0006)
    assert next(row.model for row in check.rows if row.model != "average") == winner
