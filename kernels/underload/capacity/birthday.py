"""Birthdays: the chance that random identifiers collide."""

import math

import numpy as np

from underload import _check
from underload._libm import expm1
from underload.capacity._stable import log_falling

__all__ = ["birthday_collision", "items_for_collision"]


def birthday_collision(items, bits):
    """Probability that at least two of some random identifiers are equal.

    Parameters
    ----------
    items : int or array
        Number of identifiers, drawn uniformly and independently.
    bits : int
        Random bits in each, up to 1000: 122 in a version 4 UUID (RFC 9562).

    Returns
    -------
    float or ndarray
        1 - N! / ((N - items)! N^items) with N = 2^bits, exact to rounding also where it is 1e-30.
    """
    bits = _check.integer("bits", bits, least=0, most=1000)
    counts = _check.each(_check.nonnegative, "items", items)
    whole = np.asarray(counts, dtype=np.float64)
    broken = whole[whole != np.floor(whole)]
    if broken.size:
        _check.fail("items", float(broken.flat[0]), "must be a whole number")
    if whole.ndim == 0:
        return _collision(float(whole), bits)
    return np.array([_collision(float(count), bits) for count in whole.flat]).reshape(whole.shape)


def items_for_collision(bits, probability=0.5):
    """Smallest number of random identifiers that collide with at least this probability.

    Parameters
    ----------
    bits : int
        Random bits in each, up to 1000.
    probability : float
        Strictly between 0 and 1.

    Returns
    -------
    int
        Close to sqrt(2 N ln(1 / (1 - probability))) with N = 2^bits. Above 2^53 its last digits
        carry the rounding of floats.
    """
    bits = _check.integer("bits", bits, least=0, most=1000)
    probability = _check.fraction("probability", probability)
    few, many = 1, 2**bits + 1
    while many - few > 1:
        middle = (few + many) // 2
        if _collision(float(middle), bits) >= probability:
            many = middle
        else:
            few = middle
    return many


def _collision(items, bits):
    space = math.ldexp(1.0, bits)
    if items < 2:
        return 0.0
    return 1.0 if items > space else -expm1(log_falling(space, items))
