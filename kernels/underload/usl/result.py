"""What a fit knows: parameters with their errors and intervals, bands, bootstrap, diagnoses.

Source: Bates and Watts, Nonlinear Regression Analysis and Its Applications, 1988; Seber and Wild, Nonlinear
Regression, 1989.
"""

import dataclasses
import math

import numpy as np

from underload import _check
from underload.usl import bootstrap as _bootstrap
from underload.usl.bands import Band, gradient
from underload.usl.diagnosis import Diagnosis, diagnose
from underload.usl.estimate import Problem
from underload.usl.interval import QUANTITIES, Range, student
from underload.usl.law import Law
from underload.usl.models import MODELS
from underload.usl.profile import profile_range

__all__ = ["USLFit"]


@dataclasses.dataclass(frozen=True, eq=False)
class USLFit(Law):
    """A law fitted to measurements. It is a `Law`, and knows its data.

    Attributes
    ----------
    rate, contention, coherency : float
        The estimates.
    load, throughput, weights : float64[n]
        The data, in the order given; the weights have mean 1.
    squares : float
        The weighted sum of squared residuals, which no other admissible parameters make smaller.
    superlinear : bool
        Whether contention was allowed below 0.
    """

    load: np.ndarray = dataclasses.field(kw_only=True, repr=False)
    throughput: np.ndarray = dataclasses.field(kw_only=True, repr=False)
    weights: np.ndarray = dataclasses.field(kw_only=True, repr=False)
    squares: float = dataclasses.field(kw_only=True)
    superlinear: bool = dataclasses.field(kw_only=True, default=False)

    @property
    def parameters(self):
        """The names of the parameters that the law has."""
        return MODELS[self.model].parameters

    @property
    def degrees_of_freedom(self):
        """n - p."""
        return len(self.load) - len(self.parameters)

    @property
    def fitted(self):
        """The law's throughput at each measured load."""
        return self.predict(self.load)

    @property
    def residuals(self):
        """Measured minus fitted throughput."""
        return self.throughput - self.fitted

    @property
    def residual_deviation(self):
        """s = sqrt(squares / (n - p)), the standard deviation of a measurement of weight 1; inf if n = p."""
        return math.sqrt(self.squares / self.degrees_of_freedom) if self.degrees_of_freedom else math.inf

    @property
    def at_bound(self):
        """Names of the parameters that lie on the bound 0 of their range."""
        return tuple(name for name in self.parameters[1:] if getattr(self, name) == 0)

    def _triangle(self):
        """R and column lengths of the QR factorisation of the weighted Jacobian, its columns scaled to length 1."""
        jacobian = (gradient(self.load, self) * np.sqrt(self.weights)).T
        lengths = np.sqrt((jacobian**2).sum(axis=0))
        return np.linalg.qr(jacobian / lengths), lengths

    @property
    def covariance(self):
        """Covariance matrix of the `parameters`, s^2 (J' W J)^-1: the linear approximation at the estimate.

        At a bound it is that of the unbounded problem, as the peers report it.
        """
        (_, triangle), lengths = self._triangle()
        inverse = np.linalg.inv(triangle) / lengths[:, None]
        return self.residual_deviation**2 * (inverse @ inverse.T)

    @property
    def standard_errors(self):
        """Standard errors by name of the parameter; inf without degrees of freedom."""
        if not self.degrees_of_freedom:
            return dict.fromkeys(self.parameters, math.inf)
        return dict(zip(self.parameters, np.sqrt(np.diag(self.covariance)).tolist()))

    @property
    def leverage(self):
        """Diagonal of the hat matrix: how far each measurement pulls its own fitted value, from 0 to 1."""
        (basis, _), _ = self._triangle()
        return (basis**2).sum(axis=1)

    @property
    def r_squared(self):
        """1 - squares / squares about the weighted mean: the part of the variance that the curve explains.

        Below 0 where a constant is better. It says nothing about loads that were not measured.
        """
        mean = np.average(self.throughput, weights=self.weights)
        spread = float(self.weights @ (self.throughput - mean) ** 2)
        return 1 - self.squares / spread if spread > 0 else -math.inf

    @property
    def aicc(self):
        """n ln(squares / n) + 2 k + 2 k (k + 1) / (n - k - 1), k = p + 1 for the variance; inf unless n > k + 1.

        Hurvich and Tsai, Biometrika 76(2), 1989. Comparable between fits of the same throughputs with the same weights.
        """
        n, k = len(self.load), len(self.parameters) + 1
        if n <= k + 1:
            return math.inf
        if self.squares == 0:
            return -math.inf
        return n * math.log(self.squares / n) + 2 * k + 2 * k * (k + 1) / (n - k - 1)

    def interval(self, name, confidence=0.95, method="profile"):
        """A confidence interval of one parameter, or of the peak.

        Parameters
        ----------
        name : str
            "rate", "contention", "coherency", "peak_load" or "peak_throughput".
        confidence : float
        method : str
            "profile": the values at which the data can still be fitted (see `underload.usl.profile`); its ends may be
            the bound 0 or inf. "wald": estimate +- Student's t with n - p degrees of freedom x standard error, for the
            peak by the delta method; quick, symmetric, and blind to bounds.

        Returns
        -------
        Range

        Raises
        ------
        ValueError
            Without degrees of freedom; for a peak in a model that has none; for Wald at an infinite peak.

        Notes
        -----
        With additive normal errors and parameters away from their bounds both kinds cover the rate, the contention and
        the coherency within a percent of what they say for 6 points and more, the profile also the peak. At
        coherency = 0 or contention = 0 the profile covers more. **Deviations**: the R package usl takes Student's
        one-sided quantile at n - 1 degrees of freedom, so that its 95 % intervals cover 82 to 90 %.
        """
        _check.choice("name", name, QUANTITIES)
        confidence = _check.fraction("confidence", confidence)
        _check.choice("method", method, ("profile", "wald"))
        self._needs_freedom("confidence", confidence)
        peak = name.startswith("peak")
        if name not in self.parameters and not (peak and "coherency" in self.parameters):
            _check.fail("name", name, f"must be in the model {self.model!r}, or the peak of one with coherency")
        if method == "wald":
            return self._wald(name, confidence)
        if name == "peak_throughput" and self.model != "usl":
            _check.fail("name", name, "must be another than 'peak_throughput' outside of the model 'usl', or bootstrap")
        estimate = {name: getattr(self, name) for name in QUANTITIES}
        lowest = -math.inf if name == "contention" and self.superlinear else 0.0
        lowest = self.least_load if name == "peak_load" else lowest
        problem = self._problem()
        unit_squares = self.squares / problem.unit**2
        return profile_range(problem, name, estimate, unit_squares, self.degrees_of_freedom, confidence, lowest)

    def _needs_freedom(self, name, value):
        if not self.degrees_of_freedom:
            _check.fail(name, value, f"needs more points than parameters, {len(self.load)}")

    def _problem(self):
        return Problem(self.load, self.throughput, np.sqrt(self.weights), self.model, self.superlinear)

    def _wald(self, name, confidence):
        if name in self.parameters:
            error = self.standard_errors[name]
        else:
            if not self.least_load < self.peak_load < math.inf:
                _check.fail("method", "wald", f"must be 'profile' where the peak is at {self.peak_load:g}")
            slopes = np.array([self._peak_slope(name, parameter) for parameter in self.parameters])
            error = math.sqrt(slopes @ self.covariance @ slopes)
        centre = getattr(self, name)
        half = student(self.degrees_of_freedom, confidence) * error
        return Range(name, centre, centre - half, centre + half, confidence, "wald")

    def _peak_slope(self, name, parameter):
        """Derivative of the peak by a parameter, by central differences."""
        values = {"rate": self.rate, "contention": self.contention, "coherency": self.coherency}
        step = 1e-5 * (values[parameter] if parameter != "contention" else max(abs(1 - self.contention), 1e-3))
        ends = []
        for side in (1, -1):
            moved = values | {parameter: values[parameter] + side * step}
            ends.append(getattr(Law(**moved, model=self.model, least_load=self.least_load), name))
        return (ends[0] - ends[1]) / (2 * step)

    def band(self, load, confidence=0.95, kind="confidence"):
        """The curve with a pointwise interval by the delta method, Student's t with n - p degrees of freedom.

        Parameters
        ----------
        load : float or array
        confidence : float
        kind : str
            "confidence" for the curve itself, "prediction" for the next measurement, of weight 1.

        Returns
        -------
        Band

        Notes
        -----
        **Deviations**: the R package usl draws a band of constant width.
        """
        load = np.atleast_1d(_check.each(_check.positive, "load", load))
        confidence = _check.fraction("confidence", confidence)
        _check.choice("kind", kind, ("confidence", "prediction"))
        self._needs_freedom("confidence", confidence)
        curve, slopes = self.predict(load), gradient(load, self)
        variance = np.einsum("im,ij,jm->m", slopes, self.covariance, slopes)
        variance += self.residual_deviation**2 if kind == "prediction" else 0.0
        half = student(self.degrees_of_freedom, confidence) * np.sqrt(np.maximum(variance, 0.0))
        return Band(load, curve, curve - half, curve + half, confidence, kind)

    def bootstrap(self, draws=10_000, *, seed, kind="residual", threads=1):
        """Fits of data that might have been measured instead.

        Parameters
        ----------
        draws : int
            At least 100.
        seed : int
        kind : str
            "residual": new errors at the same loads, scaled by 1 / sqrt(1 - leverage); "case": measurements drawn with
            replacement; "repeats": the same among the measurements of each load, which needs two of each.
        threads : int
            The result does not depend on it.

        Returns
        -------
        Bootstrap
        """
        draws = _check.integer("draws", draws, least=100, most=10**8)
        seed = _check.seed("seed", seed)
        _check.choice("kind", kind, _bootstrap.KINDS)
        if self.model == "gustafson":
            _check.fail("kind", kind, "is not offered for the model 'gustafson'")
        self._needs_freedom("draws", draws)
        threads = _check.integer("threads", threads, least=1, most=1024)
        return _bootstrap.bootstrap(self._problem(), self, self.residuals, self.leverage, kind, draws, seed, threads)

    def diagnose(self, confidence=0.95) -> Diagnosis:
        """What the data can and cannot say: identifiability, leverage, lack of fit. See `Diagnosis`."""
        confidence = _check.fraction("confidence", confidence)
        self._needs_freedom("confidence", confidence)
        return diagnose(self, confidence)

    def measured_efficiency(self):
        """Measured throughput over rate x load, at each measured load."""
        return self.throughput / (self.rate * self.load)
