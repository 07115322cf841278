"""The power of d choices: each request joins the shortest of d queues drawn at random, with very many servers.

s_i is the fraction of servers with at least i requests. In the limit of many servers it follows
ds_i/dt = lambda (s_(i-1)^d - s_i^d) - (s_i - s_(i+1)), whose fixed point is s_i = lambda^((d^i - 1) / (d - 1)).

Source: Vvedenskaya, Dobrushin and Karpelevich, Queueing system with selection of the shortest of two queues: an
asymptotic approach, Problems of Information Transmission 32(1), 1996; Mitzenmacher, The power of two choices in
randomized load balancing, IEEE Transactions on Parallel and Distributed Systems 12(10), 2001.
"""

import dataclasses
import math

import numpy as np
from scipy import integrate

from underload import _check
from underload._jit import kernel
from underload._libm import exp, log1p
from underload.queueing._arguments import each_state

__all__ = ["Supermarket", "supermarket_transient"]

MOST_CHOICES = 10**6


@kernel
def response_sum(log_load, choices):
    """The sum over i >= 1 of load^((d^i - d) / (d - 1)), for a float64 log of the load < 0 and d >= 2 (float64)."""
    total, power = 0.0, 0.0
    while power * log_load > -750.0:
        total += exp(power * log_load)
        power = choices * (power + 1.0)
    return total


@kernel
def geometric(i, choices):
    """1 + d + ... + d^(i-1) as a float64, inf where it is larger, for a whole i >= 0 and d = `choices` (float64)."""
    if choices == 1.0:
        return float(i)
    total = 0.0
    for _ in range(i):
        if total == np.inf:
            break
        total = choices * total + 1.0
    return total


@kernel
def mean_response(slack, choices):
    """Mean response time at a load of 1 - `slack`, in (0, 1], with `choices` (float64): see `Supermarket`."""
    if slack == 1.0:
        return 1.0
    return 1.0 / slack if choices == 1.0 else response_sum(log1p(-slack), choices)


@kernel
def mean_wait(slack, choices):
    """As `mean_response`, without service, for two choices or more."""
    log_load = choices * log1p(-slack)
    first = exp(log_load)
    return first * response_sum(log_load, choices) if first > 0.0 else 0.0


@kernel
def tail(i, slack, choices):
    """The fraction of servers with at least i requests; arguments as of `mean_response`."""
    return exp(log1p(-slack) * geometric(i, choices)) if i > 0 else 1.0


@dataclasses.dataclass(frozen=True)
class Supermarket:
    """The limit of many servers with d choices, in steady state; times in mean service times.

    Parameters
    ----------
    utilization : float
        Arrival rate per server and mean service time, lambda in [0, 1).
    choices : int
        d, 1 to 10^6. 1 is random routing: M/M/1.

    Attributes
    ----------
    slack : float
        1 - utilization, to its own digits with `from_slack`.

    Notes
    -----
    Exact in the limit, and an approximation for n servers, whose mean response is larger: with two choices, for n = 100
    by 2 % at a utilization of 0.9 and 11 % at 0.99; for n = 1000 by less than 0.5 % at both (simulated).
    """

    utilization: float
    choices: int = 2
    slack: float = dataclasses.field(init=False, repr=False)

    def __post_init__(self):
        load = _check.real("utilization", self.utilization, "must lie in [0, 1)")
        if not 0 <= load < 1:
            _check.fail("utilization", load, "must lie in [0, 1)")
        self._set(load, self.choices, 1 - load)

    def _set(self, load, choices, slack):
        object.__setattr__(self, "utilization", load)
        object.__setattr__(self, "choices", _check.integer("choices", choices, least=1, most=MOST_CHOICES))
        object.__setattr__(self, "slack", slack)

    @classmethod
    def from_slack(cls, slack, choices=2):
        """The system at a utilization of 1 - slack, for a slack in (0, 1]."""
        slack = _check.positive("slack", slack)
        if slack > 1:
            _check.fail("slack", slack, "must be at most 1")
        system = object.__new__(cls)
        system._set(1 - slack, choices, slack)
        return system

    @property
    def response_mean(self):
        """Mean response time: the sum over i >= 1 of lambda^((d^i - d) / (d - 1)), 1 / (1 - lambda) for d = 1."""
        return mean_response(self.slack, float(self.choices))

    @property
    def wait_mean(self):
        """Mean time before service."""
        if self.slack == 1:
            return 0.0
        return self.utilization / self.slack if self.choices == 1 else mean_wait(self.slack, float(self.choices))

    @property
    def number_mean(self):
        """Mean number of requests per server."""
        return self.utilization * self.response_mean

    def state_tail(self, n):
        """Fraction of servers with at least n requests, for a whole number or an array of them."""
        return each_state(lambda i: tail(i, self.slack, float(self.choices)), n)

    def state_probability(self, n):
        """Fraction of servers with exactly n requests."""
        return each_state(lambda i: self.state_tail(i) - self.state_tail(i + 1), n)


def supermarket_transient(times, utilization, choices=2, *, initial=(), levels=None):
    """The fractions of servers with at least i requests, over time, in the limit of many servers.

    Parameters
    ----------
    times : float64[m]
        Increasing, >= 0, in mean service times, at most 10^6.
    utilization : float
        Arrival rate per server and mean service time, 0 to 100; it may exceed 1.
    choices : int
        d >= 1.
    initial : float64[l]
        Fractions s_1, s_2, ... at time 0, decreasing in [0, 1]; empty: all servers are idle.
    levels : int or None
        The longest queue followed, up to 20000; None: long enough.

    Returns
    -------
    float64[m, levels + 1]
        s_0 = 1, s_1, ... at each time. Mean requests per server: the sum without s_0.

    Raises
    ------
    ValueError
        If an argument breaks its rule or the longest queue is reached by more than 1e-9 of the servers.

    Notes
    -----
    Solved by LSODA with a relative tolerance of 1e-10 (scipy).
    """
    times = _check.sample("times", times, lowest=0)
    if np.any(np.diff(times) < 0) or times[-1] > 1e6:
        _check.fail("times", times, "must increase, up to 1e6")
    utilization = _check.nonnegative("utilization", utilization)
    if utilization > 100:
        _check.fail("utilization", utilization, "must be at most 100")
    choices = _check.integer("choices", choices, least=1, most=MOST_CHOICES)
    start = _check.sample("initial", initial, least=0, lowest=0) if np.size(initial) else np.empty(0)
    if np.any(np.diff(start, prepend=1.0) > 0):
        _check.fail("initial", start, "must decrease from at most 1")
    if levels is None:
        levels = _levels(times[-1], utilization, choices, len(start))
    levels = _check.integer("levels", levels, least=len(start) + 1, most=20000)
    state = np.zeros(levels)
    state[: len(start)] = start

    def slopes(_, s):
        arrivals = utilization * np.concatenate([[1.0], np.clip(s, 0.0, 1.0)]) ** choices
        return arrivals[:-1] - arrivals[1:] - s + np.append(s[1:], 0.0)

    banded = {"method": "LSODA", "lband": 1, "uband": 1, "rtol": 1e-10, "atol": 1e-13}
    end = max(times[-1], 1e-3)  # LSODA does not start on an interval of no length
    found = integrate.solve_ivp(slopes, (0.0, end), state, t_eval=times, **banded).y.T
    if found[:, -1].max() > 1e-9:
        _check.fail("levels", levels, "must be larger: queues reach the longest that is followed")
    return np.column_stack([np.ones(len(times)), np.clip(found, 0.0, 1.0)])


def _levels(end, utilization, choices, start):
    """Enough levels: what arrives, with room for chance; or, below saturation, what the fixed point reaches."""
    arrived = utilization * choices * end
    most = start + arrived + 10 * math.sqrt(arrived) + 40
    if utilization < 1 and utilization > 0:
        settled = 1
        while geometric(settled, float(choices)) * math.log(utilization) > -30 if choices > 1 else False:
            settled += 1
        deepest = -30 / math.log(utilization) if choices == 1 else settled
        most = min(most, start + deepest + 10)
    return int(min(most, 20000)) + 1
