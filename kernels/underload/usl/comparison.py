"""Which law, and whether it matters: AICc, F tests, and an average over the laws.

Sources: Hurvich and Tsai, Regression and time series model selection in small samples, Biometrika 76(2), 1989; Burnham
and Anderson, Model Selection and Multimodel Inference, 2nd ed., 2002, sections 2.9, 4.3 and 4.4.
"""

import dataclasses
import math

import numpy as np
from scipy import special

from underload import _check
from underload.usl.bands import gradient
from underload.usl.fitting import fit
from underload.usl.models import MODELS

__all__ = ["Average", "Comparison", "ModelRow", "compare"]


@dataclasses.dataclass(frozen=True)
class ModelRow:
    """One law among those compared.

    Attributes
    ----------
    model : str
    squares : float
        Weighted sum of squared residuals.
    aicc : float
        Lower is better; inf with too few points.
    weight : float
        Akaike weight: the evidence for this law if one of them is true.
    f_statistic, p_value : float or None
        Of the F test against "usl", for the laws that it contains: a small p rejects the simpler law. The parameters
        that are missing lie on the bound of the larger law, so that the true p is at most this one.
    """

    model: str
    squares: float
    aicc: float
    weight: float
    f_statistic: float | None
    p_value: float | None


@dataclasses.dataclass(frozen=True, eq=False)
class Average:
    """An average over the laws by their weights.

    Attributes
    ----------
    load, throughput : float64[m]
    standard_error : float64[m]
        With the disagreement of the laws in it (Burnham and Anderson, equation 4.9).
    """

    load: np.ndarray
    throughput: np.ndarray
    standard_error: np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class Comparison:
    """Laws fitted to the same data, the best by AICc first.

    Attributes
    ----------
    rows : tuple of ModelRow
    fits : dict of str to USLFit
    """

    rows: tuple
    fits: dict

    @property
    def best(self):
        """The fit of the law with the lowest AICc."""
        return self.fits[self.rows[0].model]

    def predict(self, load):
        """Throughput averaged over the laws by their Akaike weights, `Average`."""
        load = np.atleast_1d(_check.each(_check.positive, "load", load))
        curves = np.array([self.fits[row.model].predict(load) for row in self.rows if row.weight > 0])
        weights = np.array([row.weight for row in self.rows if row.weight > 0])
        mean = weights @ curves
        variances = np.array([_variance(self.fits[row.model], load) for row in self.rows if row.weight > 0])
        return Average(load, mean, weights @ np.sqrt(variances + (curves - mean) ** 2))


def _variance(law, load):
    slopes = gradient(load, law)
    return np.maximum(np.einsum("im,ij,jm->m", slopes, law.covariance, slopes), 0.0)


def compare(load, throughput, weights=None, models=tuple(MODELS), *, superlinear=False, table=None):
    """Fit several laws and weigh them.

    Parameters
    ----------
    load, throughput, weights, superlinear, table
        As for `fit`.
    models : sequence of str
        At least two. A law that cannot be fitted to the data is left out.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If an argument breaks its rule, or none of the laws has more points than parameters + 2, as AICc needs.

    Notes
    -----
    AICc and the F test answer different questions. With seven points AICc asks more of a third parameter than the F
    test at 5 % does, so that the two may disagree: look at the profile interval of the coherency then.
    """
    return compared(fit_each(load, throughput, weights, models, superlinear=superlinear, table=table))


def fit_each(load, throughput, weights, models, **options):
    """The fits by model, without those that the data do not allow; the error of the last if they allow none."""
    if isinstance(models, str) or not isinstance(models, (tuple, list)) or len(set(models)) < 2:
        _check.fail("models", models, "must be at least two models")
    for model in models:
        _check.choice("models", model, tuple(MODELS))
    fits = {}
    for model in models:
        try:
            fits[model] = fit(load, throughput, weights, model, **options)
        except ValueError:
            if not fits and model == models[-1]:
                raise
    return fits


def compared(fits):
    """The comparison of fits by model."""
    scores = np.array([one.aicc for one in fits.values()])
    least = scores.min()
    if least == math.inf:
        count = len(next(iter(fits.values())).load)
        _check.fail("load", count, "points are too few for AICc: measure at more loads")
    evidence = np.exp(-0.5 * (scores - least)) if least > -math.inf else (scores == least).astype(float)
    evidence /= evidence.sum()
    rows = []
    for (model, one), weight in zip(fits.items(), evidence.tolist()):
        statistic, p_value = _f_test(one, fits.get("usl"))
        rows.append(ModelRow(model, one.squares, one.aicc, weight, statistic, p_value))
    return Comparison(tuple(sorted(rows, key=lambda row: (row.aicc, row.squares))), fits)


def _f_test(small, large):
    """F statistic and p value of a law that "usl" contains."""
    if large is None or small.model not in ("amdahl", "linear") or not large.degrees_of_freedom:
        return None, None
    extra = len(large.parameters) - len(small.parameters)
    if large.squares == 0:
        return (0.0, 1.0) if small.squares == 0 else (math.inf, 0.0)
    gain = max(small.squares - large.squares, 0.0)
    statistic = gain / extra / (large.squares / large.degrees_of_freedom)
    return statistic, float(special.fdtrc(extra, large.degrees_of_freedom, statistic))
