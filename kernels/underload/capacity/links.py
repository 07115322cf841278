"""What n services can have to do with each other: pairs, links, acyclic links, paths."""

from underload import _check

__all__ = ["dag_links", "links", "pairs", "paths"]


def pairs(n):
    """Unordered pairs of `n` services, n (n - 1) / 2: who may meet whom.

    Parameters
    ----------
    n : int

    Returns
    -------
    int
    """
    n = _check.integer("n", n)
    return n * (n - 1) // 2


def links(n):
    """Directed links among `n` services, n (n - 1): who may call whom.

    Parameters
    ----------
    n : int

    Returns
    -------
    int
    """
    return 2 * pairs(n)


def dag_links(n):
    """Most directed links among `n` services whose calls never come back to the caller.

    Parameters
    ----------
    n : int

    Returns
    -------
    int
        n (n - 1) / 2: an acyclic graph has an order, and each pair has one direction along it.
    """
    return pairs(n)


def paths(n):
    """Simple directed paths from one given service to another when all `n` may call each other.

    Parameters
    ----------
    n : int
        Services, from 2 to 1000.

    Returns
    -------
    int
        The sum over k of (n-2)! / (n-2-k)!: choose and order the k services in between. From n = 3
        on it is e (n-2)!, rounded down.
    """
    n = _check.integer("n", n, least=2, most=1000)
    total = 1
    # Horner's rule from the inside: 1 + (n-2) (1 + (n-3) (1 + ...)).
    for free in range(1, n - 1):
        total = 1 + free * total
    return total
