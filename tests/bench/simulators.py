"""The queue simulator beside the simulation packages one would pick: Ciw and SimPy, where they are installed.

Ratios of CPU times per customer of M/M/1 at utilization 0.9; each repetition runs all contestants in turn, and the
medians are compared. The packages get fewer customers, since they take a thousand times as long.
"""

import importlib.util
import random
import statistics
import time

from underload import queueing
from underload.random import Exponential

REPETITIONS = 3
UTILIZATION = 0.9
CUSTOMERS = {"underload": 2_000_000, "ciw": 10_000, "simpy": 20_000}


def underload(customers, seed):
    run = queueing.simulate(Exponential(1 / UTILIZATION), Exponential(1.0), customers=customers, warmup=0, seed=seed)
    return run.wait.mean


def ciw(customers, seed):
    import ciw

    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=UTILIZATION)],
        service_distributions=[ciw.dists.Exponential(rate=1.0)],
        number_of_servers=[1],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(customers, method="Arrive")
    return statistics.fmean(record.waiting_time for record in simulation.get_all_records())


def simpy(customers, seed):
    import simpy

    draw, environment, waits = random.Random(seed).expovariate, simpy.Environment(), []
    server = simpy.Resource(environment)

    def customer():
        came = environment.now
        with server.request() as turn:
            yield turn
            waits.append(environment.now - came)
            yield environment.timeout(draw(1.0))

    def source():
        for _ in range(customers):
            yield environment.timeout(draw(UTILIZATION))
            environment.process(customer())

    environment.process(source())
    environment.run()
    return statistics.fmean(waits)


def rows():
    """Rows of what, time / C twin (none here), time / peer."""
    peers = [peer for peer in (ciw, simpy) if importlib.util.find_spec(peer.__name__)]
    if not peers:
        return []
    contestants = [underload, *peers]
    for contestant in contestants:
        assert 2 < contestant(CUSTOMERS["simpy"], 1) < 40  # the queue of theory, whose mean wait is 9
    times = {contestant: [] for contestant in contestants}
    for seed in range(REPETITIONS):
        for contestant in contestants:
            customers, start = CUSTOMERS[contestant.__name__], time.process_time()
            contestant(customers, seed)
            times[contestant].append((time.process_time() - start) / customers)
    own = statistics.median(times[underload])
    return [
        (f"M/M/1, per customer, beside {peer.__name__}", None, own / statistics.median(times[peer])) for peer in peers
    ]
