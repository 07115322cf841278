"""Rare events: rates, windows, waiting times, and what silence proves.

Arguments may be numbers or arrays that broadcast against each other; numbers give a float. All keep
their digits at probabilities of 1e-300 and 1e18 trials: powers of 1 - p go through log1p and expm1.
"""

import numpy as np

from underload import _check

__all__ = [
    "clean_trials_needed",
    "event_rate",
    "poisson_probability_in_window",
    "probability_in_window",
    "upper_bound_after_clean",
    "waiting_time_quantile",
]

# Infinity is the right limit at a rate of 0, a probability of 1 or an overflow: no warning is due.
LIMITS = np.errstate(divide="ignore", over="ignore", invalid="ignore")


def event_rate(probability, requests_per_second):
    """Events per second when each request has one with this probability.

    Parameters
    ----------
    probability : float or array
        Of an event, per request.
    requests_per_second : float or array

    Returns
    -------
    float or ndarray
        Events per second; its inverse is the mean time between them.
    """
    probability = _check.each(_check.probability, "probability", probability)
    return probability * _check.each(_check.nonnegative, "requests_per_second", requests_per_second)


@LIMITS
def probability_in_window(probability, trials):
    """Probability of at least one event in a number of independent trials, 1 - (1 - p)^n.

    Parameters
    ----------
    probability : float or array
        Of an event, per trial.
    trials : float or array
        Number of trials (an expected number will do).

    Returns
    -------
    float or ndarray
    """
    probability = _check.each(_check.probability, "probability", probability)
    trials = _check.each(_check.nonnegative, "trials", trials)
    answer = -np.expm1(trials * np.log1p(-np.asarray(probability)))
    # 0 trials of a certain event: 0 * log(0).
    return _plain(np.where(np.asarray(trials) == 0, 0.0, answer))


@LIMITS
def poisson_probability_in_window(rate, seconds):
    """Probability of at least one event of a Poisson process in a window, 1 - exp(-rate x seconds).

    Parameters
    ----------
    rate : float or array
        Events per second.
    seconds : float or array
        Length of the window [s].

    Returns
    -------
    float or ndarray
    """
    rate = _check.each(_check.nonnegative, "rate", rate)
    return _plain(-np.expm1(-rate * _check.each(_check.nonnegative, "seconds", seconds)))


@LIMITS
def waiting_time_quantile(rate, q):
    """Time within which the next event of a Poisson process comes with probability `q`.

    Parameters
    ----------
    rate : float or array
        Events per second; 0 waits forever.
    q : float or array
        Probability, strictly between 0 and 1.

    Returns
    -------
    float or ndarray
        Seconds, -ln(1 - q) / rate.
    """
    rate = _check.each(_check.nonnegative, "rate", rate)
    q = _check.each(_check.fraction, "q", q)
    return _plain(-np.log1p(-q) / np.asarray(rate))


@LIMITS
def clean_trials_needed(probability, confidence=0.95):
    """Trials without any event after which the event is known to be rarer than `probability`.

    Parameters
    ----------
    probability : float or array
        The upper bound that is wanted, strictly between 0 and 1.
    confidence : float
        Of the bound.

    Returns
    -------
    float or ndarray
        ln(1 - confidence) / ln(1 - probability); round up to run them. About 3 / probability at 95 %.

    Notes
    -----
    The exact form of the rule of three: Hanley and Lippman-Hand, "If nothing goes wrong, is everything
    all right?", JAMA 249 (1983).
    """
    probability = _check.each(_check.fraction, "probability", probability)
    return _plain(np.log1p(-_check.fraction("confidence", confidence)) / np.log1p(-probability))


@LIMITS
def upper_bound_after_clean(trials, confidence=0.95):
    """Upper confidence bound on the probability of an event that never happened in `trials`.

    Parameters
    ----------
    trials : float or array
        Trials, all without the event.
    confidence : float
        Of the bound.

    Returns
    -------
    float or ndarray
        1 - (1 - confidence)^(1 / trials), the bound of Clopper and Pearson (1934) at zero events.
    """
    trials = _check.each(_check.positive, "trials", trials)
    return _plain(-np.expm1(np.log1p(-_check.fraction("confidence", confidence)) / trials))


def _plain(value):
    return float(value) if np.ndim(value) == 0 else value
