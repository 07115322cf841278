"""Tests of fit: p-values, and the level that a family of them may use."""

import numpy as np
from scipy import stats


def sidak(alpha, cases):
    """The level of each of so many tests, if all together may fail once in 1 / alpha families."""
    return -np.expm1(np.log1p(-alpha) / cases)


def continuous(values, cdf):
    """Kolmogorov and Smirnov."""
    return stats.kstest(values, cdf).pvalue


def discrete(values, edges, cdf):
    """Chi-square over the cells (-inf, edges[0]], (edges[0], edges[1]] ... (edges[-1], inf), merged to expect >= 10."""
    at = np.concatenate([[0.0], cdf(edges), [1.0]])
    expected = np.diff(at) * len(values)
    observed = np.diff(np.concatenate([[0], np.searchsorted(np.sort(values), edges, side="right"), [len(values)]]))
    return chi_square(observed, expected)


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
