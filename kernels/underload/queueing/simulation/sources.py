"""What a simulation may be given as interarrival or service times: a distribution, a recorded array, a process."""

import dataclasses

import numpy as np

from underload import _check
from underload.queueing.simulation.feeds import TRACE, Feeds
from underload.random import Distribution

__all__ = ["Source", "stack"]

LEAST_MEAN, MOST_MEAN = 1e-200, 1e200


@dataclasses.dataclass(frozen=True)
class Source:
    """A row of `Feeds` to be.

    Attributes
    ----------
    spec : object
        What the user gave.
    mean, scv : float
        Of what comes out; of a process with correlated gaps, `scv` is the limit of the index of dispersion.
    code : int
    params : float64[4]
    table : float64[m]
    memory : float
        How many values it takes a process to forget its state; 0 of a renewal process, inf of long memory.
    first : float
        What the cursor starts with.
    """

    spec: object
    mean: float
    scv: float
    code: int
    params: np.ndarray
    table: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(0))
    memory: float = 0.0
    first: float = 0.0

    @classmethod
    def of(cls, name, spec):
        """The source that an argument stands for; `name` is the argument."""
        if isinstance(spec, np.ndarray):
            values = _check.sample(name, spec, least=2, lowest=0)
            mean = np.mean(values) if values.max() < 1e290 else np.inf  # so that no sum overflows
            _mean(name, mean)
            scv = np.var(values / mean)
            return cls(spec, float(mean), float(scv), TRACE, np.zeros(4), values)
        if isinstance(spec, Distribution):
            _mean(name, spec.mean, spec)
            return cls(spec, spec.mean, spec.scv, spec.code, spec.params)
        if hasattr(spec, "source") and not isinstance(spec, type):
            return spec.source()
        rule = "must be a Distribution, such as underload.random.Exponential(mean=1.0), or an array of recorded times"
        return _check.fail(name, spec, rule)

    @property
    def length(self):
        """How many values a trace holds; None if it never ends."""
        return len(self.table) if self.code == TRACE else None

    def feeds(self, states):
        """`Feeds` of this row alone; `states` is uint64[1, 4]."""
        return stack([self], states)


def _mean(name, mean, shown=None):
    if not LEAST_MEAN < mean < MOST_MEAN:
        _check.fail(name, mean if shown is None else shown, "must have a mean between 1e-200 and 1e200")


def stack(sources, states):
    """`Feeds` with one row for each source; `states` (uint64[n, 4]) are their random states."""
    cursors = np.zeros((len(sources), 4))
    cursors[:, 0] = [source.first for source in sources]
    starts = np.concatenate([[0], np.cumsum([len(source.table) for source in sources])]).astype(np.int64)
    return Feeds(
        np.ascontiguousarray(states),
        np.array([source.code for source in sources], dtype=np.int64),
        np.array([source.params for source in sources]),
        np.concatenate([source.table for source in sources]),
        starts,
        cursors,
    )
