"""Measured loads and throughputs: from arrays or a CSV file with named columns; and weights from repetitions."""

import csv
import os
import pathlib
import typing

import numpy as np

from underload import _check

__all__ = ["Points", "check_points", "from_csv", "repeat_weights"]

LOADS = (1e-6, 1e9)  # what the loads of one fit may be: their squares and products stay far from overflow
ENOUGH = 3  # repetitions from which a variance of a load's own is taken


class Points(typing.NamedTuple):
    """Loads and throughputs, float64[n] each, as `fit`, `compare` and `forecast_check` take them."""

    load: np.ndarray
    throughput: np.ndarray


def check_points(load, throughput, table=None):
    """Loads and throughputs as float64[n].

    Parameters
    ----------
    load, throughput : array, or str if a table is given
        Loads in [1e-6, 1e9]; throughputs in [0, 1e100], not all 0.
    table : path, optional
        A CSV file, of which `load` and `throughput` name columns.
    """
    if table is not None:
        return from_csv(table, load=load, throughput=throughput)
    load = _check.sample("load", load, lowest=LOADS[0])
    if load.max() > LOADS[1]:
        _check.fail(f"load[{load.argmax()}]", load.max(), f"must be at most {LOADS[1]:g}")
    throughput = _check.sample("throughput", throughput, lowest=0)
    if len(throughput) != len(load):
        _check.fail("throughput", throughput, f"must have one entry for each load, {len(load)}")
    if not 1e-100 <= throughput.max() <= 1e100:
        _check.fail("throughput", throughput, "must have a largest entry from 1e-100 to 1e100")
    return Points(load, throughput)


def from_csv(path, *, load="load", throughput="throughput", where=None):
    """Read loads and throughputs from a CSV file whose first line names the columns.

    Parameters
    ----------
    path : str or path
        A file in UTF-8. Lines that start with # are left out.
    load, throughput : str
        The names of the two columns.
    where : dict, optional
        Column name to value: only rows with these values, compared as text, are read.

    Returns
    -------
    Points

    Raises
    ------
    ValueError
        If there is no such file, column or row, or if a cell is no number, with its line.
    """
    if not isinstance(path, (str, os.PathLike)) or not pathlib.Path(path).is_file():
        _check.fail("path", path, "must be a CSV file")
    where = {} if where is None else where
    if not isinstance(where, dict):
        _check.fail("where", where, "must be a dict of column names and values")
    lines = pathlib.Path(path).read_text("utf-8-sig").splitlines()
    kept = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    header, *rows = list(csv.reader(line for _, line in kept)) or [[]]
    header = [name.strip() for name in header]
    place = {}
    for argument, name in [("load", load), ("throughput", throughput), *(("where", name) for name in where)]:
        if name not in header:
            _check.fail(argument, name, f"must be a column of {path}: {', '.join(header)}")
        place[argument, name] = header.index(name)
    columns = ([], [])
    for (number, _), row in zip(kept[1:], rows):
        if len(row) != len(header):
            _check.fail("path", path, f"has {len(row)} cells in line {number}, not {len(header)}")
        if all(row[place["where", name]].strip() == str(value) for name, value in where.items()):
            for values, key in zip(columns, (("load", load), ("throughput", throughput))):
                values.append(_number(key, row[place[key]], number))
    if not columns[0]:
        _check.fail("where", where, f"must leave rows of {path}")
    return check_points(*columns)


def _number(key, text, line):
    try:
        return float(text)
    except ValueError:
        _check.fail(f"{key[0]} {key[1]!r}", text, f"must be a number (line {line})")


def repeat_weights(load, throughput, error="own"):
    """Weights from repeated measurements: the reciprocal of each load's variance, with mean 1.

    Parameters
    ----------
    load, throughput : array of n
        One row for each measurement.
    error : str
        "own": each load has a variance of its own, from at least three repetitions. "relative": the standard deviation
        is the same part of the throughput at every load; needs no repetitions.

    Returns
    -------
    float64[n]

    Notes
    -----
    A variance of few repetitions is rough: a weight from r of them has the mean (r - 1) / (r - 3) times the true one
    and for r = 3 none at all. With fewer than ten, "relative" is the safer of the two unless the spread of the data
    contradicts it.
    """
    load, throughput = check_points(load, throughput)
    _check.choice("error", error, ("own", "relative"))
    loads, group, counts = np.unique(load, return_inverse=True, return_counts=True)
    means = np.bincount(group, throughput) / counts
    if error == "own":
        if counts.min() < ENOUGH:
            few = loads[counts.argmin()]
            _check.fail("load", float(few), f"must be measured at least {ENOUGH} times for error='own'")
        spread = np.bincount(group, (throughput - means[group]) ** 2) / (counts - 1)
    else:
        spread = means**2
    if not spread.min() > 1e-24 * means.max() ** 2:
        _check.fail("throughput", float(means[spread.argmin()]), f"has no spread at load {loads[spread.argmin()]:g}")
    weights = spread.min() / spread[group]
    return weights / weights.mean()
