"""Fork-join: a request splits into n tasks, one for each of n queues, and is done with the last of them.

Exact for two servers; for more, two named approximations between bounds that are theorems. `FanOut` is the same without
the common arrivals: its leaves are independent, which is an upper bound here.

Sources: Flatto and Hahn, Two parallel queues created by arrivals with two demands, SIAM J. Applied Mathematics 44(5),
1984; Nelson and Tantawi, Approximate analysis of fork/join synchronization in parallel queues, IEEE Transactions on
Computers 37(6), 1988; Baccelli, Makowski and Shwartz, The fork-join queue and related systems with synchronization
constraints, Advances in Applied Probability 21(3), 1989; Varma and Makowski, Interpolation approximations for symmetric
fork-join queues, Performance Evaluation 20, 1994.
"""

import dataclasses
import fractions
import functools
import math

from scipy import special

from underload import _check
from underload.queueing.balancing import geometric_root
from underload.queueing.mmc import MMc

__all__ = ["ForkJoin"]

MOST_FOR_NELSON_TANTAWI = 32
MOST_FOR_VARMA_MAKOWSKI = 100


def harmonic(n):
    """1 + 1/2 + ... + 1/n."""
    return (
        math.fsum(1 / i for i in range(1, n + 1)) if n <= 1000 else float(special.digamma(n + 1.0) - special.digamma(1))
    )


@functools.cache
def heavy_traffic(tasks):
    """Varma and Makowski's V_n: the limit of (mu - lambda) x mean response at saturation. Exact rationals inside.

    V_n = sum over r of C(n, r) (-1)^(r-1) sum over m <= r of C(r, m) (m - 1)! / r^(m+1): in floats it would cancel.
    """
    total = fractions.Fraction(0)
    for r in range(1, tasks + 1):
        inner = sum(math.perm(r, m) * r ** (r - m) * fractions.Fraction(1, m) for m in range(1, r + 1))
        total += (-1) ** (r - 1) * math.comb(tasks, r) * inner / r ** (r + 1)
    return float(total)


@dataclasses.dataclass(frozen=True)
class ForkJoin:
    """n M/M/1 queues with common Poisson arrivals; a request is done when all of its tasks are.

    Parameters
    ----------
    arrival_rate : float
        Requests per unit of time, >= 0: each server gets one task of every request.
    service_rate : float
        Tasks that one server completes per unit of time, > 0.
    tasks : int
        n >= 1, also the number of servers.

    Raises
    ------
    ValueError
        If an argument breaks its rule or the utilization is not below 1.

    Notes
    -----
    There is no closed form beyond n = 2. `response_low` and `response_high` are theorems; the two approximations lie
    between them.
    """

    arrival_rate: float
    service_rate: float
    tasks: int = 2

    def __post_init__(self):
        queue = MMc(self.arrival_rate, self.service_rate)
        self._set(queue, self.tasks)

    def _set(self, queue, tasks):
        object.__setattr__(self, "arrival_rate", queue.arrival_rate)
        object.__setattr__(self, "service_rate", queue.service_rate)
        object.__setattr__(self, "tasks", _check.integer("tasks", tasks, least=1, most=10**15))
        object.__setattr__(self, "_queue", queue)

    @classmethod
    def from_slack(cls, slack, *, service_rate=1.0, tasks=2):
        """The system with an exact distance to saturation: `slack` = 1 - arrival_rate / service_rate."""
        system = object.__new__(cls)
        system._set(MMc.from_slack(slack, service_rate=service_rate), tasks)
        return system

    @property
    def utilization(self):
        """Fraction of the time that a server is busy."""
        return self._queue.utilization

    @property
    def task_response_mean(self):
        """Mean response time of one task: that of M/M/1."""
        return self._queue.response_mean

    def _pair(self):
        return (12 - self.utilization) / 8 * self.task_response_mean

    @property
    def response_mean(self):
        """Mean response time for one or two tasks. Exact."""
        if self.tasks > 2:
            rule = "must be at most 2 for the exact mean: take response_nelson_tantawi or response_varma_makowski"
            _check.fail("tasks", self.tasks, rule)
        return self._pair() if self.tasks == 2 else self.task_response_mean

    @property
    def response_low(self):
        """A lower bound on the mean response, tight as the utilization goes to 0.

        The larger of two: two of the tasks alone, exact; and n queues with the same arrivals evenly spaced, which are
        independent D/M/1 queues (Baccelli, Makowski and Shwartz).
        """
        if self.tasks <= 2 or self.utilization == 0:
            return self.response_mean if self.tasks <= 2 else harmonic(self.tasks) / self.service_rate
        drain = geometric_root(math.inf, self.utilization, self._queue.slack)
        return max(self._pair(), harmonic(self.tasks) / (drain * self.service_rate))

    @property
    def response_high(self):
        """An upper bound on the mean response: n independent M/M/1 queues. Tight as the utilization goes to 0."""
        return self.response_mean if self.tasks <= 2 else harmonic(self.tasks) * self.task_response_mean

    @property
    def response_nelson_tantawi(self):
        """Mean response after Nelson and Tantawi, up to 32 tasks. An approximation, theirs within 5 % of simulations.

        It scales the exact pair by H_n / H_2 and bends it with the utilization; the constant 4/11 was fitted.
        """
        if self.tasks > MOST_FOR_NELSON_TANTAWI:
            _check.fail("tasks", self.tasks, f"must be at most {MOST_FOR_NELSON_TANTAWI} for this approximation")
        if self.tasks <= 2:
            return self.response_mean
        growth = harmonic(self.tasks) / 1.5
        return (growth + 4 / 11 * (1 - growth) * self.utilization) * self._pair()

    @property
    def response_varma_makowski(self):
        """Mean response after Varma and Makowski, up to 100 tasks. An approximation, exact at both ends of the load.

        It runs in a straight line, over the utilization, from the light-traffic limit H_n to the heavy-traffic limit.
        """
        if self.tasks > MOST_FOR_VARMA_MAKOWSKI:
            _check.fail("tasks", self.tasks, f"must be at most {MOST_FOR_VARMA_MAKOWSKI} for this approximation")
        light = harmonic(self.tasks)
        return (light + (heavy_traffic(self.tasks) - light) * self.utilization) * self.task_response_mean
