"""Redundancy-d: every request is copied to d of k servers, and the first copy done cancels the others. Exact.

Source: Gardner, Harchol-Balter, Scheller-Wolf, Velednitsky and Zbarsky, Redundancy-d: the power of d choices for
redundancy, Operations Research 65(4), 2017, theorem 1.

Hazard: the model draws a new service time for each copy, so that d copies run d times as fast and redundancy costs no
capacity. Where the size of the request is the same at every server, the copies that lose are wasted work: Gardner,
Harchol-Balter, Scheller-Wolf and Van Houdt, A better model for job redundancy: decoupling server slowdown and job size,
IEEE/ACM Transactions on Networking 25(6), 2017. There the response time has a best d, and too many copies make the
system unstable below a utilization of 1. Copies that are cancelled when the first one *starts* cost nothing and are
something else: each request goes to the one of its d servers with the least work (`JoinShortestQueue` if all are asked
and queues are compared by length).
"""

import dataclasses
import fractions
import math

from underload import _check
from underload._jit import kernel
from underload.queueing.erlang import check_slack, check_stable

__all__ = ["Redundancy"]

MOST_SERVERS = 10**7


@kernel
def delays(servers, copies, load, slack):
    """The mean response time in mean service times.

    Parameters
    ----------
    servers, copies : int64
        k and d.
    load, slack : float64
        Arrival rate over service rate and its distance to k, load + slack = k.

    Notes
    -----
    The sum over i = d..k of 1 / (k C(k-1, d-1) / C(i-1, d-1) - load). The ratio r of the binomials is walked down from
    1 at i = k, and r - 1 apart, so that k r - load = slack + k (r - 1) is a sum of positive terms.
    """
    total, excess = 0.0, 0.0
    for i in range(servers, copies - 1, -1):
        total += 1.0 / (slack + servers * excess)
        if i > copies:
            excess += (1.0 + excess) * (copies - 1) / (i - copies)
            if excess > 1e300:
                break
    return total


@dataclasses.dataclass(frozen=True)
class Redundancy:
    """Poisson requests, each copied to d servers chosen at random, cancelled on completion, exponential service. Exact.

    Parameters
    ----------
    arrival_rate : float
        Requests per unit of time in all, each counted once, >= 0.
    service_rate : float
        Copies that one busy server completes per unit of time, > 0.
    servers : int
        k, 1 to 10^7.
    copies : int
        d, 1 to k. 1 is random routing, k a single queue M/M/1 with all the servers' rates together.

    Attributes
    ----------
    slack : float
        servers - arrival_rate / service_rate, in servers.

    Raises
    ------
    ValueError
        If an argument breaks its rule or the utilization is not below 1.
    """

    arrival_rate: float
    service_rate: float
    servers: int
    copies: int = 2
    slack: float = dataclasses.field(init=False, repr=False)

    def __post_init__(self):
        arrival = _check.nonnegative("arrival_rate", self.arrival_rate)
        service = _check.positive("service_rate", self.service_rate)
        servers = _check.integer("servers", self.servers, least=1, most=MOST_SERVERS)
        slack = servers - fractions.Fraction(arrival) / fractions.Fraction(service)
        check_stable(slack, servers, arrival_rate=arrival, service_rate=service, servers=servers)
        self._set(arrival, service, servers, self.copies, float(slack))

    def _set(self, arrival_rate, service_rate, servers, copies, slack):
        copies = _check.integer("copies", copies, least=1, most=servers)
        values = (arrival_rate, service_rate, servers, copies, slack)
        for name, value in zip(self.__dataclass_fields__, values, strict=True):
            object.__setattr__(self, name, value)

    @classmethod
    def from_slack(cls, slack, *, service_rate=1.0, servers, copies=2):
        """The system with an exact distance to saturation: `slack` = servers - arrival_rate / service_rate."""
        service_rate = _check.positive("service_rate", service_rate)
        servers = _check.integer("servers", servers, least=1, most=MOST_SERVERS)
        slack = check_slack(slack, servers)
        arrival_rate = (servers - slack) * service_rate
        if arrival_rate == math.inf:
            _check.fail("service_rate", service_rate, "must keep the arrival rate finite")
        system = object.__new__(cls)
        system._set(arrival_rate, service_rate, servers, copies, slack)
        return system

    @property
    def offered_load(self):
        """Mean number of busy servers, in erlangs: the same for every d, since losing copies are not wasted here."""
        return self.arrival_rate / self.service_rate

    @property
    def utilization(self):
        """Fraction of the time that a server is busy."""
        return self.offered_load / self.servers

    @property
    def response_mean(self):
        """Mean time from arrival to the first copy's completion."""
        return delays(self.servers, self.copies, self.offered_load, self.slack) / self.service_rate

    @property
    def number_mean(self):
        """Mean number of requests in the system, each counted once: Little's law."""
        return delays(self.servers, self.copies, self.offered_load, self.slack) * self.offered_load
