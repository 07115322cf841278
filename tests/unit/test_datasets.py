"""Loading: what is refused, what is found, and that it works from an installed wheel."""

import dataclasses
import hashlib
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest
import yaml
from underload import datasets

MANIFEST = {
    "title": "Towns",
    "summary": "Two towns.",
    "source": "the test",
    "licence": "none",
    "made_by": "build.py",
    "made_on": "2026-11-24",
}
COLUMNS = {
    "name": {"kind": "text", "about": "name"},
    "people": {"kind": "int", "unit": "people", "about": "people"},
    "area": {"kind": "float", "unit": "km2", "about": "area"},
}
TOWNS = 'name,people,area\nAda,3,1.5\n"Bly, Upper",70000000000,2e-3\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder of data in place of the repository's."""
    monkeypatch.setattr(datasets, "root", lambda: tmp_path)
    return tmp_path


def write(folder, tables, name="towns", columns=COLUMNS):
    """A dataset with a right manifest."""
    (folder / name).mkdir()
    about = MANIFEST | {"tables": {}}
    for table, text in tables.items():
        content = text.encode("utf8")
        (folder / name / table).write_bytes(content)
        about["tables"][table] = {
            "rows": text.count("\n") - 1,
            "sha256": hashlib.sha256(content).hexdigest(),
            "columns": columns,
        }
    (folder / name / "manifest.yml").write_text(yaml.safe_dump(about, sort_keys=False), "utf8")


def test_columns_have_their_kinds(folder):
    write(folder, {"towns.csv": TOWNS})
    towns = datasets.load("towns")
    assert towns["name"].tolist() == ["Ada", "Bly, Upper"]
    assert towns["people"].dtype == np.int64
    assert towns["people"].tolist() == [3, 70_000_000_000]
    assert towns["area"].tolist() == [1.5, 0.002]
    assert dict(towns.units) == {"name": "", "people": "people", "area": "km2"}
    assert len(towns) == 2
    assert towns.manifest["title"] == "Towns"


def test_first_table_by_default(folder):
    write(folder, {"zeta.csv": TOWNS, "alpha.csv": TOWNS.replace("Ada", "Ode")})
    assert datasets.load("towns")["name"][0] == "Ada"
    assert datasets.load("towns", "alpha.csv")["name"][0] == "Ode"
    with pytest.raises(ValueError, match=r"table 'beta.csv' must be one of 'zeta.csv', 'alpha.csv'"):
        datasets.load("towns", "beta.csv")


def test_only_datasets_with_tables_have_a_name(folder):
    write(folder, {"towns.csv": TOWNS})
    write(folder, {}, name="claims")
    (folder / "stray").mkdir()
    assert datasets.names() == ["towns"]
    assert datasets.manifest("claims")["tables"] == {}
    with pytest.raises(ValueError, match=r"name 'claims' must be a dataset: towns"):
        datasets.load("claims")


@pytest.mark.parametrize("name", ["nowhere", "../towns", "", None, 3, "towns/"])
def test_unknown_name(folder, name):
    write(folder, {"towns.csv": TOWNS})
    for function in (datasets.load, datasets.manifest):
        with pytest.raises(ValueError, match=r"^name .* must be .*towns"):
            function(name)


@pytest.mark.parametrize("tampered", [TOWNS.replace("3", "4"), TOWNS[:-1], TOWNS.replace("\n", "\r\n"), ""])
def test_tampered_file(folder, tampered):
    write(folder, {"towns.csv": TOWNS})
    (folder / "towns" / "towns.csv").write_bytes(tampered.encode("utf8"))
    with pytest.raises(ValueError, match=r"towns/towns.csv .* must have the SHA-256"):
        datasets.load("towns")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must start with the header name,people,area"),
        (TOWNS.replace("area", "size"), "must start with the header"),
        (TOWNS + "Cyr,5\n", "line 4 .* must have 3 fields"),
        (TOWNS.replace("3,1.5", "3.5,1.5"), "towns.csv people .* must hold a column of int"),
        (TOWNS.replace("1.5", ""), "towns.csv area .* must hold a column of float"),
    ],
)
def test_malformed_table(folder, text, message):
    write(folder, {"towns.csv": text})
    with pytest.raises(ValueError, match=message):
        datasets.load("towns")


def test_unknown_kind(folder):
    write(folder, {"towns.csv": TOWNS}, columns=COLUMNS | {"area": {"kind": "complex", "about": "area"}})
    with pytest.raises(ValueError, match="area kind 'complex' must be one of"):
        datasets.load("towns")


def test_a_table_without_rows(folder):
    write(folder, {"towns.csv": "name,people,area\n"})
    towns = datasets.load("towns")
    assert len(towns) == 0
    assert towns["people"].dtype == np.int64


def test_where(folder):
    write(folder, {"towns.csv": TOWNS + "Ada,9,1.5\n"})
    towns = datasets.load("towns")
    assert towns.where(name="Ada")["people"].tolist() == [3, 9]
    assert towns.where(name="Ada", people=9)["area"].tolist() == [1.5]
    assert towns.where(area=0.002)["name"].tolist() == ["Bly, Upper"]
    assert len(towns.where(name="nobody")) == 0
    assert len(towns.where()) == 3
    assert towns.where(people=9).units is towns.units
    with pytest.raises(ValueError, match="read-only"):
        towns.where(people=9)["people"][0] = 1


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"mayor": "Ada"}, "column 'mayor' must be one of 'name', 'people', 'area'"),
        ({"name": 3}, "name 3 must be a text"),
        ({"people": "3"}, "people '3' must be a finite number"),
        ({"people": [3, 4]}, "people .* must be a finite number"),
    ],
)
def test_where_refuses(folder, condition, message):
    write(folder, {"towns.csv": TOWNS})
    with pytest.raises(ValueError, match=message):
        datasets.load("towns").where(**condition)


def test_a_dataset_does_not_change(folder):
    write(folder, {"towns.csv": TOWNS})
    towns = datasets.load("towns")
    with pytest.raises(dataclasses.FrozenInstanceError):
        towns.name = "cities"
    with pytest.raises(TypeError):
        towns.columns["name"] = towns["name"]


def test_loads_from_an_installed_wheel(tmp_path):
    # The layout of a wheel: the package with data/ inside as _data, far from the repository.
    package = pathlib.Path(datasets.__file__).parent
    site = tmp_path / "site"
    shutil.copytree(package, site / "underload", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(datasets.root(), site / "underload" / "_data")
    program = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "from underload import datasets\n"
        "print(datasets.__file__); print(datasets.root()); print(datasets.load('metros')['name'][0])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    module, root, first = done.stdout.split()
    assert pathlib.Path(module) == site / "underload" / "datasets.py"
    assert pathlib.Path(root) == site / "underload" / "_data"
    assert first == "Shanghai"


def test_says_so_when_the_data_are_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "_HERE", tmp_path / "a" / "b")
    datasets.root.cache_clear()
    try:
        with pytest.raises(FileNotFoundError, match="without its data"):
            datasets.root()
    finally:
        datasets.root.cache_clear()


def test_a_dataset_travels_to_another_process():
    import pickle

    original = datasets.load("metros")
    copied = pickle.loads(pickle.dumps(original))
    assert copied.name == original.name
    assert copied.units == original.units
    for column in original.columns:
        assert (copied[column] == original[column]).all()
        assert not copied[column].flags.writeable
