"""A PostgreSQL to measure and throw away, and the reader of what its benchmark client prints.

PostgreSQL refuses root, so root hands the server and its clients to an unprivileged user. Linux only: CPU
times come from /proc.
"""

import os
import pathlib
import pwd
import re
import resource
import shlex
import shutil
import signal
import string
import subprocess
import tempfile
import time

# pg_ctl's own patience, in seconds: a loaded machine takes long to write the first checkpoint.
PATIENCE = 120
# Each simulated customer of the benchmark client holds a socket and a log file.
OPEN_FILES = 4096


def binaries():
    """The folder that holds `initdb` and `postgres`: of the search path, else of Debian's newest PostgreSQL."""
    found = shutil.which("initdb")
    if found:
        return pathlib.Path(found).resolve().parent
    installed = pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")
    versions = sorted((float(path.parts[-3]), path.parent) for path in installed)
    if not versions:
        raise FileNotFoundError(
            "found no PostgreSQL server (initdb) in PATH or /usr/lib/postgresql/*/bin; "
            "on Debian or Ubuntu: apt-get install postgresql"
        )
    return versions[-1][1]


def unprivileged():
    """Arguments that make `subprocess` give up root; none are needed by any other user."""
    if os.geteuid() != 0:
        return {}
    accounts = {entry.pw_name: entry for entry in pwd.getpwall()}
    account = accounts.get("postgres") or accounts["nobody"]
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


class Server:
    """A PostgreSQL cluster in a temporary folder, reached through a Unix socket only, and gone afterwards.

    Parameters
    ----------
    settings : mapping of str to str
        Everything that differs from what `initdb` writes.

    Attributes
    ----------
    scratch : pathlib.Path
        Working folder of every command; the unprivileged user may write there.
    commands, statements : list of str
        Each command line and each SQL statement once, with ``$NAME`` where a value changed from call to
        call. The environment variables PGHOST, PGDATA, PGUSER and PGDATABASE point at the cluster.
    """

    def __init__(self, settings):
        self.binaries = binaries()
        self.identity = unprivileged()
        self.settings = dict(settings)
        self.commands = []
        self.statements = []

    def __enter__(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if 0 <= soft < OPEN_FILES:
            resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES if hard < 0 else min(OPEN_FILES, hard), hard))
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="pg-"))
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self):
        if self.identity:
            os.chown(self.scratch, self.identity["user"], self.identity["group"])
        # Built from nothing: a stray PGPORT or a translated message would change what is measured or read.
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        self.environment = kept | {
            "LC_ALL": "C",
            "TZ": "UTC",
            "PGHOST": str(self.scratch),
            "PGDATA": str(self.scratch / "data"),
            "PGUSER": "recorder",
            "PGDATABASE": "postgres",
        }
        self.run("initdb --auth=trust --username=recorder --encoding=UTF8 --no-locale")
        lines = {"listen_addresses": "", "unix_socket_directories": str(self.scratch)} | self.settings
        with (self.scratch / "data" / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in lines.items())
        self.run("pg_ctl start --wait --silent --log=server.log --timeout=$SECONDS", SECONDS=PATIENCE)
        self.pid = int((self.scratch / "data" / "postmaster.pid").read_text().split()[0])

    def __exit__(self, *_):
        pidfile = self.scratch / "data" / "postmaster.pid"
        # A second Ctrl-C must not leave the server behind.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            if pidfile.exists():
                pid = int(pidfile.read_text().split()[0])
                stop = [self.binaries / "pg_ctl", "stop", "--mode=immediate", "--wait", "--silent"]
                if subprocess.run(stop, env=self.environment, cwd=self.scratch, **self.identity).returncode:
                    os.kill(pid, signal.SIGKILL)
            shutil.rmtree(self.scratch, ignore_errors=True)
        finally:
            signal.signal(signal.SIGINT, before)

    def open(self, command, **values):
        """Start a command template with its values filled in; pipes for all three streams."""
        if command not in self.commands:
            self.commands.append(command)
        words = [string.Template(word).substitute(values) for word in shlex.split(command)]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [self.binaries / words[0], *words[1:]],
            cwd=self.scratch,
            env=self.environment,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            **self.identity,
        )

    def run(self, command, **values):
        """Run a command template to its end and return what it printed; its error message is ours."""
        process = self.open(command, **values)
        try:
            output, errors = process.communicate()
        except BaseException:
            process.kill()
            process.wait()
            raise
        self.succeeded(process, command, errors)
        return output.decode()

    def succeeded(self, process, command, errors):
        """Raise RuntimeError, quoting the end of its complaint, if a finished command failed."""
        if process.returncode:
            log = self.scratch / "server.log"
            tail = errors.decode() + (log.read_text() if log.exists() else "")
            raise RuntimeError(f"{command} ended with status {process.returncode}:\n{tail[-2000:]}")

    def sql(self, statement, **values):
        """Run one SQL statement template; rows of text fields."""
        if statement not in self.statements:
            self.statements.append(statement)
        output = self.run(
            "psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --command=$STATEMENT",
            STATEMENT=string.Template(statement).substitute(values),
        )
        return [line.split("|") for line in output.splitlines()]

    def shown(self):
        """The settings that were changed, as the server itself reports them."""
        return {name: self.sql("SHOW $NAME", NAME=name)[0][0] for name in self.settings}

    def finished_cpu(self):
        """CPU seconds of all server processes that have ended, once the last of them has been counted."""
        before = None
        while (now := children_ticks(self.pid)) != before:
            before = now
            time.sleep(0.1)
        return now / os.sysconf("SC_CLK_TCK")


def children_ticks(pid):
    """CPU time, in clock ticks, of the children of a process that have ended and been waited for."""
    # proc(5): after the command's closing bracket, fields 16 and 17 of the file are cutime and cstime.
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[13]) + int(fields[14])


def parse_pgbench(text):
    """What `pgbench --report-per-command` printed.

    Returns
    -------
    dict
        clients, transactions, failed, latency_ms, stddev_ms, connect_s, transactions_per_second, and
        commands: (mean latency in ms, text) for each line of the script.

    Raises
    ------
    ValueError
        If a figure is missing. Without ``--progress``, ``--rate`` or ``--latency-limit`` pgbench does not
        measure its "latency average" but divides run time by transactions: Little's law in disguise, on
        which the law must not be tested. Only the measured kind comes with a standard deviation.
    """
    patterns = {
        "clients": (int, r"^number of clients: (\d+)$"),
        "transactions": (int, r"^number of transactions actually processed: (\d+)"),
        "failed": (int, r"^number of failed transactions: (\d+)"),
        "latency_ms": (float, r"^latency average = ([\d.]+) ms$"),
        "stddev_ms": (float, r"^latency stddev = ([\d.]+) ms$"),
        "connect_s": (lambda ms: float(ms) / 1e3, r"^initial connection time = ([\d.]+) ms$"),
        "transactions_per_second": (float, r"^tps = ([\d.]+) \(without initial connection time\)$"),
    }
    found = {}
    for name, (kind, pattern) in patterns.items():
        match = re.search(pattern, text, re.MULTILINE)
        if match is None:
            raise ValueError(f"pgbench printed no {name} ({pattern}):\n{text}")
        found[name] = kind(match[1])
    lines = re.findall(r"^ +([\d.]+) +\d+  (.+)$", text, re.MULTILINE)
    return found | {"commands": [(float(ms), command.strip()) for ms, command in lines]}
