"""The slowest, or the k-th fastest, of independent responses that differ: shards, services, a remote region."""

import dataclasses

import numpy as np
from scipy import stats

from underload import _check
from underload.queueing.fan_out import MOST_LEAVES
from underload.queueing.law import Smooth, Steps
from underload.queueing.leaf import as_law, response_quantile, response_tail

__all__ = ["MixedFanOut"]

MOST_FOR_QUORUM = 5000


@dataclasses.dataclass(frozen=True, eq=False)
class MixedFanOut:
    """The response time of a request that asks independent leaves of several kinds. Exact.

    Parameters
    ----------
    leaves : sequence
        m leaves, each as in `FanOut`.
    counts : int64[m] or None
        How many of each kind are asked, each >= 1; None: one.
    quorum : int or None
        The request is done with its k-th answer, of at most 5000 in all; None: with the last.

    Notes
    -----
    All: P(T > t) = 1 - product of (1 - S_i)^n_i. Quorum: the number of answers still out is a sum of independent
    binomials, whose law is their convolution. `FanOut` is faster where all leaves are alike.
    """

    leaves: tuple
    counts: np.ndarray | None = None
    quorum: int | None = None

    def __post_init__(self):
        if not isinstance(self.leaves, (list, tuple)) or not len(self.leaves):
            _check.fail("leaves", self.leaves, "must be a sequence of at least one leaf")
        counts = np.ones(len(self.leaves), dtype=np.int64) if self.counts is None else self.counts
        counts = _check.counts("counts", counts)
        if len(counts) != len(self.leaves) or counts.min() < 1:
            _check.fail("counts", counts, f"must hold a number >= 1 for each of the {len(self.leaves)} leaves")
        if counts.astype(float).sum() > MOST_LEAVES:
            _check.fail("counts", counts, f"must add up to at most {MOST_LEAVES}")
        if self.quorum is not None:
            if counts.sum() > MOST_FOR_QUORUM:
                _check.fail("counts", counts, f"must add up to at most {MOST_FOR_QUORUM} where a quorum suffices")
            object.__setattr__(self, "quorum", _check.integer("quorum", self.quorum, least=1, most=int(counts.sum())))
        object.__setattr__(self, "leaves", tuple(self.leaves))
        object.__setattr__(self, "counts", counts)
        object.__setattr__(self, "_laws", tuple(as_law(f"leaves[{i}]", leaf) for i, leaf in enumerate(self.leaves)))

    @property
    def fan_out(self):
        """The number of leaves asked."""
        return int(self.counts.sum())

    def law(self):
        """The law of the response time."""
        if all(isinstance(law, Steps) for law in self._laws):
            values = np.unique(np.concatenate([law.values for law in self._laws]))
            tails = self._tail(values)
            return Steps(values, tails, float(tails[tails > 0].min(initial=1.0)) if self._measured() else 0.0)
        jumps = [law.values if isinstance(law, Steps) else law.breaks for law in self._laws]
        return Smooth(self._tail, breaks=tuple(sorted({float(edge) for edges in jumps for edge in edges})))

    def _measured(self):
        return any(law.finest > 0 for law in self._laws)

    def _tail(self, t):
        tails = np.array([law.tail(t) for law in self._laws])
        if self.quorum is None or self.quorum == self.fan_out:
            with np.errstate(divide="ignore"):
                return -np.expm1(self.counts @ np.log1p(-tails))
        allowed = self.fan_out - self.quorum
        return np.array([more_than(allowed, self.counts, column) for column in tails.T])

    @property
    def response_mean(self):
        """Mean response time; inf where it is infinite."""
        return self.law().mean()

    def response_tail(self, t):
        """P(response > t), for a time or an array of times >= 0."""
        return response_tail(self.law(), t)

    def response_quantile(self, q):
        """The shortest time t with P(response <= t) >= q, for q in [0, 1) or an array."""
        return response_quantile(self.law(), q)


def more_than(allowed, counts, probabilities):
    """P(sum of independent binomials > allowed), a sum of positive terms."""
    law = np.ones(1)
    for n, p in zip(counts, probabilities, strict=True):
        law = np.convolve(law, stats.binom.pmf(np.arange(n + 1), n, p))
    return min(float(law[allowed + 1 :].sum()), 1.0)
