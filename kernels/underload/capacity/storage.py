"""Bytes that stay and bytes that leave."""

import math

import numpy as np

from underload import _check
from underload._jit import kernel
from underload._libm import exp, expm1, log1p
from underload._mapped import mapped
from underload.capacity.load import amount, some_amount

__all__ = ["egress", "stored_bytes"]

YEAR = 365.0


def stored_bytes(
    daily_bytes,
    days,
    *,
    growth_per_year=0.0,
    retention_days=math.inf,
    replicas=1,
    index_ratio=0.0,
    compression=1.0,
    backups=0,
):
    """Bytes on disk after some days of writing.

    Parameters
    ----------
    daily_bytes : float
        Bytes written per day, at day 0, before compression.
    days : float or array
        Time since the first write [days].
    growth_per_year : float
        Growth of the daily bytes in 365 days: 0.5 means 50 % more a year. Above -1.
    retention_days : float
        Age at which data are deleted [days]; infinite keeps all.
    replicas : int
        Live copies, at least 1; each holds the data and the indexes.
    index_ratio : float
        Index bytes per byte of compressed data.
    compression : float
        Bytes written per byte stored: 3 means a third of the size.
    backups : float
        Full copies of the compressed data beside the replicas, without indexes.

    Returns
    -------
    float or ndarray
        Bytes.

    Notes
    -----
    Writing is continuous: with r = ln(1 + growth) / 365 the live data are the integral of
    ``daily_bytes exp(r s)`` over the last `retention_days` before `days`. Without growth that is
    ``daily_bytes * min(days, retention_days)``.
    """
    daily_bytes = amount("daily_bytes", daily_bytes)
    days = _check.each(amount, "days", days)
    growth = _check.real("growth_per_year", growth_per_year)
    if growth <= -1:
        _check.fail("growth_per_year", growth_per_year, "must be above -1: more than everything cannot vanish")
    if retention_days != math.inf:
        retention_days = _check.positive("retention_days", retention_days)
    replicas = _check.integer("replicas", replicas, least=1)
    index_ratio = amount("index_ratio", index_ratio)
    copies = replicas * (1 + index_ratio) + amount("backups", backups)
    scale = daily_bytes * copies / some_amount("compression", compression)
    with np.errstate(over="ignore", invalid="ignore"):
        total = scale * _days_of_writing(days, log1p(growth) / YEAR, retention_days)
    if not np.all(np.isfinite(total)):
        _check.fail("growth_per_year", growth_per_year, "gives more bytes than a float64 holds")
    return float(total) if np.ndim(total) == 0 else total


@kernel
def days_of_writing(days, rate, retention_days):
    """Bytes kept over bytes written on day 0: the integral of exp(rate s) over the last days kept; float64 all."""
    kept = min(days, retention_days)
    span = kept if rate == 0.0 else expm1(rate * kept) / rate
    return exp(rate * (days - kept)) * span


_days_of_writing = mapped(days_of_writing)


def egress(daily_users, views_per_user, bytes_per_view):
    """Bytes sent to users per day.

    Parameters
    ----------
    daily_users : float or array
        Users active on a day.
    views_per_user : float or array
        Pages (or other units) that one of them fetches in the day.
    bytes_per_view : float or array
        Bytes on the wire for one.

    Returns
    -------
    float or ndarray
        Bytes per day.
    """
    users = _check.each(amount, "daily_users", daily_users)
    views = _check.each(amount, "views_per_user", views_per_user)
    return users * views * _check.each(amount, "bytes_per_view", bytes_per_view)
