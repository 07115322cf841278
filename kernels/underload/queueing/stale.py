"""Balancing on old news: every request looks at d queues on a board that is renewed only once per interval.

Between renewals the servers that look short on the board get all the traffic, and are the longest at the next one: the
herd. With many servers each is M/M/1 during an interval, with an arrival rate that its own entry on the board sets, so
that one interval maps the law of the queue lengths to the next, and the cycle is the fixed point of that map.

Source: Mitzenmacher, How useful is old information?, IEEE Transactions on Parallel and Distributed Systems 11(1), 2000,
section 3 (periodic updates).
"""

import dataclasses
import math

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.queueing.supermarket import Supermarket

__all__ = ["StaleCycle", "stale_choices"]

MOST_LEVELS = 4000
MOST_ROUNDS = 2000
MEMORY = 10
NEGLIGIBLE = 1e-20


@kernel
def attraction(above, below, choices):
    """(above^d - below^d) / (above - below) without the difference: the arrivals at a server per arrival per server."""
    total, power = 0.0, 1.0
    for _ in range(choices):  # Horner's rule on the sum of above^j below^(d-1-j)
        total = total * above + power
        power *= below
    return total


@kernel
def interval(law, load, choices, duration, following, row, spare):
    """Carry the law of the queue length over one interval.

    Parameters
    ----------
    law, following : float64[levels]
        At the renewal of the board, and at the next, which is filled.
    load, duration : float64
        Arrivals per server, and the interval, in mean service times.
    choices : int64
    row, spare : float64[levels]
        Work space.

    Returns
    -------
    float64
        The mean number per server, averaged over the interval.

    Notes
    -----
    Uniformization: of n events of a Poisson process with rate q = arrivals + 1, each is an arrival or a (perhaps idle)
    service. The longest queue turns arrivals away.
    """
    levels = len(law)
    following[:] = 0.0
    area, above = 0.0, 1.0
    for i in range(levels):
        below = max(above - law[i], 0.0)
        rate = load * attraction(above, below, choices)
        above = below
        if law[i] < NEGLIGIBLE:
            continue
        q = rate + 1.0
        events = q * duration
        row[:] = 0.0
        row[i] = 1.0
        low, high, seen = i, i, 0.0
        last = int(events + 9.0 * math.sqrt(events) + 30.0)
        for n in range(last + 1):
            weight = math.exp(n * math.log(events) - events - math.lgamma(n + 1.0))
            if weight < 1e-18 and n > events:
                break
            seen += weight
            mean = 0.0
            for j in range(low, high + 1):
                following[j] += law[i] * weight * row[j]
                mean += j * row[j]
            area += law[i] * mean * max(1.0 - seen, 0.0) / q
            low, high = max(low - 1, 0), min(high + 1, levels - 1)
            for j in range(low, high + 1):
                spare[j] = 0.0
            for j in range(low, high + 1):
                spare[min(j + 1, levels - 1)] += row[j] * rate / q
                spare[max(j - 1, 0)] += row[j] / q
            for j in range(low, high + 1):
                row[j] = spare[j]
            while low < high and row[low] < NEGLIGIBLE:
                row[low] = 0.0
                low += 1
            while low < high and row[high] < NEGLIGIBLE:
                row[high] = 0.0
                high -= 1
    return area / duration


def settle(law, load, choices, duration):
    """The fixed point of `interval` from `law` (float64[levels]), the mean number there, and the residual.

    Anderson's acceleration: the next law is the combination of the last ten images whose residuals, so combined, are
    smallest; plain iteration would take 1 / (relaxation per interval) rounds for each digit.
    """
    row, spare = np.empty_like(law), np.empty_like(law)
    laws, images, best = [], [], (math.inf, law, 0.0)
    for rounds in range(MOST_ROUNDS):
        image = np.empty_like(law)
        number = interval(law, load, choices, duration, image, row, spare)
        image /= image.sum()
        residual = float(np.abs(image - law).sum())
        if residual < best[0]:
            best, found = (residual, image, number), rounds
        if residual < 1e-14 or rounds - found > 8:
            break
        laws, images = [*laws[1 - MEMORY :], law], [*images[1 - MEMORY :], image]
        law = mixed(np.array(laws), np.array(images))
    return best


def mixed(laws, images):
    """The next law of Anderson's acceleration from the last laws and images, float64[k, levels] each."""
    residuals = images - laws
    steps = np.diff(residuals, axis=0)
    weights = np.linalg.lstsq(steps.T, residuals[-1], rcond=1e-12)[0] if len(steps) else np.empty(0)
    law = np.maximum(images[-1] - weights @ np.diff(images, axis=0), 0.0)
    return law / law.sum()


@dataclasses.dataclass(frozen=True, eq=False)
class StaleCycle:
    """The cycle that balancing on a periodic board settles into, with very many servers; times in mean service times.

    Attributes
    ----------
    response_mean : float
        Averaged over the requests of an interval.
    number_mean : float
        Requests per server, averaged over an interval.
    board : float64[levels]
        Fraction of servers with i requests at a renewal.
    """

    response_mean: float
    number_mean: float
    board: np.ndarray


def stale_choices(utilization, *, choices=2, update_interval):
    """Mean response when each request joins the shortest of d queues by a board renewed at intervals.

    Parameters
    ----------
    utilization : float
        Arrivals per server and mean service time, 0.001 to 0.99.
    choices : int
        d, 1 to 100, drawn at random; ties on the board are broken at random.
    update_interval : float
        In mean service times, 0.05 to 100.

    Returns
    -------
    StaleCycle
        Exact in the limit of many servers, to about 1e-9. A long interval with many choices takes seconds.

    Raises
    ------
    ValueError
        If an argument breaks its rule, or queues of more than 4000 requests matter.
    """
    load = _within("utilization", utilization, 0.001, 0.99)
    choices = _check.integer("choices", choices, least=1, most=100)
    duration = _within("update_interval", update_interval, 0.05, 100.0)
    levels = int(min(40 - 36 / math.log(load) + 2 * load * choices * duration, MOST_LEVELS))
    start = Supermarket(load, choices)
    while True:
        tails = start.state_tail(np.arange(levels + 1))
        law = tails[:-1] - tails[1:]
        law /= law.sum()
        residual, law, number = settle(law, load, choices, duration)
        if residual > 1e-12:
            _check.fail("update_interval", duration, "must be larger at this utilization: the cycle is not reached")
        if law[-1] < 1e-11:
            return StaleCycle(number / load, number, law)
        if levels == MOST_LEVELS:
            _check.fail("update_interval", duration, "must be smaller: queues of more than 4000 requests matter")
        levels = min(2 * levels, MOST_LEVELS)


def _within(name, value, least, most):
    value = _check.real(name, value)
    return value if least <= value <= most else _check.fail(name, value, f"must be from {least:g} to {most:g}")
