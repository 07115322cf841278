"""How long M/G/1 waits, first come first served: the tails of wait and response.

Everything is in units of the mean service time. Given that it is not 0, the wait is a geometric sum of residual
service times: its transform is H = (1 - rho) Be / (1 - rho Be), where Be is that of the residual time. Exponential and
hyperexponential service give exponentials, deterministic service a finite positive sum; the rest is inverted
numerically, once the part that may have corners, the first term of the geometric sum, has been taken out.

Sources: Pollaczek 1930; Khinchine 1932; Franx, A simple solution for the M/D/c waiting time distribution, Operations
Research Letters 29(5), 2001; Abate and Whitt 1995 for the inversion; Tijms, A First Course in Stochastic Models, 2003,
section 8.2, for the exponential tail.
"""

import math

import numpy as np
from scipy import optimize, special, stats

from underload.queueing.inversion import EULER_A, euler
from underload.queueing.sizes import shares_at
from underload.queueing.transforms import decay_deficit, relative_transforms
from underload.random import Deterministic, Exponential, Gamma, Hyperexponential, Uniform

__all__ = ["LIGHT", "decay_rate", "response_tail", "wait_tail"]

LIGHT = (Gamma, Uniform)  # transforms known left of 0: their tails keep their digits however small
FULL = 0.005  # slack below which the slowest exponential of a light law's tail is known to the last digit
SETTLED = 100.0  # mean services x (1 + scv): from then on the others have decayed by exp(-100)
GONE = 800.0  # exp(-GONE) is 0
MOST_SHIFT = 8.0  # where the load is small the rate of decay is large: exp(rate t) would dwarf the first services
EXACT_UNTIL, STATES = 100, 200  # services; in M/D/1 the second singularity has by then decayed by exp(-40) or more


def wait_tail(law, load, slack, t):
    """P(wait > t) at float64[n] times >= 0, for a load in (0, 1) and slack = 1 - load."""
    if isinstance(law, (Exponential, Hyperexponential)):
        weights, rates = _phases(law, load, slack)
        return load * (weights * np.exp(-np.outer(t, rates))).sum(axis=1)
    if isinstance(law, Deterministic):
        return _deterministic(load, slack, t)
    late = np.maximum(t, 1e-80)
    rest = _inverted(law, load, slack, late, _rest_of_wait)
    found = np.where(t > 0, load * (slack * shares_at(law, late).excess + rest), load)
    if _is_settled(law, slack):
        rate, weight, _ = _slowest(law, load, slack)
        found = np.where(t < SETTLED * (1 + law.scv), found, weight * np.exp(-rate * t))
    return np.clip(found, 0.0, load)  # the inversion's error may pass the bounds


def response_tail(law, load, slack, t):
    """P(response > t) at float64[n] times >= 0."""
    if isinstance(law, (Exponential, Hyperexponential)):
        weights, rates = _phases(law, load, slack)
        return ((load + rates) * weights * np.exp(-np.outer(t, rates))).sum(axis=1)
    if isinstance(law, Deterministic):
        return np.where(t < 1, 1.0, _deterministic(load, slack, np.maximum(t - 1, 0.0)))
    late = np.maximum(t, 1e-80)
    rest = _inverted(law, load, slack, late, _rest_of_response)
    found = np.where(t > 0, slack * shares_at(law, late).rest / late + load * rest, 1.0)
    if _is_settled(law, slack):
        rate, weight, served = _slowest(law, load, slack)
        found = np.where(t < SETTLED * (1 + law.scv), found, weight * served * np.exp(-rate * t))
    return np.clip(found, 0.0, 1.0)


def _phases(law, load, slack):
    """Weights and rates of the exponentials that the wait, given that it is positive, is a mixture of."""
    if isinstance(law, Exponential):
        return np.array([1.0]), np.array([slack])
    one, two = law.params[1] / law.mean, law.params[2] / law.mean
    # The roots of one two s^2 - (one + two) (1 - load / 2) s + slack.
    half = (one + two) * (1 + slack) / 4
    root = math.sqrt((one - two) ** 2 * ((1 + slack) / 4) ** 2 + one * two * (load / 2) ** 2)
    slow, fast = slack / (half + root), (half + root) / (one * two)
    weight = slack * (1 - slow * (one + two) / 2) / (2 * root * slow)
    return np.array([weight, 1 - weight]), np.array([slow, fast])


def decay_rate(law, load, slack):
    """The rate at which the tails of a light law decay: where 1 = load x the residual's moment generating function.

    The function is convex with the slope E S^2 / 2 at 0, which brackets the root.
    """

    def excess(rate):
        if isinstance(law, Deterministic):
            return slack + load * float(decay_deficit(np.array(-rate)))
        return 1 - load * float(relative_transforms(law, np.array(-rate + 0j))[1].real)

    most = slack / (load * law.relative_moment(2) / 2) * (1 + 1e-12)
    most = min(most, _last_finite(law))
    if not excess(most) < 0:
        return most
    return optimize.brentq(excess, 0.0, most, xtol=1e-300, rtol=1e-15, maxiter=500)


def _last_finite(law):
    """A rate up to which E exp(rate S) of a light law is at most exp(600), with the mean service time as the unit."""
    if isinstance(law, Gamma):
        return min(-math.expm1(-600.0 * law.scv), 1 - 1e-15) / law.scv
    return 600.0 * (law.mean / law.high) if isinstance(law, Uniform) else 600.0


def _is_settled(law, slack):
    return isinstance(law, LIGHT) and slack < FULL


def _slowest(law, load, slack):
    """The slowest exponential of the tails of a light law near saturation.

    Returns
    -------
    rate, weight, served : float
        P(wait > t) is weight x exp(-rate t) in the end, and P(response > t) `served` times that; served is
        E exp(rate S).

    Notes
    -----
    The transform of the wait is slack / (slack + load (1 - Be)), with a pole at -rate. There 1 - Be is the negative sum
    of E S^k rate^(k-1) / k! over k >= 2: as a difference it would have no digits left.
    """
    terms = _moments_over_factorials(law, 16)
    powers, more = terms[2:], np.arange(len(terms) - 2)
    rate = slack / (load * terms[2])
    for _ in range(12):  # each gains two digits and more
        rate = slack / (load * float(powers @ rate**more))
    steep = load * float(((more + 1) * powers) @ rate**more)
    return rate, slack / (steep * rate), float(terms @ rate ** np.arange(len(terms)))


def _moments_over_factorials(law, most):
    """E S^k / k! for k = 0, ..., most, in units of the mean."""
    if isinstance(law, Gamma):
        return np.cumprod([1.0, *((1 + k * law.scv) / (k + 1) for k in range(most))])
    low, high = law.low / law.mean, law.high / law.mean
    sums = [sum(high**i * low ** (k - i) for i in range(k + 1)) / (k + 1) for k in range(most + 1)]
    return np.array([total / math.factorial(k) for k, total in enumerate(sums)])


def _inverted(law, load, slack, t, transform):
    """The inverse of `transform` at t; for a light law by way of exp(rate t) x the function, which does not decay."""
    theta = 0.0
    if _is_settled(law, slack):
        theta = _slowest(law, load, slack)[0]
        t = np.minimum(t, SETTLED * (1 + law.scv))  # later, nothing is asked of the inversion
    elif isinstance(law, LIGHT):
        theta = min(decay_rate(law, load, slack), MOST_SHIFT)
        t = np.minimum(t, GONE / theta)
    # Keep the first point of the path away from s = 0, where the transform is a quotient of two zeros.
    a = np.where(np.abs(EULER_A / 2 - theta * t) < 0.5, EULER_A + 2, EULER_A)
    a = np.where(np.abs(a / 2 - 3 * theta * t) < 0.5, a + 1.2, a)

    def shifted(s):
        return transform(law, load, slack, s - theta)

    with np.errstate(under="ignore"):
        return euler(shifted, t, a) * np.exp(-theta * t)


def _rest_of_wait(law, load, slack, s):
    """The transform of P(wait > t) / load - slack P(residual > t)."""
    residual = relative_transforms(law, s)[1]
    return load * (1 - residual) * (1 + slack * residual) / (s * (1 - load * residual))


def _rest_of_response(law, load, slack, s):
    """The transform of P(response > t | wait > 0)."""
    service, residual = relative_transforms(law, s)
    return (1 - service * slack * residual / (1 - load * residual)) / s


def _deterministic(load, slack, t):
    """P(wait > t) of M/D/1.

    For k - 1 <= t < k, with y = load (k - t) arrivals expected until k: the wait is longer if these arrivals and the
    customers that wait are k or more together. Every term is positive. From `EXACT_UNTIL` on, the exponential tail.
    """
    rate = decay_rate(Deterministic(1.0), load, slack)
    found = slack / (rate - slack) * np.exp(-rate * t)
    early = t < EXACT_UNTIL
    if early.any():
        waiting = _tails_of_number(load, slack, rate)[1:]  # P(N > j + 1): more than j wait
        found[early] = [_longer(load, waiting, one) for one in t[early]]
    return found


def _longer(load, waiting, t):
    k = math.floor(t) + 1
    mean = load * (k - t)
    arrivals = stats.poisson.pmf(np.arange(k), mean)
    return float(arrivals @ waiting[k - 1 :: -1][:k] + special.gammainc(k, mean))


def _tails_of_number(load, slack, rate):
    """P(N > n) of M/D/1 for n = 0 ... `STATES` - 1, N the customers in the system, by positive recursions.

    Level crossing: after a service n + 1 are left, by P(A > .) arrivals from lower levels, as often as n + 1 becomes n.
    Beyond the last state the probabilities are geometric.
    """
    more = special.gammainc(np.arange(1, STATES + 2), load)  # P(A > j), j = 0, 1, ...
    p = np.zeros(STATES + 1)
    p[0] = slack
    for n in range(STATES):
        p[n + 1] = (p[0] * more[n] + p[1 : n + 1] @ more[n:0:-1]) * math.exp(load)
    ratio = 1 / (1 + rate / load)
    beyond = p[STATES] * ratio / (1 - ratio)
    return np.cumsum(np.append(p[1:], beyond)[::-1])[::-1][:STATES]
