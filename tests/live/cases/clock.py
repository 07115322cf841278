"""The clock of a rare event: one by one and in bursts, a record without any tick, and one that is cut off."""

import numpy as np


def ticks(seed, rate, seconds, burst_mean, room=500):
    """Arguments of a record."""
    return lambda: (seed, rate, seconds, burst_mean, np.zeros(room), np.zeros(room, dtype=np.int64))


def counts(seed, rate, burst_mean, window):
    """Arguments of the counts in 1000 windows."""
    return lambda: (
        *(seed, rate, burst_mean, window),
        *(np.zeros(20_000), np.zeros(20_000, dtype=np.int64), np.zeros(1000, dtype=np.int64)),
        *np.zeros((2, 41)),
    )


CASES = {
    "clock_facts": [lambda: (1e-6, 0.1), lambda: (1e-12, 1e-12), lambda: (0.5, 1e9)],
    "clock_ticks": [
        ticks(7, 0.1, 600.0, 1.0),
        ticks(2**63 - 1, 0.1, 600.0, 8.0),
        ticks(1, 1e-9, 1.0, 1.0),
        ticks(1, 1e6, 1.0, 4.0),
        ticks(1, 3e-5, 3e7, 16.0),
    ],
    "clock_counts": [counts(5, 0.1, 1.0, 60.0), counts(5, 0.1, 8.0, 60.0), counts(3, 1e5, 2.0, 1e-4)],
}
