"""Malformed calls of fan-out, hedging, redundancy and balancing: (callable, arguments, the argument to be named)."""

import math

import numpy as np
from underload import queueing as q
from underload.random import Exponential, Lognormal
from underload.stats import Histogram

nan, inf = math.nan, math.inf
leaf = Exponential(1.0)
request = q.FanOut(leaf, 10)
measured = q.FanOut([1.0, 2.0, 3.0], 1)
hedged = q.Hedged(leaf, 1.0)
narrow = Histogram(lowest=1.0, highest=2.0)
narrow.add([1.5, 3.0])
round_robin = q.RoundRobin(3.0, 1.0, 4)
shortest = q.JoinShortestQueue(1.0, 1.0, 2)
crowd = q.Supermarket(0.9)


def answer(thing, name):
    """Reads a property, as a call."""
    return lambda: getattr(thing, name)


BAD_CALLS = [
    (q.slow_probability, {"probability": 1.5, "fan_out": 10}, "probability"),
    (q.slow_probability, {"probability": [0.1, nan], "fan_out": 10}, "probability"),
    (q.slow_probability, {"probability": 0.1, "fan_out": 0}, "fan_out"),
    (q.slow_probability, {"probability": 0.1, "fan_out": 2.5}, "fan_out"),
    (q.leaf_quantile_for, {"quantile": 1.0, "fan_out": 10}, "quantile"),
    (q.leaf_quantile_for, {"quantile": 0.9, "fan_out": 10**16}, "fan_out"),
    (q.fan_out_for, {"leaf_quantile": 0.0}, "leaf_quantile"),
    (q.fan_out_for, {"leaf_quantile": 0.9, "quantile": 1}, "quantile"),
    (q.FanOut, {"leaf": 3.0, "fan_out": 2}, "leaf"),
    (q.FanOut, {"leaf": "fast", "fan_out": 2}, "leaf"),
    (q.FanOut, {"leaf": Exponential, "fan_out": 2}, "leaf"),
    (q.FanOut, {"leaf": [], "fan_out": 2}, "leaf"),
    (q.FanOut, {"leaf": [1.0, -1.0], "fan_out": 2}, "leaf"),
    (q.FanOut, {"leaf": [1.0, nan], "fan_out": 2}, "leaf"),
    (q.FanOut, {"leaf": np.ones((2, 2)), "fan_out": 2}, "leaf"),
    (q.FanOut, {"leaf": narrow, "fan_out": 2}, "leaf"),
    (q.FanOut, {"leaf": Histogram(), "fan_out": 2}, "leaf"),
    (q.FanOut, {"leaf": lambda t: 2.0, "fan_out": 2}, "leaf"),
    (q.FanOut, {"leaf": lambda t: min(1.0, t), "fan_out": 2}, "leaf"),
    (q.FanOut, {"leaf": lambda t: nan, "fan_out": 2}, "leaf"),
    (q.FanOut, {"leaf": leaf, "fan_out": 0}, "fan_out"),
    (q.FanOut, {"leaf": leaf, "fan_out": 10, "quorum": 0}, "quorum"),
    (q.FanOut, {"leaf": leaf, "fan_out": 10, "quorum": 11}, "quorum"),
    (request.response_tail, {"t": -1.0}, "t"),
    (request.response_tail, {"t": [1.0, nan]}, "t"),
    (request.response_quantile, {"q": 1.0}, "q"),
    (request.response_quantile, {"q": -0.5}, "q"),
    (request.response_quantile, {"q": [0.5, nan]}, "q"),
    (measured.response_quantile, {"q": 0.9}, "q"),
    (q.FanOut(lambda t: 0.5, 1).response_quantile, {"q": 0.9}, "q"),
    (answer(q.FanOut([1.0, 2.0], 2), "response_mean"), {}, "fan_out"),
    (q.MixedFanOut, {"leaves": []}, "leaves"),
    (q.MixedFanOut, {"leaves": [leaf, 1.0]}, "leaves"),
    (q.MixedFanOut, {"leaves": [leaf], "counts": [1, 2]}, "counts"),
    (q.MixedFanOut, {"leaves": [leaf], "counts": [0]}, "counts"),
    (q.MixedFanOut, {"leaves": [leaf], "counts": [10**4], "quorum": 1}, "counts"),
    (q.MixedFanOut, {"leaves": [leaf, leaf], "quorum": 3}, "quorum"),
    (q.Mixture, {"weights": [0.5], "leaves": [leaf, leaf]}, "leaves"),
    (q.Mixture, {"weights": [1.0, 0.0], "leaves": [leaf, leaf]}, "weights"),
    (q.Mixture, {"weights": [1.0, -1.0], "leaves": [leaf, leaf]}, "weights"),
    (q.Mixture, {"weights": [1.0, 1.0], "leaves": [leaf, None]}, "leaves"),
    (q.Hedged, {"leaf": leaf, "delay": -1.0}, "delay"),
    (q.Hedged, {"leaf": leaf, "delay": inf}, "delay"),
    (q.Hedged, {"leaf": leaf, "delay": 1.0, "copies": 0}, "copies"),
    (q.Hedged, {"leaf": leaf, "delay": 1.0, "probability": 1.1}, "probability"),
    (q.Hedged, {"leaf": leaf, "delay": 1e300, "copies": 10}, "delay"),
    (q.Hedged, {"leaf": None, "delay": 1.0}, "leaf"),
    (q.Hedged.at_quantile, {"leaf": leaf, "quantile": 1.0}, "quantile"),
    (hedged.response_tail, {"t": -1.0}, "t"),
    (hedged.response_quantile, {"q": 1.0}, "q"),
    (q.best_delay, {"leaf": leaf, "budget": 0.0}, "budget"),
    (q.best_delay, {"leaf": [1.0, 2.0], "budget": 0.1}, "budget"),
    (q.best_delay, {"leaf": leaf, "budget": 0.1, "copies": 1}, "copies"),
    (q.best_hedge, {"leaf": leaf, "budget": nan}, "budget"),
    (q.best_hedge, {"leaf": leaf, "budget": 0.1, "quantile": 1.0}, "quantile"),
    (q.best_hedge, {"leaf": Lognormal(1.0, 2.0), "budget": 0.1, "fan_out": 0}, "fan_out"),
    (q.Redundancy, {"arrival_rate": 4.0, "service_rate": 1.0, "servers": 4}, "utilization"),
    (q.Redundancy, {"arrival_rate": -4.0, "service_rate": 1.0, "servers": 4}, "arrival_rate"),
    (q.Redundancy, {"arrival_rate": 1.0, "service_rate": 1.0, "servers": 4, "copies": 5}, "copies"),
    (q.Redundancy, {"arrival_rate": 1.0, "service_rate": 1.0, "servers": 10**8}, "servers"),
    (q.Redundancy.from_slack, {"slack": 5.0, "servers": 4}, "slack"),
    (q.Redundancy.from_slack, {"slack": 1.0, "servers": 4, "service_rate": 1e308}, "service_rate"),
    (q.ForkJoin, {"arrival_rate": 1.0, "service_rate": 1.0}, "utilization"),
    (q.ForkJoin, {"arrival_rate": 0.5, "service_rate": 1.0, "tasks": 0}, "tasks"),
    (q.ForkJoin.from_slack, {"slack": 0.0}, "slack"),
    (answer(q.ForkJoin(0.5, 1.0, 3), "response_mean"), {}, "tasks"),
    (answer(q.ForkJoin(0.5, 1.0, 101), "response_varma_makowski"), {}, "tasks"),
    (q.RoundRobin, {"arrival_rate": 2.0, "service_rate": 1.0, "servers": 2}, "utilization"),
    (q.RoundRobin, {"arrival_rate": nan, "service_rate": 1.0, "servers": 2}, "arrival_rate"),
    (q.RoundRobin, {"arrival_rate": 1.0, "service_rate": 0.0, "servers": 2}, "service_rate"),
    (q.RoundRobin.from_slack, {"slack": 3.0, "servers": 2}, "slack"),
    (round_robin.response_quantile, {"q": 1.0}, "q"),
    (round_robin.wait_quantile, {"q": nan}, "q"),
    (round_robin.wait_tail, {"t": -1}, "t"),
    (q.random_split, {"arrival_rate": 3.0, "service_rates": [1.0, 1.0]}, "arrival_rate"),
    (q.random_split, {"arrival_rate": 1.0, "service_rates": [1.0, 0.0]}, "service_rates"),
    (q.random_split, {"arrival_rate": 1.0, "service_rates": [1.0, 1.0], "weights": [1.0]}, "weights"),
    (q.random_split, {"arrival_rate": 1.0, "service_rates": [1.0, 1.0], "weights": [0, 0]}, "weights"),
    (q.best_split, {"arrival_rate": 2.0, "service_rates": [1.0, 1.0]}, "arrival_rate"),
    (q.best_split, {"arrival_rate": 0.0, "service_rates": [1.0, 1.0]}, "arrival_rate"),
    (q.join_idle_queue, {"utilization": 1.0, "servers_per_dispatcher": 10}, "utilization"),
    (q.join_idle_queue, {"utilization": 0.5, "servers_per_dispatcher": 1e6}, "servers_per_dispatcher"),
    (q.join_idle_queue, {"utilization": 0.5, "servers_per_dispatcher": 1, "service_scv": -1}, "service_scv"),
    (q.Supermarket, {"utilization": 1.0}, "utilization"),
    (q.Supermarket, {"utilization": 0.5, "choices": 0}, "choices"),
    (q.Supermarket.from_slack, {"slack": 1.5}, "slack"),
    (crowd.state_tail, {"n": -1}, "n"),
    (q.supermarket_transient, {"times": [1.0, 0.5], "utilization": 0.5}, "times"),
    (q.supermarket_transient, {"times": [1.0], "utilization": -0.5}, "utilization"),
    (q.supermarket_transient, {"times": [1.0], "utilization": 0.5, "initial": [0.5, 0.6]}, "initial"),
    (q.supermarket_transient, {"times": [50.0], "utilization": 2.0, "levels": 10}, "levels"),
    (q.JoinShortestQueue, {"arrival_rate": 2.0, "service_rate": 1.0, "servers": 2}, "utilization"),
    (q.JoinShortestQueue, {"arrival_rate": 0.0, "service_rate": 1.0, "servers": 2}, "arrival_rate"),
    (q.JoinShortestQueue, {"arrival_rate": 1.0, "service_rate": 1.0, "servers": 4, "threshold": 30}, "threshold"),
    (answer(q.JoinShortestQueue(1.0, 1.0, 9), "response_mean"), {}, "servers"),
    (answer(q.JoinShortestQueue(2 - 1e-7, 1.0, 2), "response_mean"), {}, "utilization"),
    (shortest.response_tail, {"t": -1.0}, "t"),
    (q.stale_choices, {"utilization": 0.999, "update_interval": 1.0}, "utilization"),
    (q.stale_choices, {"utilization": 0.9, "update_interval": 0.0}, "update_interval"),
    (q.stale_choices, {"utilization": 0.9, "update_interval": 1.0, "choices": 0}, "choices"),
    (q.two_choice_loads, {"bins": 0, "seed": 1}, "bins"),
    (q.two_choice_max_load, {"bins": 10, "choices": 0, "seed": 1}, "choices"),
    (q.two_choice_max_load, {"bins": 10, "balls": -1, "seed": 1}, "balls"),
    (q.two_choice_max_load, {"bins": 10, "seed": -1}, "seed"),
]
