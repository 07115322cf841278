"""Queueing networks the slow and obvious way: sums over all states, in fractions or with 50 digits."""

import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np


def compositions(total, parts):
    """All ways to spread `total` customers over `parts` places."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in compositions(total - first, parts - 1):
            yield (first, *rest)


def speeds(servers=None, rates=None):
    """How fast a station works with n customers, as a function of n."""
    if rates is not None:
        return lambda n: Fraction(rates[min(n, len(rates)) - 1])
    return lambda n: Fraction(n if servers == math.inf else min(n, int(servers)))


def closed(demands, speed, population, think=0):
    """Throughput, mean numbers and marginals of a closed network of one class, in fractions.

    The throughput is read off a station's completions, not off a quotient of constants.
    """
    demands = [Fraction(d) for d in demands] + [Fraction(think)]
    speed = [*speed, speeds(math.inf)]
    weights = []
    for demand, rate in zip(demands, speed, strict=True):
        column = [Fraction(1)]
        for n in range(1, population + 1):
            column.append(column[-1] * demand / rate(n))
        weights.append(column)
    states = {}
    for state in compositions(population, len(demands)):
        states[state] = math.prod(column[n] for column, n in zip(weights, state, strict=True))
    total = sum(states.values())
    law = {state: weight / total for state, weight in states.items()}
    number = [sum(p * state[k] for state, p in law.items()) for k in range(len(demands) - 1)]
    marginal = [
        [sum(p for state, p in law.items() if state[k] == n) for n in range(population + 1)]
        for k in range(len(demands) - 1)
    ]
    k = next(i for i, demand in enumerate(demands) if demand > 0)
    throughput = sum(p * speed[k](state[k]) / demands[k] for state, p in law.items() if state[k])
    return throughput, number, marginal, total


def classes(demands, delays, think, population):
    """Throughputs and mean numbers of a closed network of several classes, in fractions; `delays` never queue."""

    def constant(people):
        total, number = Fraction(0), {}
        places = [list(compositions(n, len(delays) + 1)) for n in people]
        for rows in itertools.product(*places):
            weight = Fraction(1)
            for k, never in enumerate([*delays, True]):
                column = [row[k] for row in rows]
                for r, n in enumerate(column):
                    demand = Fraction(think[r]) if k == len(delays) else Fraction(demands[r][k])
                    weight *= demand**n / math.factorial(n)
                if not never:
                    weight *= math.factorial(sum(column))
            total += weight
            for r, row in enumerate(rows):
                for k in range(len(delays)):
                    number[r, k] = number.get((r, k), Fraction(0)) + weight * row[k]
        return total, {place: value / total for place, value in number.items()}

    total, number = constant(population)
    throughput = []
    for r in range(len(population)):
        fewer = [n - (s == r) for s, n in enumerate(population)]
        throughput.append(constant(fewer)[0] / total)
    return throughput, [[number[r, k] for k in range(len(delays))] for r in range(len(population))]


def closed_digits(demands, speed, population, think=0, digits=50):
    """Throughput, mean numbers and ln G(N) of a closed network by plain convolution with many digits."""
    with mpmath.workdps(digits):
        number = mpmath.mpf

        def weights(demand, rate):
            column = [number(1)]
            for n in range(1, population + 1):
                a = rate(n)
                column.append(column[-1] * number(demand) * a.denominator / a.numerator)
            return column

        def together(left, right):
            return [mpmath.fdot(left[: n + 1], right[n::-1]) for n in range(population + 1)]

        columns = [weights(demand, rate) for demand, rate in zip(demands, speed, strict=True)]
        start = weights(think, speeds(math.inf))
        means = []
        for k, column in enumerate(columns):
            rest = start
            for other in columns[:k] + columns[k + 1 :]:
                rest = together(rest, other)
            terms = [column[n] * rest[population - n] for n in range(population + 1)]
            means.append(mpmath.fsum(n * term for n, term in enumerate(terms)) / mpmath.fsum(terms))
        whole = together(rest, column)
        return whole[-2] / whole[-1], means, mpmath.log(whole[-1])


def repairman(population, servers, service, think, digits=50):
    """Throughput and mean number at c servers of a population that thinks, from the birth-death weights."""
    with mpmath.workdps(digits):
        weights = [mpmath.mpf(1)]
        for n in range(population):
            weights.append(weights[-1] * (population - n) * service / (mpmath.mpf(think) * min(n + 1, servers)))
        total = mpmath.fsum(weights)
        busy = mpmath.fsum(min(n, servers) * weight for n, weight in enumerate(weights)) / total
        return busy / service, mpmath.fsum(n * weight for n, weight in enumerate(weights)) / total


def linearizer(demands, delays, population, updates=2, sweeps=5000):
    """The Linearizer with single servers, loop by loop; `delays` is the time without waiting of each class."""
    classes_, stations = range(len(demands)), range(len(demands[0]))
    change = {(r, s, k): 0.0 for r in classes_ for s in classes_ for k in stations}

    def core(people):
        fraction = {(r, k): 1 / len(stations) for r in classes_ for k in stations}
        for _ in range(sweeps):
            following, rates, times = {}, {}, {}
            for r in classes_:
                for k in stations:
                    seen = sum(
                        (people[s] - (s == r)) * (fraction[s, k] + change[r, s, k]) for s in classes_ if people[s]
                    )
                    times[r, k] = demands[r][k] * (1 + seen)
                rates[r] = people[r] / (delays[r] + sum(times[r, k] for k in stations))
                for k in stations:
                    following[r, k] = rates[r] * times[r, k] / people[r] if people[r] else 0.0
            if max(abs(following[place] - fraction[place]) for place in fraction) < 1e-15:
                break
            fraction = following
        return fraction, rates, times

    fraction, rates, times = core(population)
    for _ in range(updates):
        reduced = {r: core([n - (s == r) for s, n in enumerate(population)])[0] for r in classes_}
        for r, s, k in change:
            alone = population[s] - (s == r) == 0
            change[r, s, k] = 0.0 if alone else reduced[r][s, k] - fraction[s, k]
        fraction, rates, times = core(population)
    return [rates[r] for r in classes_], [[times[r, k] for k in stations] for r in classes_]


def traffic(routing, arrivals):
    """The traffic equations in fractions, by Gaussian elimination."""
    count = len(arrivals)
    rows = [[Fraction(i == j) - Fraction(routing[j][i]) for j in range(count)] for i in range(count)]
    rows = [[*row, Fraction(arrivals[i])] for i, row in enumerate(rows)]
    for k in range(count):
        pivot = next(i for i in range(k, count) if rows[i][k] != 0)
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for i in range(count):
            if i != k and rows[i][k] != 0:
                rows[i] = [a - rows[i][k] * b for a, b in zip(rows[i], rows[k], strict=True)]
    return [row[-1] for row in rows]


def cycle(rates, room, population, hold):
    """Completions of station 0 and mean numbers in a closed cycle with finite room, by linear algebra.

    With `hold` a customer without room ahead keeps its server, and customers move whenever they can, in any order;
    without it, a server without room ahead does not work.
    """
    count = len(rates)

    def settle(number, stuck):
        number, stuck = list(number), set(stuck)
        while True:
            free = [k for k in stuck if number[(k + 1) % count] < room[(k + 1) % count]]
            if not free:
                return tuple(number), frozenset(stuck)
            stuck.discard(free[0])
            number[free[0]] -= 1
            number[(free[0] + 1) % count] += 1

    states = [
        (number, frozenset(stuck))
        for number in compositions(population, count)
        if all(n <= c for n, c in zip(number, room, strict=True))
        for size in range(count + 1 if hold else 1)
        for stuck in itertools.combinations(range(count), size)
        if all(number[k] > 0 and number[(k + 1) % count] == room[(k + 1) % count] for k in stuck)
    ]
    place = {state: i for i, state in enumerate(states)}
    balance = np.zeros((len(states) + 1, len(states)))
    serving = np.zeros(len(states))
    for (number, stuck), i in place.items():
        for k in range(count):
            blocked = k in stuck or (not hold and number[(k + 1) % count] == room[(k + 1) % count])
            if number[k] == 0 or blocked:
                continue
            serving[i] += rates[0] if k == 0 else 0.0
            j = place[settle(number, stuck | {k})]
            balance[j, i] += rates[k]
            balance[i, i] -= rates[k]
    balance[-1] = 1.0
    law = np.linalg.lstsq(balance, np.eye(len(states) + 1)[-1], rcond=None)[0]
    return law @ serving, law @ np.array([number for number, _ in states])
