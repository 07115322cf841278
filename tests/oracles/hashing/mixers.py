"""Hashes of bytes and words in whole numbers of any size, as their specifications put them."""

MASK = 2**64 - 1
MASK32 = 2**32 - 1
GOLDEN = 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def splitmix(x):
    return mix((x + GOLDEN) & MASK)


def word(key, step):
    """Output `step`, from 1, of the SplitMix64 that starts at `key`."""
    return mix((key + step * GOLDEN) & MASK)


def node_hash(label, seed):
    return splitmix(splitmix(label) ^ splitmix(seed))


def fnv1a_64(data):
    h = 0xCBF29CE484222325
    for byte in data:
        h = ((h ^ byte) * 0x100000001B3) & MASK
    return h


def crc(data, polynomial):
    """Bit by bit; `polynomial` is reversed: 0x82F63B78 is Castagnoli's, 0xEDB88320 that of zlib."""
    register = MASK32
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ (polynomial if register & 1 else 0)
    return register ^ MASK32


def _rotate(x, r, bits=64):
    return ((x << r) | (x >> (bits - r))) & (2**bits - 1)


def murmur3_32(data, seed=0):
    h, size = seed, len(data)
    blocks = [data[i : i + 4] for i in range(0, size, 4)]
    for block in blocks:
        k = int.from_bytes(block, "little") * 0xCC9E2D51 & MASK32
        h ^= _rotate(k, 15, 32) * 0x1B873593 & MASK32
        if len(block) == 4:
            h = (_rotate(h, 13, 32) * 5 + 0xE6546B64) & MASK32
    h ^= size
    h = (h ^ (h >> 16)) * 0x85EBCA6B & MASK32
    h = (h ^ (h >> 13)) * 0xC2B2AE35 & MASK32
    return h ^ (h >> 16)


def xxh64(data, seed=0):
    p1, p2, p3, p4, p5 = (
        11400714785074694791,
        14029467366897019727,
        1609587929392839161,
        9650029242287828579,
        2870177450012600261,
    )

    def round_(lane, value):
        return _rotate((lane + value * p2) & MASK, 31) * p1 & MASK

    at, size = 0, len(data)
    h = (seed + p5) & MASK
    if size >= 32:
        lanes = [(seed + p1 + p2) & MASK, (seed + p2) & MASK, seed, (seed - p1) & MASK]
        while size - at >= 32:
            for i in range(4):
                lanes[i] = round_(lanes[i], int.from_bytes(data[at + 8 * i : at + 8 * i + 8], "little"))
            at += 32
        h = sum(_rotate(lane, r) for lane, r in zip(lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            h = ((h ^ round_(0, lane)) * p1 + p4) & MASK
    h = (h + size) & MASK
    while size - at >= 8:
        h = (_rotate(h ^ round_(0, int.from_bytes(data[at : at + 8], "little")), 27) * p1 + p4) & MASK
        at += 8
    if size - at >= 4:
        h = (_rotate(h ^ (int.from_bytes(data[at : at + 4], "little") * p1 & MASK), 23) * p2 + p3) & MASK
        at += 4
    for byte in data[at:]:
        h = _rotate(h ^ (byte * p5 & MASK), 11) * p1 & MASK
    h = (h ^ (h >> 33)) * p2 & MASK
    h = (h ^ (h >> 29)) * p3 & MASK
    return h ^ (h >> 32)
