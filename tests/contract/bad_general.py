"""Malformed calls of general service, disciplines and priorities: (callable, arguments, the argument at fault)."""

import math

from underload import queueing as q
from underload.random import Deterministic, Exponential, Gamma, Pareto

nan, inf = math.nan, math.inf
service = Exponential(0.5)
queue, heavy = q.MG1(1.0, service), q.MG1(0.5, Pareto(1, 1.5))
two = {"arrival_rates": [0.2, 0.3], "services": service}

BAD_CALLS = [
    (Exponential(1).moment, {"k": 5}, "k"),
    (Exponential(1).moment, {"k": -2}, "k"),
    (Exponential(1).moment, {"k": 1.5}, "k"),
    (Exponential(1e200).moment, {"k": 2}, "k"),
    (q.laplace, {"distribution": 1.0, "s": 1.0}, "distribution"),
    (q.laplace, {"distribution": service, "s": -1.0}, "s"),
    (q.laplace, {"distribution": service, "s": [1.0, nan]}, "s"),
    (q.laplace, {"distribution": service, "s": "1"}, "s"),
    (q.laplace, {"distribution": service, "s": 1e150}, "s"),
    (q.laplace_residual, {"distribution": None, "s": 1.0}, "distribution"),
    (q.laplace_residual, {"distribution": service, "s": inf}, "s"),
    (q.invert_laplace, {"transform": 1.0, "t": 1.0}, "transform"),
    (q.invert_laplace, {"transform": abs, "t": 0.0}, "t"),
    (q.invert_laplace, {"transform": abs, "t": [1.0, nan]}, "t"),
    (q.MG1, {"arrival_rate": -1.0, "service": service}, "arrival_rate"),
    (q.MG1, {"arrival_rate": nan, "service": service}, "arrival_rate"),
    (q.MG1, {"arrival_rate": 1.0, "service": 0.5}, "service"),
    (q.MG1, {"arrival_rate": 1.0, "service": Deterministic(0)}, "service"),
    (q.MG1, {"arrival_rate": 1e-40, "service": Gamma(1e31, 1.0)}, "service"),
    (q.MG1, {"arrival_rate": 2.0, "service": service}, "utilization"),
    (q.MG1.from_slack, {"slack": 0.0, "service": service}, "slack"),
    (q.MG1.from_slack, {"slack": 1.5, "service": service}, "slack"),
    (q.MG1.from_slack, {"slack": 1e-40, "service": service}, "slack"),
    (q.MG1.from_slack, {"slack": 0.5, "service": "exponential"}, "service"),
    (queue.wait_tail, {"t": -1.0}, "t"),
    (queue.wait_tail, {"t": 1e251}, "t"),
    (queue.response_tail, {"t": [0.0, nan]}, "t"),
    (queue.wait_quantile, {"q": 1.0}, "q"),
    (queue.wait_quantile, {"q": [0.5, nan]}, "q"),
    (queue.response_quantile, {"q": -0.1}, "q"),
    (heavy.wait_quantile, {"q": 1 - 1e-12}, "q"),
    (q.MG1.from_slack(1e-10, service=Pareto(1, 3.5)).wait_tail, {"t": 1.0}, "slack"),
    (q.MG1.from_slack(1e-10, service=Pareto(1, 3.5)).wait_quantile, {"q": 0.5}, "slack"),
    (q.MG1.from_slack(1e-8, service=Pareto(1, 3.5)).wait_quantile, {"q": 0.99999}, "q"),
    (queue.under, {"discipline": "lifo"}, "discipline"),
    (queue.under, {"discipline": 1}, "discipline"),
    (q.MG1(0.5, Pareto(1, 1.001)).under, {"discipline": "srpt"}, "service"),
    (queue.under("srpt").response_at, {"size": 0.0}, "size"),
    (queue.under("fb").response_at, {"size": [1.0, nan]}, "size"),
    (queue.under("ps").response_at, {"size": "1"}, "size"),
    (q.priorities, two | {"arrival_rates": [0.2, -0.3]}, "arrival_rates"),
    (q.priorities, two | {"arrival_rates": []}, "arrival_rates"),
    (q.priorities, two | {"arrival_rates": [1e300, 0.1]}, "arrival_rates"),
    (q.priorities, two | {"services": [service]}, "services"),
    (q.priorities, two | {"services": [service, 1.0]}, "services"),
    (q.priorities, two | {"services": 0.5}, "services"),
    (q.priorities, two | {"services": [service, Exponential(1)], "servers": 2}, "services"),
    (q.priorities, two | {"services": Deterministic(1), "servers": 2}, "services"),
    (q.priorities, two | {"levels": [1]}, "levels"),
    (q.priorities, two | {"levels": [1, nan]}, "levels"),
    (q.priorities, two | {"preemptive": "yes"}, "preemptive"),
    (q.priorities, two | {"servers": 0}, "servers"),
    (q.priorities, two | {"servers": 1.5}, "servers"),
    (q.cmu_order, {"costs": [1.0, -1.0], "service_rates": [1.0, 1.0]}, "costs"),
    (q.cmu_order, {"costs": [1.0, 1.0], "service_rates": [1.0, 0.0]}, "service_rates"),
    (q.cmu_order, {"costs": [1.0, 1.0], "service_rates": [1.0]}, "service_rates"),
]
