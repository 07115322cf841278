"""Staffing and waiting: one server and a hundred, all arrivals and services, nearly idle and nearly full."""

import numpy as np

SETTINGS = [(1, 0.9, 1, 2), (10, 0.9, 1, 2), (100, 0.98, 2, 4), (3, 0.5, 0, 1), (6, 0.7, 2, 3), (2, 0.1, 1, 0)]
SETTINGS.append((1, 0.98, 0, 0))  # nobody waits


def run(servers, utilization, gaps, service, customers, *, moments=41):
    """Arguments of the simulation, or of its long form."""
    return lambda: (servers, utilization, gaps, service, customers, np.zeros(moments), np.zeros(moments))


def law(setting):
    """Arguments of the law; no wait is the shortest, and none is as long as the last."""
    return lambda: (*setting, np.concatenate([[0.0], np.geomspace(1e-3, 1e5, 40)]), np.empty(41))


def curves(servers, gaps, service):
    """Arguments of the curves, from nearly idle to full but for rounding."""
    return lambda: (servers, gaps, service, np.append(np.linspace(1e-6, 0.99, 60), 1 - 2.0**-40), *np.empty((2, 61)))


CASES = {
    "waiting_theory": [lambda setting=setting: setting for setting in SETTINGS],
    "waiting_curves": [curves(servers, gaps, service) for servers, _, gaps, service in SETTINGS],
    "waiting_law": [law(setting) for setting in SETTINGS],
    "waiting_run": [run(*setting, 20_000) for setting in SETTINGS] + [run(1, 0.5, 1, 2, 1000, moments=1)],
    "waiting_longer": [run(3, 0.8, 2, 3, 0), run(1, 0.6, 0, 1, 1)],
}
