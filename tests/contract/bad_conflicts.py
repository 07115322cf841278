"""Malformed calls of the simulations of deadlocks and of lost copysets."""

import math

from underload.capacity import conflicts, placement_simulation

NAN, INF = math.nan, math.inf
LOAD = {"nodes": 3, "transactions_per_second": 1, "actions": 2, "action_time": 0.1, "database_size": 100}
RUN = LOAD | {"seconds": 10, "seed": 1}
HISTORY = {"arrivals": [0.0, 1.0], "objects": [[0, 1], [1, 2]], "work_time": 1, "database_size": 3}
COPYSETS = {"nodes": 9, "replicas": 3, "scatter_width": 2, "failed_fraction": 0.5, "trials": 5, "seed": 1}
RANDOM = {"nodes": 9, "replicas": 3, "chunks_per_node": 30, "failed_fraction": 0.5, "trials": 5, "seed": 1}


def _simulate(**changes):
    return conflicts.simulate_deadlocks, RUN | changes


def _limit(**changes):
    return conflicts.deadlock_rate_limit, LOAD | changes


def _history(**changes):
    return conflicts.lock_history, HISTORY | changes


def _copysets(**changes):
    return placement_simulation.simulate_copyset_loss, COPYSETS | changes


def _random(**changes):
    return placement_simulation.simulate_random_loss, RANDOM | changes


BAD_CALLS = [
    (*_simulate(nodes=0), "nodes"),
    (*_simulate(nodes=1.5), "nodes"),
    (*_simulate(transactions_per_second=0), "transactions_per_second"),
    (*_simulate(transactions_per_second=NAN), "transactions_per_second"),
    (*_simulate(transactions_per_second=1e16), "transactions_per_second"),
    (*_simulate(actions=0), "actions"),
    (*_simulate(actions=1001, database_size=5000), "actions"),
    (*_simulate(actions=101), "database_size"),
    (*_simulate(action_time=0), "action_time"),
    (*_simulate(action_time=INF), "action_time"),
    (*_simulate(database_size=10**9), "database_size"),
    (*_simulate(seconds=0), "seconds"),
    (*_simulate(seconds=1e10), "seconds"),
    (*_simulate(seconds=1e3, action_time=1e-12), "seconds"),
    (*_simulate(seed=-1), "seed"),
    (*_simulate(seed=None), "seed"),
    (*_limit(nodes="3"), "nodes"),
    (*_limit(transactions_per_second=-1), "transactions_per_second"),
    (*_limit(actions=2.5), "actions"),
    (*_limit(action_time=-1), "action_time"),
    (*_limit(database_size=1), "database_size"),
    (*_history(arrivals=[1.0, 0.0]), "arrivals"),
    (*_history(arrivals=[0.0, NAN]), "arrivals"),
    (*_history(arrivals=[0.0, 1e16]), "arrivals"),
    (*_history(arrivals=[-1.0, 0.0]), "arrivals"),
    (*_history(arrivals=[]), "arrivals"),
    (*_history(objects=[[0, 1]]), "objects"),
    (*_history(objects=[0, 1]), "objects"),
    (*_history(objects=[[], []]), "objects"),
    (*_history(objects=[[0.0, 1.0], [1.0, 2.0]]), "objects"),
    (*_history(objects=[[0, 0], [1, 2]]), "objects"),
    (*_history(objects=[[0, 3], [1, 2]]), "objects"),
    (*_history(objects=[[0, -1], [1, 2]]), "objects"),
    (*_history(work_time=0), "work_time"),
    (*_history(database_size=1), "database_size"),
    (*_copysets(nodes=2), "nodes"),
    (*_copysets(nodes=10**8), "nodes"),
    (*_copysets(replicas=1), "replicas"),
    (*_copysets(scatter_width=1), "scatter_width"),
    (*_copysets(scatter_width=9), "scatter_width"),
    (*_copysets(failed_fraction=1.1), "failed_fraction"),
    (*_copysets(failed_fraction=NAN), "failed_fraction"),
    (*_copysets(trials=1), "trials"),
    (*_copysets(seed=2**64), "seed"),
    (*_copysets(chunks_per_node=-1), "chunks_per_node"),
    (*_random(nodes=2), "nodes"),
    (*_random(replicas=True), "replicas"),
    (*_random(chunks_per_node=INF), "chunks_per_node"),
    (*_random(chunks_per_node=1e16), "chunks_per_node"),
    (*_random(failed_fraction=-0.1), "failed_fraction"),
    (*_random(trials=0), "trials"),
    (*_random(seed=0.5), "seed"),
]
