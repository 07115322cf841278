"""Fleets: how many machines are down at once."""

from scipy import special

from underload import _check
from underload.capacity.load import amount, some_amount

__all__ = ["fleet_down", "probability_down"]


def fleet_down(nodes, mtbf, mttr):
    """Expected number of machines of a fleet that are down at once.

    Parameters
    ----------
    nodes : int
        Machines, which fail and are repaired independently.
    mtbf : float
        Mean time that a machine runs before it fails, in any unit.
    mttr : float
        Mean time to repair it, in the same unit.

    Returns
    -------
    float
        nodes x mttr / (mtbf + mttr): by renewal-reward, whatever the two distributions are.
    """
    return _check.integer("nodes", nodes, least=1) * _unavailability(mtbf, mttr)


def probability_down(nodes, mtbf, mttr, at_least):
    """Probability that at least some number of machines of a fleet are down at once.

    Parameters
    ----------
    nodes, mtbf, mttr
        As in `fleet_down`.
    at_least : int
        Number of machines.

    Returns
    -------
    float
        The upper tail of the binomial law, through the incomplete beta function.
    """
    nodes = _check.integer("nodes", nodes, least=1)
    at_least = _check.integer("at_least", at_least)
    down = _unavailability(mtbf, mttr)
    if at_least == 0:
        return 1.0
    if at_least > nodes:
        return 0.0
    return float(special.betainc(at_least, nodes - at_least + 1, down))


def _unavailability(mtbf, mttr):
    mtbf = some_amount("mtbf", mtbf)
    mttr = amount("mttr", mttr)
    return mttr / (mtbf + mttr)
