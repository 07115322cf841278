"""The normalizing constants of a closed network, by convolution in sums of positive terms. Exact.

A station with demand D that works at a(n) times its speed when n customers are there has the weights
f(n) = D^n / (a(1) ... a(n)). The constants G(0), ..., G(N) of the network are the convolution of the weights of its
stations, and G(n - 1) / G(n) is the throughput at n customers. From some m on a station works at one speed: there its
weights are geometric, and one recursion replaces the sum. A station costs O(N m) steps.

Source: Buzen, Computational algorithms for closed queueing networks with exponential servers, Communications of the
ACM 16(9), 1973; Gordon and Newell 1967; load-dependent stations after Reiser and Kobayashi 1975.

Deviations: the constants are kept as floats with wide exponents, and the network without a station is convolved anew
instead of divided out, since division subtracts. Rounding then amounts to changing each speed by parts in 10^16.
"""

import dataclasses

import numpy as np

from underload._jit import kernel
from underload.queueing.networks import stations, wide
from underload.queueing.networks.wide import LOG_BASE, NOTHING, add, normal, quotient

__all__ = ["NormalizingConstants", "attach", "delay", "normalizing_constants", "occupancy", "without_each"]


@kernel
def fill_weights(ratios, mantissas, exponents):
    """f(0), ..., f(m) of a station into float64[m + 1] and int64[m + 1]; `ratios` are D / a(1), ..., D / a(m)."""
    mantissas[0], exponents[0] = 1.0, 0
    for n in range(1, len(mantissas)):
        mantissas[n], exponents[n] = normal(mantissas[n - 1] * ratios[n - 1], exponents[n - 1])


@kernel
def fill_delay(demand, mantissas, exponents):
    """The weights demand^n / n! of customers who never queue, n = 0, ..., N."""
    mantissas[0], exponents[0] = 1.0, 0
    for n in range(1, len(mantissas)):
        mantissas[n], exponents[n] = normal(mantissas[n - 1] * demand / n, exponents[n - 1])


@kernel
def convolve(ratios, weight, power, given, level, result, height):
    """The constants of a network with one more station.

    Parameters
    ----------
    ratios : float64[m]
        D / a(1), ..., D / a(m); from m customers on the station works at a(m).
    weight, power : float64[m + 1], int64[m + 1]
        Its weights.
    given, level : float64[N + 1], int64[N + 1]
        The constants without it.
    result, height : float64[N + 1], int64[N + 1]
        Output; may not be `given` and `level`.
    """
    m = len(ratios)
    tail, rise = 0.0, NOTHING
    for n in range(len(given)):
        total, top = 0.0, NOTHING
        for j in range(min(n + 1, m)):
            total, top = add(total, top, weight[j] * given[n - j], power[j] + level[n - j])
        if n >= m:
            tail, rise = add(tail * ratios[m - 1], rise, weight[m] * given[n - m], power[m] + level[n - m])
            tail, rise = normal(tail, rise)
        total, top = add(total, top, tail, rise)
        result[n], height[n] = normal(total, top)


@kernel
def fill_occupancy(ratios, weight, power, given, level, whole, height, busy, number):
    """Fill the probability that a station is busy and its mean number (float64[N + 1]) at n = 0, ..., N customers.

    `whole` and `height` are the constants with the station; the others as in `convolve`. Beyond m customers, with the
    weights A of m or more and E = sum of (j - m) f(j) G(n - j), one step up gives E' = r (E + A).
    """
    m = len(ratios)
    tail, rise, excess, lift = 0.0, NOTHING, 0.0, NOTHING
    for n in range(len(given)):
        some, top, total, peak = 0.0, NOTHING, 0.0, NOTHING
        for j in range(1, min(n + 1, m)):
            term, size = weight[j] * given[n - j], power[j] + level[n - j]
            some, top = add(some, top, term, size)
            total, peak = add(total, peak, j * term, size)
        if n >= m:
            excess, lift = add(excess, lift, tail, rise)
            excess, lift = normal(excess * ratios[m - 1], lift)
            tail, rise = add(tail * ratios[m - 1], rise, weight[m] * given[n - m], power[m] + level[n - m])
            tail, rise = normal(tail, rise)
        some, top = add(some, top, tail, rise)
        total, peak = add(total, peak, m * tail, rise)
        total, peak = add(total, peak, excess, lift)
        busy[n] = quotient(some, top, whole[n], height[n])
        number[n] = quotient(total, peak, whole[n], height[n])


@kernel
def fill_throughput(mantissas, exponents, throughput):
    """G(n - 1) / G(n) into float64[N + 1], for n = 1, ..., N; 0 at n = 0."""
    throughput[0] = 0.0
    for n in range(1, len(mantissas)):
        throughput[n] = quotient(mantissas[n - 1], exponents[n - 1], mantissas[n], exponents[n])


def delay(demand, population):
    """Constants of the customers who never queue."""
    constants = wide.empty(population + 1)
    fill_delay(demand, *constants)
    return constants


def weights(ratios):
    """The weights of a station, as wide numbers."""
    found = wide.empty(len(ratios) + 1)
    fill_weights(ratios, *found)
    return found


def attach(ratios, constants):
    """The constants of a network with one more station, whose D / a(n) are `ratios`."""
    result = wide.empty(len(constants[0]))
    convolve(ratios, *weights(ratios), *constants, *result)
    return result


def occupancy(ratios, without, constants):
    """Probability that a station is busy and its mean number, for 0, ..., N customers."""
    busy, number = np.empty(len(without[0])), np.empty(len(without[0]))
    fill_occupancy(ratios, *weights(ratios), *without, *constants, busy, number)
    return busy, number


def without_each(ratios, constants):
    """The constants of the network without each of several stations, in order.

    Parameters
    ----------
    ratios : list of float64[m]
        The stations; halves of the list are attached in turn, O(K log K) convolutions for K stations.
    constants
        Of all other stations.

    Yields
    ------
    constants
    """
    if len(ratios) <= 1:
        yield from [constants] * len(ratios)
        return
    middle = len(ratios) // 2
    for inside, outside in ((ratios[:middle], ratios[middle:]), (ratios[middle:], ratios[:middle])):
        grown = constants
        for other in outside:
            grown = attach(other, grown)
        yield from without_each(inside, grown)


@dataclasses.dataclass(frozen=True, eq=False)
class NormalizingConstants:
    """The normalizing constants of a closed network.

    Attributes
    ----------
    log_constant : float64[N + 1]
        Natural logarithms of G(0), ..., G(N), with the demands in the unit of time that they were given in.
    throughput : float64[N + 1]
        G(n - 1) / G(n), requests per unit of time at n customers; 0 at n = 0. Its digits do not suffer from the
        logarithm.
    """

    log_constant: np.ndarray
    throughput: np.ndarray


def normalizing_constants(demands, population, *, think_time=0.0, servers=None, rates=None):
    """The normalizing constants of a closed network of one class, by Buzen's convolution. Exact.

    Parameters
    ----------
    demands, think_time, servers, rates
        As for `mva`.
    population : int
        N >= 1, at most 10^6.

    Returns
    -------
    NormalizingConstants

    Notes
    -----
    Relative errors of the throughput stay below 1e-12. See the head of this module.
    """
    model = stations.closed(demands, think_time, servers, rates)
    population = stations.population("population", population)
    constants = delay(model.waitless(population), population)
    for k in model.queueing(population):
        constants = attach(model.ratios(k, population), constants)
    throughput = np.empty(population + 1)
    fill_throughput(*constants, throughput)
    log_constant = np.log(constants[0]) + LOG_BASE * constants[1] + np.arange(population + 1) * np.log(model.unit)
    return NormalizingConstants(log_constant, throughput / model.unit)
