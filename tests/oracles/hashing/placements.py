"""Placements of keys on nodes, slow and obvious: lists, dictionaries and whole numbers, as the papers put them."""

import bisect
import hashlib
import math
from fractions import Fraction

from hashing.mixers import GOLDEN, MASK, MASK32, crc, mix, node_hash, splitmix, word


def scale(h, n):
    return h * n >> 64


def modulo(keys, n):
    return [splitmix(key) % n for key in keys]


def fast_range(keys, n):
    return [scale(splitmix(key), n) for key in keys]


def jump(key, n):
    """Every bucket in turn is a jump's end or is not: Lamping and Veach, figure 1."""
    b, j = -1, 0
    while j < n:
        b = j
        key = (key * 2862933555777941757 + 1) & MASK
        j = math.floor((b + 1) * (2**31 / ((key >> 33) + 1)))
    return b


def ring(keys, labels, weights, points, seed):
    circle = sorted(
        (word(node_hash(label, seed), j + 1), label)
        for label, weight in zip(labels, weights)
        for j in range(max(1, round(points * weight)))
    )
    places = [point for point, _ in circle]
    return [circle[bisect.bisect_left(places, splitmix(key)) % len(circle)][1] for key in keys]


def multi_probe(keys, labels, probes, seed):
    circle = [(node_hash(label, seed), label) for label in sorted(labels)]

    def nearest(key):
        hashes = [word(key, j + 1) for j in range(probes)]
        return min(((point - h) % 2**64, j, label) for j, h in enumerate(hashes) for point, label in circle)[2]

    return [nearest(key) for key in keys]


def rendezvous(keys, labels, seed):
    def score(key, label):
        h, g = splitmix(key), node_hash(label, seed)
        x = ((h >> 32) ^ (g >> 32)) * 0x85EBCA6B & MASK32
        x = ((x ^ (x >> 15)) + ((h ^ g) & MASK32)) & MASK32
        x = (x ^ (x >> 16)) * 0xC2B2AE35 & MASK32
        return x ^ (x >> 14)

    return [max(sorted(labels), key=lambda label: score(key, label)) for key in keys]


def rendezvous_weighted(keys, labels, weights, seed):
    def time(key, label, weight):
        u = mix(splitmix(key) ^ node_hash(label, seed)) >> 11
        return -math.log((u + 0.5) / 2**53) / weight

    return [min(zip(labels, weights), key=lambda node: time(key, *node))[0] for key in keys]


def skeleton(keys, labels, weights, seed):
    """Halve the labels 0 ... 2**depth - 1 until one is left."""
    held = dict(zip(labels, weights))
    depth = max(labels).bit_length()

    def walk(h, start, level):
        if level == 0:
            return start
        half = 2 ** (level - 1)
        left = sum(w for label, w in held.items() if start <= label < start + half)
        both = left + sum(w for label, w in held.items() if start + half <= label < start + 2 * half)
        u = mix((h + GOLDEN * ((level << 32) | (start >> level))) & MASK) >> 11
        return walk(h, start if Fraction(u, 2**53) < Fraction(left) / Fraction(both) else start + half, level - 1)

    return [walk(splitmix(key) ^ splitmix(seed), 0, depth) for key in keys]


def maglev_table(permutations, size):
    """Pseudocode 1 of the paper on written-out permutations."""
    entry, following = [-1] * size, [0] * len(permutations)
    while True:
        for i, permutation in enumerate(permutations):
            while entry[permutation[following[i]]] >= 0:
                following[i] += 1
            entry[permutation[following[i]]] = i
            if min(entry) >= 0:
                return entry


def maglev(keys, labels, size, seed):
    permutations = []
    for label in sorted(labels):
        h = node_hash(label, seed)
        step = splitmix(h) % max(1, size - 1) + 1
        while math.gcd(step, size) != 1:
            step = step % size + 1
        permutations.append([(h + j * step) % size for j in range(size)])
    table = maglev_table(permutations, size)
    return [sorted(labels)[table[scale(splitmix(key), size)]] for key in keys]


class Views:
    """Who works, and for each place that left the list of those who worked then, in the order of their turns.

    Mendelson et al., section III: a place that leaves is replaced in the list by the list's last one.
    """

    def __init__(self, total):
        self.working, self.seen = list(range(total)), {}

    def remove(self, place):
        last = self.working.pop()
        if last != place:
            self.working[self.working.index(place)] = last
        self.seen[place] = list(self.working)


def anchor(keys, capacity, removals):
    views = Views(capacity)
    for place in removals:
        views.remove(place)

    def walk(key):
        step = 1
        place = scale(word(key, step), capacity)
        while place in views.seen:
            step += 1
            view = views.seen[place]
            place = view[scale(word(key, step), len(view))]
        return place

    return [walk(key) for key in keys]


def dx(keys, capacity, working):
    bits = capacity.bit_length() - 1

    def walk(key):
        step = 1
        while word(key, step) >> (64 - bits) not in working:
            step += 1
        return word(key, step) >> (64 - bits)

    return [walk(key) for key in keys]


def memento(keys, total, removals):
    views = Views(total)
    for place in removals:
        views.remove(place)

    def walk(key):
        place = jump(key, total)
        while place in views.seen:
            view = views.seen[place]
            place = view[scale(mix(key ^ mix((place + GOLDEN) & MASK)), len(view))]
        return place

    return [walk(key) for key in keys]


def power(keys, n):
    """Leu's algorithms 1 to 3."""
    size = 1 << (n - 1).bit_length()

    def f(h, m):
        bits = h & (m - 1)
        if bits == 0:
            return 0
        top = 1 << (bits.bit_length() - 1)
        return top + (word(h, top) & (top - 1))

    def g(h, start):
        here = start
        while True:
            h = (h * 2862933555777941757 + 1) & MASK
            there = math.floor((here + 1) * (2**31 / ((h >> 33) + 1)))
            if there >= n:
                return here
            here = there

    def place(key):
        h = splitmix(key)
        first = f(h, size)
        if first < n:
            return first
        second = g(h, size // 2 - 1)
        return second if second > size // 2 - 1 else f(h, size // 2)

    return [place(key) for key in keys]


def flip(keys, n):
    """fliphash_64 of the authors' program."""

    def family(key, level, draw):
        k = key * (2 * level + 1) & MASK
        k = (k ^ (k >> 27)) * 0x3C79AC492BA7B653 & MASK
        k = k * (2 * draw + 1) & MASK
        k = (k ^ (k >> 33)) * 0x1C69B3F74AC4AE35 & MASK
        return k ^ (k >> 27)

    def within(key, mask):
        masked = family(key, 0, 0) & mask
        if masked == 0:
            return 0
        level = masked.bit_length() - 1
        return masked ^ (family(key, level, 0) & (2**level - 1))

    def place(key):
        if n == 1:
            return 0
        level = (n - 1).bit_length() - 1
        mask = 2 ** (level + 1) - 1
        bucket = within(key, mask)
        if bucket < n:
            return bucket
        for draw in range(1, 65):
            bucket = family(key, level, draw) & mask
            if bucket <= mask >> 1:
                break
            if bucket < n:
                return bucket
        return within(key, mask >> 1)

    return [place(key) for key in keys]


def bounded_loads(keys, labels, caps, points, seed):
    circle = sorted((word(node_hash(label, seed), j + 1), label) for label in labels for j in range(points))
    places, load, answer = [point for point, _ in circle], dict.fromkeys(labels, 0), []
    for key in keys:
        at = bisect.bisect_left(places, splitmix(key))
        while load[circle[at % len(circle)][1]] >= caps[circle[at % len(circle)][1]]:
            at += 1
        answer.append(circle[at % len(circle)][1])
        load[answer[-1]] += 1
    return answer


def crush_hash(a, b, c):
    """crush_hash32_3 of Ceph's hash.c, with Jenkins's nine lines."""

    def mixed(a, b, c):
        for shifts in ((13, 8, 13), (12, 16, 5), (3, 10, 15)):
            a = (a - b - c) & MASK32
            a ^= c >> shifts[0]
            b = (b - c - a) & MASK32
            b ^= (a << shifts[1]) & MASK32
            c = (c - a - b) & MASK32
            c ^= b >> shifts[2]
        return a, b, c

    h, x, y = 1315423911 ^ a ^ b ^ c, 231232, 1232
    a, b, h = mixed(a, b, h)
    c, x, h = mixed(c, x, h)
    y, a, h = mixed(y, a, h)
    b, x, h = mixed(b, x, h)
    y, c, h = mixed(y, c, h)
    return h


def straw2(keys, labels, weights, replica, logarithms):
    """Ceph's bucket_straw2_choose in whole numbers, with a table of 2**44 log2(u + 1) - 2**48."""

    def straw(key, label, weight):
        ln = int(logarithms[crush_hash(splitmix(key) & MASK32, label, replica) & 0xFFFF])
        return -(-ln // round(weight * 65536))  # towards zero, as C divides

    nodes = sorted(zip(labels, weights))
    return [max(nodes, key=lambda node: straw(key, *node))[0] for key in keys]


def ketama_points(name, quadruples):
    points = []
    for k in range(quadruples):
        digest = hashlib.md5(f"{name}-{k}".encode()).digest()
        points += [int.from_bytes(digest[4 * i : 4 * i + 4], "little") for i in range(4)]
    return points


def nginx_points(host, port, weight):
    """Each point is the CRC-32 of host, zero, port and the four bytes of the point before it."""
    points, before = [], 0
    for _ in range(160 * weight):
        before = crc(host + b"\0" + port + before.to_bytes(4, "little"), 0xEDB88320)
        points.append(before)
    return points


def on_points(hashes, points):
    """`points` is a list for each node; the owner of the first point at or after each hash."""
    circle = sorted((point, node) for node, own in enumerate(points) for point in own)
    places = [point for point, _ in circle]
    return [circle[bisect.bisect_left(places, h) % len(circle)][1] for h in hashes]


def ketama_points_of(text):
    """The hash of a key: the first four bytes of its digest."""
    return int.from_bytes(hashlib.md5(text.encode()).digest()[:4], "little")
