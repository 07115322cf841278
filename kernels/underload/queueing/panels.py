"""Integrals over sizes: Gauss-Legendre panels, halved until they agree, and running integrals along them."""

import numpy as np

from underload.queueing.sizes import bounds, log_size, shares

__all__ = ["integral", "nodes", "panels", "ratios", "running"]

POINTS = 20
TOLERANCE = 1e-13  # of each integral, between a panel and its halves
WIDEST = 4.0  # of a panel, on the logarithm of the size: exp(4 t) is then resolved to the last digit
LEVELS = np.array([1e-16, 1e-12, 1e-8, 1e-4, 0.1, 0.5])  # shares of the work at which panels begin

X, W = np.polynomial.legendre.leggauss(POINTS)
# INTEGRATION[i, j]: the integral from -1 to X[i] of the polynomial that is 1 at X[j] and 0 at the other nodes.
_VANDER = np.polynomial.legendre.legvander(X, POINTS - 1)
_INTEGRALS = np.stack(
    [np.polynomial.legendre.legval(X, np.polynomial.legendre.legint(row, lbnd=-1)) for row in np.eye(POINTS)], axis=1
)
INTEGRATION = _INTEGRALS @ np.linalg.inv(_VANDER)


def nodes(edges):
    """The nodes float64[p, POINTS] of p panels between p + 1 edges."""
    half = np.diff(edges) / 2
    return (edges[:-1] + half)[:, None] + half[:, None] * X


def integral(values, edges):
    """The integral of a function given at the `nodes`, float64[..., p, POINTS]."""
    return ((values @ W) * (np.diff(edges) / 2)).sum(axis=-1)


def panels(law, integrands, negligible):
    """Edges of panels on which all integrands are resolved.

    Parameters
    ----------
    law : Distribution
    integrands : callable
        From `Shares` at m coordinates to float64[k, m].
    negligible : float
        The share of the work above the last panel.
    """
    start, end = bounds(law, negligible)
    grid = np.linspace(start, end, 2 + int((end - start) / WIDEST))
    edges = np.unique(np.concatenate([grid, _landmarks(law, start, end)]))
    done, a, b = [], edges[:-1], edges[1:]
    total = np.abs(_sums(law, integrands, a, b)).sum(axis=1)
    whole = _sums(law, integrands, a, b)
    for _ in range(60):
        middle = (a + b) / 2
        left, right = _sums(law, integrands, a, middle), _sums(law, integrands, middle, b)
        total = np.maximum(total, np.abs(left).sum(axis=1) + np.abs(right).sum(axis=1))
        wrong = (np.abs(whole - left - right) > TOLERANCE * total[:, None]).any(axis=0) & (a < middle) & (middle < b)
        done.append(a[~wrong])
        if not wrong.any():
            break
        a, b = np.concatenate([a[wrong], middle[wrong]]), np.concatenate([middle[wrong], b[wrong]])
        whole = np.concatenate([left[:, wrong], right[:, wrong]], axis=1)
    return np.append(np.unique(np.concatenate(done)), end)


def _sums(law, integrands, a, b):
    """The integrals float64[k, p] over p panels from a to b."""
    half = (b - a) / 2
    points = (a + half)[:, None] + half[:, None] * X
    values = integrands(shares(law, points.ravel()))
    return (values.reshape(len(values), *points.shape) @ W) * half


def _landmarks(law, low, high):
    """Coordinates at which the work below, or above, is one of `LEVELS`, by bisection."""
    a, b = np.full(2 * len(LEVELS), low), np.full(2 * len(LEVELS), high)
    for _ in range(70):
        middle = (a + b) / 2
        found = shares(law, middle)
        below = np.concatenate([found.lower[: len(LEVELS)] < LEVELS, found.upper[len(LEVELS) :] > LEVELS])
        a, b = np.where(below, middle, a), np.where(below, b, middle)
    return b[(b > low) & (b < high)]


def running(law, function, edges):
    """The integral of h(x) dx up to x, divided by x, at the edges and at the nodes.

    Parameters
    ----------
    function : callable
        h, from `Shares` at m coordinates to float64[m]; 0 below the first edge.
    edges : float64[p + 1]

    Returns
    -------
    float64[p + 1], float64[p, POINTS]
    """
    places, half = nodes(edges), np.diff(edges)[:, None] / 2
    found = shares(law, places.ravel())
    end = log_size(law, edges[1:])[:, None]
    inner = found.log_size.reshape(places.shape)
    values = (function(found) * found.span).reshape(places.shape) * np.exp(inner - end) * half
    within = values @ INTEGRATION.T
    whole = values @ W
    at_edges = np.zeros(len(edges))
    shrink = ratios(law, edges)
    for i in range(len(whole)):
        at_edges[i + 1] = at_edges[i] * shrink[i] + whole[i]
    return at_edges, (at_edges[:-1, None] * shrink[:, None] + within) * np.exp(end - inner)


def ratios(law, edges):
    """Each edge's size divided by the next one's."""
    return np.exp(-np.diff(log_size(law, edges)))
