"""Cells: whole copies of a system, each for a part of the customers, so that a fault ends at the wall of its cell.

Source: Vogels and others, Reducing the scope of impact with cell-based architecture, AWS Well-Architected, 2023.
"""

import math

import numpy as np

from underload import _check
from underload.hashing._keys import words
from underload.hashing.jumpback import JumpBack
from underload.hashing.murmur3 import fmix64
from underload.hashing.strings import Strings
from underload.hashing.xxhash import xxh64

__all__ = ["Cells"]


class Cells:
    """Customers on cells, and their keys on the nodes of the cell.

    Parameters
    ----------
    cells : int
    nodes_per_cell : int
        The product is at most 2**31 - 1.
    """

    def __init__(self, cells, nodes_per_cell):
        self.nodes_per_cell = _check.integer("nodes_per_cell", nodes_per_cell, least=1, most=2**31 - 1)
        self.cells = _check.integer("cells", cells, least=1, most=(2**31 - 1) // self.nodes_per_cell)

    def cell(self, customers):
        """The cell of each customer, int32[n]: JumpBackHash, so that a new cell takes customers and no others move."""
        customers = xxh64(customers) if isinstance(customers, Strings) else words("customers", customers)
        return JumpBack(self.cells).assign(customers)

    def assign(self, customers, keys):
        """The node of each key of a customer: those of cell c are c m ... c m + m - 1, m nodes a cell.

        Parameters
        ----------
        customers, keys : uint64[n] or Strings

        Returns
        -------
        int32[n]
        """
        inside = xxh64(keys) if isinstance(keys, Strings) else words("keys", keys)
        if len(inside) != len(customers):
            _check.fail("keys", len(inside), f"must be as many as the customers, {len(customers)}")
        place = JumpBack(self.nodes_per_cell).assign(fmix64(inside))
        return self.cell(customers) * np.int32(self.nodes_per_cell) + place

    @property
    def blast_radius(self):
        """Share of the customers that a fault of one cell reaches."""
        return 1 / self.cells

    def down(self, availability):
        """Distribution of the number of cells that are down.

        Parameters
        ----------
        availability : float
            Of a cell, independently of the others.

        Returns
        -------
        float64[cells + 1]
            Probabilities that 0, 1, ... are down: binomial. The expected share of customers without service is
            1 - availability whatever the number of cells: cells do not fail less, they fail fewer together.
        """
        a = _check.probability("availability", availability)
        if a in (0.0, 1.0):
            return np.eye(self.cells + 1)[0 if a == 1 else self.cells]
        k, n = np.arange(self.cells + 1), self.cells
        logs = [math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) for i in k]
        return np.exp(np.array(logs) + k * math.log1p(-a) + (n - k) * math.log(a))
