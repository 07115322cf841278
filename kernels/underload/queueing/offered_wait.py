"""The integrals of the offered wait in M/M/c+M, summed outwards from the peak of its density.

The density of the wait that a customer with endless patience would have is, for t > 0 and up to a factor, exp(h(t))
with h(t) = lambda (1 - exp(-theta t)) / theta - c mu t, which is concave. Gauss-Legendre panels around its peak take it
and its moments to the last digits. Times are in mean service times.
"""

import math

import numpy as np

from underload._jit import kernel

__all__ = ["lag", "offered_integrals"]

NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)
DEEP = 45.0  # the density is left out where it is below exp(-DEEP) of its peak
WEIGHT, WAIT, OFFERED, SERVED, SERVED_WAIT, ABANDONED_WAIT = range(6)


@kernel
def bend(x):
    """(x - 1 + exp(-x)) / x for x of either sign, which is x / 2 near 0."""
    if abs(x) > 0.5:
        return 1.0 + math.expm1(-x) / x
    total = 0.0
    for k in range(17, 0, -1):
        total = x / (k + 1) * (1.0 - total)
    return total


@kernel
def lag(x):
    """x - log(1 + x) for x > -1, which is x^2 / 2 near 0."""
    if abs(x) > 0.1:
        return x - math.log1p(x)
    total = 0.0
    for k in range(20, 1, -1):
        total = 1.0 / k - x * total
    return x * x * total


@kernel
def fall(distance, drain, load, patience):
    """ln of the density at a base over that at base + `distance`, where the slope at the base is -`drain` <= 0."""
    return drain * distance + load * distance * bend(patience * distance)


@kernel
def add_panel(low, high, base, drain, load, patience, sums):
    """Add the integrals over base + [low, high], relative to the density at `base`, to `sums` (float64[6])."""
    half = 0.5 * (high - low)
    for k in range(len(NODES)):
        distance = low + half * (1.0 + NODES[k])
        weight = WEIGHTS[k] * half * math.exp(-fall(distance, drain, load, patience))
        t = max(base + distance, 0.0)
        x = patience * t
        stays = math.exp(-x)
        gone = -math.expm1(-x) / patience if x > 0.5 else t * (1.0 - bend(x))
        sums[WEIGHT] += weight
        sums[WAIT] += weight * gone
        sums[OFFERED] += weight * t
        sums[SERVED] += weight * stays
        sums[SERVED_WAIT] += weight * t * stays
        sums[ABANDONED_WAIT] += weight * (gone - t * stays if x > 0.5 else -t * stays * bend(-x))


@kernel
def offered_integrals(start, load, slack, servers, patience, sums):
    """Fill `sums` with the integrals of the offered wait's density over t >= `start`.

    Parameters
    ----------
    start, load, slack, patience : float64
        Times in mean service times; servers - load, of either sign; abandonment rate / service rate.
    servers : int64
    sums : float64[6]
        Of the density times 1, E min(t, patience), t, P(patience > t), t P(patience > t) and E (patience; <= t).

    Returns
    -------
    float64
        ln of the density at max(start, peak), the unit of `sums`, over that at the peak.

    Notes
    -----
    From a base at or right of the peak the density is of the same form again, with a smaller load: so one rule fits
    all. Left of the peak it falls doubly exponentially, on the scale of the patience or faster.
    """
    sums[:] = 0.0
    peak = math.log1p(-slack / servers) / patience if slack < 0.0 else 0.0
    base, beyond = max(start, peak), max(start - peak, 0.0)
    full, flat = (servers * 1.0, 0.0) if slack < 0.0 else (load, slack)
    height = -fall(beyond, flat, full, patience)
    drain = flat - full * math.expm1(-patience * beyond)
    rest = full * math.exp(-patience * beyond)
    reach = DEEP / servers
    while fall(reach, drain, rest, patience) < DEEP:
        reach *= 2.0
    edge = min(reach, 1.0 / patience)
    for k in range(8):
        add_panel(edge * k / 8, edge * (k + 1) / 8, base, drain, rest, patience, sums)
    while edge < reach:
        for k in range(4):
            add_panel(edge * (1 + k / 4), edge * (1 + (k + 1) / 4), base, drain, rest, patience, sums)
        edge *= 2.0
    if start < peak:
        ratio = DEEP * patience / servers
        left = min(peak - start, math.sqrt(2 * ratio) / patience, (math.log1p(ratio) + 1.5) / patience)
        panels = 8 + int(4 * patience * left)
        for k in range(panels):
            add_panel(-left * (k + 1) / panels, -left * k / panels, base, drain, rest, patience, sums)
    return height
