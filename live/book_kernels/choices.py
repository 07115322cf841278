"""The power of choices: queues that fill and drain, filmed, beside the limit of many servers.

Choices 0 are a look at all servers. What is drawn equals `queueing.Supermarket`, `queueing.simulate` and
`queueing.queue_lengths` with Poisson arrivals and exponential service of mean 1, bit for bit.
"""

import numpy as np
from underload._jit import kernel
from underload.queueing.simulation.balancing.choices import lengths_listed, shortest_sampled
from underload.queueing.simulation.balancing.farm import Farm, larger, new_departures
from underload.queueing.simulation.balancing.shortest import all_idle, lengths_ordered, shortest_by_chance
from underload.queueing.simulation.engine import BATCHES
from underload.queueing.simulation.feeds import BLOCK
from underload.queueing.simulation.ratio import ratio
from underload.queueing.supermarket import MOST_CHOICES, mean_response, tail
from underload.random import exponential
from underload.random.xoshiro import fill_streams


@kernel
def choices_theory(choices, load, tails):
    """The mean response with very many servers; into `tails` (float64[m]) the share of those with 0, 1, ... or more."""
    looks, slack = float(choices if choices > 0 else MOST_CHOICES), 1.0 - load
    for k in range(len(tails)):
        tails[k] = tail(k, slack, looks)
    return mean_response(slack, looks)


@kernel
def empty_farm(servers, choices, coins):
    """As `new_farm`: servers that are all alike."""
    nothing, places = np.zeros(0), np.zeros((5, servers), dtype=np.int64)
    memory = np.zeros(2), np.zeros(4, dtype=np.int64)
    return Farm(
        choices, False, 1.0, coins, memory[0], memory[1], np.zeros(servers), np.ones(servers), nothing, nothing, places
    )


@kernel
def look(choices, farm, departures, time, lengths):
    """The queue lengths (int32[n]) at a time."""
    if choices > 0:
        lengths_listed(farm, departures, time, lengths)
    else:
        lengths_ordered(farm, departures, time, lengths)


@kernel
def count(lengths, reached):
    """Add to `reached` (float64[m]) how many of the `lengths` are at least 0, 1, 2, ..."""
    for length in lengths:
        for k in range(min(length + 1, len(reached))):
            reached[k] += 1.0


@kernel
def choices_film(choices, load, seed, moments, film, times, shares, responses):
    """Simulate, and film the queues.

    Parameters
    ----------
    choices : int64
    load : float64
    seed : int64
    moments : int32[frames]
        How many requests have arrived, increasing; the last are all.
    film : int32[frames, servers]
        Filled with the queue lengths at these moments.
    times : float64[frames]
        Filled with the times of these moments, in service times.
    shares : float64[frames, m]
        Filled with the share of servers with at least 0, 1, 2, ... requests: the average of looks at whole times, the
        latter half of those up to the moment; before time 1 the share at the moment.
    responses : float64[requests]
        Filled with the response time of each request.
    """
    frames, servers = film.shape
    requests, levels, gap = len(responses), shares.shape[1], 1.0 / (servers * load)
    states = np.empty((3, 4), dtype=np.uint64)
    fill_streams(seed, states)
    farm, departures = empty_farm(servers, choices, states[2]), new_departures(2 * BLOCK)
    all_idle(farm, departures)
    most = int(1.1 * requests * gap) + 100  # looks: a run is longer in one of 10^100
    reached, lengths = np.zeros((most + 1, levels)), np.empty(servers, dtype=np.int32)
    gaps, services = np.empty(BLOCK), np.empty(BLOCK)
    number = frame = looks = 0
    while number < requests:
        n = min(BLOCK, requests - number)
        for i in range(n):
            gaps[i] = gap * exponential(states[0])
        for i in range(n):
            services[i] = exponential(states[1])
        begin = 0
        while begin < n:
            stop, arrival = begin, farm.clock[0]
            end = min(n, moments[frame] - number)
            while stop < end and (arrival + gaps[stop] <= looks + 1.0 or looks == most):
                arrival += gaps[stop]
                stop += 1
            while farm.cursor[0] + (stop - begin) + 2 > len(departures.times):
                departures = larger(departures)
            waits = responses[number + begin : number + stop]
            if choices > 0:
                shortest_sampled(farm, departures, gaps[begin:stop], services[begin:stop], waits)
            else:
                shortest_by_chance(farm, departures, gaps[begin:stop], services[begin:stop], waits)
            for i in range(stop - begin):
                waits[i] += services[begin + i]
            begin = stop
            if stop < end:
                look(choices, farm, departures, looks + 1.0, lengths)
                looks += 1
                for k in range(levels):
                    reached[looks, k] = reached[looks - 1, k]
                count(lengths, reached[looks])
            elif number + stop == moments[frame]:
                times[frame] = farm.clock[0]
                look(choices, farm, departures, times[frame], film[frame])
                frame += 1
        number += n
    for frame in range(frames):
        last = min(int(times[frame]), looks)
        first = last // 2
        for k in range(levels):
            shares[frame, k] = reached[last, k] - reached[first, k]
        if last == 0:
            count(film[frame], shares[frame])
        for k in range(levels):
            shares[frame, k] /= servers * max(last - first, 1)


@kernel
def choices_mean(responses):
    """The mean of the latter half of response times, as of `queueing.simulate` with a warm-up of the first half."""
    size = (len(responses) - len(responses) // 2) // BATCHES
    sums = np.zeros(BATCHES)
    for batch in range(BATCHES):
        first, total = len(responses) - (BATCHES - batch) * size, 0.0
        for i in range(first, first + size):
            total += responses[i]
        sums[batch] = total
    return ratio(sums, np.full(BATCHES, float(size)))


EXPORTS = {
    "choices_theory": (choices_theory, "f8(i8, f8, f8[::1])"),
    "choices_film": (choices_film, "void(i8, f8, i8, i4[::1], i4[:, ::1], f8[::1], f8[:, ::1], f8[::1])"),
    "choices_mean": (choices_mean, "f8(f8[::1])"),
}
