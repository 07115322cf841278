"""Malformed calls about impatience, clocks, general arrivals, bounds and retrials."""

import math

import numpy as np
from underload import queueing as q
from underload.random import Deterministic, Exponential, Pareto

nan, inf = math.nan, math.inf
erlang_a = {"arrival_rate": 48.0, "service_rate": 1.0, "servers": 50, "abandonment_rate": 0.5}
staff = {"arrival_rate": 48.0, "service_rate": 1.0, "abandonment_rate": 0.5}
mdc = {"arrival_rate": 1.0, "service_time": 1.0, "servers": 2}
gimc = {"interarrival": Exponential(1.0), "service_rate": 1.0, "servers": 2}
moments = {"arrival_rate": 1.0, "service_rate": 2.0, "arrival_scv": 1.0, "service_scv": 1.0}
retrial = {"arrival_rate": 1.0, "service_rate": 1.0, "servers": 2, "retrial_rate": 1.0}
single = {"arrival_rate": 0.5, "service_rate": 1.0, "retrial_rate": 1.0}
waits = (
    q.kingman_bound,
    q.daley_bound,
    q.lower_bound,
    q.marchal_wait,
    q.kraemer_langenbach_belz_wait,
    q.whitt_wait,
    q.kimura_wait,
    q.approximate_waits,
)
queue_a, queue_d, queue_g = q.ErlangA(**erlang_a), q.MDc(**mdc), q.GIMc(**gimc)
queue_r, queue_1 = q.MMcRetrial(**retrial), q.MM1Retrial(**single)

BAD_CALLS = [
    *((q.ErlangA, erlang_a | {name: value}, name) for name in erlang_a for value in (nan, -1.0, 0.0, "1", [1.0])),
    (q.ErlangA, erlang_a | {"servers": 2.5}, "servers"),
    (q.ErlangA, erlang_a | {"arrival_rate": 1e13}, "arrival_rate"),
    (q.ErlangA, erlang_a | {"arrival_rate": 1e-200}, "arrival_rate"),
    (q.ErlangA, erlang_a | {"abandonment_rate": 1e-200}, "abandonment_rate"),
    (q.ErlangA, erlang_a | {"abandonment_rate": 1e200}, "abandonment_rate"),
    (q.ErlangA, erlang_a | {"abandonment_rate": inf}, "abandonment_rate"),
    (q.ErlangA.from_slack, {"slack": 2.0, "servers": 2, "abandonment_rate": 1.0}, "slack"),
    (q.ErlangA.from_slack, {"slack": nan, "servers": 2, "abandonment_rate": 1.0}, "slack"),
    (q.ErlangA.from_slack, {"slack": -1e13, "servers": 2, "abandonment_rate": 1.0}, "slack"),
    (q.ErlangA.from_slack, {"slack": 1.0, "servers": 2, "abandonment_rate": 0.0}, "abandonment_rate"),
    (q.servers_for_abandonment, staff, "abandonment_probability"),
    (q.servers_for_abandonment, staff | {"abandonment_probability": 0.0}, "abandonment_probability"),
    (q.servers_for_abandonment, staff | {"wait_probability": 1.0}, "wait_probability"),
    (q.servers_for_abandonment, staff | {"wait_probability": 0.5, "arrival_rate": nan}, "arrival_rate"),
    *((getattr(queue_a, name), {"t": -1.0}, "t") for name in ("wait_tail", "offered_wait_tail", "wait_tail_served")),
    *((getattr(queue_a, name), {"q": 1.0}, "q") for name in ("wait_quantile", "offered_wait_quantile")),
    (queue_a.wait_tail, {"t": nan}, "t"),
    (queue_a.state_probability, {"n": -1}, "n"),
    (queue_a.state_probability, {"n": 0.5}, "n"),
    *((q.MDc, mdc | {name: value}, name) for name in mdc for value in (nan, -1.0, 0.0, "1")),
    (q.MDc, mdc | {"arrival_rate": 2.0}, "utilization"),
    (q.MDc, mdc | {"servers": 10**6}, "servers"),
    (q.MDc, mdc | {"arrival_rate": 1e-250}, "arrival_rate"),
    (q.MDc.from_slack, {"slack": 0.0}, "slack"),
    (q.MDc.from_slack, {"slack": 1e-160}, "slack"),
    (q.GIMc.from_slack, {"slack": 5e-324, "interarrival": Exponential(1.0)}, "slack"),
    (q.MDc.from_slack, {"slack": 1.0}, "slack"),
    (q.MDc.from_slack, {"slack": 0.5, "service_time": nan}, "service_time"),
    (queue_d.wait_tail, {"t": nan}, "t"),
    (queue_d.response_quantile, {"q": -0.1}, "q"),
    (queue_d.state_probability, {"n": -2}, "n"),
    (q.GIMc, gimc | {"interarrival": 1.0}, "interarrival"),
    (q.GIMc, gimc | {"interarrival": Deterministic(0.0)}, "interarrival"),
    (q.GIMc, gimc | {"interarrival": Pareto(1.0, 1.001)}, "interarrival"),
    (q.GIMc, gimc | {"service_rate": nan}, "service_rate"),
    (q.GIMc, gimc | {"service_rate": 0.5}, "utilization"),
    (q.GIMc, gimc | {"service_rate": 1e20}, "service_rate"),
    (q.GIMc, gimc | {"servers": 10**5}, "servers"),
    (q.GIMc.from_slack, {"slack": 1.0, "interarrival": Exponential(1.0)}, "slack"),
    (queue_g.wait_tail, {"t": [-1.0]}, "t"),
    (queue_g.wait_quantile, {"q": nan}, "q"),
    (queue_g.state_probability, {"n": 1}, "n"),
    (queue_g.arrival_state_probability, {"n": 0}, "n"),
    *((wait, moments | {name: value}, name) for wait in waits for name in moments for value in (nan, -1.0, "1")),
    *((wait, moments | {"servers": 0}, "servers") for wait in waits),
    *((wait, moments | {"arrival_rate": 2.0}, "utilization") for wait in waits),
    (q.kingman_bound, moments | {"service_scv": True}, "service_scv"),
    (q.kingman_bound, moments | {"service_scv": np.ones(2)}, "service_scv"),
    (q.kimura_wait, moments | {"arrival_scv": 1.1}, "arrival_scv"),
    (q.kimura_wait, moments | {"servers": 10**5}, "servers"),
    (q.cosmetatos_wait, {"arrival_rate": 1.0, "service_rate": 2.0, "service_scv": nan, "servers": 1}, "service_scv"),
    *((q.MMcRetrial, retrial | {name: value}, name) for name in retrial for value in (nan, -1.0, 0.0, "1")),
    (q.MMcRetrial, retrial | {"arrival_rate": 2.0}, "utilization"),
    (q.MMcRetrial, retrial | {"retrial_rate": 1e-90}, "retrial_rate"),
    (q.MMcRetrial, retrial | {"servers": 10**5}, "servers"),
    (queue_r.busy_probability, {"n": 3}, "n"),
    (queue_r.orbit_probability, {"n": -1}, "n"),
    (queue_r.state_probability, {"busy": 3, "orbit": 0}, "busy"),
    (queue_r.state_probability, {"busy": 1, "orbit": -1}, "orbit"),
    *((q.MM1Retrial, single | {name: value}, name) for name in single for value in (nan, -1.0, 0.0, "1")),
    (q.MM1Retrial, single | {"arrival_rate": 1.0}, "utilization"),
    (q.MM1Retrial, single | {"retrial_rate": 1e51}, "retrial_rate"),
    (q.MM1Retrial.from_slack, {"slack": 1.0, "retrial_rate": 1.0}, "slack"),
    (queue_1.state_probability, {"busy": 2, "orbit": 0}, "busy"),
]
