"""Where a law has its peak, a given throughput, or a given latency: the inverse questions, with the right root.

With load N and latency R, Little's law N = X R makes the Universal Scalability Law a parabola: R = A + B N + C N^2,
A = (1 - contention) / rate, B = (contention - coherency) / rate, C = coherency / rate. A throughput X asks for
C N^2 - (1 / X - B) N + A = 0, whose smaller root lies before the peak sqrt(A / C) and whose larger one beyond it.

**Deviations**: usl4j and go-usl leave coherency out of the first question and swap contention and coherency in the
second, as does equation 9 of Schwartz, Practical Scalability Analysis with the Universal Scalability Law, 2015.
"""

import math

import numpy as np
from scipy import optimize

from underload import _check
from underload.usl.models import MODELS, slowdown

__all__ = ["load_of_latency", "load_of_throughput", "peak_load"]

TOUCHING = 1e-13  # a discriminant this far below 0, relative to its parts, is rounding at the peak itself
LARGEST = 1e15  # the largest load that is looked at where there is no closed form


def peak_load(contention, coherency, model, least):
    """The load t with coherency x g(t) = 1 - contention, at least `least`; inf without coherency."""
    turning = MODELS[model].turning
    if turning is None or coherency == 0:
        return least if contention > 1 else math.inf
    want = max(1 - contention, 0.0) / coherency
    if model == "usl":
        return max(math.sqrt(want), least)
    if turning(least) >= want:
        return least
    high = 2 * least
    while turning(high) < want:
        high *= 2
    return float(optimize.brentq(lambda t: turning(t) - want, high / 2, high, xtol=1e-300, rtol=1e-15))


def load_of_throughput(law, throughput, falling):
    """The load at which the law has this throughput, below its peak or beyond."""
    peak = law.peak_load
    if falling and peak == math.inf:
        _check.fail("falling", falling, "must be False: this law never falls")
    if law.model in ("usl", "amdahl", "linear"):
        load = _parabola_root(law, throughput, falling, peak)
    elif law.model == "gustafson":
        share = 1 - law.contention
        load = (throughput / law.rate - law.contention) / share if share else math.nan
    else:
        load = _searched_load(law, throughput, falling, peak)
    if not 0 < load < math.inf or (falling and load < peak * (1 - 1e-7)) or (not falling and load > peak * (1 + 1e-7)):
        side = "beyond" if falling else "up to"
        rule = f"is not reached at loads {side} the peak, {peak:g}, where it is {law.peak_throughput:g}"
        _check.fail("throughput", throughput, rule)
    return load


def _parabola_root(law, throughput, falling, peak):
    a, c = (1 - law.contention) / law.rate, law.coherency / law.rate
    b = 1 / throughput - (law.contention - law.coherency) / law.rate
    if c == 0:
        return a / b if b else math.inf
    square = b * b - 4 * a * c
    if square < 0 and square > -TOUCHING * (b * b + 4 * a * c):
        return peak
    if square < 0 or b < 0:
        return math.nan
    far = b + math.sqrt(square)
    return far / (2 * c) if falling else 2 * a / far


def _searched_load(law, throughput, falling, peak):
    def excess(log_load):
        load = math.exp(log_load)
        return law.rate * load / float(slowdown(load, law.contention, law.coherency, law.model)) - throughput

    end = math.log(LARGEST if falling else law.least_load * 1e-12)
    start = math.log(min(peak, LARGEST))
    if excess(start) < 0 or excess(end) > 0:
        return peak if abs(excess(start)) <= 1e-13 * throughput else math.nan
    return math.exp(optimize.brentq(excess, start, end, xtol=1e-14))


def load_of_latency(law, latency):
    """The largest load at which the law's latency, load over throughput, is not above this."""
    if law.model == "usl" and law.coherency > 0:
        c = law.coherency
        half_b = (law.contention - c) / 2
        square = half_b * half_b - c * (1 - law.contention - latency * law.rate)
        # Citardauq for b > 0, where the plain root cancels.
        excess = latency * law.rate - (1 - law.contention)
        root = math.sqrt(max(square, 0.0))
        load = math.nan if square < 0 else excess / (half_b + root) if half_b > 0 else (root - half_b) / c
    elif law.model in ("usl", "amdahl", "linear") and law.contention > 0:
        load = (latency * law.rate - (1 - law.contention)) / law.contention
    else:
        load = _searched_latency(law, latency)
    if not 0 < load < math.inf:
        _check.fail("latency", latency, "is not that of any load, or of all of them, in this law")
    return load


def _searched_latency(law, latency):
    loads = np.geomspace(LARGEST, law.least_load * 1e-6, 400)
    cost = slowdown(loads, law.contention, law.coherency, law.model)
    excess = np.where(cost > 0, cost / law.rate - latency, math.nan)
    below = np.flatnonzero(excess <= 0)
    if not len(below) or below[0] == 0 or not excess[below[0] - 1] > 0:
        return math.nan

    def distance(load):
        return float(slowdown(load, law.contention, law.coherency, law.model)) / law.rate - latency

    return float(optimize.brentq(distance, loads[below[0]], loads[below[0] - 1], xtol=1e-300, rtol=1e-14))
