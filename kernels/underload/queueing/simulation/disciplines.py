"""Orders of service, by name: one registry.

- "fcfs": first come, first served. Any number of servers.
- "lcfs", "lcfs-pr": last come, first served, without and with preemption.
- "sjf", "psjf", "srpt": the shortest job first, without and with preemption, and the shortest remaining time first.
- "ps": processor sharing. Any number of servers.
- "fb": foreground-background, the least attained service first.
- "priority", "priority-pr": by class, without and with preemption; `Priority` sets the levels.

The preemptive ones take one server, except "ps" and the priorities.
"""

from underload import _check
from underload.queueing.simulation.fcfs import FirstComeFirstServed
from underload.queueing.simulation.last_come import PreemptiveLastComeFirstServed
from underload.queueing.simulation.least_attained import LeastAttainedService
from underload.queueing.simulation.nonpreemptive import LastComeFirstServed, ShortestJobFirst
from underload.queueing.simulation.priority import Priority
from underload.queueing.simulation.processor_sharing import ProcessorSharing
from underload.queueing.simulation.shortest_first import PreemptiveShortestJobFirst, ShortestRemainingFirst

__all__ = ["DISCIPLINES", "discipline_system"]

DISCIPLINES = {
    "fcfs": FirstComeFirstServed,
    "lcfs": LastComeFirstServed,
    "lcfs-pr": PreemptiveLastComeFirstServed,
    "sjf": ShortestJobFirst,
    "psjf": PreemptiveShortestJobFirst,
    "srpt": ShortestRemainingFirst,
    "ps": ProcessorSharing,
    "fb": LeastAttainedService,
    "priority": Priority().system,
    "priority-pr": Priority(preemptive=True).system,
}


def discipline_system(discipline, servers):
    """The `System` of a discipline, given by its name or as an object with a method ``system(servers)``."""
    if isinstance(discipline, str):
        return DISCIPLINES[_check.choice("discipline", discipline, DISCIPLINES)](servers)
    if isinstance(discipline, type) or not hasattr(discipline, "system"):
        words = ", ".join(map(repr, DISCIPLINES))
        _check.fail("discipline", discipline, f"must be one of {words}, or a discipline object")
    return discipline.system(servers)
