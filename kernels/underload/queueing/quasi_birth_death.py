"""Quasi-birth-death chains: levels that change by one, phases within a level, the same rates on every level but 0.

Mechanism: G holds the phases in which the chain first comes down a level. Logarithmic reduction doubles the number of
levels that an excursion may climb with every step, so 40 steps see 10^12 levels. From G follow the expected visits
per excursion and with them R, the ratio of the laws of neighbouring levels.

Near saturation I - R is nearly singular. It need not be inverted: with h the bias of the phases in A h = drift 1 -
(up - down) 1, A = up + local + down, the column w = up (1 + h) - R down h obeys (I - R) w = -drift R 1, and so
(I - R)^-1 1 = 1 + w / -drift. Likewise the sum s of all levels from 1 on obeys (s - first) A = first (R down - up).
Neither loses a digit, however small the drift.

Source: Latouche and Ramaswami, A logarithmic reduction algorithm for quasi-birth-death processes, Journal of Applied
Probability 30(3), 1993; Neuts, Matrix-Geometric Solutions in Stochastic Models, 1981.

Deviations: every linear system is solved by elimination without subtraction, and rows of G are scaled to sum to 1.
"""

import dataclasses
import functools

import numpy as np
from scipy.sparse import csgraph

from underload import _check
from underload.queueing.elimination import check_matrix, check_rates, eliminate, solve_leaving

__all__ = ["QuasiBirthDeath"]

MOST_PHASES = 500  # of a level


def first_passage(up, rates, down):
    """G, float64[m, m]: the law of the phase in which the chain first comes down a level, by the phase it begins in.

    `rates` are those within a level, with a zero diagonal; the chain must come down for certain.
    """
    out = up.sum(axis=1) + down.sum(axis=1)
    halves = solve_leaving(rates.copy(), out, np.hstack([up, down]))
    m = len(up)
    climb, fall = halves[:, :m].copy(), halves[:, m:].copy()
    passage, climbed = fall.copy(), climb.copy()
    for _ in range(70):
        stay = climb @ fall + fall @ climb
        both = np.hstack([climb @ climb, fall @ fall])
        np.fill_diagonal(stay, 0.0)
        both = solve_leaving(stay, both.sum(axis=1), both)
        climb, fall = both[:, :m].copy(), both[:, m:].copy()
        added = climbed @ fall
        passage += added
        climbed = climbed @ climb
        if max(added.max(), climbed.sum(axis=1).max()) <= 1e-17:
            break
    return passage / passage.sum(axis=1, keepdims=True)


def visits(up, rates, down, passage):
    """N, float64[m, m]: the expected time in the phases of a level before the chain first comes down from it."""
    within = rates + up @ passage
    np.fill_diagonal(within, 0.0)
    return solve_leaving(within, down.sum(axis=1), np.eye(len(up)))


def bias(rates, law, gain, loss):
    """h in generator h = law (gain - loss) - (gain - loss), h = 0 in the likeliest state, for an irreducible chain.

    h is what is gained and lost, less the average, until that state is reached; `law` is the long-run law.
    """
    goal = int(np.argmax(law))
    others = np.delete(np.arange(len(law)), goal)
    if len(others) == 0:
        return np.zeros(1)
    costs = np.column_stack([gain, loss, np.ones(len(law))])[others]
    found = solve_leaving(rates[np.ix_(others, others)].copy(), rates[others, goal].copy(), costs)
    return np.insert(found[:, 0] - found[:, 1] - (law @ (gain - loss)) * found[:, 2], goal, 0.0)


@dataclasses.dataclass(frozen=True, eq=False)
class QuasiBirthDeath:
    """The long run of a quasi-birth-death chain.

    Parameters
    ----------
    up, local, down : float64[m, m]
        Rates from a level n >= 1 to n + 1, within it and to n - 1 (from level 2 on), m up to 500. The diagonal of
        `local` makes the rows of up + local + down sum to 0. It is not used.
    boundary_local : float64[k, k]
        Rates within level 0; the diagonal is not used.
    boundary_up : float64[k, m]
        Rates from level 0 to level 1.
    boundary_down : float64[m, k]
        Rates from level 1 to level 0; row sums are those of `down`.

    Raises
    ------
    ValueError
        Also where the phases do not reach each other, or the chain drifts up.
    """

    up: np.ndarray
    local: np.ndarray
    down: np.ndarray
    boundary_local: np.ndarray
    boundary_up: np.ndarray
    boundary_down: np.ndarray
    drift: float = dataclasses.field(init=False, repr=False)

    def __post_init__(self):
        local = check_rates("local", check_matrix("local", self.local))
        m = len(local)
        within = check_rates("boundary_local", check_matrix("boundary_local", self.boundary_local))
        k = len(within)
        if max(m, k) > MOST_PHASES:
            _check.fail("local", max(m, k), f"must have at most {MOST_PHASES} phases")
        shapes = {"up": (m, m), "down": (m, m), "boundary_up": (k, m), "boundary_down": (m, k)}
        given = {name: check_matrix(name, getattr(self, name), shape) for name, shape in shapes.items()}
        for name, matrix in given.items():
            if matrix.min() < 0:
                _check.fail(name, matrix.min(), "must be rates >= 0")
        falls, lands = given["down"].sum(axis=1), given["boundary_down"].sum(axis=1)
        if np.any(np.abs(falls - lands) > 1e-9 * falls):
            _check.fail("boundary_down", lands.tolist(), f"must have the row sums of down ({falls.tolist()})")
        whole = local + given["up"] + given["down"]
        if csgraph.connected_components(whole, connection="strong")[0] > 1:
            _check.fail("local", f"of {m} phases", "must make with up and down an irreducible chain")
        rise = float(eliminate(whole.copy()) @ (given["up"] - given["down"]).sum(axis=1))
        if not rise < 0:
            _check.fail("up", rise, "must make levels drift down: mean rate up minus mean rate down < 0")
        for name, matrix in (given | {"local": local, "boundary_local": within, "drift": rise}).items():
            object.__setattr__(self, name, matrix)

    @classmethod
    def with_drift(cls, drift, *matrices):
        """The chain of valid matrices (in the order above) whose drift, < 0, is known better than they say."""
        chain = object.__new__(cls)
        for field, value in zip(cls.__dataclass_fields__, (*matrices, drift), strict=True):
            object.__setattr__(chain, field, value)
        return chain

    @functools.cached_property
    def passage(self):
        """G, float64[m, m]: the law of the phase in which the chain first comes down a level."""
        return first_passage(self.up, self.local, self.down)

    @functools.cached_property
    def ratio(self):
        """R, float64[m, m]: the law of level n + 1 is that of level n >= 1 times R."""
        return self.up @ self._visits

    @functools.cached_property
    def _visits(self):
        return visits(self.up, self.local, self.down, self.passage)

    @functools.cached_property
    def _ahead(self):
        """(I - R)^-1 1, float64[m]."""
        whole = self.up + self.local + self.down
        h = bias(whole, eliminate(whole.copy()), self.up.sum(axis=1), self.down.sum(axis=1))
        return 1 + (self.up @ (1 + h) - self.ratio @ (self.down @ h)) / -self.drift

    @functools.cached_property
    def _first_levels(self):
        """The laws of levels 0 and 1, float64[k] and float64[m]."""
        path = self.boundary_up @ self._visits
        within = self.boundary_local + path @ self.boundary_down
        empty = eliminate(within.copy()) if len(within) > 1 else np.ones(1)
        first = empty @ path
        total = empty.sum() + first @ self._ahead
        return empty / total, first / total

    @functools.cached_property
    def phase_probabilities(self):
        """The law of the phase, over all levels from 1 on, float64[m]; its sum is the probability of those levels."""
        first, whole = self._first_levels[1], self.up + self.local + self.down
        law = eliminate(whole.copy())
        generator = whole - np.diag(whole.sum(axis=1))
        scale = np.abs(np.diagonal(generator)).max() or 1.0
        bordered = np.block([[generator.T / scale, law[:, None]], [np.ones(len(law)), np.zeros(1)]])
        flow = first @ (self.ratio @ self.down - self.up) / scale
        above = np.linalg.solve(bordered, np.append(flow, first @ self._ahead - first.sum()))[:-1]
        return first + above

    @functools.cached_property
    def decay_rate(self):
        """The limit of P(level n + 1) / P(level n): the spectral radius of R."""
        return float(np.abs(np.linalg.eigvals(self.ratio)).max())

    @property
    def level_mean(self):
        """Mean level."""
        return float(self.phase_probabilities @ self._ahead)

    def level_law(self, n):
        """The probabilities of the phases of level n, float64[k] for n = 0, else float64[m]."""
        n = _check.integer("n", n, most=2**53)
        if n == 0:
            return self._first_levels[0].copy()
        return self._first_levels[1] @ np.linalg.matrix_power(self.ratio, n - 1)

    def level_probability(self, n):
        """P(level = n)."""
        return float(self.level_law(n).sum())

    def level_tail(self, n):
        """P(level > n); the relative error is some n ulp, as for `level_law`."""
        law = self._first_levels[1] @ np.linalg.matrix_power(self.ratio, _check.integer("n", n, most=2**53))
        return min(1.0, float(law @ self._ahead))
