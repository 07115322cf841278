"""Staffing and waiting: how long one waits for c servers, by theory and by simulation.

Times are in mean service times. Arrivals and service times are named by their place in `GAPS` and `SERVICES`. What is
drawn equals `queueing.MMc`, `queueing.allen_cunneen_wait` and `queueing.simulate` with seed 1, bit for bit.
"""

import numpy as np
from underload import random
from underload._jit import kernel
from underload.queueing.erlang import wait_probability
from underload.queueing.mmc import wait_quantile, wait_tail
from underload.queueing.simulation.engine import BATCHES, RANGE
from underload.queueing.simulation.fcfs import heap_waits, lindley_waits
from underload.queueing.simulation.feeds import BLOCK, draw
from underload.queueing.simulation.quantity import RELAXATIONS, TAIL_RELAXATIONS
from underload.queueing.simulation.ratio import level, linearised, logarithmic_ends, ratio, up_to
from underload.stats import Histogram
from underload.stats.binning import BELOW, FIRST_BIN, ZERO, bin_of, edge, record_all, slot_of, value_of
from underload.stats.interval import student, widened_half_width
from underload.stats.quantiles import rank_of

GAPS = random.Deterministic(1.0), random.Exponential(1.0), random.Hyperexponential(1.0, 4.0)
SERVICES = (
    random.Deterministic(1.0),
    random.Gamma(1.0, 0.5),
    random.Exponential(1.0),
    random.Hyperexponential(1.0, 4.0),
    random.Hyperexponential(1.0, 16.0),
)
SEED, QUANTILE, CONFIDENCE = 1, 0.99, 0.95
# Of the long run, which begins anew, longer each time; `waiting.js` asks for six.
RUNS = np.array([200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000])

GAP_CODES, SERVICE_CODES = (np.array([law.code for law in laws]) for laws in (GAPS, SERVICES))
GAP_SCV, SERVICE_SCV = (np.array([law.scv for law in laws]) for laws in (GAPS, SERVICES))
SERVICE_PARAMS = np.array([law.params for law in SERVICES])
SLOW = float(GAPS[2].params[0])  # the probability of a long gap in bursty arrivals
BURSTY = int(GAPS[2].code)
STATES = random.streams(SEED, 2)
STUDENT = float(student(BATCHES, CONFIDENCE))
EMPTY = Histogram(lowest=1 / RANGE, highest=RANGE)
SCALE, FIRST, SLOTS, ERROR = EMPTY.scale, EMPTY.first, len(EMPTY.counts), EMPTY.relative_error
TAIL = max(float(RELAXATIONS), TAIL_RELAXATIONS / min(QUANTILE, 1 - QUANTILE))
SHORTEST, BINS = 0.01, 12  # the simulated law is read off at the ends of every twelfth bin from here on


@kernel
def variability(gaps, service):
    """The mean of the squared coefficients of variation: Allen and Cunneen stretch the time of M/M/c by it."""
    return (GAP_SCV[gaps] + SERVICE_SCV[service]) / 2.0


@kernel
def theory(servers, utilization, stretch):
    """Mean and 99th percentile of the wait, and Erlang's probability of one."""
    load = utilization * servers
    slack = servers - load
    probability = wait_probability(servers, load, slack)
    return probability / slack * stretch, wait_quantile(QUANTILE, probability, slack) * stretch, probability


@kernel
def waiting_theory(servers, utilization, gaps, service):
    """`theory` at a setting."""
    return theory(servers, utilization, variability(gaps, service))


@kernel
def waiting_curves(servers, gaps, service, utilizations, means, quantiles):
    """`theory` along `utilizations`, into two float64 arrays as long."""
    stretch = variability(gaps, service)
    for i in range(len(utilizations)):
        means[i], quantiles[i], _ = theory(servers, utilizations[i], stretch)


@kernel
def waiting_law(servers, utilization, gaps, service, times, tails):
    """P(wait > t) at each of `times`, by theory, into `tails`."""
    load, stretch = utilization * servers, variability(gaps, service)
    slack = servers - load
    probability = wait_probability(servers, load, slack)
    for i in range(len(times)):
        tails[i] = wait_tail(times[i] / stretch, probability, slack) if stretch > 0.0 else 0.0


@kernel
def gap_params(gaps, mean):
    """What `variate` needs to draw gaps of this mean."""
    params = np.zeros(4)
    params[0] = mean
    if GAP_CODES[gaps] == BURSTY:
        params[0], params[1], params[2] = SLOW, mean / (2.0 * SLOW), mean / (2.0 * (1.0 - SLOW))
    return params


@kernel
def let_pass(servers, gap_code, gap_params, service_code, service_params, warmup, size, sums, counts):
    """Let customers pass; sum up and count the waits of each batch of `size`, after the warm-up."""
    gap_state, service_state = STATES[0].copy(), STATES[1].copy()
    gaps, services, waits = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    free, clock = np.zeros(servers), np.zeros(1)
    for batch in range(-1, len(sums)):
        left = size if batch >= 0 else warmup
        while left > 0:
            n = min(left, BLOCK)
            left -= n
            draw(gap_state, gap_code, gap_params, gaps[:n])
            draw(service_state, service_code, service_params, services[:n])
            if servers == 1:
                lindley_waits(clock, gaps[:n], services[:n], waits[:n])
            else:
                heap_waits(clock, free, gaps[:n], services[:n], waits[:n])
            if batch >= 0:
                record_all(counts[batch], SCALE, FIRST, waits[:n])
                total = sums[batch]
                for i in range(n):
                    total += waits[i]
                sums[batch] = total


@kernel
def quantile(whole, q):
    """What `Histogram.quantile` reads off the counts `whole`."""
    slot = slot_of(whole, rank_of(q, whole.sum()))
    return value_of(slot, SCALE, FIRST) if slot > ZERO else 0.0


@kernel
def law(whole, times, tails):
    """The part of the waits beyond each of `times`, which are filled with ends of bins."""
    number = np.int64(bin_of(SHORTEST, SCALE))
    slot, below, total = ZERO, whole[ZERO], whole.sum()
    for i in range(len(times)):
        last = number + i * BINS
        while slot < last - FIRST + FIRST_BIN:
            slot += 1
            below += whole[slot]
        times[i] = edge(last / SCALE)
        tails[i] = (total - below) / total


@kernel
def waiting_run(servers, utilization, gaps, service, customers, times, tails):
    """Simulate, and read the run off as `queueing.simulate` does.

    Parameters
    ----------
    servers : int64
    utilization : float64
    gaps, service : int64
    customers : int64
    times, tails : float64[m]
        Filled with the simulated law.

    Returns
    -------
    float64, 7 times
        The mean wait and the ends of its interval, the 99th percentile and the ends of its interval, and the part that
        waited. A run that is too short for an interval gives NaN for its ends.
    """
    load = utilization * servers
    size = (customers - customers // 10) // BATCHES
    counted = size * BATCHES
    sums, counts = np.zeros(BATCHES), np.zeros((BATCHES, SLOTS), dtype=np.int64)
    service_params = SERVICE_PARAMS[service].copy()
    given = gap_params(gaps, 1.0 / load)
    let_pass(
        servers,
        GAP_CODES[gaps],
        given,
        SERVICE_CODES[service],
        service_params,
        customers - counted,
        size,
        sums,
        counts,
    )
    whole = np.zeros(SLOTS, dtype=np.int64)
    for batch in range(BATCHES):
        counts[batch, ZERO] += counts[batch, BELOW]  # rounding: a wait that would be 0 in exact arithmetic
        counts[batch, BELOW] = 0
        for slot in range(SLOTS):
            whole[slot] += counts[batch, slot]
    law(whole, times, tails)
    sizes = np.full(BATCHES, float(size))
    mean, p99 = ratio(sums, sizes), quantile(whole, QUANTILE)
    low = high = p99_low = p99_high = np.nan
    relaxation = 2.0 * variability(gaps, service) / ((1.0 - utilization) * (1.0 - utilization)) + load
    if counted >= RELAXATIONS * relaxation:
        half_width = widened_half_width(linearised(sums, sizes, mean), STUDENT, True)
        low, high = logarithmic_ends(mean, half_width)
    if counted >= TAIL * relaxation:
        half_width = widened_half_width(up_to(counts, QUANTILE), STUDENT, True)
        p99_low = quantile(whole, level(QUANTILE, half_width, 1.0)) * (1.0 - ERROR)
        p99_high = quantile(whole, level(QUANTILE, half_width, -1.0)) * (1.0 + ERROR)
    return mean, low, high, p99, p99_low, p99_high, (counted - whole[ZERO]) / counted


@kernel
def waiting_longer(servers, utilization, gaps, service, chunk, times, tails):
    """How many customers the `chunk`-th of the ever longer runs has, and its `waiting_run`."""
    customers = RUNS[chunk]
    return float(customers), *waiting_run(servers, utilization, gaps, service, customers, times, tails)


EXPORTS = {
    "waiting_theory": (waiting_theory, "UniTuple(f8, 3)(i8, f8, i8, i8)"),
    "waiting_curves": (waiting_curves, "void(i8, i8, i8, f8[::1], f8[::1], f8[::1])"),
    "waiting_law": (waiting_law, "void(i8, f8, i8, i8, f8[::1], f8[::1])"),
    "waiting_run": (waiting_run, "UniTuple(f8, 7)(i8, f8, i8, i8, i8, f8[::1], f8[::1])"),
    "waiting_longer": (waiting_longer, "UniTuple(f8, 8)(i8, f8, i8, i8, i8, f8[::1], f8[::1])"),
}
