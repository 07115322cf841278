"""Users per day and their clocks: the load of a day in universal time, its peak, and what chance adds to a second.

Where users live is the place of an entry in `PLACES`, which are made of the dataset `metros`. What is drawn equals
`capacity.average_load`, `mixed_profile`, `mixed_peak`, `expected_max_poisson` and `max_poisson_quantile`, bit for bit.
"""

import numpy as np
from underload import datasets
from underload._jit import kernel
from underload.capacity import _day
from underload.capacity.diurnal import merged_zones
from underload.capacity.load import DAY
from underload.capacity.peaks import expected_max, max_quantile

METROS = datasets.load("metros")
PLACES = ("city", "europe", "americas", "asia", "world")
CONTINENTS = {"europe": "Europe/", "americas": "America/", "asia": "Asia/"}  # of the names of time zones
ONE_CITY = "London"
CITIES = {  # whose local days are drawn beside the sum
    "city": ("London", "London", "London"),
    "europe": ("London", "Berlin", "Moscow"),
    "americas": ("New York City", "Los Angeles", "São Paulo"),
    "asia": ("Tokyo", "Shanghai", "Mumbai"),
    "world": ("Tokyo", "London", "New York City"),
}
PEAK_HOUR = 20.0  # local time, as `capacity.mixed_peak` has it
SECONDS = 3600.0  # of the busy hour
ODDS = 1e-3  # that a second lies outside of the band, half of it on each side


def row(city):
    """Where the largest city of this name stands in the dataset, which has the largest first."""
    return np.flatnonzero(METROS["name"] == city)[0]


def inhabitants(place):
    """The rows of the dataset that belong to a place."""
    return [row(ONE_CITY)] if place == "city" else np.char.startswith(METROS["zone"], CONTINENTS.get(place, ""))


def zones(place):
    """Distinct offsets, and the share of the people of a place that lives at each."""
    inside = inhabitants(place)
    return merged_zones(METROS["utc_offset_hours"][inside], METROS["population"][inside])


OFFSETS, SHARES = map(np.concatenate, zip(*map(zones, PLACES)))
STARTS = np.cumsum([0] + [len(zones(place)[0]) for place in PLACES])
CITY_OFFSETS = METROS["utc_offset_hours"][[[row(city) for city in CITIES[place]] for place in PLACES]]


@kernel
def users_day(users, requests, peak_factor, place, hours, load, cities):
    """The day of a product and its busiest hour.

    Parameters
    ----------
    users, requests : float64
        Users a day, and requests of each.
    peak_factor : float64
        Peak over mean of every local day.
    place : int64
        Where they live: of `PLACES`.
    hours : float64[n]
        Universal time.
    load : float64[n]
        Filled with the load at those hours [requests/s].
    cities : float64[3, n]
        Filled with the load if all of them lived in each of the place's `CITIES`.

    Returns
    -------
    float64, 6 times
        Mean load [requests/s], peak over mean, hour of the peak, peak load, expected load of the worst second of an
        hour that is as busy as the peak, and peak load of a million users.
    """
    average = users * requests / DAY
    offsets, shares = OFFSETS[STARTS[place] : STARTS[place + 1]], SHARES[STARTS[place] : STARTS[place + 1]]
    kappa = _day.concentration(peak_factor)
    _day.loads(hours, offsets, shares, peak_factor, kappa, PEAK_HOUR, load)
    whole = np.ones(1)
    for city in range(len(cities)):
        zone = CITY_OFFSETS[place, city : city + 1]
        _day.loads(hours, zone, whole, peak_factor, kappa, PEAK_HOUR, cities[city])
        cities[city] *= average
    load *= average
    factor, hour = _day.peak(offsets, shares, peak_factor, kappa, PEAK_HOUR)
    peak = average * factor
    return average, factor, hour, peak, expected_max(peak, SECONDS), 1e6 * requests / DAY * factor


@kernel
def users_chance(load, low, high):
    """Where all but `ODDS` of the seconds lie at each mean `load` [requests/s], if requests are independent."""
    for i in range(len(load)):
        low[i] = max_quantile(load[i], 1.0, ODDS / 2)
        high[i] = max_quantile(load[i], 1.0, 1 - ODDS / 2)


EXPORTS = {
    "users_day": (users_day, "UniTuple(f8, 6)(f8, f8, f8, i8, f8[::1], f8[::1], f8[:, ::1])"),
    "users_chance": (users_chance, "void(f8[::1], f8[::1], f8[::1])"),
}
