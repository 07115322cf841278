"""Balancing: which server a customer joins when each has a queue of its own, by name or as an object.

A policy is a small frozen dataclass with a method ``system(servers)``. Those that need no arguments have a name in
`BALANCING`; the others, and these with other arguments, are given as objects.
"""

from underload import _check
from underload.queueing.simulation.balancing.blind_policies import (
    Affinity,
    Random,
    RoundRobinPolicy,
    Weighted,
    WeightedRoundRobin,
)
from underload.queueing.simulation.balancing.looking_policies import (
    JoinIdleQueue,
    LeastConnections,
    LeastWork,
    PowerOfChoices,
    ShortestQueue,
    StaleChoices,
)

__all__ = [
    "BALANCING",
    "Affinity",
    "JoinIdleQueue",
    "LeastConnections",
    "LeastWork",
    "PowerOfChoices",
    "Random",
    "RoundRobinPolicy",
    "ShortestQueue",
    "StaleChoices",
    "Weighted",
    "WeightedRoundRobin",
    "balancing_system",
]

BALANCING = {
    "random": Random(),
    "round-robin": RoundRobinPolicy(),
    "jsq": ShortestQueue(),
    "power-of-two": PowerOfChoices(2),
    "least-work": LeastWork(),
    "jiq": JoinIdleQueue(),
    "leastconn": LeastConnections(),
}


def balancing_system(balancing, servers):
    """The `System` of a balancing policy, given by its name or as an object with a method ``system(servers)``."""
    if isinstance(balancing, str):
        return BALANCING[_check.choice("balancing", balancing, BALANCING)].system(servers)
    if isinstance(balancing, type) or not hasattr(balancing, "system"):
        words = ", ".join(map(repr, BALANCING))
        _check.fail("balancing", balancing, f"must be one of {words}, or a balancing object")
    return balancing.system(servers)
