"""The day: a von Mises profile of load, and what a planet of time zones makes of it."""

import dataclasses
import datetime
import math
import zoneinfo
from collections.abc import Iterable

import numpy as np
from scipy import optimize, special

from underload import _check

__all__ = [
    "DailyPeak",
    "diurnal_profile",
    "mixed_peak",
    "mixed_peak_factor",
    "mixed_profile",
    "utc_offsets",
    "von_mises_concentration",
]


def von_mises_concentration(peak_factor):
    """Concentration kappa of the von Mises day whose peak is `peak_factor` times its mean.

    Parameters
    ----------
    peak_factor : float
        Peak rate over mean rate, from 1 to 10000.

    Returns
    -------
    float
        kappa >= 0, the solution of exp(kappa) / I0(kappa) = peak_factor.

    Notes
    -----
    The density of von Mises (1918), exp(kappa cos(angle)) / (2 pi I0(kappa)), has mean 1 / (2 pi) over
    the circle, and its highest value is exp(kappa) / I0(kappa) times that.
    """
    peak_factor = _check_peak_factor(peak_factor)
    if peak_factor == 1:
        return 0.0

    def excess(kappa):
        return -math.log(special.i0e(kappa)) - math.log(peak_factor)

    # I0e(k) < 1.125 / sqrt(2 pi k) for k >= 1, so that the ratio exceeds peak_factor at 1 + peak_factor^2.
    return optimize.brentq(excess, 0.0, 1 + peak_factor**2, xtol=1e-300, rtol=8.9e-16, maxiter=2000)


def diurnal_profile(hours, peak_factor, peak_hour=20.0):
    """Load over the hours of a day, relative to the mean of the day.

    Parameters
    ----------
    hours : float or array
        Local time [h]; taken modulo 24.
    peak_factor : float
        Peak over mean, at least 1.
    peak_hour : float
        Local time of the peak [h].

    Returns
    -------
    float or ndarray
        Relative load: its mean over a day is 1, its maximum `peak_factor`.
    """
    hours = _check.each(_check.real, "hours", hours)
    kappa = von_mises_concentration(peak_factor)
    return _profile(hours, float(peak_factor), kappa, _check.real("peak_hour", peak_hour))


def mixed_profile(utc_hours, offsets_hours, weights, peak_factor, peak_hour=20.0):
    """Load over the hours of a day of users who live in several time zones.

    Parameters
    ----------
    utc_hours : float or array
        Universal time [h].
    offsets_hours : array, shape (zones,)
        Local time minus universal time [h].
    weights : array, shape (zones,)
        Share of users, in any unit; at least one is above 0.
    peak_factor, peak_hour : float
        The local day, as in `diurnal_profile`.

    Returns
    -------
    float or ndarray, shape of `utc_hours`
        Relative load with mean 1 over a day.
    """
    utc_hours = _check.each(_check.real, "utc_hours", utc_hours)
    offsets, shares = _zones(offsets_hours, weights)
    kappa = von_mises_concentration(peak_factor)
    return _mixture(utc_hours, offsets, shares, float(peak_factor), kappa, _check.real("peak_hour", peak_hour))


@dataclasses.dataclass(frozen=True)
class DailyPeak:
    """The highest point of a day: `factor` times its mean, at `utc_hour` [h, 0 to 24]."""

    factor: float
    utc_hour: float


def mixed_peak(offsets_hours, weights, peak_factor, peak_hour=20.0):
    """The peak of `mixed_profile`.

    Parameters
    ----------
    offsets_hours, weights, peak_factor, peak_hour
        As in `mixed_profile`.

    Returns
    -------
    DailyPeak
    """
    offsets, shares = _zones(offsets_hours, weights)
    kappa = von_mises_concentration(peak_factor)
    day = (float(peak_factor), kappa, _check.real("peak_hour", peak_hour))
    # Eight points to a standard deviation of the local peak, 1 / sqrt(kappa) rad, or five minutes.
    step = min(1 / 12, 3 / (2 * math.pi * math.sqrt(max(kappa, 1e-9))))
    grid = np.concatenate([np.arange(0, 24, step), np.mod(day[2] - offsets, 24)])
    start = grid[np.argmax(_mixture(grid, offsets, shares, *day))]
    found = optimize.minimize_scalar(
        lambda hour: -_mixture(start + hour, offsets, shares, *day),
        bounds=(-step, step),
        method="bounded",
        options={"xatol": 1e-9},
    )
    best = start + found.x if -found.fun > _mixture(start, offsets, shares, *day) else start
    # Rounding may leave the bounds of an average by an ulp.
    factor = min(max(float(_mixture(best, offsets, shares, *day)), 1.0), day[0])
    return DailyPeak(factor, float(best % 24))


def mixed_peak_factor(offsets_hours, weights, peak_factor, peak_hour=20.0):
    """Peak over mean of users in several time zones: what a planet does to a local peak factor.

    Parameters
    ----------
    offsets_hours, weights, peak_factor, peak_hour
        As in `mixed_profile`.

    Returns
    -------
    float
        Between 1 and `peak_factor`.
    """
    return mixed_peak(offsets_hours, weights, peak_factor, peak_hour).factor


def utc_offsets(zones, when="2025-01-15"):
    """Local time minus universal time of time zones at noon of a day.

    Parameters
    ----------
    zones : sequence of str
        Names of the IANA time zone database, such as "Asia/Tokyo".
    when : str
        The day, as YYYY-MM-DD.

    Returns
    -------
    ndarray of float64, shape (zones,)
        Hours. They come from the machine's time zone database.
    """
    names = list(zones) if isinstance(zones, Iterable) and not isinstance(zones, str) else [None]
    if not all(isinstance(name, str) for name in names):
        _check.fail("zones", zones, "must be a sequence of names of time zones")
    try:
        noon = datetime.datetime.fromisoformat(f"{when}T12:00:00")
    except ValueError:
        _check.fail("when", when, "must be a day as YYYY-MM-DD")
    return np.array([_offset(zone, noon) for zone in names], dtype=np.float64)


def _offset(zone, when):
    try:
        where = zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        _check.fail("zones", zone, "must be in the IANA time zone database")
    return when.replace(tzinfo=where).utcoffset().total_seconds() / 3600


def _profile(hours, peak_factor, kappa, peak_hour):
    # cos(x) - 1 as -2 sin(x/2)^2: no cancellation near the peak, where kappa may be large.
    half = np.sin(np.pi / 24 * (hours - peak_hour))
    return peak_factor * np.exp(-2 * kappa * half * half)


def _mixture(utc_hours, offsets, shares, peak_factor, kappa, peak_hour):
    total = 0.0
    for offset, share in zip(offsets, shares):
        total = total + share * _profile(utc_hours + offset, peak_factor, kappa, peak_hour)
    return total


def _zones(offsets_hours, weights):
    """Distinct offsets and the share of each."""
    offsets_hours = _check.sample("offsets_hours", offsets_hours)
    weights = _check.sample("weights", weights, lowest=0)
    if len(weights) != len(offsets_hours):
        _check.fail("weights", weights, f"must have one entry per offset, {len(offsets_hours)}")
    if not weights.sum() > 0:
        _check.fail("weights", weights, "must have an entry above 0")
    offsets, place = np.unique(offsets_hours, return_inverse=True)
    return offsets, np.bincount(place, weights / weights.sum())


def _check_peak_factor(value):
    rule = "must lie between 1 and 10000"
    value = _check.real("peak_factor", value, rule)
    return value if 1 <= value <= 10_000 else _check.fail("peak_factor", value, rule)
