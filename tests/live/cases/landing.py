"""PostgreSQL and its twins: one client, two servers' worth, far beyond the corner."""

import numpy as np


def run(clients, requests):
    return lambda: (clients, requests, np.zeros((3, requests // 10 + clients)))


CASES = {
    "landing_model": [lambda: (np.array([1, 2, 3, 64, 512, 10_000]), *np.empty((2, 6)))],
    "landing_run": [run(1, 1000), run(2, 1000), run(3, 5000), run(64, 20_000), run(512, 20_000)],
    "landing_trials": [lambda: tuple(np.zeros((3, 50))), lambda: tuple(np.zeros((3, 7)))],
}
