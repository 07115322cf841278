"""What the chapter's own calls say at settings of the figure on the front page."""

import numpy as np
from underload import datasets, queueing, random

PAGE = "intro"

SETTINGS = [{}, {"clients": 1}, {"clients": 3}, {"clients": 64}, {"clients": 181}, {"clients": 512}]
LOOP = datasets.load("pg_closed_loop").where(think_ms=10)


def expected(clients=512):
    """The read-outs, by the package's public functions."""
    books = LOOP.where(clients=64)
    demand = np.median((books["server_cpu_s"] + books["client_cpu_s"]) / books["transactions"])
    model = queueing.closed_mmc(clients, service_rate=1 / demand, servers=2, think_time=0.010)
    run = queueing.simulate_closed(
        clients,
        random.Deterministic(0.010),
        random.Exponential(demand),
        servers=2,
        requests=20_000,
        seed=clients,
    )
    trials = LOOP.where(clients=clients)
    measured = np.median(trials["response_ms"] + trials["sleep_ms"] - 10) if len(trials["clients"]) else np.nan
    return {
        "model": 1e3 * model.response_mean,
        "simulation": 1e3 * run.response_mean.mean,
        "measurement": measured,
    }
