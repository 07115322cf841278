"""Whether the early points foretell the late ones: the check before a curve is drawn beyond its data.

Source: the hold-out of the last observations, as in Hyndman and Athanasopoulos, Forecasting: Principles and Practice,
3rd ed., 2021, section 5.8. Schwartz, 2015, advises against forecasts beyond twice the largest measured load.
"""

import dataclasses
import math

import numpy as np

from underload import _check
from underload.usl.comparison import compared, fit_each
from underload.usl.models import MODELS
from underload.usl.points import check_points

__all__ = ["ForecastCheck", "ForecastRow", "forecast_check"]


@dataclasses.dataclass(frozen=True)
class ForecastRow:
    """How one law did.

    Attributes
    ----------
    model : str
        Or "average", by Akaike weights, where the early points are enough for AICc of each law.
    error : float
        Root mean square of (predicted - measured) / measured over the late points.
    bias : float
        Its mean: > 0 where the forecast promises too much.
    covered : float or None
        The part of the late points inside the law's prediction band; None for "average", and without freedom.
    """

    model: str
    error: float
    bias: float
    covered: float | None


@dataclasses.dataclass(frozen=True, eq=False)
class ForecastCheck:
    """Forecasts of the late points from the early ones, the best law first.

    Attributes
    ----------
    rows : tuple of ForecastRow
    early, late : int
        How many measurements were fitted and foretold.
    reach : float
        The largest load over the largest fitted one: how far the forecast goes.
    confidence : float
        Of the prediction bands.
    trustworthy : bool
        Whether there is an average over the laws, and it was right within 10 % (root mean square).
    """

    rows: tuple
    early: int
    late: int
    reach: float
    confidence: float
    trustworthy: bool

    @property
    def best(self):
        """The law with the least error: known only now that the late points are."""
        return self.rows[0].model

    def error(self, model):
        """The error of one law, or of the "average"."""
        found = {row.model: row.error for row in self.rows}
        return found[_check.choice("model", model, tuple(found))]


def forecast_check(
    load, throughput, weights=None, models=tuple(MODELS), *, early=0.5, confidence=0.95, superlinear=False, table=None
):
    """Fit the points of small load, foretell the others, and compare.

    Parameters
    ----------
    load, throughput, weights, models, superlinear, table
        As for `compare`; weights as an array.
    early : float or int
        The part of the different loads to fit, below 1; or their number.
    confidence : float
        Of the prediction bands.

    Returns
    -------
    ForecastCheck

    Raises
    ------
    ValueError
        If an argument breaks its rule, or too few loads are early for any law, or a late throughput is 0.
    """
    load, throughput = check_points(load, throughput, table)
    confidence = _check.fraction("confidence", confidence)
    loads = np.unique(load)
    count = _early_loads(early, len(loads))
    first = load <= loads[count - 1]
    if throughput[~first].min() <= 0:
        _check.fail("throughput", throughput, "must be > 0 at the late loads")
    if weights is not None:
        weights = _check.sample("weights", weights, lowest=1e-100)
        if len(weights) != len(load):
            _check.fail("weights", weights, f"must have one entry for each load, {len(load)}")
    early_weights = None if weights is None else weights[first]
    fits = fit_each(load[first], throughput[first], early_weights, models, superlinear=superlinear)
    late, truth = load[~first], throughput[~first]
    rows = []
    if all(law.aicc < math.inf for law in fits.values()):
        rows = [_row("average", compared(fits).predict(late).throughput, truth, None)]
    for model, law in fits.items():
        inside = None
        if law.degrees_of_freedom:
            band = law.band(late, confidence, "prediction")
            inside = float(np.mean((band.low <= truth) & (truth <= band.high)))
        rows.append(_row(model, law.predict(late), truth, inside))
    trusted = rows[0].model == "average" and rows[0].error <= 0.1
    reach = float(loads[-1] / loads[count - 1])
    rows.sort(key=lambda row: row.error)
    return ForecastCheck(tuple(rows), int(first.sum()), len(late), reach, confidence, trusted)


def _early_loads(early, available):
    rule = f"must leave at least 3 of {available} different loads to fit and 1 to foretell"
    value = _check.positive("early", early)
    count = round(value * available) if value < 1 else _check.integer("early", early)
    return count if 3 <= count < available else _check.fail("early", early, rule)


def _row(model, predicted, truth, covered):
    relative = predicted / truth - 1
    return ForecastRow(model, float(np.sqrt(np.mean(relative**2))), float(np.mean(relative)), covered)
