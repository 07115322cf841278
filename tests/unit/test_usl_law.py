"""The law itself: by hand, with 50 digits, by brute force over loads, and back again."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from underload import usl

LAW = usl.Law(rate=100, contention=0.05, coherency=0.001)
KINDS = [
    LAW,
    usl.Law(100, 0.05, 0.01, "sqrt"),
    usl.Law(100, 0.05, 0.01, "log"),
    usl.Law(100, 0.05, model="amdahl"),
    usl.Law(100, 0.05, model="gustafson"),
    usl.Law(100, model="linear"),
]


def test_by_hand():
    # D(21) = 1 + 0.05 x 20 + 0.001 x 21 x 20 = 2.42
    assert LAW.predict(21) == pytest.approx(2100 / 2.42, rel=1e-15)
    assert LAW.latency(21) == pytest.approx(0.0242, rel=1e-15)
    assert LAW.efficiency(21) == pytest.approx(1 / 2.42, rel=1e-15)
    assert LAW.predict(1) == 100
    assert (LAW.limit, LAW.optimal_load) == (2000, 20)
    assert LAW.peak_load == pytest.approx(math.sqrt(950), rel=1e-15)
    # sqrt: 1 + 0.05 x 15 + 0.01 x 15 x 4; log: 0.01 x 15 x ln 16; gustafson: 16 - 0.05 x 15.
    for law, want in zip(KINDS[1:], (1600 / 2.35, 1600 / (1.75 + 0.15 * math.log(16)), 1600 / 1.75, 1525, 1600)):
        assert law.predict(16) == pytest.approx(want, rel=1e-15)


def test_arrays_keep_their_shape():
    load = np.array([[1.0, 2], [4, 8]])
    for law in KINDS:
        assert law.predict(load).shape == (2, 2)
        assert law.predict(load)[1, 1] == law.predict(8)
    assert LAW.load_at([100.0, 200.0]).shape == (2,)


@pytest.mark.parametrize("law", KINDS, ids=lambda law: law.model)
def test_the_parts_of_the_overhead_add_up(law):
    load = np.array([1.0, 3, 50])
    parts = law.overhead(load)
    np.testing.assert_allclose(sum(parts), law.rate / law.predict(load), rtol=1e-14)
    assert parts.contention[0] == parts.coherency[0] == 0


@pytest.mark.parametrize("law", KINDS[:3], ids=lambda law: law.model)
@pytest.mark.parametrize("contention", [0.0, 0.3, 0.97])
def test_the_peak_is_the_highest_point(law, contention):
    law = law.what_if(contention=contention)
    found = optimize.minimize_scalar(
        lambda z: -law.predict(math.exp(z)), bounds=(0, 12), method="bounded", options={"xatol": 1e-12}
    )
    assert law.peak_throughput == pytest.approx(-found.fun, rel=1e-12)
    assert law.peak_load == pytest.approx(math.exp(found.x), rel=1e-5)  # a maximum is flat
    slope = (law.predict(law.peak_load * 1.0001) - law.predict(law.peak_load / 1.0001)) / law.peak_throughput
    assert abs(slope) < 1e-10


def test_a_peak_that_is_not_there():
    assert [law.peak_load for law in KINDS[3:]] == [math.inf] * 3
    assert [law.peak_throughput for law in KINDS[3:]] == [2000, math.inf, math.inf]
    # Contention above 1: throughput falls from the first load on.
    assert usl.Law(100, 1.5).peak_load == 1
    assert usl.Law(100, 1.5, 0.01).peak_load == 1
    assert usl.Law(100, 0.5, 0.9, least_load=0.2).peak_load == pytest.approx(math.sqrt(5 / 9))
    assert usl.Law(100, 0.5, 0.9).peak_throughput == 100


def parabola(a, b, c):
    """The roots of a x^2 + b x + c, the smaller first."""
    middle, width = -b / (2 * a), mpmath.sqrt(b * b - 4 * a * c) / (2 * a)
    return middle - width, middle + width


def test_inverse_questions_with_fifty_digits():
    with mpmath.workdps(50):
        rate, s, k = mpmath.mpf(LAW.rate), mpmath.mpf(LAW.contention), mpmath.mpf(LAW.coherency)
        for throughput in (1.0, 500.0, 877.0):
            roots = parabola(k, s - k - rate / throughput, 1 - s)
            assert LAW.load_at(throughput) == pytest.approx(float(roots[0]), rel=1e-12)
            assert LAW.load_at(throughput, falling=True) == pytest.approx(float(roots[1]), rel=1e-12)
        for latency in (0.011, 0.1, 50.0):
            roots = parabola(k, s - k, 1 - s - latency * rate)
            assert LAW.load_at(latency=latency) == pytest.approx(float(roots[1]), rel=1e-12)


def test_small_coherency_loses_no_digits():
    # 1e-14 of coherency changes the load of a throughput by about 1e-12; the textbook root loses all of them.
    law, amdahl = usl.Law(1000, 0.01, 1e-14), usl.Law(1000, 0.01)
    assert law.load_at(20_000) == pytest.approx(amdahl.load_at(20_000), rel=1e-11)
    assert law.load_at(latency=0.01) == pytest.approx(amdahl.load_at(latency=0.01), rel=1e-9)


@pytest.mark.parametrize("law", KINDS, ids=lambda law: law.model)
def test_there_and_back(law):
    for load in (0.5, 1.0, 3.0, 17.0):
        assert law.load_at(law.predict(load)) == pytest.approx(load, rel=1e-12)
        if law.model != "linear":
            assert law.load_at(latency=law.latency(load)) == pytest.approx(load, rel=1e-10)
            assert law.throughput_at_latency(law.latency(load)) == pytest.approx(law.predict(load), rel=1e-10)
    if law.peak_load < math.inf:
        beyond = 3 * law.peak_load
        assert law.load_at(law.predict(beyond), falling=True) == pytest.approx(beyond, rel=1e-10)
        assert law.latency_at_throughput(law.predict(beyond), falling=True) == pytest.approx(law.latency(beyond))
        assert law.load_at(law.peak_throughput) == pytest.approx(law.peak_load, rel=1e-6)
        for falling in (False, True):
            with pytest.raises(ValueError, match="throughput"):
                law.load_at(law.peak_throughput * 1.001, falling=falling)
    else:
        with pytest.raises(ValueError, match="falling"):
            law.load_at(10, falling=True)


def test_unreachable_is_refused():
    for law, throughput in ((KINDS[3], 2000.0), (KINDS[3], 2001.0)):
        with pytest.raises(ValueError, match="throughput"):
            law.load_at(throughput)
    with pytest.raises(ValueError, match="latency"):
        LAW.load_at(latency=0.0094)  # (1 - contention) / rate = 0.0095 is the limit at load 0
    with pytest.raises(ValueError, match="latency"):
        usl.Law(100, model="linear").load_at(latency=0.01)  # every load has it
    with pytest.raises(ValueError, match="latency"):
        usl.Law(100, 0.5, model="gustafson").load_at(latency=0.03)  # its latency is below 1 / 50


def test_a_superlinear_law():
    law = usl.Law(100, -0.02, 0.001)
    assert law.is_superlinear
    assert law.efficiency(5) > 1
    assert law.limit == math.inf
    # Latency falls at first: of two loads with this latency the larger counts.
    assert law.load_at(latency=law.latency(30)) == pytest.approx(30, rel=1e-12)
    assert law.load_at(latency=law.latency(2)) == pytest.approx(19, rel=1e-9)  # N + N' = (0.001 + 0.02) / 0.001
    pole = usl.Law(100, -0.1)
    with pytest.raises(ValueError, match=r"load 11.0 must have a throughput"):
        pole.predict(11)
    with pytest.raises(ValueError, match="latency"):
        pole.load_at(latency=0.005)


def test_what_if_changes_only_what_it_is_told():
    law = LAW.what_if(contention=0)
    assert (law.rate, law.contention, law.coherency, law.model) == (100, 0, 0.001, "usl")
    assert law == usl.Law(100, 0, 0.001)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.floats(1e-3, 1e6), st.floats(0, 0.999), st.floats(1e-9, 0.5), st.floats(0.01, 0.999), st.booleans())
def test_both_loads_of_a_throughput_have_it(rate, contention, coherency, part, falling):
    law = usl.Law(rate, contention, coherency)
    throughput = part * law.peak_throughput
    load = law.load_at(throughput, falling=falling)
    if load >= 1e-3:
        assert law.predict(load) == pytest.approx(throughput, rel=1e-9)
    assert load >= law.peak_load if falling else load <= law.peak_load
