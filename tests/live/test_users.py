"""The kernels of the figure of users and their clocks against the public functions of the package, bit for bit."""

import numpy as np
import pytest
from book_kernels import users
from readouts import users as figure
from underload import capacity, datasets


def day(users_, requests, factor, place, hours):
    """What the kernel returns and fills, for a place by its name."""
    load, cities = np.empty(len(hours)), np.empty((3, len(hours)))
    found = users.users_day(users_, requests, factor, users.PLACES.index(place), hours, load, cities)
    return found, load, cities


@pytest.mark.parametrize("setting", figure.SETTINGS, ids=str)
def test_read_outs(setting):
    setting = {"users": 1e7, "requests": 10, "factor": 3, "place": "world"} | setting
    numbers = [float(setting[name]) for name in ("users", "requests", "factor")]
    average, factor, hour, peak, worst, million = day(*numbers, setting["place"], np.zeros(1))[0]
    found = {"average": average, "peak": peak, "factor": factor, "hour": hour, "worst": worst, "million": million}
    assert found == figure.expected(**setting)


@pytest.mark.parametrize("place", users.PLACES)
def test_the_day_is_the_mixture_of_the_package(place):
    hours = np.linspace(0, 24, 145)
    _, load, cities = day(1e7, 10.0, 3.5, place, hours)
    average = capacity.average_load(1e7, 10)
    np.testing.assert_array_equal(load, average * capacity.mixed_profile(hours, *figure.people(place), 3.5))
    # The dataset names the largest city of a name first.
    metros = datasets.load("metros")
    for city, found in zip(users.CITIES[place], cities):
        offset = metros.where(name=city)["utc_offset_hours"][0]
        np.testing.assert_array_equal(found, average * capacity.diurnal_profile(hours + offset, 3.5))


def test_a_million_users_of_one_city_make_the_tables_load():
    million = day(1e3, 10.0, 3.0, "city", np.zeros(1))[0][5]
    assert million == capacity.peak_load(1e6, 10, 3) == pytest.approx(350, rel=0.01)


def test_the_band_holds_all_but_one_second_in_a_thousand():
    loads = np.array([0.0, 0.3, 15.5, 793.5, 4e4])
    low, high = np.empty((2, 5))
    users.users_chance(loads, low, high)
    for load, *ends in zip(loads, low, high):
        assert ends == [capacity.max_poisson_quantile(load, 1, q) for q in (0.0005, 0.9995)]


def test_everybody_lives_somewhere():
    metros = datasets.load("metros")
    assert len(metros["name"][users.inhabitants("world")]) == len(metros)
    for place in users.PLACES:
        offsets, shares = users.zones(place)
        assert len(offsets) == len(set(offsets)) == len(shares)
        assert shares.sum() == pytest.approx(1, abs=1e-15)
    assert metros["country"][users.inhabitants("city")] == ["GB"]
