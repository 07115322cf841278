"""The book in one figure: PostgreSQL in a closed loop, its model, and its simulation.

Times are in ms, rates per second. What is drawn equals `queueing.closed_mmc` and `queueing.simulate_closed` with the
number of clients as the seed, bit for bit; measured is the dataset `pg_closed_loop`, where clients pause for 10 ms.
"""

import numpy as np
from underload import datasets
from underload._jit import kernel
from underload.queueing.closed import fill_closed
from underload.queueing.simulation.closed import BATCHES, Loop, closed_responses, mean_of, throughput_of
from underload.random import exponential
from underload.random.xoshiro import fill_streams
from underload.stats.interval import student, widened_half_width

THINK, SERVERS = 0.010, 2  # s
TRIALS = datasets.load("pg_closed_loop").where(think_ms=10)
CLIENTS = TRIALS["clients"].astype(np.float64)
THROUGHPUT = TRIALS["transactions_per_second"].astype(np.float64)
RESPONSE = TRIALS["response_ms"] + TRIALS["sleep_ms"] - 10.0
BOOKS = TRIALS.where(clients=64)  # of the operating system, from which the demand is read
DEMAND = float(np.median((BOOKS["server_cpu_s"] + BOOKS["client_cpu_s"]) / BOOKS["transactions"]))  # s
STUDENT = float(student(BATCHES, 0.95))


@kernel
def landing_model(clients, throughput, response):
    """Fill `throughput` and `response` (float64[n]) of the model for `clients` (int64[n])."""
    fill_closed(clients, SERVERS, THINK * (1 / DEMAND), throughput, response)
    for i in range(len(clients)):
        throughput[i] *= 1 / DEMAND
        response[i] = 1e3 * (response[i] / throughput[i] + 1 / (1 / DEMAND))


@kernel
def landing_run(clients, requests, work):
    """Simulate `requests` lookups.

    Parameters
    ----------
    clients, requests : int64
    work : float64[3, n]
        Room for n = (requests / 10) + clients values each.

    Returns
    -------
    float64, 4 times
        Throughput and mean response, each with the half-width of its interval of 95 %.
    """
    states = np.empty((2, 4), dtype=np.uint64)
    fill_streams(clients, states)
    loop = Loop(np.full(clients, THINK), np.zeros(min(SERVERS, clients)))
    size = (requests - requests // 10) // BATCHES
    size -= size % clients
    work[0, :] = THINK
    left = requests - size * BATCHES  # the warm-up
    while left > 0:
        n = min(left, work.shape[1])
        serve(loop, states[1], work[:, :n])
        left -= n
    elapsed, means, rates = np.empty(BATCHES), np.empty(BATCHES), np.empty(BATCHES)
    for k in range(BATCHES):
        start = loop.arrivals[0]
        means[k] = serve(loop, states[1], work[:, :size]) / size
        elapsed[k] = loop.arrivals[0] - start
    rate, response = throughput_of(size * BATCHES, elapsed, rates), mean_of(means)
    width, other = widened_half_width(rates, STUDENT, True), widened_half_width(means, STUDENT, True)
    return rate, width, 1e3 * response, 1e3 * other


@kernel
def serve(loop, state, work):
    """Serve as many requests as `work` (float64[3, n]: thinks, services, responses) has room for; sum of responses."""
    for i in range(work.shape[1]):
        work[1, i] = DEMAND * exponential(state)
    closed_responses(loop, work[0], work[1], work[2])
    total = 0.0
    for i in range(work.shape[1]):
        total += work[2, i]
    return total


@kernel
def landing_trials(clients, throughput, response):
    """Fill all three (float64[n], n the number of trials) with what was measured; returns how many there are."""
    for i in range(min(len(clients), len(CLIENTS))):
        clients[i], throughput[i], response[i] = CLIENTS[i], THROUGHPUT[i], RESPONSE[i]
    return len(CLIENTS)


EXPORTS = {
    "landing_model": (landing_model, "void(i8[::1], f8[::1], f8[::1])"),
    "landing_run": (landing_run, "UniTuple(f8, 4)(i8, i8, f8[:, ::1])"),
    "landing_trials": (landing_trials, "i8(f8[::1], f8[::1], f8[::1])"),
}
