"""Forked, redundant and hedged requests, and open networks, event by event with lists. Independent of the package."""

import heapq
import math


def fork_join(gaps, works, chosen, servers):
    """Response of each request: `works[i][j]` is the service of its task j, which goes to server `chosen[i][j]`."""
    free, clock, responses = [0.0] * servers, 0.0, []
    for gap, needs, places in zip(gaps, works, chosen, strict=True):
        clock += gap
        ends = []
        for need, s in zip(needs, places, strict=True):
            free[s] = max(free[s], clock) + need
            ends.append(free[s])
        responses.append(max(ends) - clock)
    return responses


class Copies:
    """Copies of requests at servers with a queue each."""

    def __init__(self, gaps, works, chosen, servers, delay, cancel):
        self.works, self.chosen, self.delay, self.cancel = works, chosen, delay, cancel
        self.queues = [[] for _ in range(servers)]
        self.serving = [None] * servers
        self.sent, self.begun, self.answer, self.busy = {}, {}, {}, [0.0] * servers
        self.events, self.order = [], 0
        self.arrivals, clock = [], 0.0
        for i, gap in enumerate(gaps):
            clock += gap
            self.arrivals.append(clock)
            self.put(clock, 1, ("arrival", i))

    def put(self, moment, rank, event):
        self.order += 1
        heapq.heappush(self.events, (moment, rank, self.order, event))

    def run(self):
        while self.events:
            now, _, _, (what, *who) = heapq.heappop(self.events)
            if what == "arrival":
                i = who[0]
                self.sent[i] = 0
                self.send(i, now)
                while self.delay == 0 and self.wanted(i):
                    self.send(i, now)
                if self.delay > 0 and self.wanted(i):
                    self.put(now + self.delay, 0, ("again", i))
            elif what == "again":
                i = who[0]
                if self.wanted(i):
                    self.send(i, now)
                    if self.wanted(i):
                        self.put(now + self.delay, 0, ("again", i))
            else:
                self.finish(*who, now)
        return [self.answer[i] - arrival for i, arrival in enumerate(self.arrivals)]

    def wanted(self, i):
        """Whether one more copy of request i is to be sent."""
        tied = self.cancel == "start" and i in self.begun
        return self.sent[i] < len(self.works[i]) and i not in self.answer and not tied

    def send(self, i, now):
        j = self.sent[i]
        self.sent[i] += 1
        s = self.chosen[i][j]
        self.queues[s].append((i, j))
        if self.serving[s] is None:
            self.next(s, now)

    def next(self, s, now):
        if self.queues[s]:
            i, j = self.queues[s].pop(0)
            self.begun.setdefault(i, now)
            self.serving[s] = (i, j, now)
            self.put(now + self.works[i][j], 0, ("end", s, i, j))
            if self.cancel == "start":
                self.forget(i)

    def forget(self, i):
        """Take the copies of request i that wait out of their queues."""
        for queue in self.queues:
            queue[:] = [task for task in queue if task[0] != i]

    def finish(self, s, i, j, now):
        if self.serving[s] is None or self.serving[s][:2] != (i, j):
            return
        self.busy[s] += now - self.serving[s][2]
        self.serving[s] = None
        if i not in self.answer:
            self.answer[i] = now
            if self.cancel == "completion":
                self.forget(i)
                for other, held in enumerate(self.serving):
                    if held is not None and held[0] == i:
                        self.busy[other] += now - held[2]
                        self.serving[other] = None
                        self.next(other, now)
        self.next(s, now)


def network(gaps, entries, needs, moves, servers):
    """Response of each customer of an open network; `needs[k]` and `moves` are iterators that are asked in turn."""
    events, clock = [], 0.0
    for i, (gap, k) in enumerate(zip(gaps, entries, strict=True)):
        clock += gap
        heapq.heappush(events, (clock, 1, i, "arrival", k))
    arrived, responses = {}, {}
    queues, busy = [[] for _ in servers], [0] * len(servers)
    need = {}

    def join(i, k, now):
        need[i] = next(needs[k])
        if busy[k] < servers[k]:
            begin(i, k, now)
        else:
            queues[k].append(i)

    def begin(i, k, now):
        busy[k] += 1
        heapq.heappush(events, (now + need[i], 0, i, "end", k))

    while events:
        now, _, i, what, k = heapq.heappop(events)
        if what == "arrival":
            arrived[i] = now
            join(i, k, now)
            continue
        busy[k] -= 1
        if queues[k]:
            begin(queues[k].pop(0), k, now)
        following = moves(k)
        if following is None:
            responses[i] = now - arrived[i]
        else:
            join(i, following, now)
    return [responses.get(i, math.nan) for i in range(len(gaps))]
