"""What the package's public functions say at settings of the live figure of the power of choices."""

import numpy as np
from underload import queueing, random

PAGE = "chapters/05_choosing"

SETTINGS = [
    {},
    {"choices": "1"},
    {"choices": "3", "load": 0.95, "again": 2},
    {"choices": "5", "load": 0.5, "servers": 500},
    {"choices": "all", "load": 0.99, "servers": 10},
    {"choices": "1", "load": 0.99, "servers": 400},  # queues that still grow
    {"servers": 250, "requests": 12_500},  # half way through the film
    {"choices": "2", "requests": 2000},
]


def expected(choices="2", load=0.9, servers=100, requests=50_000, again=0):
    """The read-outs; the latter half of the time and of the requests counts."""
    policy = queueing.ShortestQueue() if choices == "all" else queueing.PowerOfChoices(int(choices))
    many = queueing.Supermarket(load, 10**6 if choices == "all" else int(choices))
    system = random.Exponential(1 / (servers * load)), random.Exponential(1), servers
    given = {"seed": 5 + again, "balancing": policy}
    run = queueing.simulate(*system, requests, warmup=requests // 2, record=True, **given)
    end = np.cumsum(run.record.gap)[-1]
    looks = np.arange(int(end) // 2 + 1, int(end) + 1)
    found = queueing.queue_lengths([*looks, end], *system, **given)
    return {
        "theory": many.response_mean,
        "mean": run.response.mean,
        "longest": found[-1].max(),
        "many": many.state_tail(5),
        "share": np.mean(found[:-1] >= 5),
    }
