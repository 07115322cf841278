"""What the chapter's own calls say at settings of the live figure of users and their clocks."""

import numpy as np
from underload import capacity, datasets

PAGE = "chapters/01_millions"

SETTINGS = [
    {},
    {"place": "city"},
    {"place": "city", "users": 1e6},  # the table's 350
    {"place": "europe", "factor": 5},
    {"place": "americas", "requests": 50, "factor": 2.5},
    {"place": "asia", "users": 1e8},
    {"users": 1e3, "requests": 1},
    {"users": 1e9, "requests": 1000, "factor": 10},
    {"factor": 1},
]
CONTINENTS = {"europe": "Europe/", "americas": "America/", "asia": "Asia/", "world": ""}


def people(place):
    """Offsets and populations of a place."""
    metros = datasets.load("metros")
    if place == "city":
        metros = metros.where(name="London", country="GB")
    inside = np.char.startswith(metros["zone"], CONTINENTS.get(place, ""))
    return metros["utc_offset_hours"][inside], metros["population"][inside]


def expected(users=1e7, requests=10, factor=3, place="world"):
    """The read-outs, by the package's public functions."""
    mixed = capacity.mixed_peak(*people(place), peak_factor=factor)
    peak = capacity.peak_load(users, requests, mixed.factor)
    return {
        "average": capacity.average_load(users, requests),
        "peak": peak,
        "factor": mixed.factor,
        "hour": mixed.utc_hour,
        "worst": capacity.expected_max_poisson(peak, 3600),
        "million": capacity.peak_load(1e6, requests, mixed.factor),
    }
