"""The day of a product: every place, from a thousand users who hardly ask to a billion who ask all day."""

import numpy as np

SETTINGS = [(1e7, 10.0, 3.0, place) for place in range(5)]
SETTINGS += [(1e3, 1.0, 1.0, 4), (1e9, 1000.0, 10.0, 4), (1e9, 1000.0, 1.0, 1), (1e6, 30.0, 1 + 2.0**-40, 3)]


def day(setting, points=49):
    """Arguments of the day, from midnight to midnight."""
    return lambda: (*setting, np.linspace(0, 24, points), np.empty(points), np.empty((3, points)))


def chance(loads):
    """Arguments of the band."""
    return lambda: (np.array(loads), *np.empty((2, len(loads))))


CASES = {
    "users_day": [day(setting) for setting in SETTINGS] + [day(SETTINGS[0], points=1)],
    "users_chance": [chance([0.0, 1e-9, 0.3, 15.5, 16.0, 64.5, 65.0]), chance([793.5, 1975.98, 1e5])],
}
