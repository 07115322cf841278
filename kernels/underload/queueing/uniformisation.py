"""The law of a Markov chain after a time, as a Poisson mixture of the powers of a stochastic matrix: uniformisation.

The weights are built outwards from their mode, so that none overflows (after Fox and Glynn, Computing Poisson
probabilities, Communications of the ACM 31(4), 1988).

Source: Jensen, Markoff chains as an aid in the study of Markoff processes, Skandinavisk Aktuarietidskrift 36, 1953.

Deviations: a chain that is within 1e-14 of its long run stays there, so the sum stops; this is a theorem (the distance
never grows) and not the usual comparison of neighbouring terms, which mistakes slow for finished. A distance below
1e-11 that shrinks no more is rounding, and stops the sum too.
"""

import math

import numpy as np
from scipy import sparse

from underload import _check
from underload._jit import kernel

MOST_WORK = 2e10  # multiplications of one transient: half a minute
CLOCK = 1.05  # times the fastest rate: a twentieth more than needed lets a periodic chain settle


@kernel
def mix_powers(starts, sources, chances, law, first, offset, weights, lead, limit, out):
    """Sum the Poisson mixtures of law P^k, one row of `out` per time.

    Parameters
    ----------
    starts, sources, chances
        P by columns: the states that lead to j are ``sources[starts[j]:starts[j + 1]]``.
    law : float64[n]
        The law at time 0; destroyed.
    first, offset : int64[times], int64[times + 1]
        The weights of time m are ``weights[offset[m]:offset[m + 1]]``, for k = first[m] on, and `lead` before.
    limit : float64[n] or float64[0]
        The long-run law, where it is known.
    """
    n, times = len(law), len(first)
    following, before = np.empty(n), np.zeros(n)
    steps, distance = 0, np.inf
    for m in range(times):
        steps = max(steps, first[m] + offset[m + 1] - offset[m])
    for k in range(steps):
        settled = False
        if len(limit) == n and k % 32 == 0:
            earlier, distance = distance, 0.0
            for j in range(n):
                distance += abs(law[j] - limit[j])
            settled = distance <= 1e-14 or earlier <= distance < 1e-11
        for m in range(times):
            place = k - first[m] + offset[m]
            if settled and place < offset[m + 1]:
                rest = lead * max(0, first[m] - k)
                for w in range(max(place, offset[m]), offset[m + 1]):
                    rest += weights[w]
                for j in range(n):
                    out[m, j] += rest * limit[j] + (before[j] if k <= first[m] else 0.0)
            elif offset[m] <= place < offset[m + 1]:
                for j in range(n):
                    out[m, j] += weights[place] * law[j] + (before[j] if k == first[m] else 0.0)
        if settled:
            return
        for j in range(n):
            before[j] += lead * law[j]
            total = 0.0
            for i in range(starts[j], starts[j + 1]):
                total += law[sources[i]] * chances[i]
            following[j] = total
        law, following = following, law


def poisson_weights(mean):
    """The first index and the weights of a Poisson law (float64), cut where they fall below 1e-20 of the largest."""
    mode = int(mean)
    reach = int(10 * math.sqrt(mean) + 40)
    up = np.cumprod(mean / np.arange(mode + 1, mode + reach + 1))
    down = np.cumprod(np.arange(mode, max(mode - reach, 0), -1) / mean) if mode else np.empty(0)
    weights = np.concatenate([down[::-1], [1.0], up])
    kept = np.flatnonzero(weights > 1e-20)
    first = mode - len(down) + kept[0]
    weights = weights[kept[0] : kept[-1] + 1]
    return first, weights / weights.sum()


def mix_over_time(rates, law, at, lead, limit):
    """The law at the times `at` (lead = 0), or the time spent in the states until then (lead = 1).

    Parameters
    ----------
    rates : scipy sparse [n, n]
        Without a diagonal.
    law : float64[n]
    at : float64[m]
    limit : float64[n] or float64[0]
        The long-run law, where known: it takes over beyond MOST_WORK multiplications, or the call is refused.
    """
    clock = CLOCK * np.asarray(rates.sum(axis=1)).max()
    reach = MOST_WORK / ((rates.nnz + len(law)) * clock)
    out = _uniformise(rates, law, np.minimum(at, reach), clock, lead, limit)
    late = at > reach
    if late.any():
        then = _uniformise(rates, law, np.array([reach]), clock, 0.0, limit)[0]
        if not len(limit) or np.abs(then - limit).sum() > 1e-11:
            _check.fail("times", at.max(), f"must be at most {reach:.3g}: the chain is too large or too slow for more")
        out[late] += lead * np.outer(at[late] - reach, limit)
    return out


def _uniformise(rates, law, at, clock, lead, limit):
    stay = 1.0 - np.asarray(rates.sum(axis=1)).ravel() / clock
    columns = (rates / clock + sparse.diags_array(stay)).tocsc()
    windows = [poisson_weights(clock * t) if t > 0 else (0, np.ones(1)) for t in at]
    if lead:  # the chance of more than k jumps
        windows = [(first, np.append(np.cumsum(weights[:0:-1])[::-1], 0.0)) for first, weights in windows]
    first = np.array([first for first, _ in windows], dtype=np.int64)
    offset = np.cumsum([0, *(len(weights) for _, weights in windows)]).astype(np.int64)
    weights = np.concatenate([weights for _, weights in windows])
    out = np.zeros((len(at), len(law)))
    starts, sources = columns.indptr.astype(np.int64), columns.indices.astype(np.int64)
    mix_powers(starts, sources, columns.data, law.copy(), first, offset, weights, lead, limit, out)
    total = out.sum(axis=1, keepdims=True)
    exact = at[:, None] if lead else 1.0
    return np.divide(out, total, out=np.zeros_like(out), where=total > 0) * exact
