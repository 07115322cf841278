"""The package's own elementary functions: their errors, special values, monotone, the same bits compiled or not."""

import math
import os
import subprocess
import sys

import libm_points
import mpmath
import numpy as np
import pytest
from underload import _libm
from underload.random import _stirling

NAMES = ["log", "log2", "exp", "log1p", "expm1", "sin", "cos", "power", "lgamma", "erf", "erfc"]


@pytest.mark.parametrize("name", NAMES)
def test_error_in_the_last_place(name):
    # A correctly rounded function would reach 0.5; verify/test_libm.py takes 60 times as many points.
    worst = libm_points.worst_ulp(name, libm_points.points(name, 600))
    assert 0.49 < worst < (3.0 if name in ("lgamma", "erfc") else 1.0)


# Prints the bits of every function at every point as one long number of the process that runs it.
BITS = """
import sys, warnings
warnings.simplefilter("error")
import libm_points
from underload import _libm
for name in sys.argv[1:]:
    function = getattr(_libm, name)
    print(*[float(function(*x)).hex() for x in libm_points.points(name, 300)])
"""


def test_the_same_bits_compiled_and_interpreted():
    # A compiler that fused a multiplication with an addition would be seen here.
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", BITS, *NAMES]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    for name, line in zip(NAMES, done.stdout.splitlines(), strict=True):
        function = getattr(_libm, name)
        assert [float(function(*x)).hex() for x in libm_points.points(name, 300)] == line.split(), name


LARGEST = 1.7976931348623157e308


@pytest.mark.parametrize(
    ("name", "x", "value"),
    [
        ("log", 0.0, -math.inf),
        ("log", -0.0, -math.inf),
        ("log", -1.0, math.nan),
        ("log", math.inf, math.inf),
        ("log", -math.inf, math.nan),
        ("log", math.nan, math.nan),
        ("log", 1.0, 0.0),
        ("log", 5e-324, -744.4400719213812),  # -1074 ln 2
        ("log2", 0.0, -math.inf),
        ("log2", -1.0, math.nan),
        ("log2", math.inf, math.inf),
        ("log2", math.nan, math.nan),
        ("log2", 1.0, 0.0),
        ("log2", 5e-324, -1074.0),
        ("log2", 8.98846567431158e307, 1023.0),
        ("exp", 0.0, 1.0),
        ("exp", -math.inf, 0.0),
        ("exp", math.inf, math.inf),
        ("exp", math.nan, math.nan),
        ("exp", 709.782712893384, 1.7976931348622732e308),
        ("exp", 709.7827128933841, math.inf),
        ("exp", -745.1332191019411, 5e-324),
        ("exp", -745.1332191019412, 0.0),
        ("log1p", 0.0, 0.0),
        ("log1p", -1.0, -math.inf),
        ("log1p", -1.5, math.nan),
        ("log1p", math.inf, math.inf),
        ("log1p", math.nan, math.nan),
        ("log1p", 1e-300, 1e-300),
        ("expm1", 0.0, 0.0),
        ("expm1", -math.inf, -1.0),
        ("expm1", -60.0, -1.0),
        ("expm1", math.inf, math.inf),
        ("expm1", math.nan, math.nan),
        ("expm1", -1e-300, -1e-300),
        ("expm1", 709.782712893384, 1.7976931348622732e308),
        ("sin", 0.0, 0.0),
        ("sin", -0.0, -0.0),
        ("sin", 5e-324, 5e-324),
        ("sin", -1e-300, -1e-300),
        ("sin", math.inf, math.nan),
        ("sin", -math.inf, math.nan),
        ("sin", math.nan, math.nan),
        ("sin", math.pi, 1.2246467991473532e-16),
        ("sin", -math.pi, -1.2246467991473532e-16),
        ("sin", 1e22, -0.8522008497671888),  # Ng, Good to the last bit, 1992
        ("cos", 0.0, 1.0),
        ("cos", -0.0, 1.0),
        ("cos", math.inf, math.nan),
        ("cos", -math.inf, math.nan),
        ("cos", math.nan, math.nan),
        ("cos", math.pi, -1.0),
        ("cos", math.pi / 2, 6.123233995736766e-17),
        # The float64 that comes closest to a multiple of pi / 2 (Muller, Elementary Functions, 2006, section 9.4.1).
        ("cos", 6381956970095103 * 2.0**797, -4.6871659242546277e-19),
        ("cos", -6381956970095103 * 2.0**797, -4.6871659242546277e-19),
        ("erf", 0.0, 0.0),
        ("erf", -0.0, -0.0),
        ("erf", 5e-324, 5e-324),
        ("erf", 6.0, 1.0),
        ("erf", -6.0, -1.0),
        ("erf", math.inf, 1.0),
        ("erf", -math.inf, -1.0),
        ("erf", math.nan, math.nan),
        ("erfc", 0.0, 1.0),
        ("erfc", -6.0, 2.0),
        ("erfc", 27.2, 1e-323),
        ("erfc", 28.0, 0.0),
        ("erfc", math.inf, 0.0),
        ("erfc", -math.inf, 2.0),
        ("erfc", math.nan, math.nan),
        ("lgamma", 0.0, math.inf),
        ("lgamma", -0.0, math.inf),
        ("lgamma", -0.5, math.nan),
        ("lgamma", -math.inf, math.nan),
        ("lgamma", math.inf, math.inf),
        ("lgamma", math.nan, math.nan),
        ("lgamma", 1.0, 0.0),
        ("lgamma", 2.0, 0.0),
        ("lgamma", 3.0, 0.6931471805599453),  # ln 2
        ("lgamma", 0.5, 0.5723649429247001),  # ln(pi) / 2
        ("lgamma", 5e-324, 744.4400719213812),
        ("lgamma", 2.5599833278516383e305, LARGEST),
        ("lgamma", 2.5599833278516387e305, math.inf),
    ],
)
def test_special_values(name, x, value):
    np.testing.assert_equal(getattr(_libm, name)(x), value)


@pytest.mark.parametrize(
    ("x", "y", "value"),
    [
        # IEEE 754-2019, 9.2.1, for bases from 0 on
        (math.nan, 0.0, 1.0),
        (math.nan, -0.0, 1.0),
        (0.0, 0.0, 1.0),
        (math.inf, 0.0, 1.0),
        (1.0, math.nan, 1.0),
        (1.0, math.inf, 1.0),
        (1.0, -math.inf, 1.0),
        (1.0, 1e300, 1.0),
        (2.0, math.nan, math.nan),
        (math.nan, 2.0, math.nan),
        (0.0, 2.5, 0.0),
        (0.0, math.inf, 0.0),
        (0.0, -2.5, math.inf),
        (0.0, -1.0, math.inf),
        (0.0, -math.inf, math.inf),
        (0.5, math.inf, 0.0),
        (0.5, -math.inf, math.inf),
        (1.5, math.inf, math.inf),
        (1.5, -math.inf, 0.0),
        (math.inf, 1e-300, math.inf),
        (math.inf, -1e-300, 0.0),
        (math.inf, math.inf, math.inf),
        (math.inf, -math.inf, 0.0),
        # a zero counts as positive, a negative base is refused
        (-0.0, 3.0, 0.0),
        (-0.0, -3.0, math.inf),
        (-2.0, 2.0, math.nan),
        (-2.0, 0.5, math.nan),
        (-math.inf, 2.0, math.nan),
        # the ends of the range
        (2.0, 1023.0, 8.98846567431158e307),
        (2.0, 1024.0, math.inf),
        (2.0, -1074.0, 5e-324),
        (2.0, -1075.0, 0.0),  # a tie, to even
        (2.0, -1074.999, 5e-324),
        (LARGEST, 1.0, LARGEST),
        (LARGEST, 1.0000000000000002, math.inf),
        (5e-324, 1.0, 5e-324),
        (5e-324, -1.0, math.inf),
        (5e-324, 0.5, 2.2227587494850775e-162),
        (1.0000000000000002, 1e300, math.inf),
        (1.0000000000000002, -1e300, 0.0),
        (0.9999999999999999, 1e300, 0.0),
        (0.9999999999999999, 2.0**64, 0.0),
        (0.9999999999999999, -(2.0**64), math.inf),
        # exact results
        (3.0, 33.0, 5559060566555523.0),
        (7.0, 18.0, 1628413597910449.0),
        (10.0, 22.0, 1e22),
        (9.0, 1.5, 27.0),
        (32.0, 0.2, 2.0),
        (0.1, -1.0, 10.0),
    ],
)
def test_special_values_of_power(x, y, value):
    np.testing.assert_equal(_libm.power(x, y), value)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("log", [0.7071067811865475, 1.0, 1.4142135623730951, 2.0]),
        ("log2", [0.6123724356957945, 0.8660254037844386, 1.0, 1.224744871391589, 1.7320508075688772]),
        ("exp", [-0.34657359027997264, 0.34657359027997264, 1.0, 700.0, -740.0]),
        ("log1p", [-0.29289321881345254, 0.41421356237309515, 1.0]),
        ("expm1", [-0.34657359027997264, 0.34657359027997264, 1.0397207708399179, 14.2, 39.3]),
        ("sin", [0.7853981633974483, -0.7853981633974483, 1e-8, 2**20 * math.pi]),
        ("erf", [-0.84375, 0.84375, -1.25, 1.25, 2.857142857142857]),
        ("lgamma", [1.7316, 2.0, 3.0, 8.0, 20.0, 1e17]),
        ("cos", [-0.7853981633974483, 3.9269908169872414, 2**20 * math.pi - math.pi / 2]),
    ],
)
def test_monotone_where_the_methods_change(name, near):
    # All of these increase there; the step of 32 last places outweighs an error below one.
    for x in near:
        arguments = x + 32 * math.ulp(x) * np.arange(-500, 500)
        values = [getattr(_libm, name)(a) for a in arguments.tolist()]
        assert values == sorted(values)


def test_power_is_monotone_where_its_method_changes():
    for base in (1.224744871391589, 1.7320508075688772, 1.0, 2.0):
        values = [_libm.power(x, 1.7) for x in (base + 4 * math.ulp(base) * np.arange(-500, 500)).tolist()]
        assert values == sorted(values)


def test_log_gamma():
    with mpmath.workprec(110):
        for x in np.linspace(1e-3, 20, 500).tolist():
            assert abs(_stirling.log_gamma(x) - mpmath.loggamma(x)) < 2e-14
        for x in np.linspace(20, 1e4, 500).tolist():
            assert abs(_stirling.log_gamma(x) / mpmath.loggamma(x) - 1) < 1e-15


@pytest.mark.parametrize("mean", [10.0, 300.0, 1e6, 1e9, 1e12])
def test_log_poisson(mean):
    # 1e-12 in the logarithm is 1e-12 in the probability; at 1e9 the three terms of the textbook formula round to 4e-6.
    with mpmath.workprec(200):
        for deviations in (-9.0, -3.0, -0.7, 0.0, 0.1, 1.0, 4.0, 12.0):
            k = max(0.0, math.floor(mean + deviations * math.sqrt(mean)))
            truth = k * mpmath.log(mean) - mean - mpmath.loggamma(k + 1)
            assert abs(_stirling.log_poisson(k, mean) - truth) < 1e-12
