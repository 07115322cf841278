"""Retrial queues: who finds all servers busy tries again, at a rate of his own, until one is free. Exact.

Those who wait to try again are the *orbit*. Each of them retries after exponential times, independently of the others
(the classical policy), so whoever comes first is served next. Of waits and responses only the means are given.

Mechanism: with n in the orbit and i busy, the flow up from n equals the flow down from n + 1, and the other balance
equations of level n are tridiagonal in i. So the law at n follows from that at n + 1 by one positive elimination (no
term is subtracted); from any start far enough above, as positive maps forget where they started. The level to start
from is doubled until what lies beyond it is below 1e-19 of the whole. One server has closed forms: `retrial_single`.

Source: Falin and Templeton, Retrial Queues, 1997, chapter 2.

Deviations: the books cut the orbit, or make retrials constant, beyond a level, and solve forwards or by matrices; here
the recursion runs downwards.
"""

import dataclasses
import fractions
import functools

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.queueing._arguments import each_state
from underload.queueing.erlang import check_stable, erlang_b
from underload.queueing.retrial_single import check_ratios

__all__ = ["MMcRetrial"]

NEGLIGIBLE = 1e-19
MOST_STEPS = 10**8  # levels x servers: a second or two
LARGE = 1e150  # one step multiplies by up to (n + 1) retrials / arrivals, below 1e109


@kernel
def step_down(n, arrival, service, retrial, law, pivots):
    """Replace `law` (float64[c + 1]) of level `n` + 1 by that of level `n`, in the same unit.

    Parameters
    ----------
    n : int64
    arrival, service, retrial : float64
        Rates.
    law, pivots : float64[c + 1]
        `pivots` is work space.
    """
    servers = len(law) - 1
    free = 0.0
    for i in range(servers):
        free += law[i]
    down = (n + 1.0) * retrial
    # Eliminate upwards: law[i] = ((i + 1) mu law[i + 1] + given) / (lambda + excess), both positive.
    above, given, excess = law[0], 0.0, n * retrial
    pivots[0] = arrival + excess
    law[0] = given
    for i in range(1, servers):
        excess = n * retrial + i * service * (excess / pivots[i - 1])
        pivots[i] = arrival + excess
        given = down * above + arrival * (given / pivots[i - 1])
        above = law[i]
        law[i] = given
    law[servers] = free * (down / arrival)
    for i in range(servers - 1, -1, -1):
        law[i] = ((i + 1.0) * service * law[i + 1] + law[i]) / pivots[i]


@kernel
def sweep(top, arrival, service, retrial, orbit, busy, pivots, law, wanted, level):
    """Fill the weights of the orbit (float64[top]) and of the busy servers (float64[c + 1]), from level `top` down.

    `level` (float64[c + 1]) receives the weights of level `wanted`, if it is below `top`. All are in one unit.
    """
    servers = len(busy) - 1
    busy[:] = 0.0
    level[:] = 0.0
    law[:] = 0.0
    law[servers - 1] = 1.0
    for n in range(top - 1, -1, -1):
        step_down(n, arrival, service, retrial, law, pivots)
        total = law.sum()
        if total > LARGE:
            law /= total
            orbit[n + 1 :] /= total
            busy /= total
            level /= total
            total = 1.0
        orbit[n] = total
        busy += law
        if n == wanted:
            level[:] = law


@dataclasses.dataclass(frozen=True)
class MMcRetrial:
    """The M/M/c queue without a waiting room, whose blocked requests try again. Exact.

    Parameters
    ----------
    arrival_rate : float
        New requests per unit of time, at least 1e-50 x service_rate.
    service_rate : float
        Requests that one busy server completes per unit of time, > 0.
    servers : int
        c, from 1 to 10^4.
    retrial_rate : float
        1 / mean time between two tries of a request that is blocked, from 1e-50 to 1e50 x service_rate.

    Raises
    ------
    ValueError
        If an argument breaks its rule, the utilization is not below 1, or the orbit is too long to be enumerated.

    Notes
    -----
    As the retrial rate grows this becomes M/M/c, in random order. Relative errors grow with the number of levels N that
    the orbit reaches, as N x 1e-16; N is about 45 / (1 - rho) and more for slow retrials.
    """

    arrival_rate: float
    service_rate: float
    servers: int
    retrial_rate: float

    def __post_init__(self):
        arrival = _check.positive("arrival_rate", self.arrival_rate)
        service = _check.positive("service_rate", self.service_rate)
        servers = _check.integer("servers", self.servers, least=1, most=10**4)
        slack = servers - fractions.Fraction(arrival) / fractions.Fraction(service)
        check_stable(slack, servers, arrival_rate=arrival, service_rate=service, servers=servers)
        check_ratios(arrival, service, _check.positive("retrial_rate", self.retrial_rate))
        values = (arrival, service, servers, float(self.retrial_rate))
        for name, value in zip(self.__dataclass_fields__, values, strict=True):
            object.__setattr__(self, name, value)
        _ = self._law

    def _sweep(self, top, wanted=-1):
        rates = (self.arrival_rate / self.service_rate, 1.0, self.retrial_rate / self.service_rate)
        orbit, busy, pivots, law, level = (np.empty(size) for size in (top, *4 * (self.servers + 1,)))
        sweep(top, *rates, orbit, busy, pivots, law, wanted, level)
        return orbit, busy, level

    @functools.cached_property
    def _law(self):
        """Weights of the orbit and of the busy servers, and their sum."""
        free = (self.servers - self.offered_load) / self.servers
        # Retries as often as blocked requests: the orbit is at least as long as with the losses of Erlang's B.
        least = self.arrival_rate / self.retrial_rate * erlang_b(self.servers, self.offered_load)
        top = 64
        while True:
            if max(top, least) * self.servers > MOST_STEPS:
                rule = f"makes the orbit too long to enumerate (utilization {self.utilization:g})"
                _check.fail("retrial_rate", self.retrial_rate, rule)
            orbit, busy, _ = self._sweep(top)
            total = orbit.sum()
            if orbit[-1] * (top / free) <= NEGLIGIBLE * total:
                return orbit, busy, total
            top *= 2

    @property
    def offered_load(self):
        """Mean number of busy servers, in erlangs."""
        return self.arrival_rate / self.service_rate

    @property
    def throughput(self):
        """Completions per unit of time: all that arrive."""
        return self.arrival_rate

    @property
    def utilization(self):
        """Fraction of the time that a server is busy."""
        return self.offered_load / self.servers

    @property
    def wait_probability(self):
        """Probability that a new request finds all servers busy."""
        return float(self._law[1][-1] / self._law[2])

    @property
    def orbit_mean(self):
        """Mean number of requests that wait to try again."""
        orbit, _, total = self._law
        return float(orbit @ np.arange(len(orbit)) / total)

    @property
    def queue_mean(self):
        """Mean number of requests that wait: the orbit."""
        return self.orbit_mean

    @property
    def number_mean(self):
        """Mean number of requests in the orbit or in service."""
        return self.orbit_mean + self.offered_load

    @property
    def wait_mean(self):
        """Mean time from arrival to the start of service, over all requests."""
        return self.orbit_mean / self.arrival_rate

    @property
    def response_mean(self):
        """Mean time from arrival to completion."""
        return self.wait_mean + 1 / self.service_rate

    @property
    def retrials_mean(self):
        """Mean number of further tries per request."""
        return self.retrial_rate * self.wait_mean

    def orbit_probability(self, n):
        """P(n requests in the orbit), for a whole number n >= 0 or an array."""
        orbit, _, total = self._law
        return each_state(lambda one: float(orbit[one] / total) if one < len(orbit) else 0.0, n)

    def busy_probability(self, n):
        """P(n servers busy), for a whole number n from 0 to `servers` or an array."""
        _, busy, total = self._law

        def probability(one):
            return float(busy[_check.integer("n", one, most=self.servers)] / total)

        return each_state(probability, n)

    def state_probability(self, busy, orbit):
        """P(`busy` servers busy and `orbit` requests in the orbit), for two whole numbers."""
        busy = _check.integer("busy", busy, most=self.servers)
        orbit = _check.integer("orbit", orbit)
        top = len(self._law[0])
        if orbit >= top:
            return 0.0
        weights, _, level = self._sweep(top, orbit)
        return float(level[busy] / weights.sum())
