"""Bootstrap: the same fit of data that might have been measured instead.

Three ways to draw them: residuals, scaled up for the freedom that the fit used, around the fitted curve (the loads were
chosen); whole measurements (the loads were random too); measurements of the same load among themselves (repetitions).

Source: Davison and Hinkley, Bootstrap Methods and their Application, 1997, sections 6.2 and 6.3.
"""

import concurrent.futures
import dataclasses

import numpy as np

from underload import _check
from underload.random import streams
from underload.usl.bands import Band
from underload.usl.interval import QUANTITIES, Range
from underload.usl.law import Law
from underload.usl.models import MODELS, slowdown
from underload.usl.redraw import fit_residual_draws, fit_row_draws

__all__ = ["Bootstrap", "bootstrap"]

BLOCK = 500  # draws that share a stream of random numbers: so threads cannot change a result
KINDS = ("residual", "case", "repeats")


@dataclasses.dataclass(frozen=True, eq=False)
class Bootstrap:
    """Estimates from redrawn data.

    Attributes
    ----------
    rate, contention, coherency, peak_load, peak_throughput : float64[draws]
        One fit each; inf where a draw has no finite one.
    squares : float64[draws]
        The weighted squares of each.
    kind : str
    law : USLFit
        The fit of the data themselves.
    """

    rate: np.ndarray
    contention: np.ndarray
    coherency: np.ndarray
    peak_load: np.ndarray
    peak_throughput: np.ndarray
    squares: np.ndarray
    kind: str
    law: Law
    coefficients: np.ndarray = dataclasses.field(repr=False)

    def interval(self, name, confidence=0.95, *, studentized=None):
        """The percentile interval of a quantity.

        Parameters
        ----------
        name : str
            "rate", "contention", "coherency", "peak_load" or "peak_throughput".
        confidence : float
        studentized : bool
            Rescale each draw's deviation from the estimate by s over its own s, as Student's t does: without, intervals
            of 6 or 7 points that say 95 % cover 80 to 90 %. By default only residuals are, since a draw of few
            different measurements has no s.

        Returns
        -------
        Range
        """
        _check.choice("name", name, QUANTITIES)
        values, centre = getattr(self, name), getattr(self.law, name)
        if self._rescales(studentized) and np.isfinite(centre):
            values = centre + (values - centre) * self._stretch()
            values = np.maximum(values, self._lowest(name))
        low, high = np.quantile(values, _tails(confidence), method="inverted_cdf")
        return Range(name, centre, float(low), float(high), confidence, self.kind)

    def band(self, load, confidence=0.95, *, studentized=None):
        """The curve with the percentile interval at each load, `Band`."""
        load = np.atleast_1d(_check.each(_check.positive, "load", load))
        curves = load / (self.coefficients @ [np.ones(len(load)), load - 1, _cost(load, self.law.model)])
        curves = np.where(curves > 0, curves, np.inf)
        centre = self.law.predict(load)
        if self._rescales(studentized):
            curves = centre + (curves - centre) * self._stretch()[:, None]
        low, high = np.quantile(curves, _tails(confidence), axis=0, method="inverted_cdf")
        return Band(load, centre, np.maximum(low, 0.0), high, confidence, "confidence")

    def _rescales(self, studentized):
        return self.kind == "residual" if studentized is None else _check.flag("studentized", studentized)

    def _stretch(self):
        least = 1e-12 * self.law.squares + 1e-300
        return np.sqrt(self.law.squares / np.maximum(self.squares, least))

    def _lowest(self, name):
        if name == "peak_load":
            return self.law.least_load
        return -np.inf if name == "contention" and self.law.superlinear else 0.0


def _tails(confidence):
    tail = (1 - _check.fraction("confidence", confidence)) / 2
    return [tail, 1 - tail]


def _cost(load, model):
    return slowdown(load, 0.0, 1.0, model) - 1


def bootstrap(problem, law, residuals, leverage, kind, draws, seed, threads):
    """`draws` fits of redrawn data; see `USLFit.bootstrap`.

    Parameters
    ----------
    problem : Problem
    law : Law
    residuals, leverage : float64[n]
        Residuals in the units of the throughput, not weighted, and the diagonal of the hat matrix.
    """
    start = np.array([1.0, law.contention, law.coherency]) * (problem.unit / law.rate)
    free, bound = problem.free, problem.bounded
    blocks = -(-draws // BLOCK)
    found, squares = np.empty((draws, 3)), np.empty(draws)
    states = streams(seed, blocks)
    if kind == "residual":
        fit_block = _residual_blocks(problem, law, residuals, leverage, start, free, bound)
    else:
        fit_block = _row_blocks(problem, kind, start, free, bound)

    def fill(block):
        part = slice(block * BLOCK, (block + 1) * BLOCK)
        fit_block(states[block], found[part], squares[part])

    if threads == 1:
        for block in range(blocks):
            fill(block)
    else:
        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            list(pool.map(fill, range(blocks)))
    return _collected(found / problem.unit, squares * problem.unit**2, kind, law)


def _residual_blocks(problem, law, residuals, leverage, start, free, bound):
    weighted = problem.root * residuals / problem.unit
    spread = weighted / np.sqrt(np.maximum(1 - leverage, 1e-6))
    spread = spread - spread.mean()
    cost = slowdown(problem.load, law.contention, law.coherency, law.model)
    fitted = problem.scaled * law.rate / (problem.unit * cost)
    columns = problem.columns

    def fit_block(state, found, squares):
        observed = np.empty(len(fitted))
        fit_residual_draws(state, fitted, spread, problem.scaled, columns, free, bound, start, observed, found, squares)

    return fit_block


def _row_blocks(problem, kind, start, free, bound):
    n = len(problem.load)
    order = np.argsort(problem.load, kind="stable")
    table = np.ascontiguousarray(np.vstack([problem.scaled, problem.observed, problem.columns])[:, order])
    first, count = np.zeros(n, dtype=np.int64), np.full(n, n, dtype=np.int64)
    if kind == "repeats":
        _, places, group, counts = np.unique(
            problem.load[order], return_index=True, return_inverse=True, return_counts=True
        )
        if counts.min() < 2:
            _check.fail("kind", kind, "must be 'residual' or 'case': a load was measured once only")
        first, count = places[group].astype(np.int64), counts[group].astype(np.int64)
    enough = len(MODELS[problem.model].parameters)

    def fit_block(state, found, squares):
        drawn, columns = np.empty((5, n)), np.empty((3, n))
        fit_row_draws(state, first, count, enough, table, free, bound, start, drawn, columns, found, squares)

    return fit_block


def _collected(c, squares, kind, law):
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(c[:, 0] > 0, 1 / c[:, 0], np.inf)
        contention, coherency = (np.where(c[:, 0] > 0, c[:, k] / c[:, 0], np.inf) for k in (1, 2))
    peaks = _peaks(c, law.model, law.least_load)
    with np.errstate(divide="ignore", invalid="ignore"):
        finite = np.where(np.isfinite(peaks), peaks, 1.0)
        at_peak = finite / (c[:, 0] + c[:, 1] * (finite - 1) + c[:, 2] * _cost(finite, law.model))
        at_peak = np.where(np.isfinite(peaks), at_peak, np.where(c[:, 1] > 0, 1 / c[:, 1], np.inf))
    return Bootstrap(rate, contention, coherency, peaks, at_peak, squares, kind, law, c)


def _peaks(c, model, least):
    if MODELS[model].turning is None:
        return np.where(c[:, 0] < c[:, 1], least, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        want = np.where(c[:, 2] > 0, np.maximum(c[:, 0] - c[:, 1], 0) / c[:, 2], np.inf)
    want[(c[:, 2] <= 0) & (c[:, 0] < c[:, 1])] = 0.0
    if model == "usl":
        return np.maximum(np.sqrt(want), least)
    # The inverse of an increasing function, by interpolation in a table of its logarithms.
    loads = np.geomspace(max(least, 1e-6), 1e15, 20001)
    turn = np.array([MODELS[model].turning(t) for t in loads])
    rising = turn > 0
    log_load = np.interp(np.log(np.maximum(want, 1e-300)), np.log(turn[rising]), np.log(loads[rising]))
    return np.where(np.isfinite(want), np.exp(log_load), np.inf)
