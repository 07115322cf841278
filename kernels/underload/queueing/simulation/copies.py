"""Copies of a request: sent at once (redundancy) or when the first has not answered in time (hedging).

Each server has a queue of tasks, first come first served. A request is done when the first of its copies is. What
becomes of the others is a choice: they are served all the same, or cancelled when one copy completes, or those that
still wait are cancelled as soon as one copy begins (tied requests).

A heap holds what is to come: the ends of services and the moments at which further copies are sent. A task that is
cancelled while it waits stays in its queue, marked, until its turn; an end of service that no longer holds is skipped.

Source: Dean and Barroso, The tail at scale, Communications of the ACM 56(2), 2013, for hedged and tied requests;
Gardner, Harchol-Balter, Scheller-Wolf, Velednitsky and Zbarsky, Redundancy-d: the power of d choices for redundancy,
Operations Research 65(4), 2017.

Ties: what is to come at the moment of an arrival comes first.
"""

import math
import typing

import numpy as np

from underload._jit import kernel
from underload.queueing.simulation.keyed_heap import pop_keyed, push_keyed
from underload.queueing.simulation.tally import completed
from underload.random import bounded
from underload.random._options import BORROW, INLINE

__all__ = ["AT_COMPLETION", "AT_START", "NEVER", "Requests", "Servers", "passes"]

NEVER, AT_COMPLETION, AT_START = range(3)  # when other copies are cancelled
WAITING, IN_SERVICE, GONE = range(3)  # states of a task


class Requests(typing.NamedTuple):
    """The requests inside, at slots; task j of slot r is number ``r * copies + j``.

    Attributes
    ----------
    number, kind : int64[room]
    arrival, first, work : float64[room]
        When it came, when its first copy began, and what servers have worked for it.
    sent, done, held : int64[room]
        Copies sent; whether it has been answered; how many tasks in queues or in service, and sendings to come, still
        refer to its slot.
    spare : int64[room]
        A permutation of the slots: from the number of those in use on, those that are empty.
    choice, status, following : int64[room * copies]
        The server of each task, what has become of it, and the task behind it in the queue.
    need : float64[room * copies]
        Its service time.
    keys, events : float64[m], int64[m]
        The heap of what is to come: a task number for the end of a service, -1 - slot for a sending.
    """

    number: np.ndarray
    kind: np.ndarray
    arrival: np.ndarray
    first: np.ndarray
    work: np.ndarray
    sent: np.ndarray
    done: np.ndarray
    held: np.ndarray
    spare: np.ndarray
    choice: np.ndarray
    status: np.ndarray
    following: np.ndarray
    need: np.ndarray
    keys: np.ndarray
    events: np.ndarray


class Servers(typing.NamedTuple):
    """The servers and the rules.

    Attributes
    ----------
    current, head, tail : int64[c]
        The task in service and the ends of the queue, -1 for none.
    end : float64[c]
        When the service in progress ends.
    counts : int64[2]
        Slots in use, and items in the heap.
    clock : float64[1]
    order : int64[c]
        A permutation of the servers.
    state : uint64[4]
        Random state for the choice of servers.
    copies, cancel : int
    delay : float
        Between two sendings.
    """

    current: np.ndarray
    head: np.ndarray
    tail: np.ndarray
    end: np.ndarray
    counts: np.ndarray
    clock: np.ndarray
    order: np.ndarray
    state: np.ndarray
    copies: int
    cancel: int
    delay: float


@kernel(**INLINE)
def schedule(requests, servers, moment, event):
    """Put something to come into the heap."""
    push_keyed(requests.keys, requests.events, servers.counts[1], moment, event)
    servers.counts[1] += 1


@kernel(**INLINE)
def release(requests, servers, r):
    """One reference to a slot less; without any it is empty."""
    requests.held[r] -= 1
    if requests.held[r] == 0:
        servers.counts[0] -= 1
        requests.spare[servers.counts[0]] = r


@kernel(**INLINE)
def begin(requests, servers, task, s, now):
    """Start a task at an idle server."""
    r = task // servers.copies
    requests.status[task] = IN_SERVICE
    servers.current[s], servers.end[s] = task, now + requests.need[task]
    schedule(requests, servers, servers.end[s], task)
    if requests.first[r] == math.inf:
        requests.first[r] = now
    if servers.cancel == AT_START:
        for other in range(r * servers.copies, r * servers.copies + requests.sent[r]):
            if requests.status[other] == WAITING:
                requests.status[other] = GONE


@kernel(**INLINE)
def take_next(requests, servers, s, now):
    """Let an idle server begin the first task in its queue that has not been cancelled."""
    servers.current[s] = -1
    while servers.head[s] >= 0:
        task = servers.head[s]
        servers.head[s] = requests.following[task]
        if servers.head[s] < 0:
            servers.tail[s] = -1
        if requests.status[task] == WAITING:
            begin(requests, servers, task, s, now)
            return
        release(requests, servers, task // servers.copies)


@kernel(**INLINE)
def send(requests, servers, r, now):
    """Send the next copy of a request to its server."""
    j = requests.sent[r]
    task = r * servers.copies + j
    s = requests.choice[task]
    requests.sent[r] += 1
    requests.held[r] += 1
    requests.status[task], requests.following[task] = WAITING, -1
    if servers.current[s] < 0:
        begin(requests, servers, task, s, now)
    elif servers.tail[s] < 0:
        servers.head[s] = servers.tail[s] = task
    else:
        requests.following[servers.tail[s]] = task
        servers.tail[s] = task


@kernel(**INLINE)
def cancel_others(requests, servers, task, now):
    """Cancel the other copies of a request, also those in service."""
    r = task // servers.copies
    for other in range(r * servers.copies, r * servers.copies + requests.sent[r]):
        if other == task:
            continue
        if requests.status[other] == WAITING:
            requests.status[other] = GONE
        elif requests.status[other] == IN_SERVICE:
            s = requests.choice[other]
            requests.status[other] = GONE
            requests.work[r] -= servers.end[s] - now
            take_next(requests, servers, s, now)
            release(requests, servers, r)


@kernel(**INLINE)
def finish(requests, servers, task, now, tally):
    """End a service. Work is counted when a request is answered, by then of all copies that are or will be served."""
    r, s = task // servers.copies, requests.choice[task]
    requests.status[task] = GONE
    if not requests.done[r]:
        requests.done[r] = 1
        for other in range(r * servers.copies, r * servers.copies + requests.sent[r]):
            counted = other == task or requests.status[other] == IN_SERVICE
            counted = counted or (requests.status[other] == WAITING and servers.cancel != AT_COMPLETION)
            if counted:
                requests.work[r] += requests.need[other]
        if servers.cancel != NEVER:
            cancel_others(requests, servers, task, now)
        wait = requests.first[r] - requests.arrival[r]
        response = now - requests.arrival[r]
        completed(tally, requests.number[r], requests.kind[r], wait, response, requests.work[r])
    take_next(requests, servers, s, now)
    release(requests, servers, r)


@kernel(**INLINE)
def happen(requests, servers, horizon, tally):
    """Let all happen that is to come until `horizon`."""
    while servers.counts[1] > 0 and requests.keys[0] <= horizon:
        now, event = requests.keys[0], requests.events[0]
        pop_keyed(requests.keys, requests.events, servers.counts[1])
        servers.counts[1] -= 1
        if event < 0:
            r = -1 - event
            begun = servers.cancel == AT_START and requests.first[r] < math.inf
            if not requests.done[r] and not begun:
                send(requests, servers, r, now)
                if requests.sent[r] < servers.copies:
                    requests.held[r] += 1
                    schedule(requests, servers, now + servers.delay, event)
            release(requests, servers, r)
        else:
            s = requests.choice[event]
            if servers.current[s] == event and servers.end[s] == now:
                finish(requests, servers, event, now, tally)


@kernel(**BORROW)
def passes(requests, servers, works, gaps, kinds, services, number, tally):
    """Let a block of requests pass; `works` (float64[n, copies - 1]) are the service times of the further copies."""
    copies, count = servers.copies, len(servers.order)
    for i in range(len(gaps)):
        now = servers.clock[0] + gaps[i]
        happen(requests, servers, now, tally)
        if now == math.inf:
            break
        if servers.counts[0] == 0 and servers.counts[1] == 0:  # nothing refers to the clock: no digit is lost
            now = 0.0
        servers.clock[0] = now
        r = requests.spare[servers.counts[0]]
        servers.counts[0] += 1
        requests.number[r], requests.kind[r], requests.arrival[r] = number + i, kinds[i], now
        requests.first[r], requests.work[r] = math.inf, 0.0
        requests.sent[r], requests.done[r], requests.held[r] = 0, 0, 1
        for j in range(copies):
            k = j + int(bounded(servers.state, np.uint64(count - j)))
            servers.order[j], servers.order[k] = servers.order[k], servers.order[j]
            requests.choice[r * copies + j] = servers.order[j]
            requests.need[r * copies + j] = services[i] if j == 0 else works[i, j - 1]
        send(requests, servers, r, now)
        if servers.delay == 0.0:
            while requests.sent[r] < copies and not (servers.cancel == AT_START and requests.first[r] < math.inf):
                send(requests, servers, r, now)
        elif copies > 1:
            requests.held[r] += 1
            schedule(requests, servers, now + servers.delay, -1 - r)
        release(requests, servers, r)
