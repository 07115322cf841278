"""Slow and obvious programs for chains and matrix queues, with many digits. They do not import the package."""

import mpmath
import numpy as np


def law_after(generator, first, t, digits=40):
    """Row `first` of exp(t Q), by the series with many digits, halved until short."""
    with mpmath.workdps(digits):
        n = len(generator)
        step = mpmath.matrix([[mpmath.mpf(float(value)) * mpmath.mpf(float(t)) for value in row] for row in generator])
        for i in range(n):
            step[i, i] = -sum(step[i, j] for j in range(n) if j != i)
        halvings = max(0, int(mpmath.ceil(mpmath.log(mpmath.mnorm(step, "inf") + 1, 2))))
        step /= 2**halvings
        power, term = mpmath.eye(n), mpmath.eye(n)
        for k in range(1, 40):
            term = term * step / k
            power += term
        for _ in range(halvings):
            power = power * power
        return [power[first, j] for j in range(n)]


def long_run(generator, digits=40):
    """The law with law Q = 0, by Gaussian elimination with many digits; the diagonal is remade."""
    with mpmath.workdps(digits):
        n = len(generator)
        system = mpmath.matrix(n, n)
        for i in range(n):
            for j in range(n):
                if i != j:
                    system[j, i] = mpmath.mpf(float(generator[i][j]))
                    system[i, i] -= mpmath.mpf(float(generator[i][j]))
        for j in range(n):
            system[n - 1, j] = 1
        right = mpmath.matrix(n, 1)
        right[n - 1] = 1
        return list(mpmath.lu_solve(system, right))


def one_server(D0, D1, initial, rates, exits, levels):
    """MAP/PH/1 with room for `levels` jobs: the law of the number, by stacking everything into one matrix."""
    D0, D1, initial, rates, exits = (np.asarray(part, dtype=float) for part in (D0, D1, initial, rates, exits))
    m, k = len(D0), len(exits)
    place = {}
    for n in range(levels + 1):
        for i in range(m):
            for j in range(k if n else 1):
                place[n, i, j] = len(place)
    generator = np.zeros((len(place), len(place)))
    for (n, i, j), here in place.items():
        for i2 in range(m):
            if i2 != i:
                generator[here, place[n, i2, j]] += D0[i, i2]
            for j2 in range(k) if n == 0 else [j]:
                if n < levels:
                    weight = initial[j2] if n == 0 else 1.0
                    generator[here, place[n + 1, i2, j2]] += D1[i, i2] * weight
        for j2 in range(k if n else 0):
            if j2 != j:
                generator[here, place[n, i, j2]] += rates[j, j2]
            if n > 1:
                generator[here, place[n - 1, i, j2]] += exits[j] * initial[j2]
        if n == 1:
            generator[here, place[0, i, 0]] += exits[j]
    np.fill_diagonal(generator, 0.0)
    generator -= np.diag(generator.sum(axis=1))
    system = generator.T.copy()
    system[-1] = 1.0
    law = np.linalg.solve(system, np.eye(len(place))[-1])
    return np.array([sum(law[here] for (n, _, _), here in place.items() if n == level) for level in range(levels + 1)])
