"""The power of choices: dice, looks and all servers, few and many of them, half full and nearly full."""

import numpy as np

LEVELS = 13


def film(choices, load, servers, requests=9000, seed=1, frames=(0, 1, 2, 50, 51, 8192, 9000)):
    """Arguments of a run that is longer than a block of customers."""
    moments = np.array([min(frame, requests) for frame in frames], dtype=np.int32)
    shape = len(frames), servers

    def arguments():
        shares = np.full((len(frames), LEVELS), 7.0)  # what a redraw before has left
        lengths, times = np.full(shape, 7, dtype=np.int32), np.empty(len(frames))
        return choices, load, seed, moments, lengths, times, shares, np.empty(requests)

    return arguments


def mean(requests):
    """Arguments of the mean: numbers that add up to something else in another order."""
    return lambda: (np.exp(np.sin(np.arange(float(requests)))),)


CASES = {
    "choices_theory": [
        lambda choices=choices, load=load: (choices, load, np.empty(LEVELS))
        for choices in (0, 1, 2, 3, 5)
        for load in (0.5, 0.9, 0.99)
    ],
    "choices_film": [film(choices, 0.9, 100) for choices in (0, 1, 2, 3, 5)]
    + [film(0, 0.99, 10), film(1, 0.99, 10, seed=2**31 - 1), film(1, 0.99, 500), film(0, 0.5, 500), film(2, 0.5, 10)],
    "choices_mean": [mean(1000), mean(1001), mean(50_000)],
}
