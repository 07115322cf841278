"""Slow, obvious programs for capacity: sums, products and dictionaries. They import nothing of the package."""

import itertools
import math
import random

import mpmath

mpmath.mp.dps = 60


def expected_max_poisson(mean, n):
    """Sum over k of 1 - F(k)^n, from the definition."""
    mean, total, below, k = mpmath.mpf(mean), mpmath.mpf(0), mpmath.mpf(0), 0
    weight = mpmath.exp(-mean)
    while True:
        below += weight
        term = 1 - below**n
        total += term
        k += 1
        weight *= mean / k
        if k > mean and abs(term) < mpmath.mpf(10) ** -30 * total:
            return total


def max_poisson_quantile(mean, n, q):
    """The smallest k with F(k)^n >= q, counting up."""
    mean, below, k = mpmath.mpf(mean), mpmath.mpf(0), 0
    weight = mpmath.exp(-mean)
    while True:
        below += weight
        if below**n >= mpmath.mpf(q):
            return k
        k += 1
        weight *= mean / k


def total_variation(p, n):
    """Half the sum of the absolute differences of the binomial and the Poisson weights."""
    p = mpmath.mpf(p)
    mean, total, poisson = n * p, mpmath.mpf(0), mpmath.mpf(1)
    for k in range(n + 1):
        weight = mpmath.exp(-mean) * mean**k / mpmath.factorial(k)
        total += abs(mpmath.binomial(n, k) * p**k * (1 - p) ** (n - k) - weight)
        poisson -= weight
    return (total + poisson) / 2


def birthday_collision(items, space):
    """One minus the product of (space - i) / space."""
    alone = mpmath.mpf(1)
    for i in range(items):
        alone *= mpmath.mpf(space - i) / space
    return 1 - alone


def paths(n):
    """Simple paths from service 0 to service n - 1, found by walking all of them."""

    def walk(here, visited):
        if here == n - 1:
            return 1
        return sum(walk(there, visited | {there}) for there in range(n) if there not in visited)

    return walk(0, frozenset({0}))


def longest_dag(n):
    """The most links that a graph without a cycle can have, by trying every set of links."""
    every = [(a, b) for a in range(n) for b in range(n) if a != b]
    for size in range(len(every), -1, -1):
        if any(_acyclic(n, chosen) for chosen in itertools.combinations(every, size)):
            return size
    raise AssertionError


def _acyclic(n, links):
    left, rest = set(range(n)), list(links)
    while left:
        free = left - {b for _, b in rest}
        if not free:
            return False
        left -= free
        rest = [(a, b) for a, b in rest if a not in free]
    return True


def stored_bytes(daily, days, growth, retention):
    """Bytes of the last `retention` days, adding up thousandths of a day."""
    step = 1e-3
    first = max(0.0, days - retention)
    count = round((days - first) / step)
    return math.fsum(daily * (1 + growth) ** ((first + (i + 0.5) * step) / 365) * step for i in range(count))


def largest_component(nodes, links):
    """Size of the largest component and the number of components, by breadth-first search over a dictionary."""
    neighbours = {node: set() for node in range(nodes)}
    for a, b in links:
        neighbours[a].add(b)
        neighbours[b].add(a)
    unseen, sizes = set(range(nodes)), []
    while unseen:
        front = {unseen.pop()}
        size = 0
        while front:
            size += len(front)
            front = {other for node in front for other in neighbours[node]} & unseen
            unseen -= front
        sizes.append(size)
    return max(sizes), len(sizes)


def gossip_rounds(nodes, seed):
    """Push gossip with a set of those who know."""
    draw = random.Random(seed)
    knows, rounds = {0}, 0
    while len(knows) < nodes:
        told = set()
        for node in knows:
            other = draw.randrange(nodes - 1)
            told.add(other + (other >= node))
        knows |= told
        rounds += 1
    return rounds


def copyset_loss(nodes, groups, failed, trials, seed):
    """Share of trials in which a random set of failed nodes contains a group."""
    draw = random.Random(seed)
    lost = 0
    for _ in range(trials):
        down = set(draw.sample(range(nodes), failed))
        lost += any(group <= down for group in groups)
    return lost / trials


def copyset_groups(nodes, replicas, permutations, seed):
    """The groups of copyset replication: permutations cut into pieces."""
    draw = random.Random(seed)
    groups = []
    for _ in range(permutations):
        order = draw.sample(range(nodes), nodes)
        groups += [frozenset(order[i : i + replicas]) for i in range(0, nodes - replicas + 1, replicas)]
    return groups
