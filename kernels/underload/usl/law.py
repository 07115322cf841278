"""A law with its parameters: throughput, latency and efficiency at a load, the peak, and the inverse questions.

Source: Gunther, Guerrilla Capacity Planning, 2007, chapter 6; Little's law gives the latency, R(N) = N / X(N).
"""

import dataclasses
import math
import typing

import numpy as np

from underload import _check
from underload.usl import inverse
from underload.usl.models import MODELS, check_model, coherency_cost, slowdown

__all__ = ["Law", "Overhead"]


class Overhead(typing.NamedTuple):
    """Time for a fixed amount of work relative to load 1, D(N) / N, in its three parts.

    ideal : 1 / N; contention : waiting for what is shared; coherency : agreeing with the others.
    """

    ideal: float | np.ndarray
    contention: float | np.ndarray
    coherency: float | np.ndarray


@dataclasses.dataclass(frozen=True)
class Law:
    """A scalability law: throughput = rate x load / D(load).

    Parameters
    ----------
    rate : float
        Throughput at load 1 (lambda, gamma), > 0.
    contention : float
        Serial fraction (sigma, alpha). Below 0 the law is superlinear at first.
    coherency : float
        Cost of agreement (kappa, beta), >= 0.
    model : str
        "usl", "sqrt", "log", "amdahl", "gustafson" or "linear": see `underload.usl.models`.
    least_load : float
        The smallest load at which a peak is sought, > 0: 1, or less where loads below 1 were measured.

    Raises
    ------
    ValueError
        If an argument breaks its rule; by each method, if the law has no throughput (D <= 0) at a load.
    """

    rate: float
    contention: float = 0.0
    coherency: float = 0.0
    model: str = "usl"
    least_load: float = dataclasses.field(default=1.0, kw_only=True)

    def __post_init__(self):
        check_model("model", self.model)
        rate = _check.positive("rate", self.rate)
        contention = _check.real("contention", self.contention)
        coherency = _check.nonnegative("coherency", self.coherency)
        for name, value in (("contention", contention), ("coherency", coherency)):
            if value and name not in MODELS[self.model].parameters:
                _check.fail(name, value, f"must be 0 in the model {self.model!r}")
        if self.model == "gustafson" and contention > 1:
            _check.fail("contention", contention, "must be at most 1 in the model 'gustafson'")
        least = _check.positive("least_load", self.least_load)
        for name, value in zip(("rate", "contention", "coherency", "least_load"), (rate, contention, coherency, least)):
            object.__setattr__(self, name, value)

    def what_if(self, *, rate=None, contention=None, coherency=None):
        """The `Law` with some of its parameters replaced."""
        return Law(
            self.rate if rate is None else rate,
            self.contention if contention is None else contention,
            self.coherency if coherency is None else coherency,
            self.model,
            least_load=self.least_load,
        )

    def _slowdown(self, load):
        load = _check.each(_check.positive, "load", load)
        with np.errstate(over="ignore"):
            value = slowdown(load, self.contention, self.coherency, self.model)
        bad = np.atleast_1d(np.logical_not((value > 0) & (value < math.inf)))
        if bad.any():
            first, cost = (float(np.atleast_1d(array)[bad][0]) for array in (load, value))
            _check.fail("load", first, f"must have a throughput in this law: D = {cost:g}")
        return load, value

    def predict(self, load):
        """Throughput at a load or an array of loads > 0."""
        load, cost = self._slowdown(load)
        return _plain(self.rate * (load / cost))

    def latency(self, load):
        """Mean time of one request, load / throughput, by Little's law."""
        return _plain(self._slowdown(load)[1] / self.rate)

    def efficiency(self, load):
        """Throughput over rate x load: 1 / D."""
        return _plain(1 / self._slowdown(load)[1])

    def overhead(self, load):
        """Time for a fixed amount of work relative to load 1, in parts: their sum is rate / throughput.

        Returns
        -------
        Overhead

        Notes
        -----
        **Deviations**: the R package usl prints coherency (N - 1) / 2 as the third part, half of its law's.
        """
        load, cost = self._slowdown(load)
        if self.model == "gustafson":
            return Overhead(*map(_plain, (1 / load, (cost - 1) / load, 0.0 * load)))
        parts = 1 / load, self.contention * (load - 1) / load, self.coherency * coherency_cost(load, self.model) / load
        return Overhead(*map(_plain, parts))

    @property
    def peak_load(self):
        """The load of the highest throughput, at least `least_load`; inf if throughput never falls."""
        return inverse.peak_load(self.contention, self.coherency, self.model, self.least_load)

    @property
    def peak_throughput(self):
        """The highest throughput; at an infinite peak its limit, which is inf without contention."""
        return self.limit if self.peak_load == math.inf else self.predict(self.peak_load)

    @property
    def limit(self):
        """rate / contention: the limit of Amdahl's law, so if coherency cost nothing. inf without contention."""
        if self.model == "gustafson" or self.contention <= 0:
            return math.inf
        return self.rate / self.contention

    @property
    def optimal_load(self):
        """1 / contention: where rate x load, the ideal, meets `limit`. inf without contention."""
        return self.limit / self.rate

    @property
    def optimal_throughput(self):
        """Throughput at `optimal_load`."""
        return self.predict(self.optimal_load) if self.optimal_load < math.inf else self.peak_throughput

    @property
    def is_superlinear(self):
        """Whether contention is negative: each one works faster in company, as when data fit into more caches."""
        return self.contention < 0

    def load_at(self, throughput=None, *, latency=None, falling=False):
        """The load at which a throughput is reached, or the largest at which a latency is kept.

        Parameters
        ----------
        throughput, latency : float or array
            One of the two, > 0.
        falling : bool
            For a throughput: the load above the peak instead of that below it.

        Raises
        ------
        ValueError
            If no load has it.
        """
        if (throughput is None) == (latency is None):
            _check.fail("latency", latency, "must be given, or a throughput, not both")
        falling = _check.flag("falling", falling)
        if latency is not None:
            return _each(lambda r: inverse.load_of_latency(self, r), "latency", latency)
        return _each(lambda x: inverse.load_of_throughput(self, x, falling), "throughput", throughput)

    def throughput_at_latency(self, latency):
        """The throughput at the largest load that keeps a latency: N / R."""
        return _plain(self.load_at(latency=latency) / latency)

    def latency_at_throughput(self, throughput, *, falling=False):
        """The latency at a throughput, below the peak or above it."""
        return self.latency(self.load_at(throughput, falling=falling))


def _plain(value):
    return float(value) if np.ndim(value) == 0 else value


def _each(function, name, values):
    values = _check.each(_check.positive, name, values)
    if np.ndim(values) == 0:
        return function(values)
    return np.array([function(float(one)) for one in values.flat]).reshape(values.shape)
