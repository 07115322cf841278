"""Queueing: how long work waits, in formulas that stay exact at a million servers and in the fastest simulator.

Erlang's formulas (`erlang_b`, `erlang_c`), the queue M/M/c with the tails and quantiles of its wait and response
(`MMc`), how many servers suffice (`servers_for_wait_probability` and its kin, `square_root_staffing`), general
service times (`pollaczek_khinchine_wait`, exact; `kingman_wait` and `allen_cunneen_wait`, approximate),
operational laws and closed systems (`throughput`, `response_time`, `asymptotic_bounds`, `closed_mmc`), and
first-come-first-served GI/G/c by simulation (`simulate`, `waits`; `simulate_closed` for a closed loop).
"""

from underload.queueing.approximations import (
    allen_cunneen_wait,
    kingman_bound,
    kingman_wait,
    pollaczek_khinchine_wait,
)
from underload.queueing.closed import Closed, closed_mmc
from underload.queueing.erlang import erlang_b, erlang_c
from underload.queueing.mmc import MMc
from underload.queueing.operational import Bounds, asymptotic_bounds, response_time, throughput
from underload.queueing.simulation import Batch, ClosedBatch, ClosedRun, Record, Run, simulate, simulate_closed, waits
from underload.queueing.staffing import (
    halfin_whitt_beta,
    halfin_whitt_wait_probability,
    servers_for_blocking,
    servers_for_mean_wait,
    servers_for_service_level,
    servers_for_wait_probability,
    square_root_staffing,
)
from underload.queueing.transforms import invert_laplace, laplace, laplace_residual

__all__ = [
    "Batch",
    "Bounds",
    "Closed",
    "ClosedBatch",
    "ClosedRun",
    "MMc",
    "Record",
    "Run",
    "allen_cunneen_wait",
    "asymptotic_bounds",
    "closed_mmc",
    "erlang_b",
    "erlang_c",
    "halfin_whitt_beta",
    "halfin_whitt_wait_probability",
    "invert_laplace",
    "kingman_bound",
    "kingman_wait",
    "laplace",
    "laplace_residual",
    "pollaczek_khinchine_wait",
    "response_time",
    "servers_for_blocking",
    "servers_for_mean_wait",
    "servers_for_service_level",
    "servers_for_wait_probability",
    "simulate",
    "simulate_closed",
    "square_root_staffing",
    "throughput",
    "waits",
]
