"""What every recording shares: facts about the machine, the order of trials, and a writer that refuses bad tables."""

import argparse
import csv
import datetime
import hashlib
import io
import math
import os
import pathlib
import platform
import re
import signal
import subprocess
import tempfile

import numpy as np
import yaml

CHECKOUT = pathlib.Path(__file__).resolve().parent.parent
KINDS = {"int": int, "float": float, "text": str}


def machine_ticks():
    """CPU time of the whole machine since it started: (busy, stolen by other virtual machines, total), in ticks."""
    user, nice, system, idle, iowait, irq, softirq, steal = map(
        int, pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    )
    busy = user + nice + system + irq + softirq
    return busy, steal, busy + steal + idle + iowait


def machine():
    """What a reader needs to judge a measurement by: processor, memory, kernel, file system of the scratch folder."""
    cpu = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*: (.*)", cpu)
    memory = re.search(r"MemTotal:\s*(\d+) kB", pathlib.Path("/proc/meminfo").read_text())
    find = ["findmnt", "--noheadings", "--output=FSTYPE", f"--target={tempfile.gettempdir()}"]
    kind = subprocess.run(find, capture_output=True, text=True)
    return {
        "cpu": model[1].strip() if model else platform.machine(),
        "cores": os.cpu_count(),
        "virtual": " hypervisor" in cpu,
        "memory_gib": round(int(memory[1]) / 2**20, 1),
        "kernel": f"{platform.system()} {platform.release()}",
        "file_system": kind.stdout.strip(),
    }


def validate(columns, rows):
    """Raise ValueError unless every row holds exactly the described columns, of their kind, all finite."""
    if not rows:
        raise ValueError("rows [] must not be empty")
    for number, row in enumerate(rows):
        if list(row) != list(columns):
            raise ValueError(f"row {number} {list(row)} must have the columns {list(columns)}")
        for name, value in row.items():
            kind = KINDS[columns[name]["kind"]]
            fine = isinstance(value, kind) and value != "" and (kind is not float or math.isfinite(value))
            if not fine or isinstance(value, bool):
                raise ValueError(f"row {number}, {name} {value!r} must be a finite {columns[name]['kind']}")


def balanced(rows, cell, least):
    """Raise ValueError unless every combination of the columns `cell` was tried once in each repetition."""
    tried = {(tuple(row[name] for name in cell), row["repetition"]) for row in rows}
    cells = {combination for combination, _ in tried}
    repetitions = {repetition for _, repetition in tried}
    if not len(tried) == len(rows) == len(cells) * len(repetitions):
        raise ValueError(f"{len(rows)} rows must be each of {len(cells)} cells once in {len(repetitions)} repetitions")
    if len(repetitions) < least:
        raise ValueError(f"repetitions {len(repetitions)} must be at least {least}")
    if sorted(row["order"] for row in rows) != list(range(len(rows))):
        raise ValueError("order must number the trials from 0 without gaps")


def interleaved(cells, repetitions, seed):
    """Trials in the order to run them: (repetition, order, cell), every repetition shuffled anew."""
    random = np.random.Generator(np.random.PCG64(seed))
    return [
        (repetition, repetition * len(cells) + place, cells[index])
        for repetition in range(repetitions)
        for place, index in enumerate(random.permutation(len(cells)))
    ]


def _csv(columns, rows):
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns)
    for row in rows:
        table.writerow(f"{value:.7g}" if isinstance(value, float) else value for value in row.values())
    return text.getvalue().encode()


def write(folder, manifest, tables, check):
    """Write the tables and then their manifest, each under a temporary name first, or nothing at all.

    Parameters
    ----------
    folder : path
    manifest : dict
        Everything but the tables' entries.
    tables : dict of str to (dict, list of dict)
        For each file: its columns as the manifest describes them, and its rows.
    check : callable
        Called with the rows of each table; raises ValueError if they cannot be right.

    Raises
    ------
    ValueError
        If a table is refused. Its rows are then kept in a temporary folder that the message names.
    """
    folder = pathlib.Path(folder)
    contents, entries = {}, {}
    for file, (columns, rows) in tables.items():
        try:
            validate(columns, rows)
            check(rows)
        except ValueError as error:
            kept = pathlib.Path(tempfile.mkdtemp(prefix="refused-")) / file
            kept.write_text("\n".join(map(str, rows)), "utf8")
            raise ValueError(f"{error}; nothing was written, the rows are kept in {kept}") from None
        contents[file] = _csv(columns, rows)
        digest = hashlib.sha256(contents[file]).hexdigest()
        entries[file] = {"rows": len(rows), "sha256": digest, "columns": columns}
    text = yaml.safe_dump(manifest | {"tables": entries}, sort_keys=False, allow_unicode=True, width=110)
    for private in (tempfile.gettempdir(), str(CHECKOUT), str(pathlib.Path.home())):
        if re.search(re.escape(private) + r"\b", text):
            raise ValueError(f"the manifest {private!r} must not name a folder of this machine")
    contents["manifest.yml"] = text.encode()
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in contents.items():
        (folder / f".{file}.new").write_bytes(content)
    for file in contents:
        os.replace(folder / f".{file}.new", folder / file)


def facts(server, before):
    """The part of a manifest that is the same for all recordings: machine, software, settings, commands, date."""
    loads = {"load_average_before": _rounded(before), "load_average_after": _rounded(os.getloadavg())}
    return {
        "made_by": "record.py",
        "made_on": datetime.date.today(),
        "machine": machine() | loads,
        "software": {"postgresql": server.sql("SHOW server_version")[0][0], "python": platform.python_version()},
        "settings": server.shown(),
        "commands": server.commands,
        "statements": server.statements,
    }


def _rounded(averages):
    return [round(value, 2) for value in averages]


def options(description, folder):
    """Command line of a recorder: ``--quick`` (a smoke run into a temporary folder) or ``--into FOLDER``."""
    # A polite kill tears the server down like Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="a few short trials, written to a temporary folder")
    parser.add_argument("--into", type=pathlib.Path, help="write here instead of beside this program")
    given = parser.parse_args()
    given.into = given.into or (pathlib.Path(tempfile.mkdtemp(prefix="quick-")) if given.quick else folder)
    return given
