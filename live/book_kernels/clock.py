"""The clock of a rare event: its ticks one by one or in bursts, and how many fall into a window.

What is drawn equals `capacity.clustered_event_times`, `dispersion_index`, `geometric_poisson_pmf` and the functions of
`capacity.rare`, bit for bit.
"""

import numpy as np
from underload._jit import kernel
from underload.capacity.clock import burst_sizes, count_law, dispersion, fill_arrivals
from underload.capacity.rare import clean_trials, seen_in_window
from underload.random.xoshiro import fill_streams


@kernel
def clock_facts(probability, rate):
    """The chance of a tick in a second, and the clean requests that show the event to be rarer, at 95 %."""
    return seen_in_window(rate, 1.0), clean_trials(probability, 0.95)


@kernel
def clock_ticks(seed, rate, seconds, burst_mean, times, sizes):
    """The bursts of a record.

    Parameters
    ----------
    seed : int64
    rate, seconds, burst_mean : float64
        As in `capacity.clustered_event_times`.
    times : float64[n]
        Filled with the times of bursts [s].
    sizes : int64[n]
        Filled with the events of each.

    Returns
    -------
    int64, int64, float64
        Bursts, at most n; events; and the longest time without any, from 0 to the end of the record [s].
    """
    states = np.empty((1, 4), dtype=np.uint64)
    fill_streams(seed, states)
    bursts = fill_arrivals(states[0], rate / burst_mean, 0.0, seconds, times)
    sizes[:bursts] = 1
    if burst_mean > 1.0:
        burst_sizes(states[0], burst_mean, sizes[:bursts])
    events, longest, last = 0, 0.0, 0.0
    for i in range(bursts):
        events += sizes[i]
        longest = max(longest, times[i] - last)
        last = times[i]
    return bursts, events, max(longest, seconds - last)


@kernel
def clock_counts(seed, rate, burst_mean, window, times, sizes, counts, shares, law):
    """How many ticks fall into each of many windows.

    Parameters
    ----------
    seed : int64
    rate, burst_mean : float64
        As in `capacity.clustered_event_times`.
    window : float64
        Length of each [s]; the record is as long as all of them.
    times, sizes
        As in `clock_ticks`, with room for all.
    counts : int64[windows]
        Filled: events in each window.
    shares : float64[m]
        Filled: the share of windows with 0, 1, ... events.
    law : float64[m]
        Filled: their probabilities.

    Returns
    -------
    float64
        The index of dispersion.
    """
    bursts, _, _ = clock_ticks(seed, rate, window * len(counts), burst_mean, times, sizes)
    counts[:] = 0
    for i in range(bursts):
        counts[int(times[i] / window)] += sizes[i]
    shares[:] = 0.0
    for count in counts:
        if count < len(shares):
            shares[count] += 1.0
    shares /= len(counts)
    count_law(rate * window, burst_mean, law)
    return dispersion(counts)


EXPORTS = {
    "clock_facts": (clock_facts, "UniTuple(f8, 2)(f8, f8)"),
    "clock_ticks": (clock_ticks, "Tuple((i8, i8, f8))(i8, f8, f8, f8, f8[::1], i8[::1])"),
    "clock_counts": (clock_counts, "f8(i8, f8, f8, f8, f8[::1], i8[::1], i8[::1], f8[::1], f8[::1])"),
}
