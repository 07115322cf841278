"""Orders of service, by name: one registry."""

from underload import _check
from underload.queueing.simulation.fcfs import FirstComeFirstServed

__all__ = ["DISCIPLINES", "discipline_system"]

DISCIPLINES = {"fcfs": FirstComeFirstServed}


def discipline_system(discipline, servers):
    """The `System` of a discipline, given by its name or as an object with a method ``system(servers)``."""
    if isinstance(discipline, str):
        return DISCIPLINES[_check.choice("discipline", discipline, DISCIPLINES)](servers)
    if not hasattr(discipline, "system"):
        words = ", ".join(map(repr, DISCIPLINES))
        _check.fail("discipline", discipline, f"must be one of {words}, or a discipline object")
    return discipline.system(servers)
