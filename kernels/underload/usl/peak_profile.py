"""The least squares of all curves of the Universal Scalability Law with the same highest throughput.

With the peak y at load t, contention / rate = 1 / y - a (2 t - 1) / t^2 and load / throughput is
N / y + a psi(N), psi = 1 + (N^2 - N) / t^2 - N (2 t - 1) / t^2 = ((N - t) / t)^2: a parabola that touches N / y at t.
Two numbers remain, a >= 0 and t: a is found by Newton's method, t on a grid and then by golden section.
"""

import math

from underload._jit import kernel

__all__ = ["peak_squares"]

GOLDEN = 0.6180339887498949


@kernel
def squares_along(scaled, observed, load, top, t, a):
    """Squares, half their second derivative and their descent direction along a, at peak `top` and load `t`."""
    squares = second = pull = 0.0
    for i in range(len(observed)):
        gap = load[i] / t - 1.0 if t < math.inf else -1.0
        shape = gap * gap
        q = load[i] / top + a * shape
        f = scaled[i] / q
        residual = observed[i] - f
        squares += residual * residual
        slope = f / q * shape
        bend = f - 2.0 * residual
        second += slope * shape / q * (bend if bend > 0.0 else f)
        pull -= slope * residual
    return squares, second, pull


@kernel
def best_width(scaled, observed, load, top, t, superlinear):
    """The least squares over a in [0, bound], where contention reaches 0 unless it may be negative."""
    edge = (2.0 * t - 1.0) / (t * t) if t < math.inf else 0.0
    bound = math.inf if superlinear or edge <= 0.0 else 1.0 / (top * edge)
    a = 0.0
    now = squares_along(scaled, observed, load, top, t, a)
    size = 1.0
    for _ in range(100):
        step = size * now[2] / now[1] if now[1] > 0.0 else 0.0
        moved = min(max(a + step, 0.0), bound)
        if moved == a:
            break
        then = squares_along(scaled, observed, load, top, t, moved)
        if then[0] < now[0]:
            small = now[0] - then[0] <= 1e-16 * now[0]
            a, now, size = moved, then, min(2.0 * size, 1.0)
            if small:
                break
        else:
            size *= 0.25
            if size < 1e-6:
                break
    return now[0]


@kernel
def peak_squares(scaled, observed, load, top, superlinear, places):
    """The least squares with the highest throughput `top`, wherever it is.

    Parameters
    ----------
    scaled, observed, load : float64[n]
        Load and throughput times the root of the weight, and the load.
    top : float64
        The highest throughput, > 0; inf leaves straight lines through the origin only.
    superlinear : bool
    places : int64
        Loads of the grid, from a quarter of the least load or 1 to 1000 times the largest; the limit at an infinite
        load is tried too.
    """
    if top == math.inf:
        up = down = 0.0
        for i in range(len(observed)):
            up += scaled[i] * observed[i]
            down += scaled[i] * scaled[i]
        squares = 0.0
        for i in range(len(observed)):
            squares += (observed[i] - scaled[i] * up / down) ** 2
        return squares
    first = math.log(min(0.25 * load.min(), 1.0))
    width = (math.log(1000.0 * load.max()) - first) / (places - 1)
    best, place = math.inf, 0
    for k in range(places):
        squares = best_width(scaled, observed, load, top, math.exp(first + k * width), superlinear)
        if squares < best:
            best, place = squares, k
    low, high = first + (place - 1) * width, first + (place + 1) * width
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left = best_width(scaled, observed, load, top, math.exp(left), superlinear)
    at_right = best_width(scaled, observed, load, top, math.exp(right), superlinear)
    for _ in range(45):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = best_width(scaled, observed, load, top, math.exp(left), superlinear)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = best_width(scaled, observed, load, top, math.exp(right), superlinear)
    limit = best_width(scaled, observed, load, top, math.inf, superlinear)
    return min(best, at_left, at_right, limit)
