"""Several series with parameters in common: one machine under two versions, one version on two machines.

Source: Seber and Wild, Nonlinear Regression, 1989, section 2.1, for joint least squares; the F test of what is shared
is that of nested models.
"""

import dataclasses

import numpy as np
from scipy import optimize, special

from underload import _check
from underload.usl.bands import gradient
from underload.usl.fitting import fit
from underload.usl.law import Law
from underload.usl.models import MODELS, check_model

__all__ = ["SeriesFit", "fit_series"]


@dataclasses.dataclass(frozen=True, eq=False)
class SeriesFit:
    """Laws of several series that share parameters.

    Attributes
    ----------
    laws : dict of str to Law
    shared : tuple of str
    standard_errors : dict of str to dict
        By series and parameter; what is shared has the same error everywhere.
    squares, separate_squares : float
        Weighted squared residuals of the joint fit, and of fits of each series alone.
    degrees_of_freedom : int
        Measurements minus parameters of the joint fit.
    f_statistic, p_value : float
        Of the test that the shared parameters are the same: a small p says that they are not.
    """

    laws: dict
    shared: tuple
    standard_errors: dict
    squares: float
    separate_squares: float
    degrees_of_freedom: int
    f_statistic: float
    p_value: float


def fit_series(series, shared=("contention", "coherency"), weights=None, model="usl", *, superlinear=False):
    """Fit one law to several series, with some parameters in common.

    Parameters
    ----------
    series : dict of str to (load, throughput)
        At least two; each with more measurements than parameters.
    shared : sequence of str
        Of "rate", "contention" and "coherency".
    weights : dict of str to array, optional
        Reciprocal variances, comparable between the series. By default a series has the weight 1 / (its largest
        throughput)^2, so that errors of the same relative size count alike.
    model : str
        Any but "gustafson".
    superlinear : bool

    Returns
    -------
    SeriesFit
    """
    check_model("model", model)
    if model == "gustafson":
        _check.fail("model", model, "is not offered for several series")
    if not isinstance(series, dict) or len(series) < 2:
        _check.fail("series", series, "must be a dict of at least two series")
    names = MODELS[model].parameters
    if isinstance(shared, str) or not set(shared) <= set(names) or not len(shared):
        _check.fail("shared", shared, f"must hold some of {', '.join(names)}")
    if weights is not None and (not isinstance(weights, dict) or set(weights) != set(series)):
        _check.fail("weights", weights, "must have an array for each series")
    alone = {key: _alone(key, points, model, superlinear) for key, points in series.items()}
    roots = {key: _root(key, one, weights) for key, one in alone.items()}
    shared = tuple(name for name in names if name in shared)
    return _joint(alone, roots, shared, model, superlinear, weights)


def _alone(key, points, model, superlinear):
    if not isinstance(points, (tuple, list)) or len(points) != 2:
        _check.fail(f"series[{key!r}]", points, "must be a load and a throughput")
    try:
        one = fit(points[0], points[1], model=model, superlinear=superlinear)
    except ValueError as error:
        raise ValueError(f"series[{key!r}]: {error}") from None
    if not one.degrees_of_freedom:
        _check.fail(f"series[{key!r}]", len(one.load), "must have more measurements than parameters")
    return one


def _root(key, one, weights):
    if weights is None:
        return np.full(len(one.load), 1 / one.throughput.max())
    values = _check.sample(f"weights[{key!r}]", weights[key], lowest=1e-100)
    if len(values) != len(one.load):
        _check.fail(f"weights[{key!r}]", values, f"must have one entry for each load, {len(one.load)}")
    return np.sqrt(values)


class _Layout:
    """Where each parameter of each series lies in the vector of all, and the unit in which it is moved."""

    def __init__(self, alone, shared, names):
        self.place, self.start, unit = {}, [], []
        spans = {key: max(float(one.load.max()), 2.0) for key, one in alone.items()}
        for key, one in alone.items():
            for name in names:
                owner = None if name in shared else key
                if (owner, name) not in self.place:
                    self.place[owner, name] = len(self.start)
                    mates = alone if owner is None else {key: one}
                    self.start.append(np.mean([getattr(mate, name) for mate in mates.values()]))
                    unit.append({"rate": one.rate, "contention": 1 / spans[key], "coherency": spans[key] ** -2}[name])
        self.unit, self.names, self.shared = np.array(unit), names, shared
        self.start = np.array(self.start) / self.unit

    def columns(self, key):
        return [self.place[None if name in self.shared else key, name] for name in self.names]

    def law(self, key, vector, model, least):
        values = dict(zip(self.names, (vector * self.unit)[self.columns(key)].tolist()))
        return Law(**values, model=model, least_load=least)


def _joint(alone, roots, shared, model, superlinear, weights):
    names = MODELS[model].parameters
    layout = _Layout(alone, shared, names)

    def laws(vector):
        return {key: layout.law(key, vector, model, one.least_load) for key, one in alone.items()}

    def residuals(vector):
        found = laws(vector)
        return np.concatenate(
            [roots[key] * (found[key].predict(one.load) - one.throughput) for key, one in alone.items()]
        )

    def jacobian(vector):
        rows = []
        for key, one in alone.items():
            block = np.zeros((len(one.load), len(vector)))
            places = layout.columns(key)
            block[:, places] = (gradient(one.load, laws(vector)[key]) * roots[key]).T * layout.unit[places]
            rows.append(block)
        return np.concatenate(rows)

    lowest = np.zeros(len(layout.start))
    for (_, name), place in layout.place.items():
        if name == "rate":
            lowest[place] = 1e-12
        elif name == "contention" and superlinear:
            lowest[place] = -np.inf
    options = {"method": "dogbox", "ftol": 1e-15, "xtol": 1e-14, "gtol": 1e-14, "max_nfev": 2000}
    solved = optimize.least_squares(residuals, layout.start, jacobian, (lowest, np.inf), **options)
    slopes = jacobian(solved.x)
    squares = 2 * float(solved.cost)
    freedom = len(slopes) - len(solved.x)
    deviations = np.sqrt(np.diag(np.linalg.pinv(slopes.T @ slopes)) * squares / freedom) * layout.unit
    errors = {key: dict(zip(names, deviations[layout.columns(key)].tolist())) for key in alone}
    separate = _separate_squares(alone, roots, model, superlinear, weights)
    extra = len(names) * len(alone) - len(solved.x)
    rest = freedom - extra
    statistic = max(squares - separate, 0.0) / extra / (separate / rest) if separate > 0 else np.inf
    p_value = float(special.fdtrc(extra, rest, statistic)) if statistic < np.inf else 0.0
    return SeriesFit(laws(solved.x), shared, errors, squares, separate, freedom, float(statistic), p_value)


def _separate_squares(alone, roots, model, superlinear, weights):
    total = 0.0
    for key, one in alone.items():
        again = one
        if weights is not None:
            again = fit(one.load, one.throughput, roots[key] ** 2, model, superlinear=superlinear)
        total += float((roots[key] ** 2) @ again.residuals**2)
    return total
