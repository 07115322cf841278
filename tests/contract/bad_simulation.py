"""Malformed calls of the simulator and of arrival processes."""

import numpy as np
from underload.queueing import BatchArrivals, NonhomogeneousPoisson, Priority, SelfSimilar, simulate
from underload.random import Exponential, Pareto

GAP, WORK = Exponential(1.0), Exponential(0.5)
SYSTEM = {"interarrival": GAP, "service": WORK}


def call(argument, value, **more):
    return simulate, SYSTEM | {argument: value} | more, argument


BAD_CALLS = [
    call("interarrival", 1.0),
    call("interarrival", np.array([1.0])),
    call("interarrival", []),
    call("interarrival", SelfSimilar),
    call("interarrival", np.full(2000, 1e308)),
    (simulate, SYSTEM | {"interarrival": np.array([1.0, np.nan, 1.0])}, "interarrival"),
    (simulate, SYSTEM | {"interarrival": np.array([1.0, -1.0])}, "interarrival"),
    (simulate, SYSTEM | {"interarrival": np.zeros(2000)}, "interarrival"),
    (simulate, SYSTEM | {"service": [WORK, WORK]}, "service"),
    (simulate, SYSTEM | {"interarrival": [GAP, "x"], "service": [WORK, WORK]}, "interarrival"),
    call("service", "exponential"),
    call("servers", 0),
    call("servers", 1.5),
    call("customers", 999),
    call("customers", 2001, interarrival=np.ones(2000)),
    call("customers", 5000, interarrival=[np.ones(2000), np.ones(2000)], service=[Exponential(0.1)] * 2),
    call("warmup", 10**5),
    call("warmup", -1),
    call("seed", -1),
    call("confidence", 1.0),
    call("discipline", "random"),
    call("discipline", 3),
    call("discipline", Priority),
    call("discipline", np.array(["ps", "fb"])),
    call("balancing", "best"),
    call("balancing", 3),
    call("capacity", 1, servers=2),
    call("capacity", 2.5),
    call("capacity", 5, balancing="random"),
    call("capacity", 5, discipline="ps"),
    call("discipline", "ps", balancing="random"),
    (simulate, SYSTEM | {"balking": np.array([0.5, 1.5])}, "balking"),
    (simulate, SYSTEM | {"balking": np.array([-0.1])}, "balking"),
    call("balking", np.array([])),
    call("patience", 3.0),
    call("replications", 0),
    call("replications", 4),
    call("replications", 5, interarrival=np.ones(2000), service=np.full(2000, 0.5)),
    call("threads", 0),
    call("record", 1),
    call("progress", 5),
    (simulate, {"interarrival": GAP, "service": Exponential(1.0)}, "utilization"),
    (simulate, {"interarrival": Exponential(1e-300), "service": WORK}, "interarrival"),
    (simulate, {"interarrival": GAP, "service": Pareto(2.0, 1.5)}, "utilization"),
    (NonhomogeneousPoisson, {"times": [0.0, 1.0, 1.0], "rates": [1.0, 1.0, 1.0]}, "times"),
    (NonhomogeneousPoisson, {"times": [1.0, 2.0], "rates": [1.0, 1.0]}, "times"),
    (NonhomogeneousPoisson, {"times": [0.0, 2.0], "rates": [1.0, 1.0, 1.0]}, "rates"),
    (NonhomogeneousPoisson, {"times": [0.0, 2.0], "rates": [0.0, 0.0]}, "rates"),
    (NonhomogeneousPoisson, {"times": [0.0, 2.0], "rates": [1.0, -1.0]}, "rates"),
    (BatchArrivals, {"interarrival": 1.0, "sizes": [1.0]}, "interarrival"),
    (BatchArrivals, {"interarrival": GAP, "sizes": [0.5, 0.4]}, "sizes"),
    (SelfSimilar, {"rate": 0.0}, "rate"),
    (SelfSimilar, {"rate": 1.0, "hurst": 0.5}, "hurst"),
    (SelfSimilar, {"rate": 1.0, "hurst": 1.0}, "hurst"),
    (SelfSimilar, {"rate": 1.0, "burst": -1.0}, "burst"),
    (SelfSimilar, {"rate": 1.0, "sources": 0}, "sources"),
]
