"""Arguments for the elementary functions, over the whole range and dense where methods change, and the true values."""

import math
import zlib

import mpmath
import numpy as np

TRUTH = {name: getattr(mpmath, name) for name in ("erf", "erfc", "exp", "expm1", "log", "log1p", "sin", "cos")}
TRUTH |= {"log2": lambda x: mpmath.log(x) / mpmath.log(2), "lgamma": mpmath.loggamma, "power": lambda x, y: x**y}


def points(name, n):
    """About 3 `n` tuples of arguments of the function `name`; always the same ones."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    return globals()[f"_{name}"](rng, n)


def worst_ulp(name, arguments):
    """The largest distance of the function from the true value, in units of the last place of the value."""
    from underload import _libm

    ours, exact = getattr(_libm, name), TRUTH[name]
    worst = 0.0
    # 50 digits, and those that a sine or a cosine loses to whole turns.
    with mpmath.workdps(50 + (320 if name in ("sin", "cos") else 0)):
        for x in arguments:
            truth = exact(*map(mpmath.mpf, x))
            worst = max(worst, float(abs(ours(*x) - truth) / math.ulp(float(truth))))
    return worst


def _spread(rng, low, high, n):
    return np.exp(rng.uniform(low, high, n))


def _tuples(*parts):
    return [(x,) for x in np.concatenate(parts).tolist()]


def _log(rng, n):
    return _tuples(_spread(rng, -744.4, 709.7, n), rng.uniform(0.5, 2.0, n), 1 + _spread(rng, -36, -1, n))


_log2 = _log


def _exp(rng, n):
    return _tuples(rng.uniform(-745.1, 709.78, n), rng.uniform(-1, 1, n), rng.uniform(-40, 5, n))


def _log1p(rng, n):
    return _tuples(_spread(rng, -50, 709, n), -_spread(rng, -50, 0, n), rng.uniform(-0.3, 1.1, 2 * n))


def _expm1(rng, n):
    return _tuples(rng.uniform(-40, 709.78, n), rng.uniform(0.34, 0.4, n), rng.uniform(-2, 40, n))


def _angles(rng, n):
    third = n // 3
    # Neighbours of multiples of pi / 2: small ones, all that the reduction in parts takes, and beyond.
    multiples = [*range(1, 60), *rng.integers(60, 2**20 + 2, third).tolist()]
    multiples += [int(2.0**e) for e in rng.uniform(20, 1020, third)]
    with mpmath.workdps(360):
        near = [float(k * mpmath.pi / 2) for k in multiples]
    near += [math.nextafter(x, math.inf) for x in near]
    # The closest of those below 2**20 pi / 2, by the convergents of 2 / pi: the first is 4e-17 away from a multiple.
    near += [321307.9594422229, 413441.44719405076, 871790.3905748408]
    signs = rng.choice([-1.0, 1.0], len(near))
    wide = _spread(rng, math.log(1.6e6), 709.7, third)
    ordinary = [_spread(rng, -745, 1, third), rng.uniform(-10, 10, n), rng.uniform(-1.65e6, 1.65e6, third)]
    return _tuples(np.array(near) * signs, wide, *ordinary)


_sin = _cos = _angles


def _power(rng, n):
    half = n // 2
    # Bases of the whole range, subnormal, near 1 and ordinary; logarithms of the results of the whole range.
    near = 1 + rng.choice([-1.0, 1.0], half) * _spread(rng, -36, -1, half)
    subnormal = rng.integers(1, 2**52, half) * 5e-324
    x = np.concatenate([_spread(rng, -744.4, 709.7, n), near, subnormal])
    x = x[x != 1.0]
    y = rng.uniform(-745.1, 709.78, x.size) / np.log(x)
    pairs = [*zip(x.tolist(), y.tolist(), strict=True)]
    pairs += zip(rng.uniform(0, 10, n).tolist(), rng.uniform(-20, 20, n).tolist(), strict=True)
    return pairs + [(float(a), float(b)) for a in range(2, 12) for b in range(-40, 41, 7)]


def _erf(rng, n):
    return _tuples(_spread(rng, -744, 0, n // 4), rng.uniform(-1.3, 1.3, n), rng.uniform(-7, 7, n))


def _erfc(rng, n):
    ordinary = [rng.uniform(-1.3, 1.3, n), rng.uniform(-7, 7, n), rng.uniform(1.2, 27.3, n)]
    return _tuples(_spread(rng, -744, 0, n // 4), *ordinary)


def _lgamma(rng, n):
    half = n // 2
    ordinary = [rng.uniform(0, 8, n), rng.uniform(8, 20, half), rng.uniform(0.5, 2.5, half)]
    roots = [root + sign * _spread(rng, -34, -2, n // 8) for root in (1, 2) for sign in (-1, 1)]
    return _tuples(_spread(rng, -744, 702.8, half), *ordinary, *roots)
