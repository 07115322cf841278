"""Hedged requests: when an answer is late, ask a second replica, and take whichever answers first.

With P(leaf > t) = S(t) and a second request after D, the answer is later than t with probability S(t) S(t - D); the
second request is sent with probability S(D), which is the whole price in load.

Source: Dean and Barroso, The tail at scale, CACM 56(2), 2013; for hedges that are sent only with a probability,
Kaler, He and Elnikety, Optimal reissue policies for reducing tail latency, SPAA 2017.

Hazard: replicas are independent here and do not queue. A slow key, a slow client or an overloaded service is slow at
every replica, and there hedges add load where load is the trouble. Load is counted in requests: a tied request, which
cancels its twin when service begins, wastes less work than it sends.
"""

import dataclasses
import math

import numpy as np
from scipy import optimize

from underload import _check
from underload._libm import exp, expm1, log
from underload.queueing.fan_out import FanOut
from underload.queueing.law import Smooth, Steps, solve
from underload.queueing.leaf import as_law, response_quantile, response_tail

__all__ = ["Hedged", "best_delay", "best_hedge"]

MOST_COPIES = 1000


@dataclasses.dataclass(frozen=True, eq=False)
class Hedged:
    """The response time of a hedged request. Exact for independent replicas.

    Parameters
    ----------
    leaf
        One replica, as in `FanOut`.
    delay : float
        Time after which a further copy is sent if none has answered, >= 0; again after twice the delay, and so on.
    copies : int
        The most requests sent for one answer, the first included, 1 to 1000.
    probability : float
        That a copy which is due is sent, drawn anew for each.

    Notes
    -----
    A copy is due if no answer has come by its time, that time included. A `Hedged` is itself a leaf for `FanOut`.
    """

    leaf: object
    delay: float
    copies: int = 2
    probability: float = 1.0

    def __post_init__(self):
        object.__setattr__(self, "delay", _check.nonnegative("delay", self.delay))
        object.__setattr__(self, "copies", _check.integer("copies", self.copies, least=1, most=MOST_COPIES))
        object.__setattr__(self, "probability", _check.probability("probability", self.probability))
        if self.delay * self.copies > 1e300:
            _check.fail("delay", self.delay, "must be at most 1e300 / copies")
        object.__setattr__(self, "_leaf", as_law("leaf", self.leaf))

    @classmethod
    def at_quantile(cls, leaf, quantile, copies=2, probability=1.0):
        """The request hedged after the given quantile of its replica, in (0, 1)."""
        delay = response_quantile(as_law("leaf", leaf), _check.fraction("quantile", quantile))
        return cls(leaf, delay, copies, probability)

    def law(self):
        """The law of the response time."""
        shifts = [j * self.delay for j in range(1, self.copies)]
        if isinstance(self._leaf, Smooth):
            breaks = {b + shift for b in (0.0, *self._leaf.breaks) for shift in (0.0, *shifts)} - {0.0}
            return Smooth(lambda t: self._unanswered(t, shifts), breaks=tuple(sorted(breaks)))
        values = np.unique(np.concatenate([self._leaf.values + shift for shift in (0.0, *shifts)]))
        tails = self._unanswered(values, shifts)
        last = np.argmax(tails <= 0) + 1
        values, tails = values[:last], tails[:last]
        finest = tails[-2] if last > 1 else self._leaf.finest
        return Steps(values, tails, float(finest) if self._leaf.finest > 0 else 0.0)

    def _unanswered(self, t, shifts):
        """P(no answer by t) for an array of times, of the first copy and those sent at the `shifts` up to t."""
        tails = self._leaf.tail(t)
        for shift in shifts:
            late = t >= shift
            tails[late] *= 1 - self.probability + self.probability * self._shifted(t[late], shift)
        return tails

    def _shifted(self, t, shift):
        if isinstance(self._leaf, Smooth):
            return self._leaf.tail(t - shift)
        later = Steps(self._leaf.values + shift, self._leaf.tails)  # t - shift could miss a value by its rounding
        return later.tail(t)

    @property
    def extra_load(self):
        """Mean number of further requests per request: 0.05 is 5 % more load."""
        times = [j * self.delay for j in range(self.copies)]
        due = (self._unanswered(np.array([times[j]]), times[1:j])[0] for j in range(1, self.copies))
        return float(self.probability * sum(due))

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


def best_delay(leaf, *, budget, copies=2):
    """The shortest delay whose hedges cost at most the budget: with certain hedges, the best at every quantile.

    Parameters
    ----------
    leaf
        One replica, as in `FanOut`.
    budget : float
        The extra load allowed, > 0: 0.02 for 2 %.
    copies : int
        2 to 1000.

    Returns
    -------
    float
        For two copies the leaf's quantile 1 - budget; 0 if the budget admits all copies at once.

    Notes
    -----
    Each copy's answer comes at j delay + X_j: a shorter delay brings every answer earlier, so that no quantile, fan-out
    or quorum prefers a longer one. Only the budget limits it. `best_hedge` may do better by sending with a probability.
    """
    law = as_law("leaf", leaf)
    budget = _budget(law, budget)
    copies = _check.integer("copies", copies, least=2, most=MOST_COPIES)

    def extra(t):
        return np.array([Hedged(leaf, float(t[0]), copies).extra_load])

    if extra(np.zeros(1))[0] <= budget:
        return 0.0
    delay = law.inverse(budget, 1 - budget) if copies == 2 else solve(extra, budget)
    while extra(np.array([delay]))[0] > budget * (1 + 1e-12):  # a jump of the leaf may lie half an ulp further
        delay = math.nextafter(delay, math.inf) * (1 + 1e-15)
    return delay


def best_hedge(leaf, *, budget, quantile=0.99, fan_out=1):
    """The one hedge, at a delay and with a probability, that makes a quantile smallest within a budget of extra load.

    Parameters
    ----------
    leaf
        One replica, as in `FanOut`.
    budget : float
        The extra load allowed, > 0.
    quantile : float
        In (0, 1): of the slowest of `fan_out` hedged leaves.
    fan_out : int
        At least 1.

    Returns
    -------
    Hedged
        With two copies. A probability below 1 pays where the budget is below 1 - quantile: a certain hedge would then
        be sent too late to matter.

    Notes
    -----
    The minimum of a numerical search: over the quantiles of the leaf at which to send, 129 of them, then Brent's
    method around the best. For measured leaves the 129 alone.
    """
    law = as_law("leaf", leaf)
    budget = _budget(law, budget)
    quantile = _check.fraction("quantile", quantile)
    deepest = log(min(budget, 1.0))

    def hedge(log_tail):
        delay = law.inverse(exp(log_tail), -expm1(log_tail)) if log_tail < 0 else 0.0
        due = float(law.tail(np.array([delay]))[0])
        return Hedged(leaf, delay, 2, min(1.0, budget / due) if due > 0 else 1.0)

    def result(log_tail):
        return FanOut(hedge(log_tail), fan_out).response_quantile(quantile)

    levels = np.linspace(deepest, 0.0, 129) if deepest < 0 else np.zeros(1)
    found = [result(one) for one in levels]
    best = int(np.argmin(found))
    if isinstance(law, Smooth) and len(levels) > 1:
        around = (levels[max(best - 1, 0)], levels[min(best + 1, 128)])
        refined = optimize.minimize_scalar(result, bounds=around, method="bounded", options={"xatol": 1e-9})
        if refined.fun < found[best]:
            return hedge(float(refined.x))
    return hedge(float(levels[best]))


def _budget(law, budget):
    budget = _check.positive("budget", budget)
    if budget < law.finest * (1 - 1e-12):
        _check.fail("budget", budget, f"must be at least {law.finest:g}, below which the samples say nothing")
    return budget
