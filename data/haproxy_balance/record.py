"""Record how HAProxy spreads the same customers over eight servers: by chance, in turn, by two choices, by least load.

    python data/haproxy_balance/record.py [--quick] [--into FOLDER]

Needs HAProxy (Debian: apt-get install haproxy) and this project's environment. About 22 minutes; as root it
runs in real time.
"""

import asyncio
import datetime
import os
import pathlib
import platform
import re
import socket
import subprocess
import sys
import tempfile

import numpy as np
from underload import random

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parent)]

import backends  # noqa: E402
import open_loop  # noqa: E402
import recorder  # noqa: E402

SEED = 20261
REPETITIONS = 5
SERVICE_S = 0.020
CAPACITY = backends.BACKENDS / SERVICE_S
# Load: seconds of warm-up and seconds that count. The queue forgets its start the later the higher the load.
SECONDS = {0.5: (1, 5), 0.7: (1, 7), 0.8: (2, 8), 0.9: (3, 17)}
POLICIES = ("random(1)", "roundrobin", "random(2)", "leastconn")
# HAProxy draws "at random" a point of a ring on which a server owns 16 arcs per unit of weight. With the default
# weight of 1 the shares are far from equal; with 256, the largest allowed, they are within a few per cent.
EVEN, DEFAULT = 256, 1
CELLS = (
    *[(policy, EVEN, load, 1) for policy in POLICIES for load in SECONDS],
    *[(policy, EVEN, 0.8, 4) for policy in POLICIES],
    *[("random(1)", DEFAULT, load, 1) for load in (0.7, 0.9)],
)
# What the customers of a trial depend on, so that all policies get the same ones.
KINDS = tuple(dict.fromkeys((load, scv) for _, _, load, scv in CELLS))

GLOBAL = """global
    nbthread 1
    maxconn 4000
defaults
    mode http
    option http-keep-alive
    http-reuse always
    retries 0
    timeout connect 5s
    timeout client 120s
    timeout server 120s
"""

COLUMNS = {
    "repetition": ("int", "", "Number of the repetition; each is one trial of every cell, in random order."),
    "order": ("int", "", "Place of the trial in the recording."),
    "policy": ("text", "", "HAProxy's balance setting."),
    "weight": ("int", "", "Weight of every server: 256 for even shares, 1 is HAProxy's default."),
    "load": ("float", "", "Arrival rate asked for, in units of the eight servers' capacity of 400 requests a second."),
    "service_scv": ("int", "", "Squared coefficient of variation: 1 exponential, 4 lognormal; the mean is 20 ms."),
    "seed": ("int", "", "Seed of the gaps; that of the services is one more. The same for all policies."),
    "sent": ("int", "", "Requests sent, warm-up included."),
    "warm_up_s": ("float", "s", "Requests due earlier than this do not count."),
    "requests": ("int", "", "Requests that count; all columns of times are about these."),
    "errors": ("int", "", "Requests without a good answer, warm-up included."),
    "offered_per_second": ("float", "1/s", "Requests sent over the time at which the last one was due."),
    "answered_per_second": ("float", "1/s", "Requests answered over the time from the first due to the last answer."),
    "mean_ms": ("float", "ms", "Response time, from when the request was due to its answer: mean."),
    "p50_ms": ("float", "ms", "Its median."),
    "p90_ms": ("float", "ms", "Its 90th percentile."),
    "p99_ms": ("float", "ms", "Its 99th percentile."),
    "max_ms": ("float", "ms", "The longest."),
    "service_asked_ms": ("float", "ms", "Service time drawn by the client: mean."),
    "service_ms": ("float", "ms", "Service time as the servers measured it, to the moment of the answer: mean."),
    "wait_ms": ("float", "ms", "Time in a server's queue, as the servers measured it: mean."),
    "replayed_ms": ("float", "ms", "Mean response if each server took exactly its recorded customers, without delay."),
    "sent_late_ms": ("float", "ms", "How late the client sent: mean."),
    "sent_late_p99_ms": ("float", "ms", "Its 99th percentile."),
    "woke_late_ms": ("float", "ms", "How late the servers ended a service: median."),
    "woke_late_p99_ms": ("float", "ms", "Its 99th percentile."),
    "least_requests": ("int", "", "Requests of the server that got fewest, warm-up included."),
    "most_requests": ("int", "", "Requests of the server that got most, warm-up included."),
    "by_server": ("text", "", "Requests of each server in turn, warm-up included."),
    **open_loop.Watch.COLUMNS,
}
BINS = {
    "order": ("int", "", "The trial, as in trials.csv."),
    "above_ms": ("float", "ms", "Response times longer than this."),
    "up_to_ms": ("float", "ms", "And at most this; eight bins to an octave, empty ones left out."),
    "count": ("int", "", "Requests that count, in this bin."),
}


def configuration(listening, ports):
    """HAProxy's configuration: one proxy for each (policy, weight) of `listening`, which gives its open file."""
    text = GLOBAL
    for (policy, weight), file in listening.items():
        text += f"listen {re.sub('[()]', '-', policy)}weight-{weight}\n    bind fd@{file}\n    balance {policy}\n"
        text += "".join(f"    server s{number} 127.0.0.1:{port} weight {weight}\n" for number, port in enumerate(ports))
    return text


class Balancer:
    """HAProxy in front of the servers, one door for each policy and weight; gone afterwards.

    Attributes
    ----------
    doors : dict of (str, int) to int
        The port for each policy and weight.
    pid : int
    """

    def __init__(self, ports):
        self.ports = ports

    def __enter__(self):
        kinds = list(dict.fromkeys(cell[:2] for cell in CELLS))
        sockets = {kind: socket.create_server(("127.0.0.1", 0), backlog=1000) for kind in kinds}
        self.doors = {kind: bound.getsockname()[1] for kind, bound in sockets.items()}
        files = {kind: bound.fileno() for kind, bound in sockets.items()}
        with tempfile.NamedTemporaryFile("w", suffix=".cfg") as file:
            file.write(configuration(files, self.ports))
            file.flush()
            # setpriv: HAProxy must not outlive a recorder that is killed.
            command = ["setpriv", "--pdeathsig", "TERM", "haproxy", "-db", "-q", "-f", file.name]
            self.process = subprocess.Popen(command, pass_fds=list(files.values()))
            try:
                self._answers(next(iter(self.doors.values())))
            except BaseException:
                self.__exit__()
                raise
        for bound in sockets.values():
            bound.close()
        self.pid = self.process.pid
        return self

    def _answers(self, port):
        """Wait for a first answer, by which the configuration has been read."""
        with socket.create_connection(("127.0.0.1", port), timeout=20) as probe:
            probe.sendall(b"GET /delay/0 HTTP/1.1\r\nHost: farm\r\n\r\n")
            if not probe.recv(1000).startswith(b"HTTP/1.1 200"):
                raise RuntimeError("HAProxy does not answer")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def customers(load, scv, seconds, seed):
    """When each request is due and how long its service takes, both in seconds; whole microseconds of service."""
    rate = load * CAPACITY
    count = round(rate * seconds)
    law = random.Exponential(SERVICE_S) if scv == 1 else random.Lognormal(SERVICE_S, scv)
    services = np.rint(law.sample(count, seed + 1) * 1e6) / 1e6
    return np.cumsum(random.Exponential(1 / rate).sample(count, seed)), services


def replay(arrivals, services, servers):
    """Response times if every server takes its customers one at a time as they come (Lindley 1952); float64[n]."""
    free = np.zeros(backends.BACKENDS)
    responses = np.empty(len(arrivals))
    for index, (arrival, service, server) in enumerate(zip(arrivals, services, servers, strict=True)):
        free[server] = max(free[server], arrival) + service
        responses[index] = free[server] - arrival
    return responses


async def exchange(port, arrivals, services):
    """Send every request when due: seconds taken, and float64[n, 5] of late, response, server, wait and service."""
    loop = asyncio.get_running_loop()
    door, finished = open_loop.Door(port), loop.create_future()
    await door.ready(50)
    found = np.full((len(arrivals), 5), np.nan)
    targets = [b"/queue/%d" % microseconds for microseconds in np.rint(services * 1e6).astype(int)]
    missing = len(arrivals)

    def send(index, due):
        found[index, 0] = loop.time() - due
        door.ask(targets[index], lambda status, body: answered(index, due, status, body))

    def answered(index, due, status, body):
        nonlocal missing
        if status == 200:
            server, waited, served = map(int, body.split())
            found[index, 1:] = loop.time() - due, server, waited / 1e6, served / 1e6
        missing -= 1
        if not missing:
            finished.set_result(None)

    taken = await open_loop.offer(arrivals, send, finished)
    door.close()
    await asyncio.sleep(0.1)
    return taken, found


def measured(arrivals, services, warm_up, taken, found):
    """The measured columns of a row, and the response times that count, in ms."""
    good = np.isfinite(found[:, 1])
    counts = np.bincount(found[good, 2].astype(int), minlength=backends.BACKENDS)
    replayed = np.full(len(arrivals), np.nan)
    replayed[good] = replay(arrivals[good], services[good], found[good, 2].astype(int))
    counted = good & (arrivals >= warm_up)
    late, response, _, wait, service = found[counted].T * 1e3
    asked = services[counted] * 1e3
    row = {
        "requests": int(counted.sum()),
        "errors": int((~good).sum()),
        "offered_per_second": len(arrivals) / float(arrivals[-1]),
        "answered_per_second": int(good.sum()) / taken,
        "mean_ms": float(response.mean()),
        **dict(zip(("p50_ms", "p90_ms", "p99_ms"), np.quantile(response, (0.5, 0.9, 0.99)).tolist(), strict=True)),
        "max_ms": float(response.max()),
        "service_asked_ms": float(asked.mean()),
        "service_ms": float(service.mean()),
        "wait_ms": float(wait.mean()),
        "replayed_ms": float(replayed[counted].mean() * 1e3),
        "sent_late_ms": float(late.mean()),
        "sent_late_p99_ms": float(np.quantile(late, 0.99)),
        "woke_late_ms": float(np.median(service - asked)),
        "woke_late_p99_ms": float(np.quantile(service - asked, 0.99)),
        "least_requests": int(counts.min()),
        "most_requests": int(counts.max()),
        "by_server": " ".join(map(str, counts)),
    }
    return row, response


def trial(farm, balancer, cell, repetition, shorter=1):
    """A row from its policy on, and the rows of its histogram."""
    policy, weight, load, scv = cell
    warm_up, counting = (seconds / shorter for seconds in SECONDS[load])
    seed = SEED + 1000 * repetition + 2 * KINDS.index((load, scv))
    arrivals, services = customers(load, scv, warm_up + counting, seed)
    watch = open_loop.Watch([balancer.pid, *farm.pids])
    taken, found = backends.run(exchange(balancer.doors[policy, weight], arrivals, services))
    row, responses = measured(arrivals, services, warm_up, taken, found)
    asked = {"policy": policy, "weight": weight, "load": load, "service_scv": scv, "seed": seed}
    asked |= {"sent": len(arrivals), "warm_up_s": float(warm_up)}
    return asked | row | watch.columns(), open_loop.histogram(responses)


def check(rows, repetitions=REPETITIONS):
    """Raise ValueError unless the rows are possible and the machine was awake: refuse a recording of a busy client."""
    recorder.balanced(rows, ("policy", "weight", "load", "service_scv"), repetitions)
    for row in rows:
        overhead = row["mean_ms"] - row["wait_ms"] - row["service_ms"]
        rules = {
            "every request is answered": row["errors"] == 0,
            "percentiles rise": 0 < row["p50_ms"] <= row["p90_ms"] <= row["p99_ms"] <= row["max_ms"],
            "a service lasts at least what was asked": -0.01 < row["woke_late_ms"] <= row["woke_late_p99_ms"],
            "a response is waiting, service and less than 5 ms more": 0 < overhead < 5,
            "a queue in order explains the mean to 5 ms": -0.5 < row["mean_ms"] - row["replayed_ms"] < 5,
            "servers typically wake up within a millisecond": row["woke_late_ms"] < 1,
            "the client sends within 3 ms on average": row["sent_late_ms"] < 3,
            "CPU fractions lie in [0, 1]": 0 < row["cpu_busy"] <= 1 and row["cpu_other"] <= 1,
            "taking turns is fair": row["policy"] != "roundrobin" or row["most_requests"] - row["least_requests"] <= 1,
        }
        for rule, holds in rules.items():
            if not holds:
                raise ValueError(f"row {row} must satisfy: {rule}")


def check_bins(bins, rows):
    """Raise ValueError unless the bins of every trial hold all its requests, the shortest to the longest."""
    for row in rows:
        own = [entry for entry in bins if entry["order"] == row["order"]]
        if sum(entry["count"] for entry in own) != row["requests"]:
            raise ValueError(f"bins of trial {row['order']} must hold {row['requests']} requests")
        if not own[-1]["above_ms"] < row["max_ms"] <= own[-1]["up_to_ms"] * (1 + 1e-6):
            raise ValueError(f"bins of trial {row['order']} must end at {row['max_ms']} ms")


def manifest(loads, priority, repetitions):
    """Everything about the recording but its tables."""
    version = re.search(r"version (\S+)", subprocess.run(["haproxy", "-v"], capture_output=True, text=True).stdout)[1]
    averages = {"before": loads, "after": os.getloadavg()}
    rounded = {f"load_average_{when}": [round(value, 2) for value in values] for when, values in averages.items()}
    return {
        "title": "HAProxy in front of eight servers: four ways to choose one",
        "summary": (
            "A client sends requests to HAProxy at the times of a Poisson process and never waits for answers. "
            "Each request carries its own service time; each of the eight servers is a process that serves one "
            "request at a time, first come first served, by sleeping, so that capacity does not depend on the "
            "processor. Response times run from the moment a request was due. All trials of a load within a "
            "repetition have the same customers, whatever the policy: due times are the cumulative sums of "
            "random.Exponential(1 / (400 load)).sample(sent, seed) seconds, services are random.Exponential(0.020) or, "
            "with an scv of 4, random.Lognormal(0.020, 4).sample(sent, seed + 1) seconds, rounded to microseconds. "
            "A trial starts with empty servers; requests due before warm_up_s are sent but not counted."
        ),
        "source": "Measured for this book.",
        "licence": "CC BY 4.0",
        "made_by": "record.py",
        "made_on": datetime.date.today(),
        "machine": recorder.machine() | rounded,
        "software": {"haproxy": version, "python": platform.python_version(), "numpy": np.__version__},
        "priority": priority,
        "commands": ["haproxy -db -q -f $CONFIGURATION"],
        "configuration": configuration({("$POLICY", "$WEIGHT"): "$FILE"}, ["$PORT"]).splitlines(),
        "servers": backends.BACKENDS,
        "seed": SEED,
        "repetitions": repetitions,
    }


def record(cells, repetitions, shorter):
    """All trials: the rows of both tables."""
    rows, bins = [], []
    with backends.Farm() as farm, Balancer(farm.ports) as balancer:
        for door in balancer.doors:
            cell = (*door, 0.7, 1)
            trial(farm, balancer, cell, repetition=99, shorter=4)  # connections and caches get warm
        for repetition, order, cell in recorder.interleaved(cells, repetitions, SEED):
            row, histogram = trial(farm, balancer, cell, repetition, shorter)
            rows.append({"repetition": repetition, "order": order} | row)
            bins += [{"order": order} | entry for entry in histogram]
            done = f"{order + 1}/{len(cells) * repetitions}: {' '.join(map(str, cell))}"
            late = f"woke {row['woke_late_ms']:.2f} ({row['woke_late_p99_ms']:.2f}) sent {row['sent_late_ms']:.2f}"
            print(f"{done}: {row['mean_ms']:.1f} ms, replayed {row['replayed_ms']:.1f}, late {late}", file=sys.stderr)
    return rows, bins


def described(columns):
    """Columns as the manifest describes them."""
    return {name: {"kind": kind, "unit": unit, "about": about} for name, (kind, unit, about) in columns.items()}


def main():
    given = recorder.options(__doc__, FOLDER)
    repetitions, shorter = (2, 4) if given.quick else (REPETITIONS, 1)
    loads, priority = os.getloadavg(), backends.hurry()
    rows, bins = record(CELLS[::3] if given.quick else CELLS, repetitions, shorter)
    tables = {"trials.csv": (described(COLUMNS), rows), "responses.csv": (described(BINS), bins)}

    def right(table):
        if table is rows:
            check(rows, repetitions)
        else:
            check_bins(bins, rows)

    recorder.write(given.into, manifest(loads, priority, repetitions), tables, right)
    print(f"wrote {given.into}")


if __name__ == "__main__":
    main()
