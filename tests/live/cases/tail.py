"""Fan-out and hedging: one call and a thousand, rare and frequent slowness, hedged at once, late and never."""

import math

import numpy as np

TIMES = np.array([0.0, 1e-3, 20.0, 199.999, 200.0, 200.001, 240.0, 1e3])


def run(fan_out, requests, slow, delay, seed=7):
    return lambda: (fan_out, requests, slow, delay, seed, TIMES.copy(), *np.empty((2, len(TIMES))))


def law(fan_out, slow, delay):
    return lambda: (fan_out, slow, delay, TIMES.copy(), *np.empty((2, len(TIMES))))


def quantiles(slow, delay, quantile):
    return lambda: (np.array([1.0, 2.0, 69.0, 1000.0]), slow, delay, quantile, *np.empty((2, 4)))


CASES = {
    "tail_delay": [lambda: (0.01, 0.95), lambda: (0.05, 0.99), lambda: (0.001, 0.5)],
    "tail_quantiles": [quantiles(0.01, 38.0, 0.5), quantiles(0.05, math.inf, 0.95), quantiles(0.001, 0.0, 0.95)],
    "tail_law": [law(1, 0.01, 38.0), law(1000, 0.05, 0.0), law(100, 0.001, math.inf)],
    "tail_facts": [lambda: (100, 0.01, 38.0), lambda: (1, 0.05, math.inf), lambda: (1000, 0.001, 0.0)],
    "tail_run": [run(100, 50, 0.01, 38.0), run(1, 2000, 0.05, math.inf), run(1000, 5, 0.001, 0.0)],
    "tail_trials": [lambda: (0, *np.zeros((3, 25))), lambda: (1, *np.zeros((3, 4)))],
}
