"""Fit a scalability law to measured throughput, once or for many series.

Source: Gunther, Guerrilla Capacity Planning, 2007, chapters 4 to 6.
"""

import dataclasses
import math

import numpy as np

from underload import _check
from underload.usl.estimate import Problem
from underload.usl.least_squares import minimise_rows
from underload.usl.models import MODELS, check_model
from underload.usl.points import check_points, repeat_weights
from underload.usl.result import USLFit

__all__ = ["Estimates", "fit", "fit_many"]


def fit(load, throughput, weights=None, model="usl", *, superlinear=False, table=None):
    """Fit a scalability law by weighted least squares.

    Parameters
    ----------
    load : array of n, or str
        Loads in [1e-6, 1e9]: clients, threads, nodes, or a mean concurrency. None needs to be 1. With `table`, the
        name of a column.
    throughput : array of n, or str
        Throughput at each, >= 0. Repeated measurements of a load are rows of their own.
    weights : array of n, or str, optional
        Reciprocals of the variances, up to a factor, > 0. "own" or "relative" takes them from repetitions, see
        `repeat_weights`. By default all are equal.
    model : str
        "usl"; or "sqrt", "log", "amdahl", "gustafson", "linear": see `underload.usl.models`.
    superlinear : bool
        Allow contention < 0. By default contention, as coherency, is >= 0.
    table : path, optional
        A CSV file with named columns.

    Returns
    -------
    USLFit

    Raises
    ------
    ValueError
        If there are fewer different loads than parameters; if the best rate is infinite, since the loads say nothing
        about load 1; if a superlinear curve has a pole between the loads.

    Notes
    -----
    The bounds are kept exactly, by active sets. Local minima are guarded against by ten starts.
    """
    check_model("model", model)
    superlinear = _check.flag("superlinear", superlinear)
    load, throughput = check_points(load, throughput, table)
    weights = _check_weights(weights, load, throughput)
    need = len(MODELS[model].parameters)
    if len(np.unique(load)) < need:
        _check.fail("load", load, f"must hold at least {need} different loads for the model {model!r}")
    problem = Problem(load, throughput, np.sqrt(weights), model, superlinear)
    rate, contention, coherency, squares = problem.solve()
    if not rate < math.inf:
        rule = "falls so steeply that the best rate at load 1 is infinite: measure at smaller loads"
        _check.fail("throughput", throughput, rule)
    load, throughput, weights = (_frozen(array) for array in (load, throughput, weights))
    found = USLFit(
        rate,
        contention,
        coherency,
        model,
        least_load=min(1.0, float(load.min())),
        load=load,
        throughput=throughput,
        weights=weights,
        squares=squares,
        superlinear=superlinear,
    )
    found.predict(np.linspace(load.min(), load.max(), 1001))  # raises at a pole
    return found


def _frozen(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def _check_weights(weights, load, throughput):
    if weights is None:
        return np.ones(len(load))
    if isinstance(weights, str):
        return repeat_weights(load, throughput, _check.choice("weights", weights, ("own", "relative")))
    weights = _check.sample("weights", weights, lowest=1e-100)
    if len(weights) != len(load) or weights.max() > 1e100:
        _check.fail("weights", weights, f"must have one entry, at most 1e100, for each load, {len(load)}")
    return weights / weights.mean()


@dataclasses.dataclass(frozen=True, eq=False)
class Estimates:
    """Fits of many series at the same loads.

    Attributes
    ----------
    rate, contention, coherency, squares : float64[k]
        The parameters are inf where the best rate is.
    """

    rate: np.ndarray
    contention: np.ndarray
    coherency: np.ndarray
    squares: np.ndarray


def fit_many(load, throughput, weights=None, model="usl", *, superlinear=False):
    """Fit one law to each of many series measured at the same loads, at half a million fits per second and more.

    Parameters
    ----------
    load : array of n
    throughput : float64[k, n]
        >= 0, none of the series all 0.
    weights, model, superlinear
        As for `fit`, but weights as an array only, and without "gustafson".

    Returns
    -------
    Estimates

    Notes
    -----
    One start each, from a linear problem: where errors exceed half of the throughput, `fit` may find a better minimum.
    """
    _check.choice("model", model, tuple(name for name in MODELS if name != "gustafson"))
    superlinear = _check.flag("superlinear", superlinear)
    rows = _check.each(_check.nonnegative, "throughput", throughput)
    if np.ndim(rows) != 2:
        _check.fail("throughput", throughput, "must be a matrix with a row for each series")
    load, _ = check_points(load, rows.max(axis=0))
    units = rows.max(axis=1)
    if not (units.min() >= 1e-100 and units.max() <= 1e100):
        _check.fail("throughput", throughput, "must have a largest entry from 1e-100 to 1e100 in each row")
    if weights is not None and isinstance(weights, str):
        _check.fail("weights", weights, "must be an array")
    root = np.sqrt(_check_weights(weights, load, rows[0]))
    need = len(MODELS[model].parameters)
    if len(np.unique(load)) < need:
        _check.fail("load", load, f"must hold at least {need} different loads for the model {model!r}")
    problem = Problem(load, rows[0], root, model, superlinear)
    found, squares = np.zeros((len(rows), 3)), np.empty(len(rows))
    observed = np.ascontiguousarray(rows / units[:, None] * root)
    minimise_rows(problem.scaled, observed, problem.columns, problem.free, problem.bounded, found, squares)
    with np.errstate(divide="ignore", invalid="ignore"):
        finite = found[:, 0] > 0
        columns = (np.where(finite, top / found[:, 0], np.inf) for top in (units, found[:, 1], found[:, 2]))
        return Estimates(*columns, squares * units**2)
