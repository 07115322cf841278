"""What the chapter's own calls say at settings of the live figure of a rare event's clock."""

import math

import numpy as np
from underload import capacity

PAGE = "chapters/03_improbable"

SETTINGS = [
    {},
    {"odds": 1e12, "traffic": 1e7, "watch": "decade"},
    {"odds": 10, "traffic": 1e7},  # too many to tell apart
    {"odds": 1e4, "traffic": 2e4, "watch": "minute", "burst": 1},
    {"odds": 1e9, "traffic": 1, "watch": "second", "burst": 16},  # none
    {"odds": 5e5, "traffic": 1e5, "watch": "hour", "burst": 2},
]
DAY = 86_400
WATCH = {"second": 1, "minute": 60, "ten": 600, "hour": 3600, "day": DAY, "month": 30 * DAY}
WATCH |= {"year": 365 * DAY, "decade": 3650 * DAY}
DUE, WINDOWS, MOST = 6, 1000, 1500  # of the figure


def expected(odds=1e6, traffic=1e5, watch="ten", burst=8):
    """The read-outs, by the package's public functions."""
    rate, seconds = capacity.event_rate(1 / odds, traffic), WATCH[watch]
    longest = math.nan
    if rate * seconds <= MOST:
        times = capacity.event_times(rate, seconds, seed=7)
        longest = np.diff(times, prepend=0, append=seconds).max()
    window = DUE / rate
    record = capacity.clustered_event_times(rate, window * WINDOWS, burst, seed=5)
    return {
        "gap": 1 / rate,
        "second": capacity.poisson_probability_in_window(rate, 1),
        "longest": longest,
        "dispersion": capacity.dispersion_index(record, window, window * WINDOWS),
        "clean": capacity.clean_trials_needed(1 / odds),
    }
