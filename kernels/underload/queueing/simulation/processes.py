"""Arrivals that are not renewals: kernels that draw the next gap of a process that remembers.

Each takes the random state (uint64[4]), the parameters (float64[4]), the table (float64[m], changed in place where the
process keeps its state there) and the cursor (float64[4]) of a row of `Feeds`. Which they are stands beside each.
"""

import math

from underload._jit import kernel
from underload.queueing.simulation.heap import pop, push
from underload.random import exponential, uniform, uniform_open, variate

__all__ = ["BATCHES", "MARKOVIAN", "NONHOMOGENEOUS", "ON_OFF", "next_gap"]

MARKOVIAN, NONHOMOGENEOUS, BATCHES, ON_OFF = 101, 102, 103, 104


@kernel
def markovian_gap(state, table, cursor):
    """A Markovian arrival process: phases change at exponential times, with or without an arrival.

    Table: the number m of phases; for each phase its rate of leaving; for each phase the cumulative probabilities of
    the m moves without and the m moves with an arrival. Cursor: the phase, or -1 before the first draw, which starts
    in phase k with the k-th of the m cumulative probabilities at the end of the table.
    """
    m = int(table[0])
    phase = int(cursor[0])
    if phase < 0:
        phase = pick(table[1 + m + 2 * m * m :], uniform(state))
    elapsed = 0.0
    while True:
        elapsed += exponential(state) / table[1 + phase]
        row = 1 + m + 2 * m * phase
        move = pick(table[row : row + 2 * m], uniform(state))
        phase = move % m
        if move >= m:
            cursor[0] = phase
            return elapsed


@kernel
def pick(cumulative, u):
    """The first index whose cumulative probability is above `u`; the last one gets what rounding leaves."""
    for k in range(len(cumulative) - 1):
        if u < cumulative[k]:
            return k
    return len(cumulative) - 1


@kernel
def nonhomogeneous_gap(state, table, cursor):
    """A Poisson process whose rate is piecewise linear in time and periodic, by thinning.

    Table: the number m of knots, the largest rate, then the m times from 0 to the period and the m rates.
    Cursor: the time since the period began.

    Source: Lewis and Shedler, Simulation of nonhomogeneous Poisson processes by thinning, Naval Research Logistics 26,
    1979.
    """
    m, highest = int(table[0]), table[1]
    times, rates = table[2 : 2 + m], table[2 + m :]
    period, now, elapsed = times[m - 1], cursor[0], 0.0
    while True:
        step = exponential(state) / highest
        elapsed += step
        now += step
        if now >= period:
            now -= period * math.floor(now / period)
        low, high = 0, m - 1
        while high - low > 1:
            middle = (low + high) // 2
            if times[middle] <= now:
                low = middle
            else:
                high = middle
        share = (now - times[low]) / (times[high] - times[low])
        if uniform(state) * highest < rates[low] + share * (rates[high] - rates[low]):
            cursor[0] = now
            return elapsed


@kernel
def batch_gap(state, params, table, cursor):
    """Batches at the times of a renewal process: a gap of 0 inside a batch.

    Table: the code of the interarrival time of batches, then the cumulative probabilities of the sizes 1, 2, ...
    Parameters: of the interarrival time. Cursor: how many of the batch are still to come.
    """
    if cursor[0] > 0.0:
        cursor[0] -= 1.0
        return 0.0
    cursor[0] = pick(table[1:], uniform(state))
    return variate(state, int(table[0]), params)


@kernel
def pareto_residual(state, least, shape):
    """The time that is left of a Pareto time at a moment chosen at random: P(X > x) / E X is its density."""
    u = uniform_open(state)
    if u * shape > 1.0:
        return (1.0 - u) * least * shape / (shape - 1.0)
    return least * (shape * u) ** (-1.0 / (shape - 1.0))


@kernel
def on_off_gap(state, params, table, cursor):
    """Many sources that are on and off for Pareto times and send as a Poisson process while on.

    Parameters: the rate of a source that is on, the least time and the shape of the times. Table, of size 2 n: heaps of
    the moments at which the sources that are on, and those that are off, change. Cursor: the clock, the numbers on and
    off, and whether the sources have started.
    """
    n = len(table) // 2
    if cursor[3] == 0.0:
        cursor[3] = 1.0
        for _ in range(n):
            end = pareto_residual(state, params[1], params[2])
            k = 1 if uniform(state) < 0.5 else 2
            push(table[(k - 1) * n : k * n], int(cursor[k]), end)
            cursor[k] += 1.0
    start = cursor[0]
    clock = start
    while True:
        on, off = int(cursor[1]), int(cursor[2])
        k = 1 if off == 0 or (on > 0 and table[0] < table[n]) else 2
        change = table[(k - 1) * n]
        send = clock + exponential(state) / (params[0] * on) if on > 0 else math.inf
        if send < change:
            cursor[0] = send
            return send - start
        clock = change
        end = change + params[1] * math.exp(exponential(state) / params[2])
        pop(table[(k - 1) * n : k * n], int(cursor[k]))
        cursor[k] -= 1.0
        k = 3 - k
        push(table[(k - 1) * n : k * n], int(cursor[k]), end)
        cursor[k] += 1.0


@kernel
def next_gap(code, state, params, table, cursor):
    """The next gap of the process that `code` names; NaN of an unknown one."""
    if code == MARKOVIAN:
        return markovian_gap(state, table, cursor)
    if code == NONHOMOGENEOUS:
        return nonhomogeneous_gap(state, table, cursor)
    if code == BATCHES:
        return batch_gap(state, params, table, cursor)
    if code == ON_OFF:
        return on_off_gap(state, params, table, cursor)
    return math.nan
