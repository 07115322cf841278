"""Recorders: what is read, refused and cleaned up, with stand-ins for PostgreSQL's programs; no server is needed."""

import importlib.util
import itertools
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import types

import numpy as np
import pytest
import yaml
from underload import datasets

DATA = pathlib.Path(__file__).resolve().parents[2] / "data"


def program(path):
    """A program of data/, imported under a name of its own: every dataset has a record.py."""
    spec = importlib.util.spec_from_file_location("data_" + path.replace("/", "_").removesuffix(".py"), DATA / path)
    module = importlib.util.module_from_spec(spec)
    before = sys.path[:]
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


recorder, postgres, events = map(program, ("recorder.py", "postgres.py", "pg_bytes/events.py"))
pg_bytes, closed_loop = program("pg_bytes/record.py"), program("pg_closed_loop/record.py")

# pgbench 15 with --report-per-command and --progress, its answer shortened to what is read.
REPORT = r"""pgbench (15.18 (Debian 15.18-0+deb12u1))
transaction type: think-10.sql
number of clients: 64
number of threads: 64
number of transactions actually processed: 17931
number of failed transactions: 0 (0.000%)
latency average = 10.279 ms
latency stddev = 1.143 ms
initial connection time = 107.295 ms
tps = 6170.530461 (without initial connection time)
statement latencies in milliseconds and failures:
         0.001           0  \set aid random(1, 100000 * :scale)
         0.202           0  SELECT abalance FROM pgbench_accounts WHERE aid = :aid;
        10.076           0  \sleep 10 ms
"""


def test_a_report_of_pgbench_is_read():
    assert postgres.parse_pgbench(REPORT) == {
        "clients": 64,
        "transactions": 17931,
        "failed": 0,
        "latency_ms": 10.279,
        "stddev_ms": 1.143,
        "connect_s": pytest.approx(0.107295),
        "transactions_per_second": 6170.530461,
        "commands": [
            (0.001, r"\set aid random(1, 100000 * :scale)"),
            (0.202, "SELECT abalance FROM pgbench_accounts WHERE aid = :aid;"),
            (10.076, r"\sleep 10 ms"),
        ],
    }


@pytest.mark.parametrize(
    ("line", "figure"),
    [
        # Without a standard deviation the average is run time over transactions, not a measurement.
        ("latency stddev = 1.143 ms\n", "stddev_ms"),
        # All the time went into connecting.
        ("tps = 6170.530461 (without initial connection time)\n", "transactions_per_second"),
    ],
)
def test_a_report_that_lacks_a_figure_is_refused(line, figure):
    assert line in REPORT
    with pytest.raises(ValueError, match=f"pgbench printed no {figure}"):
        postgres.parse_pgbench(REPORT.replace(line, ""))


# Tables

COLUMNS = {
    "repetition": {"kind": "int", "about": "Repetition."},
    "order": {"kind": "int", "about": "Place."},
    "size": {"kind": "int", "unit": "B", "about": "Size."},
    "seconds": {"kind": "float", "unit": "s", "about": "Time."},
    "name": {"kind": "text", "about": "Label."},
}


def table():
    """Two sizes in two repetitions."""
    trials = itertools.product(range(2), (10, 20))
    return [
        {"repetition": repetition, "order": order, "size": size, "seconds": size / 3, "name": "a"}
        for order, (repetition, size) in enumerate(trials)
    ]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *[("seconds", float("nan")), ("seconds", float("inf")), ("seconds", 3), ("size", 1.5), ("size", None)],
        *[("size", True), ("name", ""), ("name", 7)],
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(column, value):
    rows = table()
    rows[2][column] = value
    with pytest.raises(ValueError, match=f"row 2, {column} .* must be a finite {COLUMNS[column]['kind']}"):
        recorder.validate(COLUMNS, rows)


def test_rows_must_have_the_described_columns_in_their_order():
    recorder.validate(COLUMNS, table())
    with pytest.raises(ValueError, match="must not be empty"):
        recorder.validate(COLUMNS, [])
    with pytest.raises(ValueError, match=r"row 0 .* must have the columns"):
        recorder.validate(COLUMNS, [{"size": 1}])
    with pytest.raises(ValueError, match=r"row 0 .* must have the columns"):
        recorder.validate(COLUMNS, [dict(reversed(table()[0].items()))])


def test_every_cell_is_tried_once_in_each_repetition():
    recorder.balanced(table(), ("size",), least=2)
    with pytest.raises(ValueError, match="repetitions 2 must be at least 5"):
        recorder.balanced(table(), ("size",), least=5)
    with pytest.raises(ValueError, match="3 rows must be each of 2 cells once in 2"):
        recorder.balanced(table()[:-1], ("size",), least=2)
    with pytest.raises(ValueError, match="5 rows must be"):
        recorder.balanced([*table(), table()[0]], ("size",), least=2)
    with pytest.raises(ValueError, match="order must number the trials"):
        recorder.balanced([row | {"order": 0} for row in table()], ("size",), least=2)


def test_trials_are_shuffled_anew_in_each_repetition():
    cells = list(range(50))
    trials = recorder.interleaved(cells, repetitions=3, seed=1)
    assert [order for _, order, _ in trials] == list(range(150))
    rounds = [[cell for repetition, _, cell in trials if repetition == number] for number in range(3)]
    assert all(sorted(tried) == cells for tried in rounds)
    # Two of 50! orders agree by chance never.
    assert len({tuple(tried) for tried in [*rounds, cells]}) == 4
    assert recorder.interleaved(cells, 3, seed=1) == trials != recorder.interleaved(cells, 3, seed=2)


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """Where temporary folders are made during a test."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def accept(rows):
    """A check that finds nothing wrong."""


def test_what_is_written_can_be_loaded(tmp_path, monkeypatch, scratch):
    manifest = {"title": "T", "licence": "CC BY 4.0", "seed": 1}
    recorder.write(tmp_path / "written", manifest, {"t.csv": (COLUMNS, table())}, accept)
    monkeypatch.setattr(datasets, "root", lambda: tmp_path)
    loaded = datasets.load("written")
    assert loaded["size"].tolist() == [10, 20, 10, 20]
    # Seven digits are written, so half a unit of the seventh is lost.
    np.testing.assert_allclose(loaded["seconds"], np.array([10, 20, 10, 20]) / 3, rtol=5e-7)
    assert loaded.units["seconds"] == "s"
    assert loaded.manifest["tables"]["t.csv"]["rows"] == 4
    assert sorted(path.name for path in (tmp_path / "written").iterdir()) == ["manifest.yml", "t.csv"]


def test_a_refused_table_leaves_the_old_one_and_keeps_the_rows(tmp_path, scratch):
    folder = tmp_path / "set"
    recorder.write(folder, {"title": "old"}, {"t.csv": (COLUMNS, table())}, accept)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def refuse(rows):
        raise ValueError("row 0 must make sense")

    with pytest.raises(ValueError, match="row 0 must make sense; nothing was written, the rows are kept in"):
        recorder.write(folder, {"title": "new"}, {"t.csv": (COLUMNS, table())}, refuse)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    (kept,) = scratch.glob("refused-*/t.csv")
    assert len(kept.read_text().splitlines()) == 4


@pytest.mark.parametrize("folder", [recorder.CHECKOUT / "data", pathlib.Path.home() / "x", "scratch"])
def test_a_manifest_names_no_folder_of_the_machine(tmp_path, scratch, folder):
    command = f"pgbench --file={scratch if folder == 'scratch' else folder}"
    with pytest.raises(ValueError, match="must not name a folder of this machine"):
        recorder.write(tmp_path / "set", {"commands": [command]}, {"t.csv": (COLUMNS, table())}, accept)
    assert not (tmp_path / "set").exists()


def test_the_machine_is_described():
    facts = recorder.machine()
    assert facts["cores"] == os.cpu_count()
    assert facts["memory_gib"] > 0
    assert facts["kernel"].startswith("Linux ")
    assert yaml.safe_load(yaml.safe_dump(facts)) == facts


def test_machine_ticks_only_grow():
    first, second = recorder.machine_ticks(), recorder.machine_ticks()
    assert all(now >= then for then, now in zip(first, second, strict=True))
    assert first[0] + first[1] <= first[2]


# The server, with stand-ins for its programs

INITDB = 'mkdir "$PGDATA"; touch "$PGDATA/postgresql.conf"'
PG_CTL = """
echo "$1" >> {journal}
case "$1" in
start) {start} ;;
stop) {stop} ;;
esac
"""
PSQL = """
case "$*" in
*--command=SHOW*) echo 1GB ;;
*broken*) echo 'ERROR:  relation "broken" does not exist' >&2; exit 1 ;;
*) printf 'one|1\\ntwo|2\\n' ;;
esac
"""


@pytest.fixture
def fake(tmp_path, monkeypatch, scratch):
    """Install stand-ins for initdb, pg_ctl and psql; returns a function that changes what pg_ctl does."""
    folder = tmp_path / "bin"
    folder.mkdir()
    journal = tmp_path / "journal"

    def install(start='echo 1 > "$PGDATA/postmaster.pid"', stop='rm "$PGDATA/postmaster.pid"'):
        control = PG_CTL.format(journal=journal, start=start, stop=stop)
        for name, text in {"initdb": INITDB, "pg_ctl": control, "psql": PSQL}.items():
            (folder / name).write_text(f"#!/bin/sh\n{text}\n")
            (folder / name).chmod(0o755)
        return journal

    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    # The stand-ins need no protection, and another user could not read them here.
    monkeypatch.setattr(postgres, "unprivileged", dict)
    install()
    return install


def test_a_statement_returns_rows_and_is_noted_once(fake):
    with postgres.Server({"shared_buffers": "1GB"}) as server:
        configuration = (server.scratch / "data" / "postgresql.conf").read_text()
        assert "shared_buffers = '1GB'\n" in configuration
        assert "listen_addresses = ''\n" in configuration
        for name in ("a", "b"):
            assert server.sql("SELECT * FROM $TABLE", TABLE=name) == [["one", "1"], ["two", "2"]]
        assert server.shown() == {"shared_buffers": "1GB"}
        assert server.statements == ["SELECT * FROM $TABLE", "SHOW $NAME"]
        assert not any(str(server.scratch) in command for command in server.commands)


def test_an_error_of_psql_is_passed_on_and_the_server_is_gone(fake, scratch):
    journal = fake()
    with pytest.raises(RuntimeError, match=r'psql .* ended with status 1:\nERROR:  relation "broken"'):  # noqa: SIM117
        with postgres.Server({}) as server:
            server.sql("SELECT * FROM broken")
    assert journal.read_text().split() == ["start", "stop"]
    assert list(scratch.iterdir()) == []


@pytest.fixture
def interrupts():
    """Interrupts raise KeyboardInterrupt, also where the tests run in the background of a shell, which ignores them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_leaves_nothing_behind(fake, scratch, interrupts):
    journal = fake()
    with pytest.raises(KeyboardInterrupt), postgres.Server({}):
        signal.raise_signal(signal.SIGINT)
    assert journal.read_text().split() == ["start", "stop"]
    assert list(scratch.iterdir()) == []
    assert signal.getsignal(signal.SIGINT) is interrupts


def test_a_server_that_does_not_start_says_why_and_leaves_nothing_behind(fake, scratch):
    fake(start="echo 'FATAL:  out of luck' > server.log; exit 1")
    with pytest.raises(RuntimeError, match=r"pg_ctl start .* ended with status 1:\nFATAL:  out of luck"):
        postgres.Server({}).__enter__()
    assert list(scratch.iterdir()) == []


def test_a_server_that_does_not_stop_is_killed(fake, scratch):
    with subprocess.Popen(["sleep", "60"]) as stubborn:
        fake(start=f'echo {stubborn.pid} > "$PGDATA/postmaster.pid"', stop="exit 1")
        with postgres.Server({}):
            pass
        assert stubborn.wait(timeout=10) == -signal.SIGKILL
    assert list(scratch.iterdir()) == []


def test_a_missing_server_names_the_package(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(pathlib.Path, "glob", lambda *_: iter(()))
    with pytest.raises(FileNotFoundError, match="apt-get install postgresql"):
        postgres.binaries()


def test_debian_s_newest_server_is_found(monkeypatch):
    # 9.6 sorts after 15 as text.
    found = [pathlib.Path(f"/usr/lib/postgresql/{version}/bin/initdb") for version in ("9.6", "15", "13")]
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(pathlib.Path, "glob", lambda *_: iter(found))
    assert postgres.binaries() == pathlib.Path("/usr/lib/postgresql/15/bin")


def test_root_gives_up_its_rights_and_others_keep_theirs(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    identity = postgres.unprivileged()
    assert identity["user"] > 0
    assert identity["group"] > 0
    assert identity["extra_groups"] == []
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert postgres.unprivileged() == {}


def test_cpu_time_of_ended_processes_is_counted():
    # A child of ours that computes for a while; the kernel adds it to ours once we have waited for it.
    before = postgres.children_ticks(os.getpid())
    subprocess.run([sys.executable, "-c", "sum(range(5_000_000))"], check=True)
    times = os.times()
    after = postgres.children_ticks(os.getpid())
    assert after > before
    ticks = (times.children_user + times.children_system) * os.sysconf("SC_CLK_TCK")
    # User and system time are each rounded down to a tick.
    assert abs(after - ticks) <= 2


# Rows of events

SIZES = (100, 300, 1000, 3000, 10000)


@pytest.mark.parametrize("size", SIZES)
def test_a_text_has_its_size_and_is_json_before_and_after_the_update(size):
    text = events.json_text(np.random.Generator(np.random.PCG64(1)), size)
    assert len(text.encode()) == size
    assert json.loads(text)["seen"] == 0
    # overlay(payload PLACING '1' FROM 9 FOR 1); SQL counts from 1.
    updated = text[:8] + "1" + text[9:]
    assert json.loads(updated) == json.loads(text) | {"seen": 1}


@pytest.mark.parametrize("kind", ["random", "json"])
def test_the_stream_is_what_copy_reads(kind, monkeypatch):
    monkeypatch.setattr(events, "CHUNK_BYTES", 500)
    stream = b"".join(events.copy_stream(kind, 100, 10, np.random.Generator(np.random.PCG64(2))))
    assert stream[:19] == b"PGCOPY\n\xff\r\n\0" + bytes(8)
    assert stream[-2:] == b"\xff\xff"
    rows = list(struct.iter_unpack(">hiqiqiqi100s", stream[19:-2]))
    assert [row[:3] for row in rows] == [(4, 8, id) for id in range(10)]
    assert all((row[3], row[5], row[7]) == (8, 8, 100) for row in rows)
    # A millisecond apart.
    assert {later[6] - sooner[6] for sooner, later in itertools.pairwise(rows)} == {1000}
    assert len({row[8] for row in rows}) > 1


# What a recorder refuses

BYTES = {
    "repetition": 0,
    "order": 0,
    "payload_kind": "random",
    "payload_bytes": 1000,
    "rows": 1000,
    "logical_bytes": 1_024_000,
    "heap_bytes": 1_180_000,
    "toast_bytes": 8192,
    "primary_key_bytes": 40_000,
    "secondary_index_bytes": 60_000,
    "wal_bytes": 1_200_000,
    "wal_full_pages": 0,
    "base_backup_bytes": 25_000_000,
    "base_backup_gzip_bytes": 4_200_000,
    "empty_backup_bytes": 23_500_000,
    "empty_backup_gzip_bytes": 3_100_000,
    "updated_rows": 195,
    "wal_bytes_updates": 1_100_000,
    "wal_full_pages_updates": 150,
    "heap_bytes_after_updates": 1_420_000,
    "toast_bytes_after_updates": 8192,
    "primary_key_bytes_after_updates": 50_000,
    "secondary_index_bytes_after_updates": 70_000,
    "load_average_1m": 0.5,
}


def test_a_possible_row_of_bytes_is_accepted():
    assert list(BYTES) == list(pg_bytes.COLUMNS)
    pg_bytes.check([BYTES], repetitions=1)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *[("logical_bytes", 1_000_000), ("heap_bytes", 900_000), ("wal_bytes", 900_000)],
        *[("base_backup_bytes", 30_000_000), ("updated_rows", 250)],
        *[("heap_bytes_after_updates", 1_100_000), ("wal_bytes_updates", 150_000)],
    ],
)
def test_impossible_bytes_are_refused(column, value):
    with pytest.raises(ValueError, match="must satisfy"):
        pg_bytes.check([BYTES | {column: value}], repetitions=1)


LOOP = {
    "repetition": 0,
    "order": 0,
    "think_ms": 10,
    "clients": 16,
    "transactions": 6200,
    "seconds": 4.0,
    "transactions_per_second": 1550.0,
    "response_ms": 0.2,
    "response_stddev_ms": 0.1,
    "response_p50_ms": 0.18,
    "response_p95_ms": 0.4,
    "response_p99_ms": 0.6,
    "reported_ms": 0.19,
    "sleep_ms": 10.08,
    "clients_active": 15.9,
    "connect_s": 0.1,
    "server_cpu_s": 0.5,
    "client_cpu_s": 0.2,
    "wall_s": 4.1,
    "cpu_busy": 0.2,
    "cpu_other": 0.1,
    "load_average_1m": 0.5,
}


def test_a_possible_row_of_the_loop_is_accepted():
    assert list(LOOP) == list(closed_loop.COLUMNS)
    closed_loop.check([LOOP], repetitions=1)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        # 16 clients that wait and think for 10.28 ms make at most 1556 rounds a second.
        *[("transactions_per_second", 1700.0), ("transactions_per_second", 700.0), ("sleep_ms", 9.9)],
        *[("clients_active", 16.5), ("clients_active", 7.0)],
        *[("response_p95_ms", 0.1), ("cpu_busy", 1.1), ("server_cpu_s", 5.0 * os.cpu_count())],
    ],
)
def test_impossible_rows_of_the_loop_are_refused(column, value):
    with pytest.raises(ValueError, match="must satisfy"):
        closed_loop.check([LOOP | {column: value}], repetitions=1)


@pytest.mark.parametrize(("think_ms", "selects", "sleeps"), [(0, [1, 2, 3, 4], []), (10, [2, 3, 4], [1])])
def test_the_log_of_transactions_is_read_and_removed(tmp_path, think_ms, selects, sleeps):
    # client, transaction, latency in us, script, end in s and us; one file per thread, here two clients in one.
    (tmp_path / "trial.9").write_text("0 1 2000 0 100 500000\n1 1 4000 0 100 504000\n0 2 1000 0 101 501000\n")
    (tmp_path / "trial.9.1").write_text("2 1 3000 0 100 700000\n")
    (tmp_path / "script").write_text("kept")
    found = closed_loop.logged(types.SimpleNamespace(scratch=tmp_path), think_ms)
    assert [sorted(latencies) for latencies in found[:2]] == [selects, sleeps]
    # Client 0 from 100.498 to 101.501, clients 1 and 2 for one transaction each.
    assert found[2] == pytest.approx(1.003 + 0.004 + 0.003, abs=1e-6)
    assert [path.name for path in tmp_path.iterdir()] == ["script"]


def test_a_script_refreshes_the_clock_and_thinks_every_other_time():
    select = closed_loop.script(0)
    assert select[-2:] == ["SELECT abalance FROM pgbench_accounts WHERE aid = :aid;", r"\set answered 1"]
    thinking = closed_loop.script(10)
    assert thinking[:2] == [r"\set turn 1 - :turn", r"\if :turn"]
    assert thinking[2:-3] == select
    assert thinking[-3:] == [r"\else", r"\sleep 10 ms", r"\endif"]
