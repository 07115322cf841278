"""Least squares for throughput = load / (c0 p0 + c1 p1 + c2 p2), the form that every law of this topic takes.

With p = (1, N - 1, N (N - 1)) the coefficients are 1 / rate, contention / rate and coherency / rate. A parameter that
is held, or a peak that is, only changes the columns p or holds a coefficient: `minimise` serves them all.
"""

import math

from underload._jit import kernel
from underload.random._options import BORROW, INLINE

__all__ = ["minimise", "minimise_rows", "starting_point"]

# Borrowed arrays and inlined steps: 1.05 of the time of C where plain kernels take 1.25.

CONVERGED = 1e-18  # predicted fall of the squares, relative to those of the throughput: then the step is the last
NEAR = 1e-3  # a predicted fall so small that the exact second derivative is better than a safe one
SINGULAR = 1e-14  # a pivot below this part of its diagonal is rounding
STEPS = 200


@kernel(**INLINE)
def normal_equations(scaled, observed, columns, c0, c1, c2, exact):
    """Squares of the residuals, half their second derivatives (6) and the descent direction (3) at coefficients c.

    Parameters
    ----------
    scaled, observed : float64[n]
        Load and throughput, each times the root of the weight.
    columns : float64[3, n]
    exact : bool

    Notes
    -----
    With f = scaled / q, q = c . p, the exact second derivative has the weight f (3 f - 2 y) / q^2. Where that is not
    positive (the measurement exceeds the curve by half) and `exact` is not asked for, the weight of Gauss and Newton,
    f^2 / q^2, replaces it: then every step goes downhill. Outside of q > 0 the squares are infinite.
    """
    squares = h00 = h01 = h02 = h11 = h12 = h22 = g0 = g1 = g2 = 0.0
    for i in range(len(observed)):
        p0, p1, p2 = columns[0, i], columns[1, i], columns[2, i]
        q = c0 * p0 + c1 * p1 + c2 * p2
        if not q > 0.0:
            return math.inf, h00, h01, h02, h11, h12, h22, g0, g1, g2
        inverse = 1.0 / q
        f = scaled[i] * inverse
        residual = observed[i] - f
        squares += residual * residual
        slope = f * inverse
        bend = f - 2.0 * residual
        weight = slope * inverse * (bend if exact or bend > 0.0 else f)
        pull = -slope * residual
        w0, w1 = weight * p0, weight * p1
        h00 += w0 * p0
        h01 += w0 * p1
        h02 += w0 * p2
        h11 += w1 * p1
        h12 += w1 * p2
        h22 += weight * p2 * p2
        g0 += pull * p0
        g1 += pull * p1
        g2 += pull * p2
    return squares, h00, h01, h02, h11, h12, h22, g0, g1, g2


@kernel(**INLINE)
def solve(h00, h01, h02, h11, h12, h22, g0, g1, g2):
    """The solution of a symmetric system of three, and whether its pivots are above rounding."""
    if not h00 > 0.0:
        return 0.0, 0.0, 0.0, False
    l1 = h01 / h00
    l2 = h02 / h00
    pivot1 = h11 - l1 * h01
    if not pivot1 > SINGULAR * abs(h11):
        return 0.0, 0.0, 0.0, False
    l3 = (h12 - l2 * h01) / pivot1
    pivot2 = h22 - l2 * h02 - l3 * l3 * pivot1
    if not pivot2 > SINGULAR * abs(h22):
        return 0.0, 0.0, 0.0, False
    y1 = g1 - l1 * g0
    d2 = (g2 - l2 * g0 - l3 * y1) / pivot2
    d1 = y1 / pivot1 - l3 * d2
    return g0 / h00 - l1 * d1 - l2 * d2, d1, d2, True


@kernel(**INLINE)
def held_step(system, damping, held0, held1, held2, d0, d1, d2):
    """The damped Newton step in which held coefficients move by the given d."""
    h00, h01, h02, h11, h12, h22, g0, g1, g2 = system
    damped = 1.0 + damping
    h00, h11, h22 = h00 * damped, h11 * damped, h22 * damped
    if held0:
        g0, g1, g2 = d0, g1 - h01 * d0, g2 - h02 * d0
        h00, h01, h02 = 1.0, 0.0, 0.0
    if held1:
        g0, g1, g2 = g0 - h01 * d1, d1, g2 - h12 * d1
        h11, h01, h12 = 1.0, 0.0, 0.0
    if held2:
        g0, g1, g2 = g0 - h02 * d2, g1 - h12 * d2, d2
        h22, h02, h12 = 1.0, 0.0, 0.0
    return solve(h00, h01, h02, h11, h12, h22, g0, g1, g2)


@kernel(**INLINE)
def bounded_step(system, damping, c0, c1, c2, free, bounded):
    """The step to the minimum of the quadratic model over c + d >= 0, by adding one active bound at a time.

    Returns
    -------
    d0, d1, d2 : float64
    fall : float64
        By how much the model's squares fall.
    sound : bool
        False if the system is singular.
    """
    h00, h01, h02, h11, h12, h22, g0, g1, g2 = system
    held0 = not free[0] or (bounded[0] and c0 <= 0.0 and g0 <= 0.0)
    held1 = not free[1] or (bounded[1] and c1 <= 0.0 and g1 <= 0.0)
    held2 = not free[2] or (bounded[2] and c2 <= 0.0 and g2 <= 0.0)
    d0 = d1 = d2 = 0.0
    sound = False
    for _ in range(4):
        d0, d1, d2, sound = held_step(system, damping, held0, held1, held2, d0, d1, d2)
        reach0 = -c0 / d0 if bounded[0] and not held0 and c0 + d0 < 0.0 else 1.0
        reach1 = -c1 / d1 if bounded[1] and not held1 and c1 + d1 < 0.0 else 1.0
        reach2 = -c2 / d2 if bounded[2] and not held2 and c2 + d2 < 0.0 else 1.0
        nearest = min(reach0, reach1, reach2)
        if not sound or not nearest < 1.0:
            break
        d0 = d0 if held0 else 0.0
        d1 = d1 if held1 else 0.0
        d2 = d2 if held2 else 0.0
        if reach0 == nearest:
            held0, d0 = True, -c0
        elif reach1 == nearest:
            held1, d1 = True, -c1
        else:
            held2, d2 = True, -c2
    curve = h00 * d0 * d0 + h11 * d1 * d1 + h22 * d2 * d2 + 2.0 * (h01 * d0 * d1 + h02 * d0 * d2 + h12 * d1 * d2)
    return d0, d1, d2, 2.0 * (g0 * d0 + g1 * d1 + g2 * d2) - curve, sound


@kernel(**BORROW)
def above_zero(columns, c0, c1, c2):
    """Whether c . p > 0 at every point."""
    for i in range(columns.shape[1]):  # noqa: SIM110 - a generator is not compiled
        if not c0 * columns[0, i] + c1 * columns[1, i] + c2 * columns[2, i] > 0.0:
            return False
    return True


@kernel(**BORROW)
def straight_start(scaled, observed, columns, free, c):
    """Make every free coefficient of c 0; where that is no curve, fit the first of them alone."""
    for k in range(3):
        if free[k]:
            c[k] = 0.0
    if above_zero(columns, c[0], c[1], c[2]):
        return
    first = 0 if free[0] else (1 if free[1] else 2)
    top = bottom = 0.0
    for i in range(len(observed)):
        if columns[first, i] > 0.0:
            ratio = scaled[i] / columns[first, i]
            top += ratio * ratio
            bottom += ratio * observed[i]
    c[first] = top / bottom if bottom > 0.0 else 1.0


@kernel(**BORROW)
def starting_point(scaled, observed, columns, free, bounded, c):
    """Fill c (float64[3]) from a linear problem; what is not free stays.

    Notes
    -----
    load / throughput is linear in c. Weighted by (y^2 / load)^2, its squares are those of the throughput to first
    order: this is the step of Gauss and Newton from a perfect fit. Where it leaves q > 0, the straight line through the
    origin remains.
    """
    c0, c1, c2 = (0.0 if free[0] else c[0]), (0.0 if free[1] else c[1]), (0.0 if free[2] else c[2])
    h00 = h01 = h02 = h11 = h12 = h22 = g0 = g1 = g2 = 0.0
    for i in range(len(observed)):
        p0, p1, p2 = columns[0, i], columns[1, i], columns[2, i]
        root = observed[i] * observed[i] / scaled[i]
        weight = root * root
        pull = root * observed[i] - weight * (c0 * p0 + c1 * p1 + c2 * p2)
        w0, w1 = weight * p0, weight * p1
        h00 += w0 * p0
        h01 += w0 * p1
        h02 += w0 * p2
        h11 += w1 * p1
        h12 += w1 * p2
        h22 += weight * p2 * p2
        g0 += pull * p0
        g1 += pull * p1
        g2 += pull * p2
    system = (h00, h01, h02, h11, h12, h22, g0, g1, g2)
    d0, d1, d2, _, sound = bounded_step(system, 0.0, c0, c1, c2, free, bounded)
    if sound and above_zero(columns, c0 + d0, c1 + d1, c2 + d2):
        c[0], c[1], c[2] = c0 + d0, c1 + d1, c2 + d2
    else:
        straight_start(scaled, observed, columns, free, c)


@kernel(**BORROW)
def minimise(scaled, observed, columns, free, bounded, c):
    """Move c (float64[3]), in place, to the least squares nearest to it; return them.

    Parameters
    ----------
    scaled, observed : float64[n]
        Load > 0 and throughput, each times the root of the weight.
    columns : float64[3, n]
    free, bounded : bool[3]
        Which coefficients may move, and which of these must stay >= 0.
    c : float64[3]
        A start with q > 0 at every point; else the result is inf.
    """
    c0, c1, c2 = c[0], c[1], c[2]
    scale = 0.0
    for i in range(len(observed)):
        scale += observed[i] * observed[i]
    now = normal_equations(scaled, observed, columns, c0, c1, c2, False)
    damping, exact = 0.0, False
    for _ in range(STEPS):
        d0, d1, d2, fall, sound = bounded_step(now[1:], damping, c0, c1, c2, free, bounded)
        near = abs(fall) <= NEAR * scale
        last = sound and abs(fall) <= CONVERGED * scale and damping < 1e-3
        if sound:
            then = normal_equations(scaled, observed, columns, c0 + d0, c1 + d1, c2 + d2, near)
            # The last step is smaller than the rounding of the squares, and still better.
            if then[0] < now[0] or (last and then[0] <= now[0] * (1.0 + 1e-12)):
                c0, c1, c2, now, exact = c0 + d0, c1 + d1, c2 + d2, then, near
                damping = 0.1 * damping if damping > 1e-6 else 0.0
                if last:
                    break
                continue
        if last or damping > 1e15:
            break
        if exact:
            now, exact = normal_equations(scaled, observed, columns, c0, c1, c2, False), False
        else:
            damping = max(10.0 * damping, 1e-4 if sound else 1e-12)
    c[0], c[1], c[2] = c0, c1, c2
    return now[0]


@kernel(**BORROW)
def minimise_rows(scaled, rows, columns, free, bounded, found, squares):
    """One fit for each of `rows` (float64[k, n]), into `found` (float64[k, 3]) and `squares` (float64[k])."""
    for row in range(len(rows)):
        c = found[row]
        starting_point(scaled, rows[row], columns, free, bounded, c)
        squares[row] = minimise(scaled, rows[row], columns, free, bounded, c)
