"""xoshiro256++ on Python integers, its jumps as powers of a matrix over GF(2), and exact variates from its bits."""

MASK = 2**64 - 1


def splitmix64(seed, n):
    """The first `n` outputs of SplitMix64."""
    outputs = []
    for i in range(1, n + 1):
        z = (seed + i * 0x9E3779B97F4A7C15) & MASK
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
        outputs.append(z ^ (z >> 31))
    return outputs


def rotated(x, k):
    return (x << k | x >> (64 - k)) & MASK


class Generator:
    """The generator as its authors draw it: four words, one output per step."""

    def __init__(self, words):
        self.words = [int(word) for word in words]

    def next(self):
        a, b, c, d = self.words
        output = (rotated((a + d) & MASK, 23) + a) & MASK
        self.words = list(step(a, b, c, d))
        return output

    def uniform(self):
        return (self.next() >> 11) / 2**53

    def bounded(self, n):
        """Lemire's method with the product as one Python integer."""
        while True:
            product = self.next() * n
            if product % 2**64 >= 2**64 % n:
                return product // 2**64


def step(a, b, c, d):
    """The linear part: what one draw does to the state."""
    return a ^ b ^ d, a ^ b ^ c, a ^ c ^ (b << 17 & MASK), rotated(b ^ d, 45)


def packed(words):
    return sum(word << (64 * i) for i, word in enumerate(words))


def unpacked(number):
    return [number >> (64 * i) & MASK for i in range(4)]


def applied(columns, vector):
    """A matrix over GF(2), as 256 columns of 256 bits, times a vector."""
    total = 0
    for column in columns:
        if vector & 1:
            total ^= column
        vector >>= 1
    return total


def step_matrix():
    return [packed(step(*unpacked(1 << bit))) for bit in range(256)]


def squared(columns, times):
    """The matrix raised to the power 2**times."""
    for _ in range(times):
        columns = [applied(columns, column) for column in columns]
    return columns
