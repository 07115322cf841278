"""Recordings of PostgreSQL say what the chapters use them for: order relations and ratios, never an absolute speed."""

import itertools
import re

import numpy as np
import pytest
from underload import datasets

RECORDED = ("pg_bytes", "pg_closed_loop")


@pytest.mark.parametrize("name", RECORDED)
def test_a_recording_says_how_it_was_made(name):
    about = datasets.manifest(name)
    for key in ("title", "summary", "source", "licence", "made_on", "software", "settings", "commands", "statements"):
        assert about[key], key
    assert about["made_by"] == "record.py"
    assert {"cpu", "cores", "memory_gib", "kernel", "load_average_before", "load_average_after"} <= set(
        about["machine"]
    )
    assert about["software"]["postgresql"].startswith("15.")
    text = (datasets.root() / name / "manifest.yml").read_text("utf8")
    assert not re.search(r"(?<![\w.])/(tmp|home|root|usr|var|mnt|srv|Users)\b", text)


@pytest.mark.parametrize(
    ("name", "cell"), [("pg_bytes", ("payload_kind", "payload_bytes")), ("pg_closed_loop", ("think_ms", "clients"))]
)
def test_trials_were_interleaved(name, cell):
    table = datasets.load(name)
    repetitions = datasets.manifest(name)["repetitions"]
    assert repetitions >= 5
    tried = [tuple(table[column][row] for column in (*cell, "repetition")) for row in range(len(table))]
    cells = {trial[:-1] for trial in tried}
    assert len(set(tried)) == len(tried) == len(cells) * repetitions
    # A repetition ends before the next begins, and tries the cells in an order of its own.
    assert table["order"].tolist() == list(range(len(tried)))
    assert np.all(np.diff(table["repetition"]) >= 0)
    assert len({tuple(tried[i][:-1] for i in np.flatnonzero(table["repetition"] == r)) for r in range(repetitions)}) > 1


# Bytes

KINDS, SIZES = ("random", "json"), (100, 300, 1000, 3000, 10000)
PAGE = 8192
# A value is moved out of the row, and first compressed, only if the row exceeds about 2 kB
# (PostgreSQL 15 manual, "TOAST").
INLINE = (100, 300, 1000)


def per_logical(kind, size, *columns, less=()):
    """Median over the repetitions of the sum of some columns, less others, per logical byte."""
    trials = datasets.load("pg_bytes").where(payload_kind=kind, payload_bytes=size)
    total = sum(trials[column] for column in columns) - sum(trials[column] for column in less)
    return float(np.median(total / trials["logical_bytes"]))


def rows_per_page(size):
    """Rows of 24 bytes and a payload that fit a page, from the manual's "Database Page Layout".

    8192 bytes less a header of 24. A row takes a pointer of 4 bytes and, rounded up to a multiple of 8, a header
    of 24, its columns, and before the payload its length in 1 byte up to 126 bytes, else 4.
    """
    length = 1 if size <= 126 else 4
    return (PAGE - 24) // (4 + -(-(24 + 24 + length + size) // 8) * 8)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", INLINE)
def test_a_short_row_takes_the_space_that_the_page_layout_gives_it(kind, size):
    trials = datasets.load("pg_bytes").where(payload_kind=kind, payload_bytes=size)
    # 52, 22 and 7 rows a page: a kilobyte of payload leaves a ninth of the page empty.
    pages = -(-trials["rows"] // rows_per_page(size))
    assert np.all(trials["heap_bytes"] == pages * PAGE)
    # TOAST holds nothing but the first page of its index.
    assert np.all(trials["toast_bytes"] == PAGE)


def test_only_long_compressible_values_are_stored_in_less_than_their_size():
    stored = {(kind, size): per_logical(kind, size, "heap_bytes", "toast_bytes") for kind in KINDS for size in SIZES}
    for size in INLINE:
        assert stored["json", size] == stored["random", size] > 1.1
    for size in (3000, 10000):
        assert stored["json", size] < 0.5
        assert stored["random", size] > 1.2


def test_bytes_repeat_where_speeds_do_not():
    table = datasets.load("pg_bytes")
    for kind in KINDS:
        for size in SIZES:
            trials = table.where(payload_kind=kind, payload_bytes=size)
            for column in ("heap_bytes", "toast_bytes", "primary_key_bytes", "wal_bytes", "base_backup_gzip_bytes"):
                assert np.ptp(trials[column]) < 0.01 * np.median(trials[column]), (kind, size, column)


def test_an_index_costs_the_same_per_row_whatever_the_row_holds():
    table = datasets.load("pg_bytes")
    # An entry takes 8 bytes of header, the key (8 or 16 bytes) and a pointer of 4.
    full = {"primary_key_bytes": 20, "secondary_index_bytes": 28}
    fill = {column: bytes_ * table["rows"] / table[column] for column, bytes_ in full.items()}
    # Keys in order leave pages 90 % full. Keys at random split full pages into halves, which fill up again.
    # The smallest indexes are left out: an unfinished page is a few per cent of them.
    large = table["payload_bytes"] <= 1000
    assert np.all(np.abs(fill["primary_key_bytes"][large] - 0.89) < 0.015)
    assert np.all((fill["secondary_index_bytes"][large] > 0.5) & (fill["secondary_index_bytes"][large] < 0.75))


def test_the_multiplier_falls_with_the_width_of_the_row():
    files = ("heap_bytes", "toast_bytes", "primary_key_bytes", "secondary_index_bytes")
    everything = [
        per_logical("random", size, *files, "wal_bytes", "base_backup_bytes", less=("empty_backup_bytes",))
        for size in SIZES
    ]
    # Table, indexes, log and a backup: about 6 bytes for each of a narrow row's, and never fewer than 3.
    assert 5 < everything[0] < 7
    assert everything[0] > everything[1] > everything[2] > 3
    assert all(3 < multiplier < 4.5 for multiplier in everything[1:])


def test_a_backup_is_the_files_again_and_only_gzip_makes_it_smaller():
    files = ("heap_bytes", "toast_bytes", "primary_key_bytes", "secondary_index_bytes")
    for kind in KINDS:
        for size in SIZES:
            backup = per_logical(kind, size, "base_backup_bytes", less=("empty_backup_bytes",))
            packed = per_logical(kind, size, "base_backup_gzip_bytes", less=("empty_backup_gzip_bytes",))
            assert backup == pytest.approx(per_logical(kind, size, *files), rel=0.02)
            assert packed < backup
            # gzip takes out the empty space, and from JSON the text's own repetition.
            assert (packed < 0.7) if kind == "json" else (1 < packed < 1.1)


def test_an_update_after_a_checkpoint_logs_whole_pages():
    table = datasets.load("pg_bytes")
    assert np.all(table["wal_full_pages"] == 0)
    for size in INLINE:
        trials = table.where(payload_kind="random", payload_bytes=size)
        # A page stays out of the log only if none of its rows is among the fifth that changes.
        touched = 1 - 0.8 ** rows_per_page(size)
        assert np.all(trials["wal_full_pages_updates"] > touched * trials["heap_bytes"] / PAGE)
    changed = table["updated_rows"] * (24 + table["payload_bytes"])
    ratio = [np.median((table["wal_bytes_updates"] / changed)[table["payload_bytes"] == size]) for size in SIZES]
    # A hundred bytes changed cost over a kilobyte of log; the factor falls as rows fill pages by themselves.
    assert ratio[0] > 10
    assert all(narrow > wide for narrow, wide in itertools.pairwise(ratio))


def test_updates_leave_the_table_a_fifth_larger_and_the_primary_key_twice_as_large():
    table = datasets.load("pg_bytes")
    heap = table["heap_bytes_after_updates"] / table["heap_bytes"]
    assert np.all(np.abs(heap - 1.2) < 0.015)
    # Pages 90 % full take a fifth more entries only by splitting, nearly every one of them; the other index has room.
    large = table["payload_bytes"] <= 1000
    primary = table["primary_key_bytes_after_updates"] / table["primary_key_bytes"]
    secondary = table["secondary_index_bytes_after_updates"] / table["secondary_index_bytes"]
    assert np.all(np.abs(primary[large] - 2) < 0.02)
    assert np.all(secondary[large] < 1.3)
    toasted = (table["payload_kind"] == "random") & (table["payload_bytes"] >= 3000)
    toast = table["toast_bytes_after_updates"] / table["toast_bytes"]
    assert np.all(np.abs(toast[toasted] - 1.2) < 0.015)


# The closed loop

THINKS, CLIENTS = (0, 2, 10), (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


@pytest.fixture(scope="module")
def loop():
    """Medians over the repetitions, by (think_ms, clients): a function of a column, or of a function of the table."""
    table = datasets.load("pg_closed_loop")

    def median(think_ms, clients, quantity):
        trials = table.where(think_ms=think_ms, clients=clients)
        return float(np.median(trials[quantity] if isinstance(quantity, str) else quantity(trials)))

    return median


def cpu_s(trials):
    """CPU time per transaction, server and client together."""
    return (trials["server_cpu_s"] + trials["client_cpu_s"]) / trials["transactions"]


def waiting_and_thinking(response):
    """Throughput times response and think time: the number of clients, if the response time is right."""
    return lambda trials: trials["transactions_per_second"] * (trials[response] + trials["sleep_ms"]) / 1e3


@pytest.mark.parametrize("clients", CLIENTS)
@pytest.mark.parametrize("think_ms", THINKS)
def test_throughput_times_response_and_think_time_is_the_number_of_clients(loop, think_ms, clients):
    law = loop(think_ms, clients, waiting_and_thinking("response_ms"))
    active = loop(think_ms, clients, "clients_active")
    # What is missing is pgbench's own work between two transactions, 1 or 2 us, and some hundred us of switching
    # between many threads: 5 % of the shortest response, less than 1 % where there is a think time.
    assert (0.99 if think_ms else 0.94) * active < law < 1.005 * active
    assert 0.9 * clients < active <= 1.001 * clients


def test_a_busy_pgbench_books_answers_as_taking_no_time(loop):
    for clients in (32, 64, 128, 256, 512):
        active = loop(0, clients, "clients_active")
        assert loop(0, clients, waiting_and_thinking("reported_ms")) < 0.9 * active


def test_throughput_stays_below_the_asymptotic_bounds(loop):
    # Denning and Buzen 1978: X <= min(N / (D + Z), cores / D), the demand D being what one client alone observes,
    # which includes waking up; and each transaction's CPU time must fit the machine.
    cores = datasets.manifest("pg_closed_loop")["machine"]["cores"]
    demand_ms = loop(0, 1, "response_ms")
    for think_ms in THINKS:
        for clients in CLIENTS:
            throughput = loop(think_ms, clients, "transactions_per_second") / 1e3
            # A fifth of room: one client pays for waking a core up, which two clients share.
            assert throughput < 1.2 * min(clients / (demand_ms + think_ms), cores / demand_ms)
            own = loop(think_ms, clients, lambda trials: cpu_s(trials) * trials["transactions"] / trials["wall_s"])
            # CPU time is counted in ticks of 10 ms, of trials of 4 s and more.
            assert own < 1.01 * cores


def test_with_think_time_throughput_follows_the_clients_until_the_cores_are_busy(loop):
    for clients in (2, 4, 8, 16, 32, 64):
        gain = loop(10, clients, "transactions_per_second") / loop(10, 1, "transactions_per_second")
        assert gain == pytest.approx(clients, rel=0.12)


def test_think_time_moves_the_knee_to_more_clients(loop):
    def knee(think_ms):
        """The fewest clients that reach half of the greatest throughput."""
        throughput = np.array([loop(think_ms, clients, "transactions_per_second") for clients in CLIENTS])
        return CLIENTS[np.argmax(throughput > throughput.max() / 2)]

    assert knee(0) <= 4
    assert 4 * knee(0) <= knee(2)
    assert 2 * knee(2) <= knee(10)


def test_beyond_the_knee_more_clients_buy_waiting_only(loop):
    few = max(loop(0, clients, "transactions_per_second") for clients in (2, 4, 8, 16))
    many = loop(0, 512, "transactions_per_second")
    assert many < 0.75 * few
    # Eight times the clients wait more than eight times as long.
    assert loop(0, 512, "response_ms") > 7 * loop(0, 64, "response_ms")


def test_demand_is_no_constant_it_grows_with_the_clients(loop):
    assert loop(0, 512, cpu_s) > 1.5 * loop(0, 4, cpu_s)


def test_thinking_takes_longer_than_asked_when_the_machine_is_busy(loop):
    for think_ms in (2, 10):
        assert think_ms < loop(think_ms, 16, "sleep_ms") < 1.2 * think_ms
        assert loop(think_ms, 512, "sleep_ms") > 1.3 * think_ms
