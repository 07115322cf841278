"""Malformed calls of queueing networks: (callable, arguments, the argument that the error must name)."""

import math

import networkx as nx
import numpy as np
from underload import queueing as q

nan, inf = math.nan, math.inf
closed = {"demands": [1.0, 2.0], "population": 3}
classes = {"demands": [[1.0, 2.0], [3.0, 4.0]], "populations": [2, 3]}
mixed = {"open_demands": [[0.1, 0.1]], "closed_demands": [[1, 2]], "arrival_rates": [1], "populations": [2]}
flow = {"routing": [[0, 0.5], [0.5, 0]], "arrivals": [1, 0], "service_rates": [9, 9]}
cycle = {"service_rates": [1, 2], "capacities": [2, 2], "population": 2}
counted = {"interval": 60, "completions": 100, "busy_time": 30}
network = q.mva(**closed)
route = q.jackson(**flow)


def graph(probability, node="a", **attributes):
    built = nx.DiGraph()
    built.add_node("a", **({"service_rate": 9, "arrivals": 1} | attributes))
    built.add_node("b", service_rate=9)
    built.add_edge(node, "b", probability=probability)
    return built


BAD_CALLS = [
    *(
        (function, closed | bad, name)
        for function in (q.mva, q.normalizing_constants)
        for bad, name in [
            ({"demands": []}, "demands"),
            ({"demands": [[1.0], [1.0, 2.0]]}, "demands"),
            ({"demands": [0.0, 0.0]}, "demands"),
            ({"demands": [1.0, -1.0]}, "demands"),
            ({"demands": [1.0, nan]}, "demands"),
            ({"demands": [1.0, 1e-250]}, "demands"),
            ({"demands": [1e250, 1.0]}, "demands"),
            ({"demands": "12"}, "demands"),
            ({"population": 0}, "population"),
            ({"population": 2.5}, "population"),
            ({"population": 10**7}, "population"),
            ({"think_time": -1}, "think_time"),
            ({"think_time": inf}, "think_time"),
            ({"servers": 0}, "servers"),
            ({"servers": [1, 1.5]}, "servers"),
            ({"servers": [1, nan]}, "servers"),
            ({"servers": [1, 1, 1]}, "servers"),
            ({"servers": "1"}, "servers"),
            ({"rates": [1.0, 2.0]}, "rates"),
            ({"rates": [[1.0, 2.0]]}, "rates"),
            ({"rates": [[1.0, 0.0], None]}, "rates"),
            ({"rates": [[1.0, inf], None]}, "rates"),
            ({"rates": [[1.0, 2.0], None], "servers": 2}, "servers"),
        ]
    ),
    (q.mva, closed | {"population": [1, 0]}, "population"),
    (q.mva, closed | {"population": [[1]]}, "population"),
    (q.mva, closed | {"visits": [1]}, "visits"),
    (q.mva, closed | {"visits": [1, -1]}, "visits"),
    (q.mva, closed | {"method": "bard"}, "method"),
    (q.mva, closed | {"method": "schweitzer", "visits": [1, 1]}, "method"),
    (network.state_probability, {"station": 2}, "station"),
    (q.approximate_mva, closed | {"population": [3]}, "population"),
    (q.approximate_mva, closed | {"demands": [[1, 2]]}, "population"),
    (q.approximate_mva, closed | {"method": "exact"}, "method"),
    (q.approximate_mva, closed | {"servers": 0.5}, "servers"),
    (q.approximate_mva, {"demands": [1.0, 1 - 1e-9], "population": 10**6}, "demands"),
    (q.multiclass_mva, classes | {"demands": [1.0, 2.0]}, "demands"),
    (q.multiclass_mva, classes | {"demands": [[1.0, 2.0], [0.0, 0.0]]}, "demands"),
    (q.multiclass_mva, classes | {"demands": [[1.0, 2.0], [0.0, nan]]}, "demands"),
    (q.multiclass_mva, classes | {"populations": [1]}, "populations"),
    (q.multiclass_mva, classes | {"populations": [1, 0]}, "populations"),
    (q.multiclass_mva, classes | {"populations": 3}, "populations"),
    (q.multiclass_mva, classes | {"populations": [10**5, 10**6]}, "populations"),
    (q.multiclass_mva, classes | {"think_time": [1]}, "think_time"),
    (q.multiclass_mva, classes | {"servers": 2}, "servers"),
    (q.multiclass_mva, classes | {"servers": [1, 3]}, "servers"),
    (q.open_network, {"demands": [[1.0]], "arrival_rates": [-1]}, "arrival_rates"),
    (q.open_network, {"demands": [[1.0]], "arrival_rates": [1, 2]}, "arrival_rates"),
    (q.open_network, {"demands": [[1.0]], "arrival_rates": [1]}, "utilization"),
    (q.open_network, {"demands": [[1e200]], "arrival_rates": [1e200]}, "utilization"),
    (q.mixed_network, mixed | {"open_demands": [[0.1]]}, "open_demands"),
    (q.mixed_network, mixed | {"closed_demands": [1, 2]}, "closed_demands"),
    (q.mixed_network, mixed | {"arrival_rates": [10]}, "utilization"),
    (q.mixed_network, mixed | {"populations": [-2]}, "populations"),
    (q.mixed_network, mixed | {"servers": 2}, "servers"),
    (q.jackson, flow | {"routing": [[0, 0.5]]}, "routing"),
    (q.jackson, flow | {"routing": [[0, 1.5], [0, 0]]}, "routing"),
    (q.jackson, flow | {"routing": [[0, -0.5], [0, 0]]}, "routing"),
    (q.jackson, flow | {"routing": [[0, nan], [0, 0]]}, "routing"),
    (q.jackson, flow | {"routing": [[0.5, 0.6], [0, 0]]}, "routing"),
    (q.jackson, flow | {"routing": [[0, 1], [1, 0]]}, "routing"),
    (q.jackson, {"routing": graph(1.5)}, "routing"),
    (q.jackson, {"routing": graph(None)}, "routing"),
    (q.jackson, {"routing": graph(0.5).to_undirected()}, "routing"),
    (q.jackson, {"routing": nx.DiGraph()}, "routing"),
    (q.jackson, {"routing": graph(0.5, service_rate=None)}, "service_rates"),
    (q.jackson, {"routing": graph(0.5, arrivals=0)}, "arrivals"),
    (q.jackson, {"routing": graph(0.5, servers=0)}, "servers"),
    (q.jackson, {"routing": graph(0.5), "arrivals": {"c": 1.0}}, "arrivals"),
    (q.jackson, {"routing": graph(0.5), "service_rates": {"a": 1.0}}, "service_rates"),
    (q.jackson, flow | {"arrivals": None}, "arrivals"),
    (q.jackson, flow | {"arrivals": [0, 0]}, "arrivals"),
    (q.jackson, flow | {"arrivals": [1]}, "arrivals"),
    (q.jackson, flow | {"arrivals": [1, -1]}, "arrivals"),
    (q.jackson, flow | {"arrivals": 1.0}, "arrivals"),
    (q.jackson, flow | {"service_rates": None}, "service_rates"),
    (q.jackson, flow | {"service_rates": [1, "x"]}, "service_rates"),
    (q.jackson, flow | {"service_rates": [9, 0]}, "service_rate"),
    (q.jackson, flow | {"service_rates": [9, 0.1]}, "utilization"),
    (q.jackson, flow | {"servers": [1, 0.5]}, "servers"),
    (route.station, {"name": "db"}, "name"),
    (q.balanced_job_bounds, {"customers": 0, "demands": [1.0]}, "customers"),
    (q.balanced_job_bounds, {"customers": 1, "demands": [0.0]}, "demands"),
    (q.balanced_job_bounds, {"customers": 1, "demands": [1.0], "think_time": nan}, "think_time"),
    (q.bottlenecks, {"demands": [-1.0]}, "demands"),
    (q.bottlenecks, {"demands": [1.0], "servers": 0}, "servers"),
    (q.bottlenecks, {"demands": [1.0], "think_time": -1}, "think_time"),
    (q.bottlenecks([1.0]).headroom, {"arrival_rate": 0}, "arrival_rate"),
    (q.asymptotic_bounds, {"customers": 1, "demand": []}, "demand"),
    (q.asymptotic_bounds, {"customers": 1, "demand": [0.0]}, "demand"),
    (q.asymptotic_bounds, {"customers": 1, "demand": [1e308, 1e308]}, "demand"),
    (q.asymptotic_bounds, {"customers": 1, "demand": [1, 2], "servers": [1]}, "servers"),
    (q.asymptotic_bounds, {"customers": 1, "demand": [1, 2], "servers": [1, 1.5]}, "servers"),
    (q.finite_cycle, cycle | {"service_rates": [1]}, "service_rates"),
    (q.finite_cycle, cycle | {"service_rates": [1, 0]}, "service_rates"),
    (q.finite_cycle, cycle | {"service_rates": [1, 1e-160]}, "service_rates"),
    (q.finite_cycle, cycle | {"service_rates": [1e300, 1e300]}, "service_rates"),
    (q.finite_cycle, cycle | {"capacities": [2]}, "capacities"),
    (q.finite_cycle, cycle | {"capacities": [2, 0]}, "capacities"),
    (q.finite_cycle, cycle | {"capacities": [2, 1.5]}, "capacities"),
    (q.finite_cycle, cycle | {"population": 4}, "population"),
    (q.finite_cycle, cycle | {"population": 0}, "population"),
    (q.finite_cycle, cycle | {"blocking": "BAS"}, "blocking"),
    (q.OperationalLaws, counted | {"interval": 0}, "interval"),
    *((q.OperationalLaws, counted | {name: None}, name) for name in (*counted, "servers")),
    (q.OperationalLaws, counted | {"completions": 0}, "completions"),
    (q.OperationalLaws, counted | {"completions": 1.5}, "completions"),
    (q.OperationalLaws, counted | {"busy_time": nan}, "busy_time"),
    (q.OperationalLaws, counted | {"busy_time": 61}, "busy_time"),
    (q.OperationalLaws, counted | {"servers": 0}, "servers"),
    (q.OperationalLaws, counted | {"arrivals": -1}, "arrivals"),
    (q.OperationalLaws, counted | {"arrivals": 90, "initial": 0}, "completions"),
    (q.OperationalLaws, counted | {"time_present": -1.0}, "time_present"),
    (q.OperationalLaws, counted | {"system_completions": 0}, "system_completions"),
    (q.mva, closed | {"demands": np.array([True, False])}, "demands"),
]
