"""What the chapter's own calls say at settings of the live figure of staffing and waiting."""

from underload import queueing, random

PAGE = "chapters/04_headroom"

SETTINGS = [
    {},
    {"servers": 1},
    {"servers": 1, "utilization": 0.5, "service": "0"},
    {"servers": 100, "utilization": 0.98},
    {"servers": 100, "utilization": 0.5},  # nobody waits for long
    {"servers": 20, "utilization": 0.95, "arrivals": "bursty", "service": "16"},
    {"servers": 3, "utilization": 0.7, "arrivals": "constant", "service": "0.5"},
    {"servers": 6, "utilization": 0.8, "service": "4"},
    {"servers": 4, "utilization": 0.9, "arrivals": "constant", "service": "0"},  # nobody waits
]
ARRIVALS = {"constant": random.Deterministic, "poisson": random.Exponential}
SERVICES = {
    "0": random.Deterministic(1),
    "0.5": random.Gamma(1, 0.5),
    "1": random.Exponential(1),
    "4": random.Hyperexponential(1, 4),
    "16": random.Hyperexponential(1, 16),
}


def laws(servers, utilization, arrivals, service):
    """The interarrival and service times, in mean service times."""
    gap = 1 / (utilization * servers)
    return ARRIVALS[arrivals](gap) if arrivals in ARRIVALS else random.Hyperexponential(gap, 4), SERVICES[service]


def expected(servers=10, utilization=0.9, arrivals="poisson", service="1"):
    """The read-outs, by the package's public functions."""
    gap, work = laws(servers, utilization, arrivals, service)
    queue = queueing.MMc(utilization * servers, 1, servers)
    theory = queueing.allen_cunneen_wait(
        arrival_rate=queue.arrival_rate, service_rate=1, arrival_scv=gap.scv, service_scv=work.scv, servers=servers
    )
    run = queueing.simulate(gap, work, servers, seed=1)
    waits = run.wait.histogram
    return {
        "theory": theory,
        "mean": run.wait.mean,
        "theory99": queue.wait_quantile(0.99) * ((gap.scv + work.scv) / 2),
        "p99": waits.quantile(0.99),
        "waited": (waits.count - waits.counts[1]) / waits.count,
    }
