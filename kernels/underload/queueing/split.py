"""A stream split at random over servers of different speed: each server its share, and the best shares."""

import dataclasses
import math

import numpy as np

from underload import _check

__all__ = ["Split", "best_split", "random_split"]


@dataclasses.dataclass(frozen=True, eq=False)
class Split:
    """Independent M/M/1 queues fed by one split Poisson stream, in steady state. Exact.

    Attributes
    ----------
    arrival_rates, service_rates : float64[n]
        Of each server, per unit of time.
    slacks : float64[n]
        service_rate - arrival_rate of each, to its own digits.
    utilizations : float64[n]
        Fraction of the time that each is busy.
    response_mean : float
        Over all requests.
    """

    arrival_rates: np.ndarray
    service_rates: np.ndarray
    slacks: np.ndarray

    @property
    def utilizations(self):
        return self.arrival_rates / self.service_rates

    @property
    def response_mean(self):
        return float(self._shares() @ (1 / self.slacks))

    def _shares(self):
        return self.arrival_rates / self.arrival_rates.sum()

    def response_tail(self, t):
        """P(response > t) of a request drawn at random, for a time or an array of times >= 0."""
        t = np.asarray(_check.each(_check.nonnegative, "t", t))
        return (np.exp(-np.multiply.outer(t, self.slacks)) @ self._shares())[()]


def random_split(*, arrival_rate, service_rates, weights=None):
    """Each request goes to server i with probability proportional to a weight.

    Parameters
    ----------
    arrival_rate : float
        Requests per unit of time in all, > 0.
    service_rates : float64[n]
        Of each server, > 0.
    weights : float64[n] or None
        >= 0; None: the service rates, which loads all servers alike.

    Returns
    -------
    Split

    Raises
    ------
    ValueError
        If an argument breaks its rule or a server would be at a utilization of 1 or more.
    """
    arrival_rate, service_rates = _rates(arrival_rate, service_rates)
    weights = service_rates if weights is None else _check.sample("weights", weights, lowest=0)
    if len(weights) != len(service_rates) or not 0 < weights.sum() < math.inf:
        _check.fail("weights", weights, f"must be {len(service_rates)} numbers, not all 0")
    rates = arrival_rate * (weights / weights.sum())
    worst = int(np.argmax(rates / service_rates))
    if not rates[worst] < service_rates[worst]:
        rule = f"must leave each server a utilization below 1: server {worst} gets {rates[worst]:g}"
        _check.fail("arrival_rate", arrival_rate, rule)
    return Split(rates, service_rates, service_rates - rates)


def best_split(*, arrival_rate, service_rates):
    """The random split with the smallest mean response: slow servers get less than their share, or nothing.

    Parameters
    ----------
    arrival_rate : float
        Requests per unit of time in all, > 0, below the sum of the service rates.
    service_rates : float64[n]
        Of each server, > 0.

    Returns
    -------
    Split

    Notes
    -----
    Each server in use is left a slack in proportion to the square root of its speed: mu_i - lambda_i =
    sqrt(mu_i) (sum of mu - lambda) / (sum of sqrt(mu)). Buzen and Chen, Optimal load balancing in memory hierarchies,
    IFIP Congress 1974; Tantawi and Towsley, Optimal static load balancing, J. ACM 32(2), 1985.
    """
    arrival_rate, service_rates = _rates(arrival_rate, service_rates)
    total = math.fsum(service_rates)
    if not arrival_rate < total:
        _check.fail("arrival_rate", arrival_rate, f"must be below the sum of the service rates, {total:g}")
    order = np.argsort(-service_rates, kind="stable")
    roots = np.sqrt(service_rates[order])
    for used in range(len(roots), 0, -1):  # the slowest in use must get something
        per_root = (math.fsum([*service_rates[order[:used]], -arrival_rate])) / roots[:used].sum()
        if 0 < per_root < roots[used - 1]:
            break
    roots, used = roots[:used], order[:used]
    slacks, rates = service_rates.copy(), np.zeros(len(service_rates))
    slacks[used] = roots * per_root
    # mu_i - slack_i, without cancelling where little arrives
    lead = np.array([(root - roots) @ roots for root in roots])
    rates[used] = np.maximum(roots * (arrival_rate + lead) / roots.sum(), 0.0)  # a server at the edge may round below
    return Split(rates, service_rates, slacks)


def _rates(arrival_rate, service_rates):
    arrival_rate = _check.positive("arrival_rate", arrival_rate)
    service_rates = _check.sample("service_rates", service_rates)
    for i in np.flatnonzero(service_rates <= 0)[:1]:
        _check.fail(f"service_rates[{i}]", service_rates[i], "must be > 0")
    if not service_rates.sum() < 1e300:
        _check.fail("service_rates", service_rates, "must add up to less than 1e300")
    return arrival_rate, service_rates
