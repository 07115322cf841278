"""Simulators: any system of servers that customers pass through."""

from underload.queueing.simulation.arrivals import BatchArrivals, NonhomogeneousPoisson, SelfSimilar
from underload.queueing.simulation.closed import ClosedBatch, ClosedRun, simulate_closed
from underload.queueing.simulation.engine import simulate, waits
from underload.queueing.simulation.fork_join import Forked
from underload.queueing.simulation.network_system import simulate_network
from underload.queueing.simulation.priority import Priority
from underload.queueing.simulation.redundancy import Hedging, Redundant
from underload.queueing.simulation.run import Batch, Record, Run

__all__ = [
    "Batch",
    "BatchArrivals",
    "ClosedBatch",
    "ClosedRun",
    "Forked",
    "Hedging",
    "NonhomogeneousPoisson",
    "Priority",
    "Record",
    "Redundant",
    "Run",
    "SelfSimilar",
    "simulate",
    "simulate_closed",
    "simulate_network",
    "waits",
]
