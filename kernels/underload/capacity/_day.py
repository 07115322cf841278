"""Kernels of the day: the von Mises profile, its concentration, and the sum of shifted ones with its highest point.

Legend: offsets and shares have one entry per time zone, hours are universal time, an hour is an angle of 2 pi / 24.
"""

import math

import numpy as np

from underload._jit import kernel
from underload._libm import exp, expm1, sin

RADIANS = math.pi / 12  # of an hour


@kernel
def valley(kappa):
    """Means over the circle of e^-kx, 1 - e^-kx and x e^-kx, where x = 1 - cos(angle) and k = kappa.

    The first is I0(kappa) e^-kappa, the second its distance from 1 with all its digits (for kappa below 1), the third
    minus the derivative of the first.

    Notes
    -----
    The trapezoidal rule over a period errs by its aliases alone, 2 I_n(kappa) / I0(kappa) for n points, which is below
    1e-17 here; terms below 1e-19 are left out, so that no kappa takes more than thirty (Trefethen and Weideman, "The
    exponentially convergent trapezoidal rule", SIAM Review 56, 2014).
    """
    points = 2 * math.ceil(8 + 4.5 * math.sqrt(kappa)) + 1
    inside, outside, slope = 1.0, 0.0, 0.0
    for j in range(1, points // 2 + 1):
        half = sin(math.pi * j / points)
        depth = 2 * half * half
        if kappa * depth > 44:
            break
        weight = exp(-kappa * depth)
        inside += 2 * weight
        outside -= 2 * expm1(-kappa * depth)
        slope += 2 * depth * weight
    return inside / points, outside / points, slope / points


@kernel
def concentration(peak_factor):
    """The kappa >= 0 with I0(kappa) e^-kappa = 1 / peak_factor.

    Newton's method on (I0 e^-kappa)^-2, which is nearly a straight line, with slope 2 at 0 and 2 pi far away; it ends
    where rounding keeps its steps from shrinking.
    """
    kappa = 0.5 * (peak_factor - 1) * (peak_factor + 1)
    last = math.inf
    while True:
        inside, outside, slope = valley(kappa)
        gap = peak_factor * outside - (peak_factor - 1) if inside > 0.5 else 1 - peak_factor * inside
        step = gap * (1 + peak_factor * inside) * inside / (2 * slope)
        if not abs(step) < last:
            return kappa
        kappa -= step
        last = abs(step)


@kernel
def half_sine(hours):
    """Sine of half the angle of a number of hours, which is taken modulo 24 first."""
    return sin(RADIANS / 2 * (hours - 24 * math.floor(hours / 24 + 0.5)))


@kernel
def load(hour, offsets, shares, peak_factor, kappa, peak_hour):
    """Load at an hour, relative to the mean of the day."""
    total = 0.0
    for zone in range(len(offsets)):
        # cos(x) - 1 as -2 sin(x/2)^2: no cancellation near the peak, where kappa may be large.
        half = half_sine(hour + offsets[zone] - peak_hour)
        total += shares[zone] * (peak_factor * exp(-2 * kappa * half * half))
    return total


@kernel
def loads(hours, offsets, shares, peak_factor, kappa, peak_hour, out):
    """`load` at each hour."""
    for i in range(len(hours)):
        out[i] = load(hours[i], offsets, shares, peak_factor, kappa, peak_hour)


@kernel
def slopes(hour, offsets, shares, kappa, peak_hour):
    """First and second derivative of `load` by the angle, over peak_factor."""
    slope, curve = 0.0, 0.0
    for zone in range(len(offsets)):
        half = half_sine(hour + offsets[zone] - peak_hour)
        square = half * half
        sine = 2 * half * math.sqrt(1 - square)
        weight = shares[zone] * exp(-2 * kappa * square)
        slope -= weight * kappa * sine
        curve += weight * kappa * (kappa * sine * sine - 1 + 2 * square)
    return slope, curve


@kernel
def summit(low, high, offsets, shares, kappa, peak_hour):
    """Hour of a maximum of `load` in an interval, by Newton's method inside of a bisection."""
    hour = 0.5 * (low + high)
    for _ in range(80):
        slope, curve = slopes(hour, offsets, shares, kappa, peak_hour)
        if slope == 0:
            break
        if slope > 0:
            low = hour
        else:
            high = hour
        guess = hour - slope / (curve * RADIANS) if curve < 0 else low
        if not low < guess < high:
            guess = 0.5 * (low + high)
        if abs(guess - hour) < 1e-13:
            break
        hour = guess
    return hour


@kernel
def peak(offsets, shares, peak_factor, kappa, peak_hour):
    """The highest `load` of the day and its hour.

    A grid of eight points to a standard deviation of the local peak, 1 / sqrt(kappa) rad, or of five minutes, misses a
    maximum by less than 1/16 of a deviation, so by less than 1/512 of its height: every place where the grid has a
    maximum within twice that of its highest is followed to its summit. The local peaks are tried as they stand.
    """
    points = math.ceil(max(288.0, 16 * math.pi * math.sqrt(kappa)))
    grid = np.empty(points)
    for i in range(points):
        grid[i] = load(24 * i / points, offsets, shares, peak_factor, kappa, peak_hour)
    least = grid.max() * (1 - 1 / 256)
    factor, hour = 0.0, 0.0
    for i in range(points):
        if grid[i] < max(least, grid[i - 1], grid[(i + 1) % points]):
            continue
        here = summit(24 * (i - 1) / points, 24 * (i + 1) / points, offsets, shares, kappa, peak_hour)
        height = load(here, offsets, shares, peak_factor, kappa, peak_hour)
        if height > factor:
            factor, hour = height, here
    for zone in range(len(offsets)):
        here = peak_hour - offsets[zone]
        height = load(here, offsets, shares, peak_factor, kappa, peak_hour)
        if height >= factor:
            factor, hour = height, here
    hour -= 24 * math.floor(hour / 24)
    # Rounding may leave the bounds of an average by an ulp, and a day by its end.
    return min(max(factor, 1.0), peak_factor), hour if hour < 24 else 0.0
