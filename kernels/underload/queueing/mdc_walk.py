"""How many wait at the end of each service time of M/D/c: a random walk reflected at 0, to the last digits.

Mechanism: whoever is in service at one instant has left one service time later, so the number Y that waits obeys
Y' = max(Y + A - c, 0) with a Poisson number A of arrivals. By Spitzer's identity Y is compound Poisson with the measure
nu(j) = sum over n of P(Poisson(n a) = n c + j) / n on the jumps j >= 1, so its law follows from Panjer's recursion
j q(j) = sum over i of i nu(i) q(j - i). Every term is positive: nothing cancels, at any load. The sum over n is taken
by discrete Gauss quadrature on blocks of doubling length, so its cost grows with the logarithm of 1 / (1 - rho) only.
Far out the law is geometric.

Source: Spitzer, A combinatorial lemma and its application to probability theory, Transactions of the AMS 82, 1956;
Panjer, Recursive evaluation of a family of compound distributions, ASTIN Bulletin 12, 1981; the nodes from the
recurrence of Chebyshev's discrete polynomials (Abramowitz and Stegun 22.17).
"""

import math

import numpy as np
from scipy import linalg, optimize

from underload._jit import kernel
from underload._libm import log
from underload.queueing.offered_wait import lag
from underload.random._stirling import HALF_LOG_TWO_PI, _series, log_poisson

__all__ = ["decay", "fill_law", "sum_nodes"]

FIRST, POINTS = 64, 20  # terms added one by one; nodes of each later block, exact for polynomials of degree 39
DEEP = 45.0


@kernel
def log_poisson_real(k, mean, difference):
    """The logarithm of mean^k e^-mean / k! for a real `k` >= 12, with `difference` = k - mean to its last digits."""
    v = difference / (k + mean)
    if abs(v) > 0.1:
        deviance = k * log(k / mean) - difference
    else:
        square, total, power = v * v, difference * v, 2.0 * k * v * v * v
        for n in range(3, 27, 2):
            total += power / n
            power *= square
        deviance = total
    return -deviance - _series(k) - HALF_LOG_TWO_PI - 0.5 * log(k)


@kernel
def fill_law(load, slack, servers, ratio, nodes, weights, jumps, law):
    """Fill `law` with the weights of Y, where that of 0 is 1, until it is geometric or below 1e-300.

    Parameters
    ----------
    load, slack : float64
        a and c - a.
    servers : int64
    ratio : float64
        Of far weights, law[j - 1] / law[j].
    nodes, weights : float64[m]
        Of the sum over n; the first `FIRST` are 1, 2, ...
    jumps, law : float64[size]
        Work space for j nu(j), and the result.

    Returns
    -------
    int64
        The last j that is filled; it equals the size if that did not suffice.
    """
    law[0], steady = 1.0, 0
    for j in range(1, len(law)):
        total = 0.0
        for i in range(len(nodes)):
            n = nodes[i]
            k = n * servers + j
            if k < 16.0:
                term = weights[i] / n * math.exp(log_poisson(k, n * load))
            else:
                term = weights[i] / n * math.exp(log_poisson_real(k, n * load, n * slack + j))
            total += term
        jumps[j] = j * total
        total = 0.0
        for i in range(1, j + 1):
            total += jumps[i] * law[j - i]
        law[j] = total / j
        if law[j] < 1e-300:
            return j
        steady = steady + 1 if abs(law[j] / law[j - 1] * ratio - 1.0) < 4e-15 else 0
        if steady == 4:
            return j
    return len(law)


def sum_nodes(load, slack, servers):
    """Nodes and weights of the sum over n = 1, 2, ... of terms that fall as exp(-n c (rho - 1 - ln rho)) or faster."""
    rate = servers * (lag(-slack / servers) if slack < servers else math.inf)
    nodes, weights = [np.arange(1.0, FIRST)], [np.ones(FIRST - 1)]
    start = float(FIRST)
    while start * rate < DEEP:
        k = np.arange(1, POINTS)
        squared = (start**2 - k**2) / (4 * (4 - 1 / k**2))  # k^2 (N^2 - k^2) / (4 (4 k^2 - 1))
        place, vectors = linalg.eigh_tridiagonal(np.full(POINTS, (start - 1) / 2), np.sqrt(squared))
        nodes.append(start + place)
        weights.append(start * vectors[0] ** 2)
        start *= 2
    return np.concatenate(nodes), np.concatenate(weights)


def decay(slack, servers):
    """w > 0 with c ln(1 + w) = a w: far out each state of Y has 1 / (1 + w) of the weight of the one before."""
    part = slack / servers

    def excess(log_w):
        w = math.exp(log_w)
        return math.log(lag(w) / w / part)

    low, high = math.log(part), math.log(part) + 1.0  # lag(w) / w < w / 2
    while excess(high) < 0:
        high += 1.0
    return math.exp(optimize.brentq(excess, low, high, xtol=1e-300, rtol=1e-15))
