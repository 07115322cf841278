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
    """Names of all datasets that have a table, sorted."""
    return [name for name in _folders() if manifest(name)["tables"]]


def _folders():
    return sorted(path.parent.name for path in root().glob("*/manifest.yml"))


@dataclasses.dataclass(frozen=True, eq=False)
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

    def __reduce__(self):
        return _thawed, (self.name, dict(self.columns), dict(self.units), dict(self.manifest))

    def where(self, **values):
        """The rows in which every named column equals the given value: ``where(country="JP")``.

        Returns
        -------
        Dataset
            It may be empty.
        """
        keep = np.ones(len(self), dtype=bool)
        for column, value in values.items():
            stored = self[column]
            if stored.dtype.kind != "U":
                value = _check.real(column, value)
            elif not isinstance(value, str):
                _check.fail(column, value, "must be a text: the column holds texts")
            keep &= stored == value
        return dataclasses.replace(self, columns=_frozen({k: v[keep] for k, v in self.columns.items()}))


def manifest(name):
    """What ``manifest.yml`` says of a dataset or of another folder of ``data/``, as plain dicts and lists."""
    if name not in _folders():
        _check.fail("name", name, f"must be a folder of data: {', '.join(_folders())}")
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
    about = manifest(name) if name in _folders() else {"tables": {}}
    tables = about["tables"]
    if not tables:
        _check.fail("name", name, f"must be a dataset: {', '.join(names())}")
    table = _check.choice("table", next(iter(tables)) if table is None else table, tuple(tables))
    entry, place = tables[table], f"{name}/{table}"
    content = (root() / name / table).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != entry["sha256"]:
        _check.fail(place, found, f"must have the SHA-256 of its manifest, {entry['sha256']}")
    columns = _parsed(place, content.decode("utf8"), entry["columns"])
    units = {field: about.get("unit", "") for field, about in entry["columns"].items()}
    return Dataset(name, _frozen(columns), types.MappingProxyType(units), types.MappingProxyType(about))


def _parsed(place, text, fields):
    """The columns of a CSV text, each as an array of the kind that the manifest gives."""
    header, *rows = list(csv.reader(io.StringIO(text))) or [[]]
    if header != list(fields):
        _check.fail(place, header, f"must start with the header {','.join(fields)}")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(fields):
            _check.fail(f"{place} line {number}", row, f"must have {len(fields)} fields")
    cells = zip(*rows) if rows else [()] * len(fields)
    return {field: _column(f"{place} {field}", column, fields[field]["kind"]) for field, column in zip(fields, cells)}


def _column(place, cells, kind):
    kind = _check.choice(f"{place} kind", kind, tuple(_KINDS))
    try:
        return np.array(cells, dtype=str).astype(_KINDS[kind])
    except (ValueError, OverflowError) as error:
        _check.fail(place, str(error), f"must hold a column of {kind}")


def _frozen(columns):
    for column in columns.values():
        column.setflags(write=False)
    return types.MappingProxyType(columns)


def _thawed(name, columns, units, manifest):
    """A dataset that travelled to another process."""
    return Dataset(name, _frozen(columns), types.MappingProxyType(units), types.MappingProxyType(manifest))
