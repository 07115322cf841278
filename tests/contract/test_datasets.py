"""Every dataset of the repository: it loads, says where it came from, and is the file that its manifest describes."""

import csv
import datetime
import re

import numpy as np
import pytest
from underload import datasets

TABLES = [(name, table) for name in datasets.names() for table in datasets.manifest(name)["tables"]]


def test_there_are_datasets():
    assert "metros" in datasets.names()
    assert datasets.names() == sorted(datasets.names())


def test_every_folder_of_data_has_a_manifest():
    # No manifest, no entry.
    folders = {path.name for path in datasets.root().iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == {path.parent.name for path in datasets.root().glob("*/manifest.yml")}


@pytest.mark.parametrize("name", sorted(path.parent.name for path in datasets.root().glob("*/manifest.yml")))
def test_manifest(name):
    about = datasets.manifest(name)
    for key in ("title", "summary", "source", "licence", "made_by"):
        assert isinstance(about[key], str), key
        assert len(about[key].strip()) >= 3, key
    datetime.date.fromisoformat(str(about["made_on"]))
    assert len(about["summary"].split()) >= 10
    assert (datasets.root() / name / about["made_by"]).is_file()
    assert isinstance(about["tables"], dict)


@pytest.mark.parametrize(("name", "table"), TABLES)
def test_table(name, table):
    about = datasets.manifest(name)["tables"][table]
    assert re.fullmatch("[0-9a-f]{64}", about["sha256"])
    loaded = datasets.load(name, table)
    assert len(loaded) == about["rows"] > 0
    assert list(loaded.columns) == list(about["columns"])
    for column, field in about["columns"].items():
        assert len(field["about"].split()) >= 2, column
        assert set(field) <= {"kind", "unit", "about"}, column
        # A float without a unit is a ratio, and says so.
        assert field["kind"] in ("int", "text") or "unit" in field, column
        assert loaded.units[column] == field.get("unit", "")
        assert {"int": "i", "float": "f", "text": "U"}[field["kind"]] == loaded[column].dtype.kind


@pytest.mark.parametrize(("name", "table"), TABLES)
def test_table_is_the_file(name, table):
    # The columns, read back as text by another reader.
    with open(datasets.root() / name / table, encoding="utf8", newline="") as file:
        rows = list(csv.DictReader(file))
    loaded = datasets.load(name, table)
    for column, values in loaded.columns.items():
        cells = [row[column] for row in rows]
        if values.dtype.kind == "U":
            assert values.tolist() == cells
        else:
            np.testing.assert_array_equal(values, [float(cell) for cell in cells])


@pytest.mark.parametrize(("name", "table"), TABLES)
def test_columns_are_read_only(name, table):
    for values in datasets.load(name, table).columns.values():
        with pytest.raises(ValueError, match="read-only"):
            values[0] = values[-1]


def test_metros_are_what_they_say():
    metros = datasets.load("metros")
    # The most populous cities first; the largest is Shanghai.
    assert metros["name"][0] == "Shanghai"
    assert np.all(np.diff(metros["population"]) <= 0)
    assert np.all(np.abs(metros["latitude"]) <= 90)
    assert np.all(np.abs(metros["longitude"]) <= 180)
    # None of the 300 largest has another within 50 km.
    north, east = np.radians(metros["latitude"][:300]), np.radians(metros["longitude"][:300])
    h = np.sin((north[:, None] - north) / 2) ** 2
    h += np.cos(north[:, None]) * np.cos(north) * np.sin((east[:, None] - east) / 2) ** 2
    gaps = 2 * 6371.0088 * np.arcsin(np.sqrt(h)) + 1e9 * np.eye(300)
    assert gaps.min() > 50
