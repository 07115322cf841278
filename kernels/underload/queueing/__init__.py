"""Queueing: how long work waits, in closed forms that stay exact at a million servers, and by simulation.

Stations: `MM1`, `MMc`, `MMcK`, `MMcKN`, `MMInf`, `Engset`, `ErlangA`, `MG1`, `MDc`, `GIMc`, `MAPPH1` and their kin, all
with the same attributes, from `utilization` to `response_quantile`. Orders of service and priorities (`MG1.under`,
`priorities`), vacations, batches, polling, retrials. Staffing (`servers_for`, `arrival_rate_for`, `pooling`). Networks
(`jackson`, `mva`, `bottlenecks`). Chains and load over time (`transient`, `time_varying`). Fan-out, hedging and
balancing (`FanOut`, `Hedged`, `Supermarket`). What is no theorem says *approximation*.

Simulation: `simulate` takes who arrives, what they need, the servers, the order of service and the choice of a server;
`simulate_network` and `simulate_closed` take networks and closed loops.
"""

from underload.queueing.approximations import (
    allen_cunneen_wait,
    kingman_wait,
    kraemer_langenbach_belz_wait,
    marchal_wait,
    pollaczek_khinchine_wait,
)
from underload.queueing.balancing import RoundRobin, join_idle_queue
from underload.queueing.balls import two_choice_loads, two_choice_max_load
from underload.queueing.batches import MXG1, MXM1
from underload.queueing.birth_death import birth_death_law
from underload.queueing.bounds import daley_bound, kingman_bound, lower_bound
from underload.queueing.closed import Closed, closed_mmc
from underload.queueing.erlang import erlang_b, erlang_c
from underload.queueing.erlang_a import ErlangA, servers_for_abandonment
from underload.queueing.fan_out import FanOut, fan_out_for, leaf_quantile_for, slow_probability
from underload.queueing.finite import MMcK
from underload.queueing.fluid import Backlog, fluid_backlog, fluid_number
from underload.queueing.fork_join import ForkJoin
from underload.queueing.gimc import GIMc
from underload.queueing.hedging import Hedged, best_delay, best_hedge
from underload.queueing.infinite import MMInf
from underload.queueing.interpolations import approximate_waits, cosmetatos_wait, kimura_wait, whitt_wait
from underload.queueing.inversion import invert_laplace
from underload.queueing.leaf import Mixture
from underload.queueing.markov import accumulated, birth_death_generator, stationary, transient
from underload.queueing.markovian_arrivals import MarkovianArrivals
from underload.queueing.matrix_geometric import MAPPH1, MPH1, PHM1
from underload.queueing.mdc import MDc
from underload.queueing.mg1 import MG1
from underload.queueing.mixed_fan_out import MixedFanOut
from underload.queueing.mm1 import MM1
from underload.queueing.mmc import MMc
from underload.queueing.networks import (
    ApproximateNetwork,
    Bottlenecks,
    ClosedNetwork,
    FiniteCycle,
    JacksonNetwork,
    MixedNetwork,
    MulticlassNetwork,
    NormalizingConstants,
    OpenClasses,
    approximate_mva,
    balanced_job_bounds,
    bottlenecks,
    finite_cycle,
    jackson,
    mixed_network,
    multiclass_mva,
    mva,
    normalizing_constants,
    open_network,
)
from underload.queueing.offered_load import time_varying_load
from underload.queueing.operational import Bounds, OperationalLaws, asymptotic_bounds, response_time, throughput
from underload.queueing.phase_type import PhaseType
from underload.queueing.polling import OneLimitedApproximation, Polling
from underload.queueing.pools import PooledServers, Pooling, pooling
from underload.queueing.priorities import Priorities, cmu_order, priorities
from underload.queueing.quasi_birth_death import QuasiBirthDeath
from underload.queueing.redundancy import Redundancy
from underload.queueing.retrial import MMcRetrial
from underload.queueing.retrial_single import MM1Retrial
from underload.queueing.shortest_queue import JoinShortestQueue
from underload.queueing.simulation import (
    Batch,
    BatchArrivals,
    ClosedBatch,
    ClosedRun,
    Forked,
    Hedging,
    NonhomogeneousPoisson,
    Priority,
    Record,
    Redundant,
    Run,
    SelfSimilar,
    simulate,
    simulate_closed,
    simulate_network,
    waits,
)
from underload.queueing.simulation.balancing import (
    Affinity,
    JoinIdleQueue,
    LeastConnections,
    LeastWork,
    PowerOfChoices,
    Random,
    RoundRobinPolicy,
    ShortestQueue,
    StaleChoices,
    Weighted,
    WeightedRoundRobin,
)
from underload.queueing.simulation.queue_lengths import queue_lengths
from underload.queueing.size_based import Disciplined
from underload.queueing.sources import Engset, MMcKN
from underload.queueing.split import Split, best_split, random_split
from underload.queueing.staffing import (
    arrival_rate_for,
    halfin_whitt_beta,
    halfin_whitt_wait_probability,
    servers_for,
    square_root_staffing,
)
from underload.queueing.stale import StaleCycle, stale_choices
from underload.queueing.steps import Steps
from underload.queueing.supermarket import Supermarket, supermarket_transient
from underload.queueing.time_varying import (
    TimeVarying,
    TimeVaryingApproximation,
    modified_offered_load,
    pointwise_stationary,
    staffing_schedule,
    time_varying,
)
from underload.queueing.transforms import laplace, laplace_residual
from underload.queueing.vacations import MG1Setup, MG1Threshold, MG1Vacations

__all__ = [
    "MAPPH1",
    "MG1",
    "MM1",
    "MPH1",
    "MXG1",
    "MXM1",
    "PHM1",
    "Affinity",
    "ApproximateNetwork",
    "Backlog",
    "Batch",
    "BatchArrivals",
    "Bottlenecks",
    "Bounds",
    "Closed",
    "ClosedBatch",
    "ClosedNetwork",
    "ClosedRun",
    "Disciplined",
    "Engset",
    "ErlangA",
    "FanOut",
    "FiniteCycle",
    "ForkJoin",
    "Forked",
    "GIMc",
    "Hedged",
    "Hedging",
    "JacksonNetwork",
    "JoinIdleQueue",
    "JoinShortestQueue",
    "LeastConnections",
    "LeastWork",
    "MDc",
    "MG1Setup",
    "MG1Threshold",
    "MG1Vacations",
    "MM1Retrial",
    "MMInf",
    "MMc",
    "MMcK",
    "MMcKN",
    "MMcRetrial",
    "MarkovianArrivals",
    "MixedFanOut",
    "MixedNetwork",
    "Mixture",
    "MulticlassNetwork",
    "NonhomogeneousPoisson",
    "NormalizingConstants",
    "OneLimitedApproximation",
    "OpenClasses",
    "OperationalLaws",
    "PhaseType",
    "Polling",
    "PooledServers",
    "Pooling",
    "PowerOfChoices",
    "Priorities",
    "Priority",
    "QuasiBirthDeath",
    "Random",
    "Record",
    "Redundancy",
    "Redundant",
    "RoundRobin",
    "RoundRobinPolicy",
    "Run",
    "SelfSimilar",
    "ShortestQueue",
    "Split",
    "StaleChoices",
    "StaleCycle",
    "Steps",
    "Supermarket",
    "TimeVarying",
    "TimeVaryingApproximation",
    "Weighted",
    "WeightedRoundRobin",
    "accumulated",
    "allen_cunneen_wait",
    "approximate_mva",
    "approximate_waits",
    "arrival_rate_for",
    "asymptotic_bounds",
    "balanced_job_bounds",
    "best_delay",
    "best_hedge",
    "best_split",
    "birth_death_generator",
    "birth_death_law",
    "bottlenecks",
    "closed_mmc",
    "cmu_order",
    "cosmetatos_wait",
    "daley_bound",
    "erlang_b",
    "erlang_c",
    "fan_out_for",
    "finite_cycle",
    "fluid_backlog",
    "fluid_number",
    "halfin_whitt_beta",
    "halfin_whitt_wait_probability",
    "invert_laplace",
    "jackson",
    "join_idle_queue",
    "kimura_wait",
    "kingman_bound",
    "kingman_wait",
    "kraemer_langenbach_belz_wait",
    "laplace",
    "laplace_residual",
    "leaf_quantile_for",
    "lower_bound",
    "marchal_wait",
    "mixed_network",
    "modified_offered_load",
    "multiclass_mva",
    "mva",
    "normalizing_constants",
    "open_network",
    "pointwise_stationary",
    "pollaczek_khinchine_wait",
    "pooling",
    "priorities",
    "queue_lengths",
    "random_split",
    "response_time",
    "servers_for",
    "servers_for_abandonment",
    "simulate",
    "simulate_closed",
    "simulate_network",
    "slow_probability",
    "square_root_staffing",
    "staffing_schedule",
    "stale_choices",
    "stationary",
    "supermarket_transient",
    "throughput",
    "time_varying",
    "time_varying_load",
    "transient",
    "two_choice_loads",
    "two_choice_max_load",
    "waits",
    "whitt_wait",
]
