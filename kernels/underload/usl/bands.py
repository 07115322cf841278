"""Bands around a fitted curve by the delta method: the variance of a throughput from that of the parameters.

Source: Seber and Wild, Nonlinear Regression, 1989, sections 5.1 and 5.3.
"""

import dataclasses

import numpy as np

from underload.usl.models import MODELS, coherency_cost, slowdown

__all__ = ["Band", "gradient"]


@dataclasses.dataclass(frozen=True, eq=False)
class Band:
    """A curve and its interval at each load.

    Attributes
    ----------
    load, throughput, low, high : float64[m]
    confidence : float
        Of the interval at one load, not of the whole curve at once.
    kind : str
        "confidence", where the curve runs; "prediction", where the next measurement of weight 1 falls.
    """

    load: np.ndarray
    throughput: np.ndarray
    low: np.ndarray
    high: np.ndarray
    confidence: float
    kind: str


def gradient(load, law):
    """float64[p, m]: the derivatives of the throughput by the parameters that the law has."""
    if law.model == "gustafson":
        return np.array([load - law.contention * (load - 1), -law.rate * (load - 1)])
    cost = slowdown(load, law.contention, law.coherency, law.model)
    curve = law.rate * load / cost
    rows = [curve / law.rate, -curve * (load - 1) / cost, -curve * coherency_cost(load, law.model) / cost]
    return np.array(rows[: len(MODELS[law.model].parameters)])
