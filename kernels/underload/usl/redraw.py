"""Kernels of the bootstrap: draw data that might have been measured, and fit them."""

from underload._jit import kernel
from underload.random import bounded
from underload.usl.least_squares import minimise

__all__ = ["fit_residual_draws", "fit_row_draws"]


@kernel
def distinct(values, enough):
    """Whether `values` holds at least `enough` different numbers, for a small `enough`."""
    found = 1
    first, second = values[0], values[0]
    for value in values:
        if found == 1 and value != first:
            second, found = value, 2
        elif found == 2 and value != first and value != second:
            found = 3
        if found >= enough:
            return True
    return found >= enough


@kernel
def draw_residuals(state, fitted, residuals, observed):
    """Fill `observed` with the fitted values plus residuals drawn with replacement."""
    n = len(observed)
    for i in range(n):
        observed[i] = fitted[i] + residuals[bounded(state, n)]


@kernel
def draw_rows(state, first, count, enough, table, drawn):
    """Fill `drawn` (float64[5, n]) with columns of `table`, each from the `count` rows that begin at `first`.

    Drawn again until at least `enough` different loads (row 3 of the table) are there.
    """
    n = table.shape[1]
    while True:
        for i in range(n):
            row = first[i] + bounded(state, count[i])
            for k in range(5):
                drawn[k, i] = table[k, row]
        if distinct(drawn[3], enough):
            return


@kernel
def fit_residual_draws(state, fitted, residuals, scaled, columns, free, bound, start, observed, found, squares):
    """Fill `found` (float64[draws, 3]) and `squares` with fits of redrawn residuals; `observed` is spare."""
    for draw in range(len(found)):
        draw_residuals(state, fitted, residuals, observed)
        found[draw] = start
        squares[draw] = minimise(scaled, observed, columns, free, bound, found[draw])


@kernel
def fit_row_draws(state, first, count, enough, table, free, bound, start, drawn, columns, found, squares):
    """Fill `found` (float64[draws, 3]) and `squares` with fits of redrawn rows.

    Parameters
    ----------
    table : float64[5, n]
        Scaled load, observed throughput, 1, N - 1, coherency cost.
    drawn, columns : float64[5, n], float64[3, n]
        Scratch.
    """
    for draw in range(len(found)):
        draw_rows(state, first, count, enough, table, drawn)
        for i in range(columns.shape[1]):
            columns[0, i], columns[1, i], columns[2, i] = drawn[2, i], drawn[3, i], drawn[4, i]
        found[draw] = start
        squares[draw] = minimise(drawn[0], drawn[1], columns, free, bound, found[draw])
