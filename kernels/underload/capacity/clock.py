"""Clocks of rare events: when they happen, one by one or in bursts, and how to tell the two apart."""

import math

import numpy as np

from underload import _check
from underload._jit import kernel
from underload._libm import exp, log1p
from underload.random import exponential, seed_state

__all__ = ["clustered_event_times", "dispersion_index", "event_times", "geometric_poisson_pmf"]


def event_times(rate, seconds, seed):
    """Times of the events of a Poisson process.

    Parameters
    ----------
    rate : float
        Events per second.
    seconds : float
        Length of the record [s].
    seed : int

    Returns
    -------
    ndarray of float64, shape (events,)
        Non-decreasing times in [0, seconds).
    """
    return clustered_event_times(rate, seconds, 1.0, seed)


def clustered_event_times(rate, seconds, burst_mean, seed):
    """Times of events that come in bursts: a compound Poisson process with geometric burst sizes.

    Parameters
    ----------
    rate : float
        Events per second, the same as without bursts: bursts come at rate / burst_mean.
    seconds : float
        Length of the record [s].
    burst_mean : float
        Mean number of events in a burst, at least 1. The number is 1, 2, 3, ... with probabilities
        in proportion to (1 - 1/burst_mean)^number.
    seed : int

    Returns
    -------
    ndarray of float64, shape (events,)
        Non-decreasing times in [0, seconds). The events of a burst are simultaneous.

    Notes
    -----
    Counts over windows have variance / mean = 2 burst_mean - 1, whatever the window.
    """
    rate = _check.nonnegative("rate", rate)
    seconds = _check.nonnegative("seconds", seconds)
    burst_mean = _check.real("burst_mean", burst_mean, "must be a finite number >= 1")
    if not 1 <= burst_mean <= 1e6:
        _check.fail("burst_mean", burst_mean, "must lie between 1 and 1e6: a burst has an event")
    if rate * seconds > 1e9:
        _check.fail("seconds", seconds, f"must hold at most 1e9 events, here {rate * seconds:.3g}")
    state = seed_state(_check.seed("seed", seed))
    bursts = rate / burst_mean
    expected = bursts * seconds
    times = _arrivals(state, bursts, seconds, int(expected + 6 * math.sqrt(expected) + 16))
    if burst_mean == 1:
        return times
    sizes = np.empty(len(times), dtype=np.int64)
    burst_sizes(state, burst_mean, sizes)
    return np.repeat(times, sizes)


def _arrivals(state, rate, seconds, block):
    """Arrivals of a Poisson process in [0, seconds), drawn in blocks of that many."""
    parts, last = [np.empty(0)], 0.0
    while rate > 0:
        times = np.empty(block)
        filled = fill_arrivals(state, rate, last, seconds, times)
        parts.append(times[:filled])
        if filled < block:
            break
        last = times[-1]
    return parts[-1] if len(parts) <= 2 else np.concatenate(parts)


def dispersion_index(times, window, seconds):
    """Variance over mean of the number of events in consecutive windows: 1 for a Poisson process.

    Parameters
    ----------
    times : array, shape (events,)
        Times in [0, seconds) [s]; those after the last whole window do not count.
    window : float
        Length of a window [s].
    seconds : float
        Length of the record [s], at least two windows.

    Returns
    -------
    float

    Notes
    -----
    The index of dispersion for counts, Cox and Lewis, "The Statistical Analysis of Series of Events"
    (1966). The variance is the unbiased one.
    """
    times = _check.sample("times", times, lowest=0)
    window, seconds = _check.positive("window", window), _check.positive("seconds", seconds)
    if not 2 <= seconds / window < 1e9:
        _check.fail("window", window, f"must fit 2 to 1e9 times into seconds={seconds:g}")
    windows = int(seconds / window * (1 + 1e-12))  # 0.3 / 0.1 is 3, less its rounding
    if times.max() >= seconds:
        _check.fail("times", times.max(), f"must lie below seconds={seconds:g}")
    places = (times / window).astype(np.int64)
    counts = np.bincount(places[places < windows], minlength=windows)
    if not counts.any():
        _check.fail("times", times, f"must have an event in the first {windows} windows")
    return dispersion(counts)


def geometric_poisson_pmf(mean, burst_mean, most):
    """How many events of `clustered_event_times` fall into a window: the law of Pólya and Aeppli.

    Parameters
    ----------
    mean : float
        Events due in the window, at most 700.
    burst_mean : float
        As in `clustered_event_times`; 1 makes it Poisson's law.
    most : int
        The largest number asked for, from 0 to 10^5.

    Returns
    -------
    ndarray of float64, shape (most + 1,)
        Probabilities of 0, 1, ..., `most` events.

    Notes
    -----
    By the recursion of Panjer, "Recursive evaluation of a family of compound distributions", ASTIN Bulletin 12(1),
    1981, whose terms are all positive.
    """
    mean = _check.nonnegative("mean", mean)
    if mean > 700:
        _check.fail("mean", mean, "must be at most 700")
    burst_mean = _check.real("burst_mean", burst_mean, "must be a finite number >= 1")
    if not 1 <= burst_mean <= 1e6:
        _check.fail("burst_mean", burst_mean, "must lie between 1 and 1e6: a burst has an event")
    law = np.empty(_check.integer("most", most, least=0, most=10**5) + 1)
    count_law(mean, burst_mean, law)
    return law


@kernel
def count_law(mean, burst_mean, law):
    """Fill `law` (float64[n]) with the probabilities of 0, 1, ... events; float64 the rest.

    With sizes of probability (1 - r) r^(k - 1) the tail sum of Panjer's recursion is s(n) = p(n - 1) + r s(n - 1)
    plus the like for its first moment, so that each step takes constant time.
    """
    bursts, rest = mean / burst_mean, 1.0 - 1.0 / burst_mean
    law[0] = exp(-bursts)
    plain = weighted = 0.0  # sums over j of r^(j - 1) p(n - j), and of j times that
    for n in range(1, len(law)):
        plain = law[n - 1] + rest * plain
        weighted = rest * weighted + plain
        law[n] = bursts * (1.0 - rest) / n * weighted


@kernel
def dispersion(counts):
    """Variance over mean of int64[n]."""
    total = 0
    for count in counts:
        total += count
    mean = total / len(counts)
    squares = 0.0
    for count in counts:
        squares += (count - mean) * (count - mean)
    return squares / (len(counts) - 1) / mean


@kernel
def fill_arrivals(state, rate, start, end, times):
    """Fill `times` with the arrivals after `start` and before `end`; returns how many."""
    now = start
    for i in range(len(times)):
        now += exponential(state) / rate
        if now >= end:
            return i
        times[i] = now
    return len(times)


@kernel
def burst_sizes(state, mean, sizes):
    """Fill `sizes` (int64[n]) with geometric ones on 1, 2, ...: the whole part of an exponential variable, plus 1."""
    scale = -1 / log1p(-1 / mean)
    for i in range(len(sizes)):
        sizes[i] = 1 + int(exponential(state) * scale)
