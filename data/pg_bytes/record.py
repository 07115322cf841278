"""Record what one logical byte costs in PostgreSQL: table, TOAST, indexes, write-ahead log, base backup, bloat.

    python data/pg_bytes/record.py [--quick] [--into FOLDER]

Needs PostgreSQL (Debian: apt-get install postgresql) and this project's environment. About 20 minutes.
"""

import os
import pathlib
import sys
import zlib

import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent)]

import events  # noqa: E402
import postgres  # noqa: E402
import recorder  # noqa: E402

SEED = 20260
REPETITIONS = 5
LOGICAL_BYTES = 100_000_000
PAYLOAD_BYTES = (100, 300, 1000, 3000, 10000)

SETTINGS = {
    "shared_buffers": "512MB",
    # Checkpoints and vacuums happen where this program asks for them, and nowhere else.
    "checkpoint_timeout": "1h",
    "max_wal_size": "16GB",
    "autovacuum": "off",
}
TYPES = {"random": "bytea", "json": "text"}
# A new payload of the same size for every fifth row, chosen by a hash of its key.
NEW_PAYLOAD = {
    "random": "set_byte(payload, 0, 255 - get_byte(payload, 0))",
    "json": "overlay(payload PLACING '1' FROM 9 FOR 1)",
}
UPDATE = (
    "WITH changed AS (UPDATE events SET payload = $EXPRESSION WHERE hashint8(id) % 5 = 0 RETURNING id) "
    "SELECT count(*) FROM changed"
)
SIZES = (
    "SELECT pg_relation_size('events'), pg_total_relation_size(reltoastrelid), "
    "pg_relation_size('events_pkey'), pg_relation_size('events_by_user') "
    "FROM pg_class WHERE oid = 'events'::regclass"
)
WAL = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint, wal_fpi FROM pg_stat_wal"

COLUMNS = {
    "repetition": ("int", "", "Number of the repetition; each is one trial of every kind and size, in random order."),
    "order": ("int", "", "Place of the trial in the recording."),
    "payload_kind": ("text", "", "random: bytes that no program compresses. json: a text of events as JSON."),
    "payload_bytes": ("int", "B", "Bytes of the payload column of each row."),
    "rows": ("int", "", "Rows loaded."),
    "logical_bytes": ("int", "B", "Rows times (24 + payload_bytes): three 8-byte columns and the payload."),
    "heap_bytes": ("int", "B", "Main file of the table after the load, pg_relation_size."),
    "toast_bytes": ("int", "B", "TOAST table, which holds values too long for a page, with its index and maps."),
    "primary_key_bytes": ("int", "B", "Index on id; rows arrive in its order."),
    "secondary_index_bytes": ("int", "B", "Index on (user_id, happened_at); rows arrive in random order of user_id."),
    "wal_bytes": ("int", "B", "Write-ahead log of the load, one COPY just after a checkpoint."),
    "wal_full_pages": ("int", "", "Full-page images in it."),
    "base_backup_bytes": ("int", "B", "Tar stream of pg_basebackup after the load, without write-ahead log."),
    "base_backup_gzip_bytes": ("int", "B", "The same stream through gzip, level 6."),
    "empty_backup_bytes": ("int", "B", "Tar stream of the cluster before the table was made."),
    "empty_backup_gzip_bytes": ("int", "B", "The same stream through gzip, level 6."),
    "updated_rows": ("int", "", "Rows given a new payload of the same size, about 20 %, in one statement."),
    "wal_bytes_updates": ("int", "B", "Write-ahead log of the updates, just after a checkpoint."),
    "wal_full_pages_updates": ("int", "", "Full-page images in it."),
    "heap_bytes_after_updates": ("int", "B", "Main file of the table after the updates and VACUUM."),
    "toast_bytes_after_updates": ("int", "B", "TOAST table, its index and maps, after the updates and VACUUM."),
    "primary_key_bytes_after_updates": ("int", "B", "Index on id after the updates and VACUUM."),
    "secondary_index_bytes_after_updates": ("int", "B", "Index on (user_id, happened_at) after updates and VACUUM."),
    "load_average_1m": ("float", "", "Load average of the machine over the minute before the trial."),
}


def load(server, kind, size, rows, random):
    """Copy the rows into the table."""
    command = "psql --no-psqlrc --quiet --command='COPY events FROM STDIN (FORMAT binary)'"
    process = server.open(command)
    try:
        for chunk in events.copy_stream(kind, size, rows, random):
            process.stdin.write(chunk)
    except BrokenPipeError:
        pass  # psql has given up; its own message says why
    server.succeeded(process, command, process.communicate()[1])


def base_backup(server):
    """Bytes of a base backup as a tar stream, and of that stream after gzip."""
    command = "pg_basebackup --pgdata=- --format=tar --wal-method=none --checkpoint=fast --no-manifest"
    process = server.open(command)
    process.stdin.close()
    gzip = zlib.compressobj(6, zlib.DEFLATED, 31)
    plain = packed = 0
    while block := process.stdout.read(1 << 20):
        plain += len(block)
        packed += len(gzip.compress(block))
    process.wait()
    server.succeeded(process, command, process.stderr.read())
    return plain, packed + len(gzip.flush())


def counted(server, statement):
    """The one row of whole numbers that a statement returns."""
    return [int(field) for field in server.sql(statement)[0]]


def trial(server, kind, size, logical_bytes, random):
    """Load, back up, update, vacuum, and drop one table; the measured part of a row."""
    rows = round(logical_bytes / (events.FIXED_BYTES + size))
    empty, empty_gzip = base_backup(server)
    server.sql(
        "CREATE TABLE events (id bigint PRIMARY KEY, user_id bigint NOT NULL, happened_at timestamptz NOT NULL, "
        "payload $TYPE NOT NULL)",
        TYPE=TYPES[kind],
    )
    server.sql("CREATE INDEX events_by_user ON events (user_id, happened_at)")
    server.sql("CHECKPOINT")
    start = counted(server, WAL)
    load(server, kind, size, rows, random)
    loaded = counted(server, WAL)
    stored, logical = counted(server, "SELECT count(*), sum(24 + octet_length(payload)) FROM events")
    heap, toast, primary, secondary = counted(server, SIZES)
    backup, backup_gzip = base_backup(server)
    server.sql("CHECKPOINT")
    before = counted(server, WAL)
    (updated,) = map(int, server.sql(UPDATE, EXPRESSION=NEW_PAYLOAD[kind])[0])
    after = counted(server, WAL)
    server.sql("VACUUM events")
    sizes_after = counted(server, SIZES)
    server.sql("DROP TABLE events")
    server.sql("CHECKPOINT")
    return {
        "rows": stored,
        "logical_bytes": logical,
        "heap_bytes": heap,
        "toast_bytes": toast,
        "primary_key_bytes": primary,
        "secondary_index_bytes": secondary,
        "wal_bytes": loaded[0] - start[0],
        "wal_full_pages": loaded[1] - start[1],
        "base_backup_bytes": backup,
        "base_backup_gzip_bytes": backup_gzip,
        "empty_backup_bytes": empty,
        "empty_backup_gzip_bytes": empty_gzip,
        "updated_rows": updated,
        "wal_bytes_updates": after[0] - before[0],
        "wal_full_pages_updates": after[1] - before[1],
        **dict(zip(list(COLUMNS)[-5:-1], sizes_after, strict=True)),
    }


def check(rows, repetitions=REPETITIONS):
    """Raise ValueError unless the rows are possible: nothing is stored in less space than it needs."""
    recorder.balanced(rows, ("payload_kind", "payload_bytes"), repetitions)
    for row in rows:
        table = row["heap_bytes"] + row["toast_bytes"]
        grown = row["base_backup_bytes"] - row["empty_backup_bytes"]
        files = table + row["primary_key_bytes"] + row["secondary_index_bytes"]
        rules = {
            "logical_bytes is rows times (24 + payload_bytes)": row["logical_bytes"]
            == row["rows"] * (events.FIXED_BYTES + row["payload_bytes"]),
            "random payloads take at least their own bytes": row["payload_kind"] != "random"
            or min(table, row["wal_bytes"], row["base_backup_gzip_bytes"]) > row["rows"] * row["payload_bytes"],
            "the backup grew by the table's files, within 2 % and 1 MB": abs(grown - files) < 0.02 * files + 1e6,
            "one row in five was updated": abs(row["updated_rows"] / row["rows"] - 0.2) < 0.03,
            "updates leave no file smaller": row["heap_bytes_after_updates"] >= row["heap_bytes"],
            "the log of an update holds the new payload": row["payload_kind"] != "random"
            or row["wal_bytes_updates"] > row["updated_rows"] * row["payload_bytes"],
        }
        for rule, holds in rules.items():
            if not holds:
                raise ValueError(f"row {row} must satisfy: {rule}")


def record(server, sizes, repetitions, logical_bytes):
    """All trials, interleaved."""
    cells = [(kind, size) for kind in TYPES for size in sizes]
    rows = []
    for repetition, order, (kind, size) in recorder.interleaved(cells, repetitions, SEED):
        random = np.random.Generator(np.random.PCG64([SEED, order]))
        row = {
            "repetition": repetition,
            "order": order,
            "payload_kind": kind,
            "payload_bytes": size,
            **dict.fromkeys(list(COLUMNS)[4:-1]),
            "load_average_1m": os.getloadavg()[0],
        }
        rows.append(row | trial(server, kind, size, logical_bytes, random))
        print(f"{order + 1}/{len(cells) * repetitions}: {kind} {size} B", file=sys.stderr, flush=True)
    return rows


def main():
    given = recorder.options(__doc__, FOLDER)
    repetitions = 2 if given.quick else REPETITIONS
    sizes = PAYLOAD_BYTES[::2] if given.quick else PAYLOAD_BYTES
    before = os.getloadavg()
    with postgres.Server(SETTINGS) as server:
        rows = record(server, sizes, repetitions, LOGICAL_BYTES // 50 if given.quick else LOGICAL_BYTES)
        facts = recorder.facts(server, before)
    manifest = {
        "title": "What one logical byte costs in PostgreSQL",
        "summary": (
            "A table of users' events with two indexes is loaded, backed up, updated and vacuumed; the bytes that "
            "each step leaves on disk or in the write-ahead log are read from PostgreSQL itself. Checkpoints and "
            "vacuums happen only where the recorder asks for them. One COPY writes a terser log than rows inserted "
            "one by one, so wal_bytes is a lower bound for a live system."
        ),
        "source": "Measured for this book.",
        "licence": "CC BY 4.0",
        **facts,
        "seed": SEED,
        "repetitions": repetitions,
    }
    columns = {name: {"kind": kind, "unit": unit, "about": about} for name, (kind, unit, about) in COLUMNS.items()}
    recorder.write(given.into, manifest, {"bytes.csv": (columns, rows)}, lambda rows: check(rows, repetitions))
    print(f"wrote {given.into}")


if __name__ == "__main__":
    main()
