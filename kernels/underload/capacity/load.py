"""Load arithmetic: from daily users to requests per second and people present, and back.

Arguments may be numbers or arrays that broadcast against each other; numbers give a float.
"""

import numpy as np

from underload import _check

__all__ = ["average_load", "concurrency", "consistent_pairs", "identified_product", "peak_load"]

DAY = 86_400.0
MOST = 1e60  # so that no product of these overflows


def average_load(daily_users, requests_per_user):
    """Mean request rate of a day.

    Parameters
    ----------
    daily_users : float or array
        Users active on a day.
    requests_per_user : float or array
        Requests that one of them makes in the day.

    Returns
    -------
    float or ndarray
        Requests per second.
    """
    daily_users = _check.each(amount, "daily_users", daily_users)
    return daily_users * _check.each(amount, "requests_per_user", requests_per_user) / DAY


def peak_load(daily_users, requests_per_user, peak_factor):
    """Request rate at the top of the day.

    Parameters
    ----------
    daily_users, requests_per_user : float or array
        As in `average_load`.
    peak_factor : float or array
        Peak rate over mean rate, at least 1.

    Returns
    -------
    float or ndarray
        Requests per second.
    """
    return average_load(daily_users, requests_per_user) * _peak_factor(peak_factor)


def concurrency(daily_users, session_seconds, sessions_per_user=1, peak_factor=1):
    """People present at once, by Little's law L = arrival rate x time in the system.

    Parameters
    ----------
    daily_users : float or array
        Users active on a day.
    session_seconds : float or array
        Mean length of a session [s].
    sessions_per_user : float or array
        Sessions that a user starts in the day.
    peak_factor : float or array
        Peak rate of session starts over their mean, at least 1. At the peak this is exact only if
        the rate changes little within a session.

    Returns
    -------
    float or ndarray
        Mean number of open sessions.

    Notes
    -----
    Little, "A proof for the queuing formula L = lambda W", Operations Research 9 (1961).
    """
    starts = peak_load(daily_users, _check.each(amount, "sessions_per_user", sessions_per_user), peak_factor)
    return starts * _check.each(amount, "session_seconds", session_seconds)


def identified_product(peak_rps, daily_users):
    """The product requests per user x peak factor, which is all that a peak rate reveals.

    Parameters
    ----------
    peak_rps : float or array
        Peak rate [requests/s].
    daily_users : float or array
        Users active on a day.

    Returns
    -------
    float or ndarray
        Requests per user and day, times peak factor.
    """
    peak_rps = _check.each(amount, "peak_rps", peak_rps)
    return peak_rps * DAY / _check.each(some_amount, "daily_users", daily_users)


def consistent_pairs(peak_rps, daily_users, requests_per_user):
    """The peak factor that each assumed number of requests per user needs to explain a peak rate.

    Parameters
    ----------
    peak_rps : float
        Peak rate [requests/s].
    daily_users : float
        Users active on a day.
    requests_per_user : float or array
        Assumed requests per user and day.

    Returns
    -------
    float or ndarray
        Peak factors. Below 1 means that the assumption is impossible: the mean alone exceeds the peak.
    """
    product = identified_product(peak_rps, daily_users)
    return product / _check.each(some_amount, "requests_per_user", requests_per_user)


def amount(name, value):
    """A number in [0, 1e60]."""
    rule = "must be a number from 0 to 1e60"
    value = _check.real(name, value, rule)
    return value if 0 <= value <= MOST else _check.fail(name, value, rule)


def some_amount(name, value):
    """A number in [1e-60, 1e60]."""
    rule = "must be a number from 1e-60 to 1e60"
    value = _check.real(name, value, rule)
    return value if 1 / MOST <= value <= MOST else _check.fail(name, value, rule)


def _peak_factor(value):
    value = _check.each(some_amount, "peak_factor", value)
    low = np.min(value)
    return value if low >= 1 else _check.fail("peak_factor", low, "must be at least 1: a peak is not below its mean")
