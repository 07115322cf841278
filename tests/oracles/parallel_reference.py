"""Parallel systems the slow way: loops over outcomes, Markov chains written out state by state, plain simulations.

Nothing here imports the package.
"""

import itertools
import math
import random

import numpy as np
from scipy import sparse
from scipy.sparse import linalg


def order_statistic_tail(probabilities, needed):
    """P(fewer than `needed` of independent answers are there), each missing with its probability: all outcomes."""
    total = 0.0
    for outcome in itertools.product((False, True), repeat=len(probabilities)):  # True: still missing
        weight = math.prod(p if missing else 1 - p for p, missing in zip(probabilities, outcome, strict=True))
        if outcome.count(False) < needed:
            total += weight
    return total


def hedged_sample(draw, delay, copies, probability, n, seed):
    """Response times and numbers of requests sent, one request at a time; `draw(rng)` is one response time."""
    rng = random.Random(seed)
    times, sent = [], []
    for _ in range(n):
        answer, count = draw(rng), 1
        for j in range(1, copies):
            if answer > j * delay and rng.random() < probability:
                answer, count = min(answer, j * delay + draw(rng)), count + 1
        times.append(answer)
        sent.append(count)
    return np.array(times), np.array(sent)


def stationary(states, transitions):
    """The stationary probabilities of a chain: `transitions(state)` yields (state, rate), dropped if unknown."""
    index = {state: i for i, state in enumerate(states)}
    rows, columns, rates = [], [], []
    for state in states:
        for target, rate in transitions(state):
            if target in index:
                rows += [index[target], index[state]]
                columns += [index[state], index[state]]
                rates += [rate, -rate]
    n = len(states)
    balance = sparse.csc_matrix((rates, (rows, columns)), shape=(n, n))
    law = np.append(1.0, linalg.spsolve(balance[1:, 1:], -balance[1:, [0]].toarray().ravel()))
    return dict(zip(states, law / law.sum(), strict=True))


def fork_join_mean(arrival_rate, tasks, most):
    """Mean response of a job of n tasks at n servers of rate 1, up to `most` tasks in each queue.

    Each queue is in the order of arrival, so the unfinished jobs are as many as the longest queue holds.
    """
    states = list(itertools.product(range(most + 1), repeat=tasks))

    def transitions(state):
        yield tuple(n + 1 for n in state), arrival_rate
        for i, n in enumerate(state):
            if n:
                yield (*state[:i], n - 1, *state[i + 1 :]), 1.0

    law = stationary(states, transitions)
    accepted = arrival_rate * sum(p for state, p in law.items() if max(state) < most)
    return sum(p * max(state) for state, p in law.items()) / accepted


def shortest_queue_mean(arrival_rate, servers, most):
    """Mean response when each request joins a shortest of n queues with servers of rate 1, up to `most` in each."""
    states = [s for s in itertools.product(range(most + 1), repeat=servers) if list(s) == sorted(s)]

    def transitions(state):
        yield tuple(sorted((state[0] + 1, *state[1:]))), arrival_rate
        for i, n in enumerate(state):
            if n:
                yield tuple(sorted((*state[:i], n - 1, *state[i + 1 :]))), 1.0

    law = stationary(states, transitions)
    return sum(p * sum(state) for state, p in law.items()) / arrival_rate


def redundancy_mean(arrival_rate, servers, copies, most):
    """Mean response of redundancy-d with service rate 1: the chain of the classes of all requests in order of arrival.

    A class is the set of servers that a request waits at; each server serves the oldest of its requests. States are
    merged up to a relabelling of the servers. At most `most` requests; further ones are lost.
    """
    classes = list(itertools.combinations(range(servers), copies))
    relabelling = list(itertools.permutations(range(servers)))

    def canonical(state):
        return min(tuple(tuple(sorted(new[s] for s in job)) for job in state) for new in relabelling)

    def moves(state):
        if len(state) < most:
            for job in classes:
                yield canonical((*state, job)), arrival_rate / len(classes)
        taken = set()
        for i, job in enumerate(state):
            rate = len(set(job) - taken)
            taken |= set(job)
            if rate:
                yield canonical(state[:i] + state[i + 1 :]), float(rate)

    known, frontier, table = {()}, [()], {}
    while frontier:
        state = frontier.pop()
        table[state] = list(moves(state))
        new = {target for target, _ in table[state]} - known
        known |= new
        frontier += new
    law = stationary(sorted(known, key=len), table.__getitem__)
    accepted = arrival_rate * sum(p for state, p in law.items() if len(state) < most)
    return sum(p * len(state) for state, p in law.items()) / accepted


def round_robin_mean(arrival_rate, servers, most):
    """Mean response at one server of rate 1 that gets every n-th request of a Poisson stream: phases and queue."""
    states = [(phase, n) for n in range(most + 1) for phase in range(servers)]

    def transitions(state):
        phase, n = state
        yield ((phase + 1, n) if phase + 1 < servers else (0, n + 1)), arrival_rate
        if n:
            yield (phase, n - 1), 1.0

    law = stationary(states, transitions)
    return sum(p * n for (_, n), p in law.items()) / (arrival_rate / servers)


def join_idle_queue_wait(utilization, dispatchers, servers, requests, seed):
    """Mean wait of join-idle-queue, a request at a time: idle servers report to a random dispatcher's list.

    A busy server gets what its own queue holds; a random request to an idle server withdraws the server's report.
    """
    rng = random.Random(seed)
    lists = [[] for _ in range(dispatchers)]
    place = [None] * servers
    queue = [0] * servers
    busy, where = [], {}  # busy servers in any order, so that one can be drawn

    def report(server):
        place[server] = rng.randrange(dispatchers)
        lists[place[server]].append(server)

    def withdraw(server):
        lists[place[server]].remove(server)
        where[server] = len(busy)
        busy.append(server)

    for server in range(servers):
        report(server)
    arrival_rate, total, area, time, seen = utilization * servers, 0, 0.0, 0.0, 0
    while seen < requests:
        rate = arrival_rate + len(busy)
        if seen > requests // 5:
            area += max(total - len(busy), 0) / rate
            time += 1 / rate
        if rng.random() * rate < arrival_rate:
            seen += 1
            known = lists[rng.randrange(dispatchers)]
            server = rng.choice(known) if known else rng.randrange(servers)
            if queue[server] == 0:
                withdraw(server)
            queue[server] += 1
            total += 1
        else:
            server = rng.choice(busy)
            queue[server] -= 1
            total -= 1
            if queue[server] == 0:
                last = busy.pop()
                if last != server:
                    busy[where[server]] = last
                    where[last] = where[server]
                report(server)
    return area / time / arrival_rate
