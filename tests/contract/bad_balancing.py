"""Malformed calls of the simulated balancing: (callable, arguments, the argument that the error must name)."""

import math

import numpy as np
from underload import queueing as q
from underload.random import Exponential

nan, inf = math.nan, math.inf
good = {"interarrival": Exponential(1.0), "service": Exponential(1.0), "servers": 4, "customers": 1000}


def run(balancing, **more):
    return q.simulate(**{**good, **more}, balancing=balancing)


def look(balancing="jsq", times=(1.0, 2.0), **more):
    given = {**good, **more}
    return q.queue_lengths(times, given["interarrival"], given["service"], given["servers"], balancing=balancing)


BAD_CALLS = [
    (run, {"balancing": "shortest"}, "balancing"),
    (run, {"balancing": 2}, "balancing"),
    (run, {"balancing": q.ShortestQueue}, "balancing"),
    (run, {"balancing": "jsq", "capacity": 5}, "capacity"),
    (run, {"balancing": "jsq", "discipline": "ps"}, "discipline"),
    (run, {"balancing": "jsq", "servers": 0}, "servers"),
    (run, {"balancing": "jsq", "interarrival": Exponential(0.25)}, "utilization"),
    (run, {"balancing": q.PowerOfChoices(5)}, "choices"),
    (run, {"balancing": q.StaleChoices(5, 1.0)}, "choices"),
    (run, {"balancing": "power-of-two", "servers": 1, "service": Exponential(0.5)}, "choices"),
    (run, {"balancing": q.Weighted([1, 1, 1])}, "weights"),
    (run, {"balancing": q.WeightedRoundRobin([1, 1, 1, 1, 1])}, "weights"),
    (run, {"balancing": q.Weighted([5, 1, 1, 1], [1, 1, 1, 0.1])}, "utilization"),
    (run, {"balancing": q.WeightedRoundRobin([1, 0, 0, 0])}, "utilization"),
    (run, {"balancing": q.Affinity(3.0, 100), "interarrival": Exponential(0.5)}, "utilization"),
    (run, {"balancing": q.ShortestQueue([1.0, 2.0])}, "speeds"),
    (run, {"balancing": q.PowerOfChoices(2, speeds=[1.0] * 5)}, "speeds"),
    (run, {"balancing": q.LeastConnections([0.2] * 4)}, "utilization"),
    (look, {"balancing": "random"}, "balancing"),
    (look, {"balancing": "least-work"}, "balancing"),
    (look, {"balancing": q.StaleChoices(2, 1.0)}, "balancing"),
    (look, {"balancing": q.PowerOfChoices(5)}, "choices"),
    (look, {"servers": 0}, "servers"),
    (look, {"servers": 10**8}, "servers"),
    (look, {"times": []}, "times"),
    (look, {"times": [2.0, 1.0]}, "times"),
    (look, {"times": [-1.0]}, "times"),
    (look, {"times": [nan]}, "times"),
    (look, {"interarrival": 1.0}, "interarrival"),
    (look, {"service": [Exponential(1.0)]}, "service"),
    (q.PowerOfChoices, {"choices": 0}, "choices"),
    (q.PowerOfChoices, {"choices": 2.5}, "choices"),
    (q.PowerOfChoices, {"choices": True}, "choices"),
    (q.PowerOfChoices, {"choices": 10**5}, "choices"),
    (q.PowerOfChoices, {"replacement": 1}, "replacement"),
    (q.PowerOfChoices, {"speeds": [0.0, 1.0]}, "speeds"),
    (q.StaleChoices, {"choices": 2, "interval": 0.0}, "interval"),
    (q.StaleChoices, {"choices": 2, "interval": nan}, "interval"),
    (q.StaleChoices, {"choices": 2, "interval": inf}, "interval"),
    (q.StaleChoices, {"choices": "2", "interval": 1.0}, "choices"),
    (q.StaleChoices, {"choices": 2, "interval": 1.0, "replacement": None}, "replacement"),
    (q.Weighted, {"weights": []}, "weights"),
    (q.Weighted, {"weights": [0.0, 0.0]}, "weights"),
    (q.Weighted, {"weights": [1.0, -1.0]}, "weights"),
    (q.Weighted, {"weights": [1.0, nan]}, "weights"),
    (q.Weighted, {"weights": [1e300, 1e300]}, "weights"),
    (q.Weighted, {"weights": [[1.0], [1.0]]}, "weights"),
    (q.Weighted, {"weights": "11"}, "weights"),
    (q.Weighted, {"weights": [1.0], "speeds": [inf]}, "speeds"),
    (q.WeightedRoundRobin, {"weights": [1, inf]}, "weights"),
    (q.WeightedRoundRobin, {"weights": [1], "speeds": [-1]}, "speeds"),
    (q.ShortestQueue, {"speeds": [1.0, nan]}, "speeds"),
    (q.ShortestQueue, {"speeds": 2.0}, "speeds"),
    (q.LeastConnections, {"speeds": [1e-200]}, "speeds"),
    (q.Affinity, {"exponent": -0.1, "keys": 10}, "exponent"),
    (q.Affinity, {"exponent": nan, "keys": 10}, "exponent"),
    (q.Affinity, {"exponent": 1.0, "keys": 0}, "keys"),
    (q.Affinity, {"exponent": 1.0, "keys": 10**8}, "keys"),
    (q.Affinity, {"exponent": 1.0, "keys": 10, "salt": -1}, "salt"),
    (q.Affinity, {"exponent": 1.0, "keys": np.array([3])}, "keys"),
]
