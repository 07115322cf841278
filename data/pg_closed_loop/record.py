"""Record PostgreSQL under a closed loop: N clients that each send a SELECT, wait for its answer, think, repeat.

    python data/pg_closed_loop/record.py [--quick] [--into FOLDER]

Needs PostgreSQL with its contributed modules (Debian: apt-get install postgresql) and this project's
environment. About 20 minutes; leave the machine alone meanwhile.
"""

import os
import pathlib
import resource
import string
import sys
import time

import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent)]

import postgres  # noqa: E402
import recorder  # noqa: E402

SEED = 20261
REPETITIONS = 5
CLIENTS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
THINK_MS = (0, 2, 10)
SECONDS = 4
# 100,000 accounts each: 750 MB with the index, all of it in shared_buffers.
SCALE = 50

SETTINGS = {"shared_buffers": "1GB", "max_connections": "600", "autovacuum": "off"}

# pgbench reads the clock once per turn of a client, before it sends, and again only if it has to come back for
# the answer. When the server answers before pgbench looks (a busy machine: about one time in four), the SELECT
# is booked as taking 0 ms. Evaluating an expression makes pgbench forget its old reading, hence the last \set.
SELECT = (
    r"\set aid random(1, 100000 * :scale)",
    "SELECT abalance FROM pgbench_accounts WHERE aid = :aid;",
    r"\set answered 1",
)
# Every other transaction of a client is a sleep, so that the log holds both kinds apart. The report by command
# would not do: all threads add to the same sums without a lock, and lose some.
ALTERNATE = (r"\set turn 1 - :turn", r"\if :turn", *SELECT, r"\else", r"\sleep $THINK ms", r"\endif")
# One thread per client: fewer threads serve their clients in turn, a think time of pgbench's own that no column shows.
# --progress makes pgbench measure latency; without it "latency average" is computed from the throughput.
PGBENCH = (
    "pgbench --no-vacuum --protocol=prepared --file=$SCRIPT --client=$CLIENTS --jobs=$CLIENTS --time=$SECONDS "
    "--define=turn=0 --random-seed=$SEED --report-per-command --progress=1000 --log --log-prefix=trial"
)

COLUMNS = {
    "repetition": ("int", "", "Number of the repetition; each is one trial of every cell, in random order."),
    "order": ("int", "", "Place of the trial in the recording."),
    "think_ms": ("int", "ms", "Think time asked for, by \\sleep."),
    "clients": ("int", "", "Clients N, each with its own connection and its own thread of pgbench."),
    "transactions": ("int", "", "SELECTs answered, counted by pgbench."),
    "seconds": ("float", "s", "Wall time from the last connection made to the last answer."),
    "transactions_per_second": ("float", "1/s", "Throughput X: transactions / seconds."),
    "response_ms": ("float", "ms", "Response time R: mean over the SELECTs, from the log of transactions."),
    "response_stddev_ms": ("float", "ms", "Its standard deviation."),
    "response_p50_ms": ("float", "ms", "Its median."),
    "response_p95_ms": ("float", "ms", "Its 95th percentile."),
    "response_p99_ms": ("float", "ms", "Its 99th percentile."),
    "reported_ms": ("float", "ms", "The SELECT's line of pgbench's own report, which books some answers as 0 ms."),
    "sleep_ms": ("float", "ms", "Think time Z as it was: mean over the sleeps, from the log of transactions."),
    "clients_active": ("float", "", "Mean over `seconds` of the clients between their first request and last answer."),
    "connect_s": ("float", "s", "Time pgbench took to open all connections, before the clock of `seconds` starts."),
    "server_cpu_s": ("float", "s", "CPU time of the server's processes for these clients, connecting included."),
    "client_cpu_s": ("float", "s", "CPU time of pgbench, connecting included."),
    "wall_s": ("float", "s", "Wall time of the whole trial, to which the CPU columns refer."),
    "cpu_busy": ("float", "", "Fraction of the machine's CPU time that was not idle or stolen."),
    "cpu_other": ("float", "", "Fraction of it used by other programs or stolen by other virtual machines."),
    "load_average_1m": ("float", "", "Load average before the trial; the clients of the trial before count too."),
}


def script(think_ms):
    """Lines of the script for a think time."""
    lines = ALTERNATE if think_ms else SELECT
    return [string.Template(line).substitute(THINK=think_ms) for line in lines]


def logged(server, think_ms):
    """Latencies of the SELECTs and of the sleeps in ms, and the clients' times from first to last event, summed, in s.

    The log is removed.
    """
    selects, sleeps, began, ended = [], [], {}, {}
    for path in server.scratch.glob("trial.*"):
        for line in path.read_text().splitlines():
            # when it ended: seconds and microseconds
            client, number, latency_us, _, second, microsecond = map(int, line.split())
            (sleeps if think_ms and number % 2 == 0 else selects).append(latency_us / 1e3)
            ended[client] = second + microsecond / 1e6
            began.setdefault(client, ended[client] - latency_us / 1e6)
        path.unlink()
    return np.array(selects), np.array(sleeps), sum(ended.values()) - sum(began.values())


def attempt(server, clients, think_ms, seconds, seed):
    """Run pgbench once: its report, what `logged` makes of its log, and CPU times."""
    server_cpu, start, before = server.finished_cpu(), time.monotonic(), recorder.machine_ticks()
    client_cpu = resource.getrusage(resource.RUSAGE_CHILDREN)
    file = server.scratch / f"think-{think_ms}.sql"
    file.write_text("\n".join(script(think_ms)))
    report = server.run(PGBENCH, SCRIPT=file, CLIENTS=clients, SECONDS=seconds, SEED=seed)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy, steal, total = (now - then for now, then in zip(recorder.machine_ticks(), before, strict=True))
    wall = time.monotonic() - start
    own = {
        "server_cpu_s": server.finished_cpu() - server_cpu,
        "client_cpu_s": used.ru_utime + used.ru_stime - client_cpu.ru_utime - client_cpu.ru_stime,
    }
    other = (busy + steal) / total - sum(own.values()) / (wall * os.cpu_count())
    times = own | {"wall_s": wall, "cpu_busy": busy / total, "cpu_other": max(0.0, other)}
    return report, *logged(server, think_ms), times


def trial(server, clients, think_ms, seconds, seed):
    """The measured part of a row. pgbench's time limit runs while it connects, so many clients get longer."""
    for patience in (1, 4, 16):
        limit = seconds + patience * clients // 64
        report, selects, sleeps, active_s, times = attempt(server, clients, think_ms, limit, seed)
        # With the time spent on connecting, pgbench prints no throughput at all.
        if "without initial connection time" in report:
            found = postgres.parse_pgbench(report)
            measured_s = found["transactions"] / found["transactions_per_second"]
            if measured_s > seconds / 2:
                break
    else:
        raise RuntimeError(f"{clients} clients could not connect in {limit} s; is the machine busy?\n{report}")
    count = len(selects) + len(sleeps)
    if found["failed"] or found["clients"] != clients or found["transactions"] != count:
        raise RuntimeError(f"{clients} clients logged {count} transactions, or some failed:\n{report}")
    median, p95, p99 = np.quantile(selects, (0.5, 0.95, 0.99)).tolist()
    return {
        "transactions": len(selects),
        "seconds": measured_s,
        "transactions_per_second": len(selects) / measured_s,
        "response_ms": float(selects.mean()),
        "response_stddev_ms": float(selects.std()),
        "response_p50_ms": median,
        "response_p95_ms": p95,
        "response_p99_ms": p99,
        "reported_ms": next(ms for ms, command in found["commands"] if command.startswith("SELECT")),
        "sleep_ms": float(sleeps.mean()) if think_ms else 0.0,
        "clients_active": active_s / measured_s,
        "connect_s": found["connect_s"],
        **times,
    }


def check(rows, repetitions=REPETITIONS):
    """Raise ValueError unless the rows are possible: no client is in two places at once, no CPU time is made up."""
    recorder.balanced(rows, ("think_ms", "clients"), repetitions)
    for row in rows:
        # Client-seconds spent waiting and thinking, of those there were.
        spent = row["transactions_per_second"] * (row["response_ms"] + row["sleep_ms"]) / 1e3 / row["clients"]
        rules = {
            "clients spend 50 % to 103 % of the time waiting or thinking": 0.5 < spent < 1.03,
            "no more clients are active than there are": 0.5 < row["clients_active"] / row["clients"] < 1.02,
            "thinking lasts at least what was asked": row["sleep_ms"] >= row["think_ms"],
            "percentiles rise": 0 < row["response_p50_ms"] <= row["response_p95_ms"] <= row["response_p99_ms"],
            "CPU fractions lie in [0, 1]": 0 < row["cpu_busy"] <= 1 and row["cpu_other"] <= 1,
            "own CPU time fits the machine": row["server_cpu_s"] + row["client_cpu_s"]
            <= 1.05 * row["wall_s"] * os.cpu_count(),
        }
        for rule, holds in rules.items():
            if not holds:
                raise ValueError(f"row {row} must satisfy: {rule}")


def prepare(server, scale):
    """Make the accounts, read them all into memory, and warm up."""
    server.run("pgbench --initialize --quiet --scale=$SCALE", SCALE=scale)
    server.sql("CREATE EXTENSION pg_prewarm")
    server.sql("SELECT pg_prewarm('pgbench_accounts'), pg_prewarm('pgbench_accounts_pkey')")
    attempt(server, 8, 0, 2, SEED)


def main():
    given = recorder.options(__doc__, FOLDER)
    repetitions, seconds, scale = (2, 1, 1) if given.quick else (REPETITIONS, SECONDS, SCALE)
    cells = [(clients, think) for clients in (CLIENTS[::4] if given.quick else CLIENTS) for think in THINK_MS]
    loads = os.getloadavg()
    rows = []
    with postgres.Server(SETTINGS) as server:
        prepare(server, scale)
        for repetition, order, (clients, think_ms) in recorder.interleaved(cells, repetitions, SEED):
            row = {"repetition": repetition, "order": order, "think_ms": think_ms, "clients": clients}
            load = os.getloadavg()[0]
            row |= trial(server, clients, think_ms, seconds, SEED + order) | {"load_average_1m": load}
            rows.append(row)
            done = f"{order + 1}/{len(cells) * repetitions}: {clients} clients, think {think_ms} ms"
            print(f"{done}: {row['transactions_per_second']:.0f}/s", file=sys.stderr, flush=True)
        facts = recorder.facts(server, loads)
    manifest = {
        "title": "PostgreSQL in a closed loop of 1 to 512 clients",
        "summary": (
            "Clients send one prepared SELECT by primary key, wait for the answer, think for a fixed time and start "
            "over; server and clients share the machine and talk over a Unix socket; all data is in memory. "
            "Throughput is a count of answers over wall time. Response and think time are means of clock readings "
            "around every single SELECT and sleep. Neither is computed from the other, so X = N / (R + Z) can fail. "
            "N is clients_active, a little below clients because they do not all start and stop at once. "
            "The service demand is response_ms at one client without think time, or CPU time over transactions."
        ),
        "source": "Measured for this book.",
        "licence": "CC BY 4.0",
        **facts,
        "scripts": {f"think {think_ms} ms": script(think_ms) for think_ms in THINK_MS},
        "scale": scale,
        "seed": SEED,
        "repetitions": repetitions,
    }
    columns = {name: {"kind": kind, "unit": unit, "about": about} for name, (kind, unit, about) in COLUMNS.items()}
    recorder.write(given.into, manifest, {"trials.csv": (columns, rows)}, lambda rows: check(rows, repetitions))
    print(f"wrote {given.into}")


if __name__ == "__main__":
    main()
