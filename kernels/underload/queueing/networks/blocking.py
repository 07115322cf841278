"""A closed cycle of stations with finite room, by its Markov chain. Exact.

Two rules for a customer whose next station is full. *After service*: it stays in the server, which does nothing until
there is room (manufacturing). *Repetitive service*: it is served again, another exponential time (communication). The
rules differ in the station that they keep busy, not in what they are called: name the one that a published value uses.

Source: Onvural, Survey of closed queueing networks with blocking, ACM Computing Surveys 22(2), 1990.
"""

import dataclasses
import math

import numpy as np

from underload import _check
from underload.queueing.elimination import eliminate
from underload.queueing.networks import stations

__all__ = ["FiniteCycle", "finite_cycle"]

MOST_STATES = 4096
RULES = ("after service", "repetitive service")


@dataclasses.dataclass(frozen=True, eq=False)
class FiniteCycle:
    """A closed cycle of stations with finite room in its steady state.

    Attributes
    ----------
    population : int
        Customers.
    throughput : float
        Customers per unit of time that pass each station.
    number_mean : float64[K]
        Mean number at each station, with those that are blocked in its server.
    utilization : float64[K]
        Fraction of the time that the server has a customer and is not stopped by a full station after it. Each equals
        throughput x mean service time.
    blocking_probability : float64[K]
        Fraction of the time that the server has a customer and is stopped.
    response_mean : float64[K]
        Mean time of a visit to each station.
    """

    population: int
    throughput: float
    number_mean: np.ndarray
    utilization: np.ndarray
    blocking_probability: np.ndarray
    response_mean: np.ndarray


def after_service(state, k, capacity):
    """The state after station k completes a service. A state has the numbers and which servers are blocked."""
    number, blocked = list(state[0]), list(state[1])
    count = len(number)
    after = (k + 1) % count
    if number[after] >= capacity[after]:
        blocked[k] = True
        return tuple(number), tuple(blocked)
    while True:  # a place becomes free at k, and then perhaps at the station before it, whose customer moves up
        number[k] -= 1
        number[after] += 1
        before = (k - 1) % count
        if not blocked[before]:
            return tuple(number), tuple(blocked)
        blocked[before] = False
        k, after = before, k


def repetitive_service(state, k, capacity):
    """The state after station k completes a service: the same one if there is no room after it."""
    number = list(state[0])
    after = (k + 1) % len(number)
    if number[after] >= capacity[after]:
        return state
    number[k] -= 1
    number[after] += 1
    return tuple(number), state[1]


def explore(first, move, rates, capacity):
    """All states that follow from the first one, and the transition rates between them."""
    place, states, edges = {first: 0}, [first], []
    for state in states:
        for k, rate in enumerate(rates):
            if state[0][k] == 0 or state[1][k]:
                continue
            following = move(state, k, capacity)
            if following == state:
                continue
            if following not in place:
                place[following] = len(states)
                states.append(following)
                if len(states) > MOST_STATES:
                    _check.fail("population", sum(first[0]), f"must make at most {MOST_STATES} states")
            edges.append((place[state], place[following], rate))
    matrix = np.zeros((len(states), len(states)))
    for here, there, rate in edges:
        matrix[here, there] += rate
    return states, matrix


def finite_cycle(service_rates, capacities, population, *, blocking="after service"):
    """A closed cycle of single exponential servers with finite room, first come, first served. Exact.

    Parameters
    ----------
    service_rates : float[K]
        Services per unit of time of each station, from 1e-200 to 1e200 and within a factor of 1e100; customers go from
        each to the next and from the last to the first. At least 2 stations.
    capacities : int[K]
        Room at each station, with the customer in service, each >= 1.
    population : int
        Customers, >= 1 and fewer than the room of all stations: a full cycle never moves.
    blocking : str
        "after service" or "repetitive service": see the head of this module.

    Returns
    -------
    FiniteCycle

    Raises
    ------
    ValueError
        Also if the chain has more than 4096 states.
    """
    rates = _check.sample("service_rates", service_rates, least=2)
    if rates.min() <= 0:
        _check.fail("service_rates", rates.tolist(), "must be > 0")
    if not max(1e-200, 1e-100 * rates.max()) <= rates.min() <= rates.max() <= 1e200:
        _check.fail("service_rates", rates.tolist(), "must lie from 1e-200 to 1e200, within a factor of 1e100")
    capacity = _check.counts("capacities", stations.per_station("capacities", capacities, len(rates), lowest=1))
    population = _check.integer("population", population, least=1, most=int(capacity.sum()) - 1)
    move = after_service if _check.choice("blocking", blocking, RULES) == RULES[0] else repetitive_service
    number = np.minimum(capacity, np.maximum(population - np.concatenate(([0], np.cumsum(capacity)[:-1])), 0))
    first = tuple(number.tolist()), (False,) * len(rates)
    states, transitions = explore(first, move, rates / rates.max(), capacity.tolist())
    law = eliminate(transitions)
    law /= math.fsum(law)
    number = np.array([state[0] for state in states])
    full = np.roll(number >= capacity, -1, axis=1)
    halted = np.array([state[1] for state in states]) if move is after_service else full
    serving = law @ ((number > 0) & ~halted)
    throughput = float(serving[0] * rates[0])
    mean = law @ number
    return FiniteCycle(population, throughput, mean, serving, law @ ((number > 0) & halted), mean / throughput)
