"""A slow, obvious simulation of one server under each discipline: every job is a dictionary, every event looks at all.

Between events the server divides its capacity 1 among the jobs that the discipline chooses; the next event is the next
arrival, the next completion, or, for "fb", the moment when the jobs served least have caught up with the next ones.
"""

PREEMPTIVE = {"lcfs-pr", "ps", "psjf", "srpt", "fb"}
FIRST = {
    "fcfs": lambda job: job["arrival"],
    "lcfs": lambda job: -job["arrival"],
    "lcfs-pr": lambda job: -job["arrival"],
    "sjf": lambda job: (job["size"], job["arrival"]),
    "psjf": lambda job: (job["size"], job["arrival"]),
    "srpt": lambda job: (job["left"], job["arrival"]),
}


def served(discipline, jobs, current):
    """The jobs that share the server now."""
    if discipline == "ps":
        return jobs
    if discipline == "fb":
        least = min(job["size"] - job["left"] for job in jobs)
        return [job for job in jobs if job["size"] - job["left"] <= least + 1e-9]
    if discipline not in PREEMPTIVE and current in jobs:
        return [current]
    return [min(jobs, key=FIRST[discipline])]


def responses(discipline, gaps, sizes):
    """Response times in order of arrival."""
    arrivals, time = [], 0.0
    for gap in gaps:
        time += gap
        arrivals.append(time)
    jobs, current, result, clock, nearly = [], None, [0.0] * len(sizes), 0.0, 1e-9
    upcoming = 0
    while upcoming < len(sizes) or jobs:
        arrival = arrivals[upcoming] if upcoming < len(sizes) else float("inf")
        if not jobs:
            clock = arrival
        else:
            chosen = served(discipline, jobs, current)
            current = chosen[0]
            until = [min(job["left"] for job in chosen)]
            if discipline == "fb":
                attained = [job["size"] - job["left"] for job in jobs if job not in chosen]
                until += [min(attained) - (current["size"] - current["left"])] if attained else []
            step = min(min(until) * len(chosen), arrival - clock)
            clock += step
            for job in chosen:
                job["left"] -= step / len(chosen)
            for job in [job for job in chosen if job["left"] <= nearly]:
                result[job["number"]] = clock - job["arrival"]
                jobs.remove(job)
        if upcoming < len(sizes) and clock >= arrival - 1e-12:
            size = sizes[upcoming]
            jobs.append({"number": upcoming, "arrival": arrival, "size": size, "left": size})
            upcoming += 1
    return result
