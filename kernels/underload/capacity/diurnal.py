"""The day: a von Mises profile of load, and what a planet of time zones makes of it."""

import dataclasses
import datetime
import math
import zoneinfo
from collections.abc import Iterable

import numpy as np

from underload import _check
from underload.capacity import _day

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
    return _day.concentration(_check_peak_factor(peak_factor))


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
    return _loads(hours, np.zeros(1), np.ones(1), *_local_day(peak_factor, peak_hour))


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
    return _loads(utc_hours, *merged_zones(offsets_hours, weights), *_local_day(peak_factor, peak_hour))


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
    return DailyPeak(*_day.peak(*merged_zones(offsets_hours, weights), *_local_day(peak_factor, peak_hour)))


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


def merged_zones(offsets_hours, weights):
    """Distinct offsets and the share of each, as the kernels of the day take them."""
    offsets_hours = _check.sample("offsets_hours", offsets_hours)
    weights = _check.sample("weights", weights, lowest=0)
    if len(weights) != len(offsets_hours):
        _check.fail("weights", weights, f"must have one entry per offset, {len(offsets_hours)}")
    if not weights.max() > 0:
        _check.fail("weights", weights, "must have an entry above 0")
    shares = weights / weights.max()
    offsets, place = np.unique(np.fmod(offsets_hours, 24), return_inverse=True)
    return offsets, np.bincount(place, shares / shares.sum())


def _local_day(peak_factor, peak_hour):
    peak_factor = _check_peak_factor(peak_factor)
    return peak_factor, _day.concentration(peak_factor), math.fmod(_check.real("peak_hour", peak_hour), 24)


def _loads(hours, offsets, *day):
    # The kernels add hours up: what is beyond a day goes first, where the remainder is exact.
    hours = np.fmod(hours, 24)
    if np.ndim(hours) == 0:
        return _day.load(float(hours), offsets, *day)
    out = np.empty(hours.shape)
    _day.loads(np.ravel(hours), offsets, *day, out.ravel())
    return out


def _check_peak_factor(value):
    rule = "must lie between 1 and 10000"
    value = _check.real("peak_factor", value, rule)
    return value if 1 <= value <= 10_000 else _check.fail("peak_factor", value, rule)
