"""One least-squares problem of a law: its columns, which coefficients are free, and the best of several starts.

Throughputs are divided by the largest of them, and coefficients belong to these: the caller of `Problem` sees only
parameters in the units of the data.
"""

import dataclasses
import math

import numpy as np

from underload.usl.least_squares import minimise, starting_point
from underload.usl.models import MODELS, coherency_cost

__all__ = ["Problem"]


@dataclasses.dataclass(frozen=True, eq=False)
class Problem:
    """Weighted least squares of a law of the form load / (c0 + c1 (N - 1) + c2 (N - 1) h(N)).

    Attributes
    ----------
    load, throughput : float64[n]
    root : float64[n]
        Roots of the weights.
    model : str
    superlinear : bool
        Whether contention may be negative.
    """

    load: np.ndarray
    throughput: np.ndarray
    root: np.ndarray
    model: str
    superlinear: bool

    def __post_init__(self):
        unit = float(self.throughput.max())
        for name, value in (
            ("unit", unit),
            ("scaled", self.root * self.load),
            ("observed", self.root * (self.throughput / unit)),
            ("less", self.load - 1.0),
            ("cost", np.asarray(coherency_cost(self.load, self.model), dtype=float)),
        ):
            object.__setattr__(self, name, value)

    @property
    def free(self):
        """bool[3]: which of 1 / rate, contention / rate and coherency / rate the data may move."""
        names = MODELS[self.model].parameters
        return np.array([True, "contention" in names and np.any(self.less != 0), "coherency" in names])

    @property
    def bounded(self):
        """bool[3]: which of them stay at or above 0."""
        return np.array([True, not self.superlinear, True])

    @property
    def columns(self):
        """float64[3, n]."""
        return np.array([np.ones(len(self.load)), self.less, self.cost])

    def least(self, columns, free, bounded, starts):
        """The least squares of all `starts` (list of float64[3]; None stands for the linear start) and its c."""
        best, found = math.inf, None
        for start in starts:
            c = np.zeros(3) if start is None else np.array(start, dtype=float)
            if start is None:
                starting_point(self.scaled, self.observed, columns, free, bounded, c)
            squares = minimise(self.scaled, self.observed, columns, free, bounded, c)
            if squares < best:
                best, found = squares, c
        return best, found

    def solve(self):
        """rate, contention, coherency and the weighted squares of the best fit; the rate is inf at the bound."""
        if self.model == "gustafson":
            return self._solve_gustafson()
        columns = self.columns
        squares, c = self.least(columns, self.free, self.bounded, [None, *self._starts(columns)])
        squares *= self.unit**2
        if c[0] <= 0:
            return math.inf, math.inf, math.inf, squares
        return self.unit / c[0], c[1] / c[0], c[2] / c[0], squares

    def _starts(self, columns):
        """Curves of several shapes, each at its best height: the squares of wild data have more than one valley."""
        span = float(np.abs(self.less).max()) or 1.0
        wide = float(np.abs(self.cost).max()) or 1.0
        for contention in (0.0, 1 / span, 0.3):
            for coherency in (0.0, 1 / wide, 10 / wide):
                c = np.array([1.0, contention, coherency]) * self.free
                q = c @ columns
                if q.min() > 0:
                    curve = self.scaled / q
                    yield c * (curve @ curve) / (curve @ self.observed)

    def _solve_gustafson(self):
        # Linear in rate x contention and rate x (1 - contention), the throughput without and with growing load.
        design = np.stack([self.root, self.scaled], axis=1)
        (constant, slope), *_ = np.linalg.lstsq(design, self.observed, rcond=None)
        if constant < 0 and not self.superlinear:
            constant, slope = 0.0, self.scaled @ self.observed / (self.scaled @ self.scaled)
        if slope <= 0:
            constant, slope = self.root @ self.observed / (self.root @ self.root), 0.0
        rest = self.observed - design @ [constant, slope]
        rate = constant + slope
        return rate * self.unit, constant / rate, 0.0, float(rest @ rest) * self.unit**2
