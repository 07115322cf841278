"""The stationary law of a birth-death chain: a number that goes up and down by one.

The weights of the states are products of birth over death rates. They are multiplied out from the largest one in both
directions, so each has its own few rounding errors, none overflows, and nothing cancels.

Source: Feller, An Introduction to Probability Theory and Its Applications I, 1950, chapter 17; Gross, Shortle,
Thompson and Harris, Fundamentals of Queueing Theory, 4th ed., 2008, chapter 2.
"""

import math

import numpy as np

from underload import _check
from underload._jit import kernel

__all__ = ["birth_death_law"]

STEP = 2.0**500  # what a weight that falls below 1 / STEP is multiplied with, and its count of steps
MOST_RATIO = 1e100


@kernel
def rescaled(weight, steps):
    """The same weight / STEP^steps with the weight between 1 / STEP and 1, if it is not 0."""
    if weight < 1.0 / STEP:
        return weight * STEP, steps + 1
    if weight > 1.0 and steps > 0:
        return weight / STEP, steps - 1
    return weight, steps


@kernel
def fill_law(birth, death, mode, law):
    """Fill `law` (float64[n + 1]) with the weights of the states relative to that of `mode`.

    Parameters
    ----------
    birth, death : float64[n]
        Rates from state i to i + 1, and back.
    mode : int64
        A state of nearly the largest weight.
    law : float64[n + 1]
        Out. What is below 1e-300 becomes 0; a chain of several peaks is followed through such a valley.
    """
    law[mode] = 1.0
    weight, steps = 1.0, 0
    for i in range(mode, len(birth)):
        weight, steps = rescaled(weight * (birth[i] / death[i]), steps)
        law[i + 1] = weight if steps == 0 else (weight / STEP if steps == 1 else 0.0)
    weight, steps = 1.0, 0
    for i in range(mode - 1, -1, -1):
        weight, steps = rescaled(weight * (death[i] / birth[i]), steps)
        law[i] = weight if steps == 0 else (weight / STEP if steps == 1 else 0.0)


def birth_death_law(birth, death):
    """The stationary law of a birth-death chain on 0, 1, ..., n.

    Parameters
    ----------
    birth : float64[n]
        Rates from state i to i + 1, >= 0; a 0 keeps the chain below.
    death : float64[n]
        Rates from state i + 1 to i, > 0.

    Returns
    -------
    float64[n + 1]
        Probabilities of the states; what is below about 1e-300 of the largest is 0.

    Raises
    ------
    ValueError
        If an argument breaks its rule, or a birth rate is not within 1e-100 and 1e100 times the death rate back.
    """
    birth = _check.sample("birth", birth, lowest=0)
    death = _check.sample("death", death)
    if len(death) != len(birth):
        _check.fail("death", death, f"must have as many rates as birth, {len(birth)}")
    if death.min() <= 0:
        _check.fail(f"death[{death.argmin()}]", death.min(), "must be > 0")
    moving = birth > 0
    logs = np.full(len(birth), -math.inf)
    logs[moving] = np.log(birth[moving]) - np.log(death[moving])
    far = np.flatnonzero(moving & (np.abs(logs) > math.log(MOST_RATIO)))
    if len(far):
        _check.fail(f"birth[{far[0]}]", birth[far[0]], "must be within 1e-100 and 1e100 times the death rate")
    law = np.empty(len(birth) + 1)
    fill_law(birth, death, int(np.argmax(np.concatenate(([0.0], np.cumsum(logs))))), law)
    return law / law.sum()
