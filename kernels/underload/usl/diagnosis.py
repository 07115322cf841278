"""What measurements can and cannot say about the parameters of a law.

Contention and coherency bend a curve in much the same way while the loads are small. Whether the data tell them apart
is decided by fits without each: when the data allow either to be absent, but not both, they do not.
"""

import dataclasses

import numpy as np
from scipy import special

from underload.usl.interval import student

__all__ = ["Diagnosis", "diagnose"]


@dataclasses.dataclass(frozen=True, eq=False)
class Diagnosis:
    """Identifiability, influence and lack of fit.

    Attributes
    ----------
    needs_contention, needs_coherency : bool
        Whether the data rule out that it is 0, by the F test against the fit without it.
    tells_apart : bool
        False if either may be absent but not both: what bends the curve cannot be named.
    bends : bool
        Whether the data rule out a straight line through the origin.
    peak_bounded : bool
        Whether the profile interval of the peak has an upper end.
    peak_measured : bool
        Whether the estimated peak lies within the measured loads.
    correlation : float64[p, p]
        Of the estimates.
    condition : float
        Of the Jacobian with columns of length 1: how many times an error grows at worst.
    leverage : float64[n]
        From 0 to 1, p in sum.
    influential : int64[...]
        Places of measurements with leverage above 2 p / n and a standardised residual above Student's quantile.
    lack_of_fit : float or None
        Probability of so large a misfit if the law were true, from repeated measurements; None without them.
    advice : tuple of str
        The above in words.
    """

    needs_contention: bool
    needs_coherency: bool
    tells_apart: bool
    bends: bool
    peak_bounded: bool
    peak_measured: bool
    correlation: np.ndarray
    condition: float
    leverage: np.ndarray
    influential: np.ndarray
    lack_of_fit: float | None
    advice: tuple


def diagnose(fit, confidence):
    """The diagnosis of a fit with degrees of freedom."""
    parts = _parts_needed(fit, confidence)
    deviations = np.sqrt(np.diag(fit.covariance))
    (_, triangle), _ = fit._triangle()
    leverage, freedom = fit.leverage, fit.degrees_of_freedom
    spread = fit.residual_deviation * np.sqrt(np.maximum(1 - leverage, 1e-12))
    weighted = np.abs(fit.residuals) * np.sqrt(fit.weights)
    outlying = weighted > student(freedom, confidence) * spread
    influential = np.flatnonzero(outlying & (leverage > 2 * len(fit.parameters) / len(fit.load)))
    has_peak = "coherency" in fit.parameters
    found = {
        **parts,
        "peak_bounded": has_peak and bool(fit.interval("peak_load", confidence).high < np.inf),
        "peak_measured": bool(fit.peak_load <= fit.load.max()),
        "lack_of_fit": lack_of_fit(fit),
    }
    return Diagnosis(
        correlation=fit.covariance / np.outer(deviations, deviations) if fit.squares > 0 else np.eye(len(deviations)),
        condition=float(np.linalg.cond(triangle)),
        leverage=leverage,
        influential=influential,
        advice=tuple(_advice(fit, found, influential, confidence)),
        **found,
    )


def _parts_needed(fit, confidence):
    """Which of the two parts the data need, by F tests against the fits that hold them at 0."""
    problem = fit._problem()
    limit = fit.squares * (1 + student(fit.degrees_of_freedom, confidence) ** 2 / fit.degrees_of_freedom)
    columns, bounded = problem.columns, problem.bounded

    def squares(**held):
        free = problem.free
        for place, name in ((1, "contention"), (2, "coherency")):
            free[place] &= not held.get(name, False)
        return problem.least(columns, free, bounded, [None])[0] * problem.unit**2

    if fit.model == "gustafson":
        bends = squares(contention=True, coherency=True) > limit
        return {"needs_contention": bends, "needs_coherency": False, "tells_apart": True, "bends": bends}
    contention = "contention" in fit.parameters and squares(contention=True) > limit
    coherency = "coherency" in fit.parameters and squares(coherency=True) > limit
    bends = squares(contention=True, coherency=True) > limit
    apart = contention or coherency or not bends or "coherency" not in fit.parameters
    return {"needs_contention": contention, "needs_coherency": coherency, "tells_apart": apart, "bends": bends}


def lack_of_fit(fit):
    """P(F >= that measured) of the misfit between loads over the spread within them; None without repetitions."""
    loads, group = np.unique(fit.load, return_inverse=True)
    between, within = len(loads) - len(fit.parameters), len(fit.load) - len(loads)
    if between < 1 or within < 1:
        return None
    total = np.bincount(group, fit.weights)
    means = np.bincount(group, fit.weights * fit.throughput) / total
    pure = float(fit.weights @ (fit.throughput - means[group]) ** 2)
    misfit = max(fit.squares - pure, 0.0)
    if pure == 0:
        return 0.0 if misfit > 0 else 1.0
    return float(special.fdtrc(between, within, misfit / between / (pure / within)))


def _advice(fit, found, influential, confidence):
    if not found["bends"]:
        yield "The data do not rule out a straight line: neither contention nor coherency shows at these loads."
    elif not found["tells_apart"]:
        yield "The data cannot tell contention from coherency: either may be 0. Measure at higher loads."
    if "coherency" in fit.parameters and not found["peak_bounded"]:
        yield "No upper end of the peak is known: throughput may never fall."
    elif not found["peak_measured"]:
        yield f"The peak at {fit.peak_load:.3g} lies beyond the largest measured load, {fit.load.max():.3g}."
    if fit.is_superlinear:
        yield "Contention is negative: throughput grows faster than the load at first, as when caches begin to fit."
    if found["lack_of_fit"] is not None and found["lack_of_fit"] < 1 - confidence:
        yield f"Repeated measurements contradict the law (p = {found['lack_of_fit']:.2g}): intervals are too short."
    if len(influential):
        yield f"{len(influential)} of {len(fit.load)} measurements pull the curve and do not lie on it."
