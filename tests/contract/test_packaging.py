"""The package as others get it: the wheel holds code and data, the lock satisfies what the project asks for."""

import os
import pathlib
import re
import subprocess
import sys
import tomllib
import zipfile

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    return file


def test_the_wheel_works_without_the_checkout(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = (
        "import underload, sys; from underload import datasets, ledger, queueing;"
        f"assert underload.__file__.startswith({str(tmp_path)!r}), underload.__file__;"
        "assert str(datasets.root()).endswith('_data'), datasets.root();"
        "print(len(datasets.load('metros')), len(ledger.catalogue()), queueing.erlang_b(servers=1, offered_load=1))"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    rows, claims, blocking = run.stdout.split()
    assert int(rows) > 300
    assert int(claims) >= 30
    assert float(blocking) == 0.5


def test_the_wheel_carries_every_dataset_and_nothing_foreign(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for manifest in (ROOT / "data").glob("*/manifest.yml"):
        assert f"underload/_data/{manifest.parent.name}/manifest.yml" in names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"underload"}
    assert not [name for name in names if name.endswith((".pyc", ".nbi", ".nbc", ".tmp"))]


def test_the_lock_satisfies_the_project():
    text = (ROOT / "requirements.txt").read_text("utf8")
    pins = {name.lower(): Version(version) for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", text, flags=re.M)}
    wanted = PROJECT["dependencies"] + [line for extra in PROJECT["optional-dependencies"].values() for line in extra]
    for line in wanted:
        requirement = Requirement(line)
        if requirement.name == "underload":
            continue
        assert pins[requirement.name.lower()] in requirement.specifier, line


def test_every_pin_has_a_hash():
    text = (ROOT / "requirements.txt").read_text("utf8")
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.M)[1:]
    assert len(entries) > 50
    for entry in entries:
        assert "--hash=sha256:" in entry


def test_one_version_everywhere():
    import underload
    import yaml

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf8"))
    assert PROJECT["version"] == underload.__version__ == str(citation["version"])
    assert f"## {underload.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf8")
    assert f"Version {underload.__version__}" in (ROOT / "reference/guide.md").read_text("utf8")
