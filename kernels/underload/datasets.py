"""Tables that the book recorded, built or cites, each with its manifest.

A dataset is a folder of ``data/``: one or more CSV tables, ``manifest.yml`` (what, how, when, on
what machine, the unit of every column, licence, SHA-256), and the program that made it.
"""

import csv
import dataclasses
import functools
import hashlib
import io
import pathlib
import types

import numpy as np
import yaml

from underload import _check

__all__ = ["Dataset", "load", "names", "root"]

_HERE = pathlib.Path(__file__).resolve().parent
_KINDS = {"int": np.int64, "float": np.float64, "text": str}


@functools.cache
def root():
    """The folder that holds the datasets: ``data/`` of a checkout, or the copy inside the wheel."""
    for folder in (_HERE / "_data", _HERE.parent.parent / "data"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError("underload was installed without its data")


def names():
    """Names of all datasets, sorted."""
    return sorted(path.parent.name for path in root().glob("*/manifest.yml"))


@dataclasses.dataclass(frozen=True)
class Dataset:
    """A table by columns, with where it came from.

    Attributes
    ----------
    name : str
    columns : mapping of str to ndarray, shape (rows,)
        Read-only arrays; ``dataset["column"]`` is short for ``dataset.columns["column"]``.
    units : mapping of str to str
        The unit of each column, "" for labels and counts.
    manifest : mapping
        Everything ``manifest.yml`` says.
    """

    name: str
    columns: types.MappingProxyType
    units: types.MappingProxyType
    manifest: types.MappingProxyType

    def __getitem__(self, column):
        if column not in self.columns:
            _check.fail("column", column, f"must be one of {', '.join(map(repr, self.columns))}")
        return self.columns[column]

    def __len__(self):
        return len(next(iter(self.columns.values())))

    def where(self, **values):
        """The rows in which every named column equals the given value.

        Returns
        -------
        Dataset
        """
        keep = np.ones(len(self), dtype=bool)
        for column, value in values.items():
            keep &= self[column] == value
        return dataclasses.replace(self, columns=_frozen({k: v[keep] for k, v in self.columns.items()}))


def manifest(name):
    """The manifest of a dataset, as plain dicts and lists."""
    if name not in names():
        _check.fail("name", name, f"must be a dataset: {', '.join(names())}")
    return yaml.safe_load((root() / name / "manifest.yml").read_text("utf8"))


def load(name, table=None):
    """Load a table of a dataset after checking it against its SHA-256.

    Parameters
    ----------
    name : str
        One of `names()`.
    table : str, optional
        The file name, where a dataset has several tables; the first by default.

    Returns
    -------
    Dataset

    Raises
    ------
    ValueError
        If there is no such dataset or table, or the file is not the one that the manifest describes.
    """
    about = manifest(name)
    tables = about["tables"]
    table = _check.choice("table", next(iter(tables)) if table is None else table, tuple(tables))
    entry = tables[table]
    content = (root() / name / table).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != entry["sha256"]:
        _check.fail(f"{name}/{table}", found, f"must have the SHA-256 of its manifest, {entry['sha256']}")
    fields = entry["columns"]
    rows = list(csv.reader(io.StringIO(content.decode("utf8"))))
    if not rows or rows[0] != list(fields):
        _check.fail(f"{name}/{table}", rows[:1], f"must start with the header {','.join(fields)}")
    if any(len(row) != len(fields) for row in rows):
        _check.fail(f"{name}/{table}", "a row", f"must have {len(fields)} fields")
    columns = {
        field: np.array([row[i] for row in rows[1:]]).astype(_KINDS[fields[field]["kind"]])
        for i, field in enumerate(fields)
    }
    units = {field: fields[field].get("unit", "") for field in fields}
    return Dataset(name, _frozen(columns), types.MappingProxyType(units), types.MappingProxyType(about))


def _frozen(columns):
    for column in columns.values():
        column.setflags(write=False)
    return types.MappingProxyType(columns)
