"""Simulators: any system of servers that customers pass through."""

from underload.queueing.simulation.closed import ClosedBatch, ClosedRun, simulate_closed
from underload.queueing.simulation.engine import simulate, waits
from underload.queueing.simulation.run import Batch, Record, Run

__all__ = ["Batch", "ClosedBatch", "ClosedRun", "Record", "Run", "simulate", "simulate_closed", "waits"]
