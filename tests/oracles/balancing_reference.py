"""Servers with a queue each, event by event: lists of departures, and policies that look at them. Slow and obvious.

Independent of the package. `draw(n)` gives whole numbers below n, `coin()` numbers in [0, 1).
"""

import itertools

import numpy as np
import scipy.linalg
from scipy import sparse
from scipy.sparse import linalg

MASK = 2**64 - 1


def balance(gaps, services, servers, policy, speeds=None):
    """Waits, and the server of each customer. Who leaves at the moment of an arrival has left."""
    queues = [[] for _ in range(servers)]
    waits, chosen, clock = [], [], 0.0
    for gap, work in zip(gaps, services, strict=True):
        clock += gap
        while True:
            due = [(queue[0], k) for k, queue in enumerate(queues) if queue and queue[0] <= clock]
            if not due:
                break
            k = min(due)[1]
            queues[k].pop(0)
            policy.left(k, queues)
        k = policy.choose(queues, clock)
        start = max(clock, queues[k][-1]) if queues[k] else clock
        queues[k].append(start + (work if speeds is None else work * (1 / speeds[k])))
        policy.joined(k, queues)
        waits.append(start - clock)
        chosen.append(k)
    return waits, chosen


class Policy:
    """Told of everybody who joins or leaves a server."""

    def __init__(self, servers, draw=None):
        self.servers, self.draw = servers, draw

    def joined(self, k, queues):
        pass

    def left(self, k, queues):
        pass


class Random(Policy):
    def choose(self, queues, clock):
        return self.draw(self.servers)


class RoundRobin(Policy):
    turn = -1

    def choose(self, queues, clock):
        self.turn += 1
        return self.turn % self.servers


class Weighted(Policy):
    def __init__(self, weights, coin):
        self.running, self.coin = list(itertools.accumulate(weights)), coin

    def choose(self, queues, clock):
        coin = self.coin() * self.running[-1]
        return next(k for k, level in enumerate(self.running) if level > coin)


class SmoothRoundRobin(Policy):
    """nginx's: each peer's current weight grows by its weight; the largest serves and loses the sum."""

    def __init__(self, weights):
        self.weights, self.current = list(weights), [0.0] * len(weights)

    def choose(self, queues, clock):
        self.current = [c + w for c, w in zip(self.current, self.weights, strict=True)]
        best = self.current.index(max(self.current))
        self.current[best] -= sum(self.weights)
        return best


class LeastWork(Policy):
    def choose(self, queues, clock):
        return min(range(self.servers), key=lambda k: queues[k][-1] - clock if queues[k] else 0.0)


class ShortestQueue(Policy):
    """A row of the servers by length. Of the shortest, the one that is drawn counts from the row's beginning.

    A server that grows changes places with the last of its length, one that shrinks with the first.
    """

    def __init__(self, servers, draw):
        super().__init__(servers, draw)
        self.row, self.length = list(range(servers)), [0] * servers

    def choose(self, queues, clock):
        return self.row[self.draw(self.length.count(min(self.length)))]

    def exchange(self, k, place):
        here = self.row.index(k)
        self.row[here], self.row[place] = self.row[place], k

    def joined(self, k, queues):
        self.exchange(k, sum(length <= self.length[k] for length in self.length) - 1)
        self.length[k] += 1

    def left(self, k, queues):
        self.exchange(k, sum(length < self.length[k] for length in self.length))
        self.length[k] -= 1


class LeastConnections(Policy):
    """A line of the servers; whose number changes goes to its end. Of the shortest, the first in line."""

    def __init__(self, servers):
        self.line = list(range(servers))

    def choose(self, queues, clock):
        return min(self.line, key=lambda k: len(queues[k]))

    def joined(self, k, queues):
        self.line.remove(k)
        self.line.append(k)

    def left(self, k, queues):
        self.joined(k, queues)


class JoinIdleQueue(Policy):
    """A list of idle servers; the last takes the place of the one that is drawn."""

    def __init__(self, servers, draw):
        super().__init__(servers, draw)
        self.idle = list(range(servers))

    def choose(self, queues, clock):
        if not self.idle:
            return self.draw(self.servers)
        place = self.draw(len(self.idle))
        k = self.idle[place]
        self.idle[place] = self.idle[-1]
        self.idle.pop()
        return k

    def left(self, k, queues):
        if not queues[k]:
            self.idle.append(k)


class PowerOfChoices(Policy):
    """Drawn from a row, without replacement: the one drawn changes places with the j-th."""

    def __init__(self, servers, draw, choices, replacement=False):
        super().__init__(servers, draw)
        self.row, self.choices, self.replacement = list(range(servers)), choices, replacement

    def sample(self):
        if self.replacement:
            return [self.draw(self.servers) for _ in range(self.choices)]
        for j in range(self.choices):
            other = j + self.draw(self.servers - j)
            self.row[j], self.row[other] = self.row[other], self.row[j]
        return self.row[: self.choices]

    def choose(self, queues, clock):
        return min(self.sample(), key=lambda k: len(queues[k]))


class StaleChoices(PowerOfChoices):
    """By the lengths at the last multiple of the interval, counted from all departures there ever were."""

    def __init__(self, servers, draw, choices, interval, replacement=False):
        super().__init__(servers, draw, choices, replacement)
        self.interval, self.history, self.number = interval, [[] for _ in range(servers)], -1

    def choose(self, queues, clock):
        if clock // self.interval > self.number:
            self.number = clock // self.interval
            then = self.number * self.interval
            self.board = [sum(departure > then for departure in history) for history in self.history]
        return min(self.sample(), key=lambda k: self.board[k])

    def joined(self, k, queues):
        self.history[k].append(queues[k][-1])


def split_mix(salt, number):
    """Output `number` = 1, 2, ... of SplitMix64 from the state `salt`, by its published constants."""
    state = (salt + number * 0x9E3779B97F4A7C15) & MASK
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & MASK
    return state ^ (state >> 31)


def zipf_shares(exponent, keys, salt, servers):
    """The fraction of the customers that each server gets, key by key."""
    popularity = [k**-exponent for k in range(1, keys + 1)]
    shares = [0.0] * servers
    for k, weight in enumerate(popularity, start=1):
        shares[split_mix(salt, k) % servers] += weight / sum(popularity)
    return shares


def picks_jsq(lengths):
    """The probability that a customer joins each server, for servers of these lengths."""
    tied = [k for k, length in enumerate(lengths) if length == min(lengths)]
    return {k: 1 / len(tied) for k in tied}


def picks_jiq(lengths):
    tied = [k for k, length in enumerate(lengths) if length == 0] or range(len(lengths))
    return {k: 1 / len(tied) for k in tied}


def picks_of(samples):
    """The same where every one of the samples (lists of servers) is as likely as the others."""

    def picks(lengths):
        share = dict.fromkeys(range(len(lengths)), 0.0)
        for sample in samples:
            best = min(lengths[k] for k in sample)
            tied = [k for k in sample if lengths[k] == best]
            for k in tied:
                share[k] += 1 / len(tied) / len(samples)
        return share

    return picks


def chain_response(servers, load, longest, picks):
    """Mean response of exponential servers of rate 1: the balance equations of all lengths, in descending order.

    Who finds `longest` at the server it picks is lost.
    """
    states = list(itertools.combinations_with_replacement(range(longest, -1, -1), servers))
    place = {state: i for i, state in enumerate(states)}
    rows, columns, rates = [], [], []

    def flow(state, k, step, rate):
        after = list(state)
        after[k] += step
        if 0 <= after[k] <= longest:
            target = place[tuple(sorted(after, reverse=True))]
            rows.extend((target, place[state]))
            columns.extend((place[state], place[state]))
            rates.extend((rate, -rate))

    for state in states:
        for k, share in picks(state).items():
            flow(state, k, 1, load * share)
        for k in range(servers):
            flow(state, k, -1, 1.0)
    matrix = sparse.csc_array((rates, (rows, columns)), shape=(len(states), len(states)))
    # The probabilities relative to that of the empty system, then scaled.
    empty = place[(0,) * servers]
    others = [i for i in range(len(states)) if i != empty]
    relative = np.ones(len(states))
    right = -matrix[others, :][:, [empty]].toarray().ravel()
    relative[others] = linalg.spsolve(matrix[others, :][:, others], right)
    return float(relative @ [sum(state) for state in states] / relative.sum() / load)


def refined_mean_field(utilization, levels=40):
    """Mean response with two choices of n servers, exponential service: the limit, and what to add over n, to O(1/n^2).

    Gast and Van Houdt, A refined mean field approximation, POMACS 1(2), 2017, for x_i, the fraction of servers with at
    least i customers: the drift's Jacobian A and second derivative, and the covariance W of A W + W A' + Q = 0.

    Returns the limit, the term for two draws with replacement, and that for two distinct servers, of which both have at
    least i customers with probability x (n x - 1) / (n - 1) = x^2 - x (1 - x) / n + ...
    """
    x = np.array([utilization ** (2**i - 1.0) for i in range(levels + 1)])  # x_0 = 1
    jacobian = np.zeros((levels, levels))
    for i in range(1, levels + 1):
        jacobian[i - 1, i - 1] = -2 * utilization * x[i] - 1
        if i > 1:
            jacobian[i - 1, i - 2] = 2 * utilization * x[i - 1]
        if i < levels:
            jacobian[i - 1, i] = 1.0
    down = x[1:] - np.append(x[2:], 0.0)
    variance = np.diag(scipy.linalg.solve_continuous_lyapunov(jacobian, -np.diag(2 * down)))
    curved = utilization * (np.append(0.0, variance[:-1]) - variance)
    both = -x * (1 - x)
    distinct = utilization * (both[:-1] - both[1:])
    terms = [-np.linalg.solve(jacobian, shift).sum() / utilization for shift in (curved, curved + distinct)]
    return float(x[1:].sum() / utilization), *map(float, terms)
