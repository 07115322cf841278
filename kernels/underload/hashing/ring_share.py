"""The law of a ring's shares: a node with v of all n v points holds a Beta(v, n v - v) part of the circle.

The n v arcs between uniform points are n v spacings, whose sums over disjoint sets are Dirichlet. Lamping and Veach,
arXiv:1406.2294, 2014, section 2, simulate what this gives exactly. Largest spacing: Holst, On the lengths of the
pieces of a stick broken at random, Journal of Applied Probability 17(3), 1980.
"""

import dataclasses
import math

import numpy as np
from scipy import integrate, special

from underload import _check

__all__ = ["RingShare"]


@dataclasses.dataclass(frozen=True)
class RingShare:
    """Share of a ring's node, over the mean share.

    Parameters
    ----------
    nodes : int
        From 2 to 1e9.
    points : int
        Points of each node, from 1 to 1e6.
    """

    nodes: int
    points: int

    def __post_init__(self):
        object.__setattr__(self, "nodes", _check.integer("nodes", self.nodes, least=2, most=10**9))
        object.__setattr__(self, "points", _check.integer("points", self.points, least=1, most=10**6))

    @property
    def _shapes(self):
        return self.points, self.points * (self.nodes - 1)

    @property
    def deviation(self):
        """Standard deviation: sqrt((n - 1) / (n v + 1))."""
        return math.sqrt((self.nodes - 1) / (self.nodes * self.points + 1))

    def cdf(self, x):
        """Probability that a share is at most x times the mean; 0 for x <= 0, 1 from x = n on."""
        x = _check.each(_check.real, "x", x)
        return special.betainc(*self._shapes, np.clip(np.divide(x, self.nodes), 0, 1))[()]

    def tail(self, x):
        """Probability that a share is above x times the mean."""
        x = _check.each(_check.real, "x", x)
        return special.betaincc(*self._shapes, np.clip(np.divide(x, self.nodes), 0, 1))[()]

    def quantile(self, p):
        """The share, over the mean, that a node is at most with probability p."""
        p = _check.each(_check.fraction, "p", p)
        return (self.nodes * special.betaincinv(*self._shapes, p))[()]

    def peak_cdf(self, x):
        """Bounds on the probability that no node's share is above x times the mean.

        Parameters
        ----------
        x : float

        Returns
        -------
        low, high : float
            1 - n P(share > x), by Boole, and P(share <= x)**n, since Dirichlet shares are negatively associated
            (Joag-Dev and Proschan, Annals of Statistics 11, 1983). They agree where the tail is small.
        """
        tail = float(self.tail(_check.real("x", x)))
        return max(0.0, 1 - self.nodes * tail), math.exp(self.nodes * math.log1p(-tail)) if tail < 1 else 0.0

    def peak_quantile(self, p):
        """Bounds on the largest share, over the mean, that is not exceeded with probability p: (low, high)."""
        p = _check.fraction("p", p)
        tails = -math.expm1(math.log(p) / self.nodes), (1 - p) / self.nodes
        return tuple(float(self.nodes * special.betainccinv(*self._shapes, tail)) for tail in tails)

    @property
    def peak_mean(self):
        """Expected largest share over the mean, exactly: that of n independent gamma variates of shape v, over v.

        Shares are gamma variates over their sum, and independent of it. With one point a node it is the harmonic
        number.
        """
        n, v = self.nodes, self.points

        def largest(t):  # where the largest of n has probability exp(-t) of being below
            return special.gammainccinv(v, -math.expm1(-t / n)) * math.exp(-t)

        parts = ((0, 1e-6), (1e-6, 1e-2), (1e-2, 1), (1, 10), (10, 60))
        return sum(integrate.quad(largest, *part, epsabs=0, epsrel=1e-10, limit=200)[0] for part in parts) / v
