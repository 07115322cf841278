"""Record what it costs SQLite to find a row, and to add one, with an index and without.

    python data/sqlite_lookup/record.py [--quick] [--into FOLDER]

Needs Python's own SQLite. About 3 minutes.
"""

import datetime
import os
import pathlib
import platform
import random
import sqlite3
import sys
import time

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

import recorder  # noqa: E402

SEED = 20261
REPETITIONS = 7
SIZES = (10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
PAYLOAD = "x" * 100
SECONDS = 0.15  # each trial looks rows up for about this much processor time
TABLE = "CREATE TABLE cards (id INTEGER, payload TEXT)"
INDEX = "CREATE INDEX cards_by_id ON cards (id)"
INSERT = "INSERT INTO cards VALUES (?, ?)"
SELECT = "SELECT payload FROM cards WHERE id = ?"

COLUMNS = {
    "repetition": ("int", "", "Number of the repetition; each tries every size and method once, in random order."),
    "order": ("int", "", "Place of the trial in the recording."),
    "rows": ("int", "", "Rows in the table."),
    "method": ("text", "", "scan: no index. index: a B-tree index on id, present from the start."),
    "lookups": ("int", "", "Rows looked up, each by an id chosen uniformly among those present."),
    "lookup_seconds": ("float", "s", "Processor time of one lookup: that of all of them divided by their number."),
    "insert_seconds": ("float", "s", "Processor time to add a row: all in random order of id, in one transaction."),
    "load_average_1m": ("float", "", "Load average of the machine before the trial."),
}


def trial(rows, method, seed):
    """Fill a table in memory, look rows up until the time is over."""
    chosen = random.Random(seed)
    keys = list(range(rows))
    chosen.shuffle(keys)
    database = sqlite3.connect(":memory:")
    database.execute(TABLE)
    if method == "index":
        database.execute(INDEX)
    filled = _timed(lambda: (database.executemany(INSERT, ((key, PAYLOAD) for key in keys)), database.commit()))
    lookups, spent = 0, 0.0
    batch_size = min(2000, max(1, 200_000 // rows)) if method == "scan" else 2000
    while spent < SECONDS:
        batch = [chosen.randrange(rows) for _ in range(batch_size)]
        spent += _timed(lambda batch=batch: _look_up(database, batch))
        lookups += len(batch)
    database.close()
    return lookups, spent / lookups, filled / rows


def _look_up(database, keys):
    for key in keys:
        if database.execute(SELECT, (key,)).fetchone()[0] != PAYLOAD:
            raise RuntimeError(f"row {key} is not in the table")


def _timed(action):
    start = time.process_time()
    action()
    return time.process_time() - start


def check(rows):
    """Refuse a table that cannot be right."""
    recorder.balanced(rows, ("rows", "method"), least=5)
    for row in rows:
        if not (0 < row["lookup_seconds"] < 10 and 0 < row["insert_seconds"] < 1):
            raise ValueError(f"row {row} must have positive times of less than 10 s and 1 s")


def manifest(load_average_before):
    """Everything about the recording but its table."""
    loads = {"before": load_average_before, "after": os.getloadavg()}
    rounded = {f"load_average_{when}": [round(value, 2) for value in values] for when, values in loads.items()}
    return {
        "title": "SQLite: finding and adding a row, with an index and without",
        "summary": "A table in memory with 10 to 1,000,000 rows of about 100 bytes. Each trial fills it in random "
        "order and then looks single rows up by an integer, by reading the whole table or through an index.",
        "source": "Recorded by the authors on a small, shared machine: the shapes mean something, the speeds do not.",
        "licence": "CC BY 4.0",
        "made_by": "record.py",
        "made_on": datetime.date.today(),
        "machine": recorder.machine() | rounded,
        "software": {"sqlite": sqlite3.sqlite_version, "python": platform.python_version()},
        "statements": [TABLE, INDEX, INSERT, SELECT],
        "seed": SEED,
        "repetitions": REPETITIONS,
    }


def main():
    given = recorder.options(__doc__, FOLDER)
    sizes = SIZES[:3] if given.quick else SIZES
    before = os.getloadavg()
    rows = []
    cells = [(size, method) for size in sizes for method in ("scan", "index")]
    for repetition, order, (size, method) in recorder.interleaved(cells, REPETITIONS, SEED):
        load = os.getloadavg()[0]
        lookups, lookup, insert = trial(size, method, seed=SEED + order)
        rows.append(dict(zip(COLUMNS, (repetition, order, size, method, lookups, lookup, insert, load), strict=True)))
    columns = {name: {"kind": kind, "unit": unit, "about": about} for name, (kind, unit, about) in COLUMNS.items()}
    recorder.write(given.into, manifest(before), {"lookups.csv": (columns, rows)}, check)
    print(f"{len(rows)} trials in {given.into}")


if __name__ == "__main__":
    main()
