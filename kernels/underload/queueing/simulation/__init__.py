"""Simulators: any system of servers that customers pass through."""

from underload.queueing.simulation.arrivals import BatchArrivals, MarkovModulated, NonhomogeneousPoisson, SelfSimilar
from underload.queueing.simulation.closed import ClosedBatch, ClosedRun, simulate_closed
from underload.queueing.simulation.engine import simulate, waits
from underload.queueing.simulation.run import Batch, Record, Run

__all__ = [
    "Batch",
    "BatchArrivals",
    "ClosedBatch",
    "ClosedRun",
    "MarkovModulated",
    "NonhomogeneousPoisson",
    "Record",
    "Run",
    "SelfSimilar",
    "simulate",
    "simulate_closed",
    "waits",
]
