"""Eight small HTTP servers to send requests to: each request says how long it takes.

    GET /queue/20000    20 ms of work, one request at a time, first come first served
    GET /delay/20000    20 ms of delay, however many requests are there
    GET /spent/0        the time spent on all requests so far, those given up included, as the time of service

Run as a program this is one such server: it prints its port, and stops when its standard input ends.
"""

import asyncio
import collections
import contextlib
import os
import pathlib
import select
import selectors
import subprocess
import sys

BACKENDS = 8
KINDS = ("queue", "delay", "spent")
REAL_TIME = 10


class Precise(selectors.EpollSelector):
    """Waits to the microsecond: epoll's own timeout is rounded up to the next millisecond."""

    def select(self, timeout=None):
        if timeout is not None and timeout > 0:
            select.select([self.fileno()], [], [], timeout)
            timeout = 0
        return super().select(timeout)


def run(coroutine):
    """What `asyncio.run` does, with timers that are right to the microsecond."""
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(Precise())) as runner:
        return runner.run(coroutine)


def hurry():
    """Ask to run before all other programs, as root may and children will too; returns the priority that came of it."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(REAL_TIME))
    except PermissionError:
        return f"niceness {os.getpriority(os.PRIO_PROCESS, 0)}"
    return f"real time {REAL_TIME}, first in, first out"


def cpu_seconds(pids):
    """CPU time that running processes have used."""
    # proc(5): after the command's closing bracket, fields 14 and 15 of the file are utime and stime.
    stats = [pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(fields[11]) + int(fields[12]) for fields in stats) / os.sysconf("SC_CLK_TCK")


def parse_target(request):
    """Kind and seconds of a request's first line.

    Raises
    ------
    ValueError
        If it asks for anything else.
    """
    method, target, _ = request.split(b" ", 2)
    empty, kind, microseconds = target.decode().split("/")
    if method != b"GET" or empty or kind not in KINDS:
        raise ValueError(f"request {request!r} must be GET /KIND/MICROSECONDS, of kind {', '.join(KINDS)}")
    return kind, int(microseconds) / 1e6


class Line:
    """Serves connections one at a time, first come first served, each for the time it asks for.

    A service starts when the one before was due to end, even if the process wakes up late: a slow machine delays
    answers, but takes no capacity away.
    """

    def __init__(self, loop):
        self.loop = loop
        self.waiting = collections.deque()
        self.serving = self.timer = None
        self.free_at = self.spent = 0.0

    def join(self, connection, service):
        self.waiting.append((connection, self.loop.time(), service))
        if self.serving is None:
            self._next()

    def leave(self, connection):
        """The client hung up: stop its service or forget its place."""
        if connection is self.serving:
            self.timer.cancel()
            now = self.loop.time()
            self.spent -= self.free_at - now
            self.free_at = now
            self._next()
        else:
            self.waiting = collections.deque(entry for entry in self.waiting if entry[0] is not connection)

    def _next(self):
        self.serving = None
        if self.waiting:
            self.serving, arrived, service = self.waiting.popleft()
            start = max(arrived, self.free_at)
            self.free_at = start + service
            self.spent += service
            self.timer = self.loop.call_at(self.free_at, self._done, arrived, start)

    def _done(self, arrived, start):
        served = self.serving
        self._next()
        served.answer(start - arrived, self.loop.time() - start)


class Connection(asyncio.Protocol):
    """Speaks as much HTTP/1.1 as is needed: GET, one request after the other, kept alive."""

    def __init__(self, line, number):
        self.line, self.number = line, number
        self.buffer, self.timer = b"", None

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        if self.buffer.endswith(b"\r\n\r\n"):
            kind, service = parse_target(self.buffer)
            self.buffer = b""
            if kind == "queue":
                self.line.join(self, service)
            elif kind == "delay":
                self.arrived = self.line.loop.time()
                self.timer = self.line.loop.call_at(self.arrived + service, self._delayed)
            else:
                self.answer(0.0, self.line.spent)

    def connection_lost(self, _):
        if self.timer:
            self.timer.cancel()
            self.line.spent += self.line.loop.time() - self.arrived
        self.line.leave(self)

    def _delayed(self):
        self.timer = None
        spent = self.line.loop.time() - self.arrived
        self.line.spent += spent
        self.answer(0.0, spent)

    def answer(self, waited, served):
        """Say who served, how long the request waited and how long it was served, in microseconds."""
        body = b"%d %d %d" % (self.number, round(waited * 1e6), round(served * 1e6))
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


class Farm:
    """Eight servers, each a process of its own, on free ports of the loopback interface; gone afterwards.

    Attributes
    ----------
    ports, pids : list of int
    """

    def __enter__(self):
        self.processes = []
        try:
            for number in range(BACKENDS):
                command = [sys.executable, __file__, str(number)]
                pipe = subprocess.PIPE
                self.processes.append(subprocess.Popen(command, stdin=pipe, stdout=pipe))
            self.ports = [int(process.stdout.readline()) for process in self.processes]
        except BaseException:
            self.__exit__()
            raise
        self.pids = [process.pid for process in self.processes]
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.stdin.close()
        for process in self.processes:
            process.wait()
            process.stdout.close()


async def serve(number):
    """One server, until standard input ends."""
    loop = asyncio.get_running_loop()
    line, ended = Line(loop), loop.create_future()
    server = await loop.create_server(lambda: Connection(line, number), "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop.add_reader(sys.stdin.fileno(), lambda: ended.done() or ended.set_result(None))
    await ended


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        run(serve(int(sys.argv[1])))
