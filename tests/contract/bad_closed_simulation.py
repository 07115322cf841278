"""Malformed calls of the closed simulator: (callable, arguments, the argument that the error must name)."""

import math

from underload.queueing import simulate_closed
from underload.random import Deterministic, Exponential, Pareto

good = {"customers": 5, "think": Exponential(1.0), "service": Exponential(0.5), "requests": 1000}
run = simulate_closed(**good)

BAD_CALLS = [
    (simulate_closed, {**good, "customers": 0}, "customers"),
    (simulate_closed, {**good, "customers": 2.5}, "customers"),
    (simulate_closed, {**good, "customers": math.nan}, "customers"),
    (simulate_closed, {**good, "customers": [1, 2]}, "customers"),
    (simulate_closed, {**good, "customers": 10**6 + 1, "requests": 10**9}, "customers"),
    (simulate_closed, {**good, "think": 1.0}, "think"),
    (simulate_closed, {**good, "think": Exponential}, "think"),
    (simulate_closed, {**good, "think": Exponential(1e201)}, "think"),
    (simulate_closed, {**good, "service": None}, "service"),
    (simulate_closed, {**good, "service": Deterministic(0.0)}, "service"),
    (simulate_closed, {**good, "service": Exponential(1e-201)}, "service"),
    (simulate_closed, {**good, "service": Exponential(1e201)}, "service"),
    (simulate_closed, {**good, "servers": 0}, "servers"),
    (simulate_closed, {**good, "servers": True}, "servers"),
    (simulate_closed, {**good, "requests": 999}, "requests"),
    (simulate_closed, {**good, "customers": 51}, "requests"),
    (simulate_closed, {**good, "requests": math.inf}, "requests"),
    (simulate_closed, {**good, "seed": -1}, "seed"),
    (simulate_closed, {**good, "seed": 0.5}, "seed"),
    (simulate_closed, {**good, "confidence": 1.0}, "confidence"),
    (run.response_quantile, {"q": 0.0}, "q"),
    (run.response_quantile, {"q": 1.0}, "q"),
    (run.response_quantile, {"q": "0.5"}, "q"),
    (run.response_quantile, {"q": 0.999}, "requests"),
    (simulate_closed(**{**good, "service": Pareto(0.5, 2.0)}).response_quantile, {"q": 0.5}, "service"),
    (simulate_closed(**{**good, "think": Pareto(1.0, 1.5)}).response_quantile, {"q": 0.5}, "think"),
]
