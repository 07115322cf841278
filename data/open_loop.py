"""A client that sends requests when they are due, whether or not earlier ones are answered."""

import asyncio
import datetime
import gc
import math
import os
import pathlib
import sys
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import backends
import recorder

# Longest wait for the last answers of a trial.
PATIENCE = 60
# Bins of a histogram: eight to an octave, from one to the next 9 % wider, upwards from this many ms.
FINEST_MS, PER_OCTAVE = 0.1, 8


def parse_answer(data):
    """Status and body of an HTTP answer, or None while it is incomplete.

    Raises
    ------
    ValueError
        If the answer does not say how long its body is.
    """
    head, gap, body = data.partition(b"\r\n\r\n")
    if not gap:
        return None
    first, *fields = head.split(b"\r\n")
    lengths = [int(value) for name, _, value in (field.partition(b":") for field in fields) if name.lower() == LENGTH]
    if len(lengths) != 1:
        raise ValueError(f"answer {data!r} must have one Content-Length")
    return None if len(body) < lengths[0] else (int(first.split(b" ")[1]), body)


LENGTH = b"content-length"


class Call(asyncio.Protocol):
    """A connection that carries one request at a time."""

    def __init__(self, door):
        self.door, self.buffer, self.answered = door, b"", None

    def connection_made(self, transport):
        self.transport = transport

    def send(self, target, answered):
        self.answered = answered
        self.transport.write(b"GET %s HTTP/1.1\r\nHost: farm\r\n\r\n" % target)

    def data_received(self, data):
        self.buffer += data
        answer = parse_answer(self.buffer)
        if answer and self.answered:
            answered, self.answered, self.buffer = self.answered, None, b""
            self.door.idle.append(self)
            answered(*answer)

    def cancel(self):
        """Hang up, the only way HTTP/1.1 has to take a request back."""
        self.answered = None
        self.transport.close()
        self.door.replace()

    def connection_lost(self, _):
        if self in self.door.idle:
            self.door.idle.remove(self)
        if self.answered:
            self.answered(0, b"")


class Door:
    """The connections to one port, as many as there are requests at the same time."""

    def __init__(self, port):
        self.port, self.idle, self.tasks = port, [], set()

    async def _open(self):
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(lambda: Call(self), "127.0.0.1", self.port))[1]

    def _soon(self, coroutine):
        # The event loop alone does not keep a task alive.
        task = asyncio.ensure_future(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def ready(self, count=1):
        """Open this many idle connections beforehand."""
        for _ in range(count):
            self.idle.append(await self._open())

    def replace(self):
        """Open one more connection, in place of one that was given up."""
        self._soon(self.ready())

    def ask(self, target, answered):
        """Send a request; `answered(status, body)` is called once, with status 0 if the connection broke.

        Returns
        -------
        callable
            Takes the request back if it was not answered.
        """
        if self.idle:
            call = self.idle.pop()
            call.send(target, answered)
            return call.cancel
        task = self._soon(self._ask_anew(target, answered))
        return lambda: task.result().cancel() if task.done() else task.cancel()

    async def _ask_anew(self, target, answered):
        try:
            call = await self._open()
        except OSError:
            answered(0, b"")
            raise
        call.send(target, answered)
        return call

    def close(self):
        for call in list(self.idle):
            call.transport.close()


async def offer(arrivals, send, finished):
    """Call `send(index, due)` when each arrival is due, then wait for a future; returns seconds from first to last.

    Parameters
    ----------
    arrivals : float64[n]
        Seconds from the start, ascending.
    send : callable
        Its `due` is a time of the event loop's clock.
    finished : asyncio.Future
    """
    loop = asyncio.get_running_loop()
    # The collector would stop the client for milliseconds, and nothing here makes cycles by the thousand.
    gc.collect()
    gc.disable()
    start = loop.time() + 0.1
    for index, arrival in enumerate(arrivals.tolist()):
        loop.call_at(start + arrival, send, index, start + arrival)
    try:
        await asyncio.wait_for(finished, arrivals[-1] + PATIENCE)
    finally:
        gc.enable()
    return loop.time() - start - arrivals[0]


class Watch:
    """What a trial cost: wall time, CPU time of each group of processes, and what others took of the machine."""

    COLUMNS = {
        "client_cpu_s": ("float", "s", "CPU time of the client."),
        "servers_cpu_s": ("float", "s", "CPU time of everything the client talked to."),
        "wall_s": ("float", "s", "Wall time of the whole trial, to which the CPU columns refer."),
        "cpu_busy": ("float", "", "Fraction of the machine's CPU time that was not idle or stolen."),
        "cpu_other": ("float", "", "Fraction of it used by other programs or stolen by other virtual machines."),
        "load_average_1m": ("float", "", "Load average of the machine before the trial."),
        "started": ("text", "", "Coordinated universal time at which the trial began."),
    }

    def __init__(self, pids):
        self.pids, self.load = pids, os.getloadavg()[0]
        self.started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        self.before = self._read()

    def _read(self):
        return time.monotonic(), time.process_time(), backends.cpu_seconds(self.pids), *recorder.machine_ticks()

    def columns(self):
        wall, client, servers, busy, stolen, total = (
            now - then for now, then in zip(self._read(), self.before, strict=True)
        )
        other = (busy + stolen) / total - (client + servers) / (wall * os.cpu_count())
        values = (client, servers, wall, busy / total, max(0.0, other), self.load, self.started)
        return dict(zip(self.COLUMNS, values, strict=True))


def histogram(milliseconds):
    """Rows of a histogram on a logarithmic scale: above_ms, up_to_ms, count; empty bins are left out."""
    edge = lambda number: float(f"{FINEST_MS * 2 ** (number / PER_OCTAVE):.7g}")  # noqa: E731
    last = math.ceil(PER_OCTAVE * math.log2(max(milliseconds.max(), FINEST_MS) / FINEST_MS)) + 1
    edges = np.array([0.0, *map(edge, range(last + 1))])
    counts = np.bincount(np.searchsorted(edges, milliseconds) - 1, minlength=last + 1)
    return [
        {"above_ms": float(edges[number]), "up_to_ms": float(edges[number + 1]), "count": int(counts[number])}
        for number in np.flatnonzero(counts)
    ]
