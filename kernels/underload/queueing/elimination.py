"""Linear algebra of Markov chains without a subtraction, so that every component keeps its digits.

A chain is given by its transition rates, float64[n, n], nothing negative, with a diagonal that is not used, and by the
rates at which its states leave it for good. What the textbook has on the diagonal is their sum, and never stored.

Source: Grassmann, Taksar and Heyman, Regenerative analysis and steady state distributions for Markov chains, Operations
Research 33(5), 1985; scaled squaring of nonnegative matrices after Xue and Ye, Entrywise relative perturbation bounds
for exponentials of essentially non-negative matrices, Numerische Mathematik 110(3), 2008.
"""

import math

import numpy as np

from underload import _check
from underload._jit import kernel


@kernel
def eliminate(rates):
    """The long-run law of a chain with the transition rates `rates` (float64[n, n], destroyed; diagonal unused)."""
    n = len(rates)
    for k in range(n - 1, 0, -1):
        out = 0.0
        for j in range(k):
            out += rates[k, j]
        for i in range(k):
            if rates[i, k] > 0.0:
                rates[i, k] /= out
                share = rates[i, k]
                for j in range(k):
                    rates[i, j] += share * rates[k, j]
    law = np.zeros(n)
    law[0] = 1.0
    total = 1.0
    for k in range(1, n):
        for i in range(k):
            law[k] += law[i] * rates[i, k]
        total += law[k]
        if total > 1e200:  # a later state may be likelier by more than a float can hold
            for i in range(k + 1):
                law[i] /= total
            total = 1.0
    for k in range(n):  # loops: an array expression takes three times as long to compile
        law[k] /= total
    return law


@kernel
def solve_leaving(rates, leaving, costs):
    """X in (diag(rates 1 + leaving) - rates) X = costs, where nothing is negative and so nothing cancels.

    Parameters
    ----------
    rates : float64[n, n]
        Between states; destroyed. The diagonal is not used.
    leaving : float64[n]
        Rates out of the states for good; destroyed.
    costs : float64[n, m]
        Per unit of time in a state; overwritten with the answer, the expected costs until leaving.
    """
    n, m = costs.shape
    for k in range(n - 1, -1, -1):
        out = leaving[k]
        for j in range(k):
            out += rates[k, j]
        rates[k, k] = out
        for i in range(k):
            if rates[i, k] > 0.0:
                share = rates[i, k] / out
                leaving[i] += share * leaving[k]
                for j in range(k):
                    rates[i, j] += share * rates[k, j]
                for j in range(m):
                    costs[i, j] += share * costs[k, j]
    for k in range(n):
        for i in range(k):
            if rates[k, i] > 0.0:
                for j in range(m):
                    costs[k, j] += rates[k, i] * costs[i, j]
        for j in range(m):
            costs[k, j] /= rates[k, k]
    return costs


def propagator(rates, t):
    """exp(t Q) of the chain with the transition rates `rates` (float64[n, n], zero diagonal), by squaring.

    Rows are scaled to sum to 1 after every squaring: rounding never turns a slow chain into a faster one.
    """
    out = rates.sum(axis=1)
    fastest = out.max()
    squarings = max(0, math.ceil(math.log2(fastest) + math.log2(t) + 2)) if fastest > 0 and t > 0 else 0
    step = math.ldexp(t, -squarings) * fastest  # at most 1/4
    identity = np.eye(len(rates))
    jump = (rates + np.diag(fastest - out)) / fastest if fastest > 0 else identity
    power = identity
    for k in range(14, 0, -1):
        power = identity + (step / k) * (jump @ power)
    power /= power.sum(axis=1, keepdims=True)
    for _ in range(squarings):
        power = power @ power
        power[power < 1e-290] = 0.0  # products of subnormal numbers take a hundred times as long
        power /= power.sum(axis=1, keepdims=True)
    return power


def check_matrix(name, value, shape=None):
    """A matrix of finite numbers, as float64[rows, columns]; square unless a shape is given."""
    array = np.asarray(value) if not hasattr(value, "toarray") else value.toarray()
    if array.dtype.kind not in "iuf" or array.ndim != 2 or array.size == 0 or not np.all(np.isfinite(array)):
        _check.fail(name, value, "must be a matrix of finite numbers")
    if array.shape != (shape or (len(array), len(array))):
        rule = "square" if shape is None else f"{shape[0]} x {shape[1]}"
        raise ValueError(f"{name} of shape {array.shape} must be {rule}")
    return np.array(array, dtype=np.float64, order="C")


def check_rates(name, matrix):
    """The off-diagonal part of a square float64 matrix, refused where it is negative."""
    rates = matrix.copy()
    np.fill_diagonal(rates, 0.0)
    if rates.min() < 0:
        i, j = np.unravel_index(rates.argmin(), rates.shape)
        _check.fail(f"{name}[{i}, {j}]", rates[i, j], "must be >= 0: it is a rate")
    return rates


def check_law(name, value, states):
    """A probability vector of `states` entries, or the number of the one state where all begins."""
    if np.ndim(value) == 0:
        return np.eye(states)[_check.integer(name, value, most=states - 1)]
    law = _check.sample(name, value, lowest=0.0)
    if len(law) != states:
        _check.fail(name, value, f"must have {states} entries")
    if abs(law.sum() - 1) > 1e-9:
        raise ValueError(f"{name} sums to {law.sum():.12g}, and must sum to 1")
    return law / law.sum()
