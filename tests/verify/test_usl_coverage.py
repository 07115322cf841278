"""How often the intervals of a fit cover the truth: 6, 7 and 32 points with additive normal errors.

One percent is four standard errors of a coverage of 95 % in 8,000 data sets, and the margin of every assertion here.
"""

import numpy as np
import pytest
from underload import usl
from underload.usl.interval import QUANTITIES

pytestmark = pytest.mark.verify

# Loads, truth, and the standard deviation as a part of the highest throughput.
CASES = {
    6: ([1, 2, 4, 6, 8, 10], usl.Law(1000, 0.02, 0.02), 0.01),
    7: ([1, 18, 36, 72, 108, 144, 216], usl.Law(90, 0.028, 1.04e-4), 0.02),
    32: (range(1, 33), usl.Law(100, 0.05, 0.002), 0.03),
}


def data_sets(loads, law, noise, sets, seed):
    load = np.array(loads, dtype=float)
    truth = law.predict(load)
    draw = np.random.default_rng(seed)
    for _ in range(sets):
        yield load, np.maximum(truth + draw.normal(0, noise * truth.max(), len(load)), 0)


@pytest.mark.parametrize("points", CASES)
def test_profile_intervals_cover_what_they_say(points):
    loads, law, noise = CASES[points]
    sets, hits = 8000, dict.fromkeys(QUANTITIES, 0)
    for load, throughput in data_sets(loads, law, noise, sets, 11):
        fit = usl.fit(load, throughput)
        for name in QUANTITIES:
            hits[name] += getattr(law, name) in fit.interval(name)
    coverage = {name: count / sets for name, count in hits.items()}
    print(points, "profile", coverage)
    assert all(0.94 <= value <= 0.96 for value in coverage.values()), coverage


@pytest.mark.parametrize("points", CASES)
def test_wald_intervals_cover_what_they_say(points):
    # The peak by the delta method too; its interval is blind to the skewness, and the margin wider.
    loads, law, noise = CASES[points]
    sets, hits, peaks = 8000, dict.fromkeys(QUANTITIES, 0), 0
    for load, throughput in data_sets(loads, law, noise, sets, 12):
        fit = usl.fit(load, throughput)
        for name in QUANTITIES[:3]:
            hits[name] += getattr(law, name) in fit.interval(name, method="wald")
        if 1 < fit.peak_load < np.inf:
            peaks += 1
            for name in QUANTITIES[3:]:
                hits[name] += getattr(law, name) in fit.interval(name, method="wald")
    coverage = {name: count / sets for name, count in hits.items()}
    print(points, "wald", coverage, peaks)
    assert all(0.94 <= coverage[name] <= 0.96 for name in QUANTITIES[:3]), coverage
    assert all(0.92 <= coverage[name] <= 0.97 for name in QUANTITIES[3:]), coverage


@pytest.mark.parametrize("points", CASES)
def test_studentized_draws_cover_nearly_and_plain_ones_do_not(points):
    loads, law, noise = CASES[points]
    sets, hits = 1500, {(name, way): 0 for name in QUANTITIES for way in (True, False)}
    for seed, (load, throughput) in enumerate(data_sets(loads, law, noise, sets, 13)):
        found = usl.fit(load, throughput).bootstrap(1000, seed=seed)
        for name, way in hits:
            hits[name, way] += getattr(law, name) in found.interval(name, studentized=way)
    coverage = {key: count / sets for key, count in hits.items()}
    print(points, "bootstrap", coverage)
    assert all(0.91 <= coverage[name, True] <= 0.985 for name in QUANTITIES), coverage
    if points < 10:
        assert all(coverage[name, False] < 0.91 for name in QUANTITIES), coverage


def test_at_the_bound_the_profile_is_conservative():
    # The truth is Amdahl's law: coherency = 0 is always in, and the peak, infinite, too.
    law = usl.Law(20, 0.05)
    sets, hits = 3000, dict.fromkeys(QUANTITIES, 0)
    for load, throughput in data_sets([1, 4, 8, 16, 32, 64], law, 0.02, sets, 14):
        fit = usl.fit(load, throughput)
        for name in QUANTITIES:
            hits[name] += getattr(law, name) in fit.interval(name)
    coverage = {name: count / sets for name, count in hits.items()}
    print("bound", coverage)
    assert 0.965 <= coverage["coherency"] == coverage["peak_load"] <= 0.985  # one-sided: 97.5 %
    assert all(coverage[name] >= 0.94 for name in QUANTITIES), coverage


@pytest.mark.parametrize("points", CASES)
def test_bands_cover_what_they_say(points):
    loads, law, noise = CASES[points]
    sets = 8000
    truth = law.predict(np.array(loads, dtype=float))
    curve, future = np.zeros(len(truth)), np.zeros(len(truth))
    draw = np.random.default_rng(16)
    for load, throughput in data_sets(loads, law, noise, sets, 15):
        fit = usl.fit(load, throughput)
        band, wide = fit.band(load), fit.band(load, kind="prediction")
        curve += (band.low <= truth) & (truth <= band.high)
        following = truth + draw.normal(0, noise * truth.max(), len(load))
        future += (wide.low <= following) & (following <= wide.high)
    print(points, "band", curve / sets, future / sets)
    assert ((curve / sets > 0.935) & (curve / sets < 0.965)).all()
    assert ((future / sets > 0.94) & (future / sets < 0.96)).all()
