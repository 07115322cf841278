"""Rare events: rates, windows, waiting times, and what silence proves.

Arguments may be numbers or arrays that broadcast against each other; numbers give a float. All keep
their digits at probabilities of 1e-300 and 1e18 trials: powers of 1 - p go through log1p and expm1.
"""

import math

from underload import _check
from underload._jit import kernel
from underload._libm import expm1, log1p
from underload.capacity._elementwise import elementwise

__all__ = [
    "clean_trials_needed",
    "event_rate",
    "poisson_probability_in_window",
    "probability_in_window",
    "upper_bound_after_clean",
    "waiting_time_quantile",
]


@kernel
def seen_in_trials(probability, trials):
    """The chance of at least one event in a number of trials; float64 all."""
    return 0.0 if trials == 0.0 else -expm1(trials * log1p(-probability))


@kernel
def seen_in_window(rate, seconds):
    """The chance of at least one event of a Poisson process; float64 all."""
    return -expm1(-rate * seconds)


@kernel
def gap_quantile(rate, q):
    """The time within which the next event comes with probability q; inf at a rate of 0. float64 all."""
    return -log1p(-q) / rate if rate > 0.0 else math.inf


@kernel
def clean_trials(probability, confidence):
    """The trials without an event that bound its probability; float64 all."""
    return log1p(-confidence) / log1p(-probability)


@kernel
def bound_after_clean(trials, confidence):
    """The probability that so many trials without an event bound; float64 all."""
    return -expm1(log1p(-confidence) / trials)


chances_in_trials, chances_in_window = elementwise(seen_in_trials), elementwise(seen_in_window)
gap_quantiles, clean_trials_of = elementwise(gap_quantile), elementwise(clean_trials)
bounds_after_clean = elementwise(bound_after_clean)


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
    return chances_in_trials(probability, trials)


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
    return chances_in_window(rate, _check.each(_check.nonnegative, "seconds", seconds))


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
    return gap_quantiles(rate, q)


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
    return clean_trials_of(probability, _check.fraction("confidence", confidence))


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
    return bounds_after_clean(trials, _check.fraction("confidence", confidence))
