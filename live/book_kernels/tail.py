"""Fan-out and hedging: how long a request waits for all of its calls, some of which are slow, asked once or twice.

Times are in ms. The leaf is that of chapter 6, with any share of slow answers. Simulated shares equal those of the
chapter's own draws, bit for bit; the theory equals `queueing.FanOut` and `queueing.Hedged` up to the rounding of the
normal law, which the library takes from SciPy.
"""

import math

import numpy as np
from underload import datasets, random
from underload._jit import kernel
from underload._libm import erfc, exp, expm1, log
from underload.queueing.fan_out import one_of
from underload.random.uniform import uniform
from underload.random.xoshiro import fill_streams
from underload.random.ziggurat import normal

USUAL = random.Lognormal(mean=20, scv=0.25)
LOCATION, DEVIATION = map(float, USUAL.params[:2])
SLOW, LATE = 200.0, 190.0  # a slow answer, and what counts as a slow request
SHORTEST, LONGEST = 1e-3, 1e4  # between which quantiles are sought

TRIALS = datasets.load("fan_out").where(serving="delay")
ONCE, TWICE = TRIALS.where(hedge="none"), TRIALS.where(hedge="service p95")
MEASURED = np.array(
    [[one["fan_out"], one["request_p50_ms"], one["request_p95_ms"]] for one in (ONCE, TWICE)], dtype=np.float64
)


@kernel
def leaf_tail(t, slow):
    """P(answer > t), where the float64 `slow` is the share of slow ones."""
    usual = 0.5 * erfc((log(t) - LOCATION) / (DEVIATION * math.sqrt(2.0))) if t > 0.0 else 1.0
    return (1.0 - slow) * usual + (slow if t < SLOW else 0.0)


@kernel
def hedged_tail(t, slow, delay):
    """The same of an answer that is asked for again after `delay`; inf for never."""
    return leaf_tail(t, slow) * (leaf_tail(t - delay, slow) if t >= delay else 1.0)


@kernel
def time_of(tail, slow, delay):
    """The shortest time that is exceeded with probability `tail` at most: by bisection of its logarithm."""
    low, high = log(SHORTEST), log(LONGEST)
    while True:
        middle = 0.5 * (low + high)
        if not low < middle < high:
            return exp(high)
        if hedged_tail(exp(middle), slow, delay) <= tail:
            high = middle
        else:
            low = middle


@kernel
def tail_delay(slow, quantile):
    """The time after which a share `quantile` of the answers has come."""
    return time_of(1.0 - quantile, slow, math.inf)


@kernel
def tail_quantiles(fan_outs, slow, delay, quantile, once, twice):
    """Fill `once` and `twice` (float64[n]) with the quantile of the slowest of each of `fan_outs` (float64[n])."""
    for i in range(len(fan_outs)):
        tail = -expm1(log(quantile) / fan_outs[i])
        once[i] = time_of(tail, slow, math.inf)
        twice[i] = time_of(tail, slow, delay)


@kernel
def tail_law(fan_out, slow, delay, times, once, twice):
    """Fill `once` and `twice` with the share of requests of `fan_out` calls that take longer than each of `times`."""
    for i in range(len(times)):
        once[i] = one_of(leaf_tail(times[i], slow), fan_out)
        twice[i] = one_of(hedged_tail(times[i], slow, delay), fan_out)


@kernel
def tail_facts(fan_out, slow, delay):
    """Slow requests asked once and twice, and further calls for each call."""
    late = one_of(leaf_tail(LATE, slow), fan_out), one_of(hedged_tail(LATE, slow, delay), fan_out)
    return late[0], late[1], leaf_tail(delay, slow) if delay < math.inf else 0.0


@kernel
def answer(usual, rare, slow):
    """A variate of the leaf, from two streams."""
    value = exp(LOCATION + DEVIATION * normal(usual))
    return SLOW if uniform(rare) < slow else value


@kernel
def tail_run(fan_out, requests, slow, delay, seed, times, once, twice):
    """Simulate requests of `fan_out` calls each.

    Parameters
    ----------
    fan_out, requests, seed : int64
    slow, delay : float64
    times : float64[n]
        Increasing.
    once, twice : float64[n]
        Filled: the share of requests that take longer.

    Returns
    -------
    float64, float64
        The share of slow requests asked once and twice.
    """
    states = np.empty((4, 1, 4), dtype=np.uint64)
    for i in range(4):
        fill_streams(seed + (0, 1, 5, 6)[i], states[i])
    once[:] = 0.0
    twice[:] = 0.0
    late = late_twice = 0
    for _ in range(requests):
        slowest = slowest_twice = 0.0
        for _ in range(fan_out):
            first = answer(states[0, 0], states[1, 0], slow)
            second = answer(states[2, 0], states[3, 0], slow)
            slowest = max(slowest, first)
            slowest_twice = max(slowest_twice, min(first, delay + second) if first > delay else first)
        late += slowest > LATE
        late_twice += slowest_twice > LATE
        for i in range(len(times)):
            once[i] += slowest > times[i]
            twice[i] += slowest_twice > times[i]
    once /= requests
    twice /= requests
    return late / requests, late_twice / requests


@kernel
def tail_trials(hedged, fan_outs, medians, high):
    """Fill all three (float64[n]) with what was measured, asked once (`hedged` 0) or twice (1); how many there are."""
    for i in range(min(len(fan_outs), MEASURED.shape[2])):
        fan_outs[i], medians[i], high[i] = MEASURED[hedged, 0, i], MEASURED[hedged, 1, i], MEASURED[hedged, 2, i]
    return MEASURED.shape[2]


EXPORTS = {
    "tail_delay": (tail_delay, "f8(f8, f8)"),
    "tail_quantiles": (tail_quantiles, "void(f8[::1], f8, f8, f8, f8[::1], f8[::1])"),
    "tail_law": (tail_law, "void(i8, f8, f8, f8[::1], f8[::1], f8[::1])"),
    "tail_facts": (tail_facts, "UniTuple(f8, 3)(i8, f8, f8)"),
    "tail_run": (tail_run, "UniTuple(f8, 2)(i8, i8, f8, f8, i8, f8[::1], f8[::1], f8[::1])"),
    "tail_trials": (tail_trials, "i8(i8, f8[::1], f8[::1], f8[::1])"),
}
