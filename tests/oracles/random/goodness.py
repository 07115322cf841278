"""Tests of fit: p-values, and the level that a family of them may use."""

import numpy as np
from scipy import stats


def sidak(alpha, cases):
    """The level of each of so many tests, if all together may fail once in 1 / alpha families."""
    return -np.expm1(np.log1p(-alpha) / cases)


def continuous(values, cdf):
    """Kolmogorov and Smirnov, by the limit law: for samples of thousands."""
    n = len(values)
    at = cdf(np.sort(values))
    distance = max((np.arange(1, n + 1) / n - at).max(), (at - np.arange(n) / n).max())
    return stats.kstwobign.sf(distance * np.sqrt(n))


def counted(values, edges):
    """How many values lie in (-inf, edges[0]], (edges[0], edges[1]] ... (edges[-1], inf)."""
    edges = np.asarray(edges)
    return np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1), edges


def discrete(counts, edges, cdf):
    """Chi-square of `counted` values."""
    return chi_square(counts, np.diff(np.concatenate([[0.0], cdf(edges), [1.0]])) * counts.sum())


def chi_square(observed, expected):
    """The p-value, after neighbouring cells are merged until each expects at least 10."""
    cells, seen, wanted = [], 0.0, 0.0
    for o, e in zip(observed, expected, strict=True):
        seen, wanted = seen + o, wanted + e
        if wanted >= 10:
            cells.append([seen, wanted])
            seen, wanted = 0.0, 0.0
    if not cells:
        raise ValueError("too few values: no cell expects 10")
    cells[-1][0] += seen
    cells[-1][1] += wanted
    if len(cells) < 2:
        raise ValueError("one cell tests nothing")
    o, e = np.array(cells).T
    return stats.chi2.sf(((o - e) ** 2 / e).sum(), len(cells) - 1)
