"""The ziggurats in high precision, and slow samplers that walk over them."""

import math

import mpmath

LAYERS = 256


def exponential_density(x):
    return mpmath.exp(-x)


def normal_density(x):
    return mpmath.exp(-x * x / 2)


def _area(density, tail):
    """The area of one strip, if the lowest one ends at `tail` and includes the density beyond."""
    return tail * density(tail) + mpmath.quad(density, [tail, tail + 5, tail + 20, mpmath.inf])


def edges(density, inverse, guess, digits=40):
    """The strips' right edges, outermost first, 0 last: `tail` is such that the top strip closes at density 1."""
    with mpmath.workdps(digits):

        def top(tail):
            x, area = tail, _area(density, tail)
            for _ in range(LAYERS - 2):
                x = inverse(area / x + density(x))
            return area / x + density(x) - 1

        tail = mpmath.findroot(top, (guess, guess + mpmath.mpf("1e-6")), solver="secant")
        area = _area(density, tail)
        found = [area / density(tail), tail]
        while len(found) < LAYERS:
            found.append(inverse(area / found[-1] + density(found[-1])))
        return [*found, mpmath.mpf(0)], area


def exponential_edges():
    return edges(exponential_density, lambda y: -mpmath.log(y), mpmath.mpf("7.6971"))


def normal_edges():
    return edges(normal_density, lambda y: mpmath.sqrt(-2 * mpmath.log(y)), mpmath.mpf("3.65415"))


def exponential(generator, edge):
    """Strip from the lowest 8 bits, position from the highest 53, moved to an odd multiple of 2**-53."""
    offset = 0.0
    while True:
        bits = generator.next()
        i, part = bits % 256, (bits >> 11 | 1) / 2**53
        x = part * edge[i]
        if x < edge[i + 1]:
            return offset + x
        if i == 0:
            offset += edge[1]
            continue
        low, high = math.exp(-edge[i]), math.exp(-edge[i + 1])
        if low + generator.uniform() * (high - low) < math.exp(-x):
            return offset + x


def normal(generator, edge):
    """As above with a sign: the highest 54 bits are a signed number."""
    while True:
        bits = generator.next()
        signed = bits - 2**64 if bits >= 2**63 else bits
        i, part = bits % 256, (signed >> 10 | 1) / 2**53
        x = part * edge[i]
        if abs(x) < edge[i + 1]:
            return x
        if i == 0:
            while True:
                u, v = ((generator.next() >> 11 | 1) / 2**53 for _ in range(2))
                beyond = -math.log(u) / edge[1]
                if -2 * math.log(v) > beyond * beyond:
                    return math.copysign(edge[1] + beyond, x)
        low, high = math.exp(-(edge[i] ** 2) / 2), math.exp(-(edge[i + 1] ** 2) / 2)
        if low + generator.uniform() * (high - low) < math.exp(-x * x / 2):
            return x
