"""Polling: one server walks around queues in a fixed order and serves each exhaustively, gated, or one job at a time.

Mechanism: exhaustive and gated service turn every job found at a poll into an independent family of jobs left at the
next, so the numbers found at successive polls of one queue are a branching process with immigration. Their means are
known; their covariances solve one linear equation X = M X M' + V (Resing 1993), and the variance of a queue at its own
poll gives its mean wait (Takagi 1986). One job at a time (1-limited) is no branching process: symmetric queues follow
exactly from the pseudo-conservation law, others only approximately (`OneLimitedApproximation`).

Source: Takagi, Analysis of Polling Systems, 1986; Resing, Polling systems and multitype branching processes, Queueing
Systems 13, 1993; Boxma and Groenendijk, Pseudo-conservation laws in cyclic-service systems, Journal of Applied
Probability 24(4), 1987; Boxma and Meister, Waiting-time approximations for cyclic-service systems with switchover
times, Performance Evaluation 7(4), 1987.
"""

import dataclasses
import functools
import math

import numpy as np
from scipy import linalg

from underload import _check
from underload.queueing.erlang import check_stable

__all__ = ["OneLimitedApproximation", "Polling"]

MOST_QUEUES = 50
DISCIPLINES = ("exhaustive", "gated")


@dataclasses.dataclass(frozen=True, eq=False)
class _Cycle:
    """Queues in cyclic order; see `Polling`."""

    arrival_rates: np.ndarray
    services: tuple
    switchovers: tuple

    def _check_cycle(self):
        rates = _check.sample("arrival_rates", self.arrival_rates).copy()
        if rates.min() <= 0 or len(rates) > MOST_QUEUES:
            _check.fail("arrival_rates", self.arrival_rates, f"must be rates > 0, of at most {MOST_QUEUES} queues")
        rates.setflags(write=False)
        object.__setattr__(self, "arrival_rates", rates)
        for name, least in (("services", 1), ("switchovers", 0)):
            times = getattr(self, name)
            times = tuple(times) if isinstance(times, (list, tuple)) else (times,) * len(rates)
            if len(times) != len(rates):
                _check.fail(name, len(times), f"must be as many as arrival_rates ({len(rates)})")
            for time in times:
                if not (hasattr(time, "mean") and hasattr(time, "scv")) or (least and not time.mean > 0):
                    _check.fail(name, time, "must be distributions with mean and scv" + " > 0" * least)
            object.__setattr__(self, name, times)
        if not self.switchover_mean > 0:
            _check.fail("switchovers", self.switchover_mean, "must have a total mean > 0")
        slack = 1 - math.fsum(self.utilizations)
        check_stable(slack, 1, queues=len(rates), arrival_rate=float(rates.sum()))

    @functools.cached_property
    def _means(self):
        return np.array([time.mean for time in self.services])

    @functools.cached_property
    def _seconds(self):
        """Second moments of the service times."""
        return np.array([time.mean**2 * (1 + time.scv) for time in self.services])

    @property
    def utilizations(self):
        """Fraction of the time that the server works on each queue, float64[n]."""
        return self.arrival_rates * self._means

    @property
    def utilization(self):
        """Fraction of the time that the server works."""
        return math.fsum(self.utilizations)

    @property
    def switchover_mean(self):
        """Mean time that the server walks per cycle."""
        return math.fsum(time.mean for time in self.switchovers)

    @property
    def cycle_mean(self):
        """Mean time between two polls of a queue."""
        return self.switchover_mean / (1 - self.utilization)

    @property
    def response_mean(self):
        """Mean times from arrival to completion, float64[n]."""
        return self.wait_mean + self._means

    @property
    def queue_mean(self):
        """Mean numbers of jobs that wait, float64[n]."""
        return self.arrival_rates * self.wait_mean

    @property
    def number_mean(self):
        """Mean numbers of jobs that wait or are in service, float64[n]."""
        return self.arrival_rates * self.response_mean

    def _conserved(self, exhaustive):
        """The right side of the pseudo-conservation law; `exhaustive` (bool[n]) says which queues are."""
        rho, walk, shares = self.utilization, self.switchover_mean, self.utilizations
        variance = math.fsum(time.mean**2 * time.scv for time in self.switchovers)
        work = rho * math.fsum(self.arrival_rates * self._seconds) / (2 * (1 - rho))
        away = rho * (walk + variance / walk) / 2
        return (
            work
            + away
            + walk / (2 * (1 - rho)) * (rho**2 - math.fsum(shares**2))
            + walk / (1 - rho) * math.fsum(shares[~exhaustive] ** 2)
        )


@dataclasses.dataclass(frozen=True, eq=False)
class Polling(_Cycle):
    """Queues polled in cyclic order, with Poisson arrivals. Exact.

    Parameters
    ----------
    arrival_rates : float64[n]
        Per unit of time, > 0, at most 50 queues.
    services, switchovers : distribution or list of n
        Times with a mean and an scv; switchovers[i] is the walk from queue i to the next. Their total mean is > 0.
    disciplines : str or list of n
        "exhaustive": the server leaves an empty queue; "gated": it serves what it found.

    Attributes
    ----------
    wait_mean : float64[n]
        Mean time from arrival to the start of service; inf where a second moment is. Near saturation the relative
        error is some 1e-15 / (1 - utilization).
    """

    disciplines: tuple = "exhaustive"

    def __post_init__(self):
        self._check_cycle()
        words, n = self.disciplines, len(self.arrival_rates)
        words = (words,) * n if isinstance(words, str) else tuple(words)
        if len(words) != n:
            _check.fail("disciplines", len(words), f"must be as many as arrival_rates ({n})")
        for word in words:
            _check.choice("disciplines", word, DISCIPLINES)
        object.__setattr__(self, "disciplines", words)

    @functools.cached_property
    def _is_exhaustive(self):
        return np.array([word == "exhaustive" for word in self.disciplines])

    @functools.cached_property
    def wait_mean(self):
        """Mean times from arrival to the start of service, float64[n]."""
        if not np.all(np.isfinite(self._seconds)) or any(time.scv == math.inf for time in self.switchovers):
            return np.full(len(self.arrival_rates), math.inf)
        waits = [self._wait(queue) for queue in range(len(self.arrival_rates))]
        return np.array(waits)

    def _wait(self, queue):
        rate, share = self.arrival_rates[queue], self.utilizations[queue]
        found = rate * self.cycle_mean * (1 - share if self._is_exhaustive[queue] else 1)
        pairs = self._found_variance(queue) - found + found**2  # E[X (X - 1)], from the queue's own poll
        ahead = pairs / (2 * rate * found)
        if self._is_exhaustive[queue]:
            return ahead + rate * self._seconds[queue] / (2 * (1 - share))
        return ahead * (1 + share)

    def _found_variance(self, first):
        """The variance of the number of jobs that the server finds at its poll of queue `first`."""
        n = len(self.arrival_rates)
        whole, noise = np.eye(n), np.zeros((n, n))
        for step in range(n):
            queue = (first + step) % n
            stage, added = self._stage(queue)
            whole = stage @ whole
            noise = stage @ noise @ stage.T + added
        return linalg.solve_discrete_lyapunov(whole, noise)[first, first]

    def _stage(self, queue):
        """From the poll of a queue to the next: the mean map of the numbers, and the covariance that is added."""
        rate, share, mean = self.arrival_rates[queue], self.utilizations[queue], self._means[queue]
        second, others = self._seconds[queue], self.arrival_rates.copy()
        found = rate * self.cycle_mean
        if self._is_exhaustive[queue]:  # a job becomes what arrives elsewhere in a busy period
            others[queue] = 0.0
            found, mean, second = found * (1 - share), mean / (1 - share), second / (1 - share) ** 3
        stage = np.eye(len(others))
        stage[:, queue] = others * mean
        walk, rates = self.switchovers[queue], self.arrival_rates
        added = found * (np.diag(others * mean) + np.outer(others, others) * (second - mean**2))
        added += np.diag(rates * walk.mean) + np.outer(rates, rates) * walk.mean**2 * walk.scv
        return stage, added


@dataclasses.dataclass(frozen=True, eq=False)
class OneLimitedApproximation(_Cycle):
    """Queues polled in cyclic order that get one service per poll. Approximate, and exact for symmetric queues.

    The waits satisfy the pseudo-conservation law, which is a theorem about their weighted sum; their ratios,
    (1 - utilization + utilization_i) / (1 - utilization - arrival_rate_i x switchover_mean), are Boxma and Meister's.

    Parameters
    ----------
    arrival_rates, services, switchovers
        As in `Polling`.

    Attributes
    ----------
    exact : bool
        Whether the queues are alike in arrivals, services and switchovers.

    Raises
    ------
    ValueError
        Also where a queue gets more than one job per cycle: utilization + arrival_rate_i x switchover_mean >= 1.
    """

    def __post_init__(self):
        self._check_cycle()
        room = 1 - self.utilization - self.arrival_rates * self.switchover_mean
        if room.min() <= 0:
            queue = int(room.argmin())
            _check.fail(
                f"arrival_rates[{queue}]",
                self.arrival_rates[queue],
                f"must be below (1 - utilization) / switchover time = {(1 - self.utilization) / self.switchover_mean:g}"
                f" (utilization {self.utilization:g})",
            )

    @property
    def exact(self):
        """Whether the queues are alike, so that the waits are exact."""
        alike = all(len({(time.mean, time.scv) for time in times}) == 1 for times in (self.services, self.switchovers))
        return alike and len(set(self.arrival_rates)) == 1

    @property
    def wait_mean(self):
        """Mean times from arrival to the start of service, float64[n]."""
        rho, shares = self.utilization, self.utilizations
        room = 1 - rho - self.arrival_rates * self.switchover_mean
        level = (1 - rho) * self._conserved(np.zeros(len(shares), dtype=bool)) / math.fsum(shares * (1 - rho + shares))
        return level * (1 - rho + shares) / room
