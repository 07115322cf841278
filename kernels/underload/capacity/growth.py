"""Laws of growth: extreme values, conflicts, cardinality; the exponent of a curve, and where two cross."""

import math
import typing

import numpy as np
from scipy import optimize, special

from underload import _check
from underload._libm import exp, log

__all__ = ["PowerLaw", "crossover", "deadlock_rate", "expected_slowest", "fitted_exponent", "harmonic", "series"]


def harmonic(n):
    """The harmonic number 1 + 1/2 + ... + 1/n.

    Parameters
    ----------
    n : int
        At least 0.

    Returns
    -------
    float
    """
    n = _check.integer("n", n)
    if n <= 100:
        return math.fsum(1 / k for k in range(1, n + 1))
    return float(special.digamma(n + 1.0)) + np.euler_gamma


def expected_slowest(n, mean=1.0):
    """Expected time until the slowest of `n` parallel calls answers, each exponential.

    Parameters
    ----------
    n : int
        Calls, at least 0.
    mean : float
        Mean time of one.

    Returns
    -------
    float
        mean x (1 + 1/2 + ... + 1/n): after each answer, the rest race anew without memory.
    """
    return harmonic(n) * _check.positive("mean", mean)


def deadlock_rate(nodes, *, transactions_per_second, actions, action_time, database_size):
    """Deadlocks per second of eager update-anywhere replication.

    Parameters
    ----------
    nodes : float
        Nodes, each of which originates transactions and holds a replica of everything.
    transactions_per_second : float
        Transactions that each node originates [1/s].
    actions : float
        Objects that a transaction updates.
    action_time : float
        Time to update one object at one replica [s].
    database_size : float
        Objects in the database, chosen uniformly.

    Returns
    -------
    float
        TPS^2 x action_time x actions^5 x nodes^3 / (4 database_size^2) per second.

    Notes
    -----
    Gray, Helland, O'Neil and Shasha, "The dangers of replication and a solution", SIGMOD 1996, the
    section on eager replication. A transaction updates the replicas one after another, so that
    nodes^2 x TPS x actions x action_time of them are open at once. One waits for one of them with
    probability p = open x actions^2 / (2 database_size), half of its locks being taken on average, and
    one of p / open of these waits closes a cycle of two. It holds while p is small.
    """
    nodes = _size("nodes", nodes, 1)
    rate = _size("transactions_per_second", transactions_per_second, 0)
    actions = _size("actions", actions, 1)
    action_time = _size("action_time", action_time, 0)
    database_size = _size("database_size", database_size, 1)
    return rate**2 * action_time * actions**5 * nodes**3 / (4 * database_size**2)


def _size(name, value, least):
    rule = f"must be a number from {least} to 1e15"
    value = _check.real(name, value, rule)
    return value if least <= value <= 1e15 else _check.fail(name, value, rule)


def series(*labels):
    """Time series of one metric: the product of the numbers of values of its labels.

    Parameters
    ----------
    *labels : int
        Distinct values of each label; none gives the one series without labels.

    Returns
    -------
    int
        An upper bound, reached if every combination occurs.
    """
    return math.prod(_check.integer(f"labels[{i}]", values) for i, values in enumerate(labels))


class PowerLaw(typing.NamedTuple):
    """cost ~ n^exponent, with the half width of the 95 % confidence interval of the exponent."""

    exponent: float
    half_width: float


def fitted_exponent(n, cost):
    """Exponent of a power law, by least squares of log(cost) on log(n).

    Parameters
    ----------
    n : array, shape (points,)
        Sizes, above 0, at least 3 points and two different sizes.
    cost : array, shape (points,)
        Costs, above 0.

    Returns
    -------
    PowerLaw
        The half width is from Student's t with points - 2 degrees of freedom: it supposes independent
        errors of equal relative size.
    """
    n, cost = _check.sample("n", n, least=3), _check.sample("cost", cost, least=3)
    if len(cost) != len(n):
        _check.fail("cost", cost, f"must have one entry per size, {len(n)}")
    for name, values in (("n", n), ("cost", cost)):
        if values.min() <= 0:
            _check.fail(f"{name}[{values.argmin()}]", values.min(), "must be > 0: it has a logarithm")
    x, y = np.log(n), np.log(cost)
    x -= x.mean()
    spread = float(x @ x)
    if spread == 0:
        _check.fail("n", n, "must hold two different sizes")
    exponent = float(x @ y) / spread
    rest = y - y.mean() - exponent * x
    freedom = len(n) - 2
    error = math.sqrt(float(rest @ rest) / freedom / spread)
    return PowerLaw(exponent, error * float(special.stdtrit(freedom, 0.975)))


def crossover(f, g, low, high):
    """The size at which two cost curves meet.

    Parameters
    ----------
    f, g : callable
        Costs as functions of a size, continuous between `low` and `high`.
    low, high : float
        Sizes between which the curves change order exactly once; 0 < low < high.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the same curve is the cheaper one at both ends.
    """
    for name, curve in (("f", f), ("g", g)):
        if not callable(curve):
            _check.fail(name, curve, "must be a function of a size")
    low, high = _check.positive("low", low), _check.positive("high", high)
    if low >= high:
        _check.fail("low", low, f"must be below high={high:g}")

    def difference(log_size):
        size = exp(log_size)
        first, second = _check.real("f", f(size)), _check.real("g", g(size))
        return (first - second) / max(abs(first), abs(second), 1e-300)

    first, last = difference(log(low)), difference(log(high))
    if min(first, last) > 0 or max(first, last) < 0:
        cheaper = "f" if first < 0 else "g"
        _check.fail("high", high, f"must lie beyond a crossing: {cheaper} is the cheaper one there and at low={low:g}")
    crossing = optimize.brentq(difference, log(low), log(high), xtol=1e-15)
    return min(max(exp(crossing), low), high)
