"""Any order of service, event by event: at each moment every job inside has a rate, and the next event follows.

Independent of the package: lists, no heaps, no virtual time. Slow.
"""

import math

CLOSE = 1e-12


def rates_ps(jobs, servers):
    """Everybody the same."""
    return {k: min(1.0, servers / len(jobs)) for k in jobs}


def rates_fb(jobs, servers):
    """Those who have received least share the one server."""
    least = min(job["attained"] for job in jobs.values())
    chosen = [k for k, job in jobs.items() if job["attained"] <= least + CLOSE]
    return {k: 1 / len(chosen) for k in chosen}


def preemptive(key):
    """The `servers` least by a key of (number, job), at any moment."""

    def rates(jobs, servers):
        return dict.fromkeys(sorted(jobs, key=lambda k: key(k, jobs[k]))[:servers], 1.0)

    return rates


def nonpreemptive(key):
    """Those who have begun go on; then the least by a key."""

    def rates(jobs, servers):
        def order(k):
            return (0 if jobs[k]["begun"] else 1, key(k, jobs[k]))

        return dict.fromkeys(sorted(jobs, key=order)[:servers], 1.0)

    return rates


DISCIPLINES = {
    "fcfs": nonpreemptive(lambda k, job: k),
    "lcfs": nonpreemptive(lambda k, job: -k),
    "lcfs-pr": preemptive(lambda k, job: -k),
    "sjf": nonpreemptive(lambda k, job: job["size"]),
    "psjf": preemptive(lambda k, job: job["size"]),
    "srpt": preemptive(lambda k, job: job["size"] - job["attained"]),
    "ps": rates_ps,
    "fb": rates_fb,
    "priority": nonpreemptive(lambda k, job: (job["level"], k)),
    "priority-pr": preemptive(lambda k, job: (job["level"], k)),
}


def responses(gaps, services, levels, servers, discipline):
    """The response time of each customer."""
    chosen = DISCIPLINES[discipline]
    arrivals, clock = [], 0.0
    for gap in gaps:
        clock += gap
        arrivals.append(clock)
    result, jobs, now, coming = [None] * len(gaps), {}, 0.0, 0
    while coming < len(gaps) or jobs:
        rates = chosen(jobs, servers) if jobs else {}
        for k in rates:
            jobs[k]["begun"] = True
        step = arrivals[coming] - now if coming < len(gaps) else math.inf
        for k, rate in rates.items():
            step = min(step, (jobs[k]["size"] - jobs[k]["attained"]) / rate)
        if discipline == "fb" and jobs:
            attained = sorted(job["attained"] for job in jobs.values())
            above = [a for a in attained if a > attained[0] + CLOSE]
            if above:
                step = min(step, (above[0] - attained[0]) * len(rates))
        now += step
        for k, rate in rates.items():
            jobs[k]["attained"] += rate * step
        for k in [k for k, job in jobs.items() if job["size"] - job["attained"] <= CLOSE]:
            result[k] = now - arrivals[k]
            del jobs[k]
        if coming < len(gaps) and arrivals[coming] <= now:
            job = {"size": services[coming], "attained": 0.0, "begun": False, "level": levels[coming]}
            jobs[coming] = job
            now = arrivals[coming]
            coming += 1
    return result
