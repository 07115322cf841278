"""Slow and obvious programs for impatience, clocks, retrials: many digits, chains. They do not import the package."""

import math

import mpmath
import numpy as np

mpmath.mp.dps = 40


def erlang_a_weights(arrival_rate, service_rate, servers, abandonment_rate):
    """The steady state of M/M/c+M by the definition: weights of n, until they no longer count, as a list of mpf."""
    arrival, service, abandonment = (mpmath.mpf(x) for x in (arrival_rate, service_rate, abandonment_rate))
    weights, largest = [mpmath.mpf(1)], mpmath.mpf(1)
    while True:
        n = len(weights)
        death = min(n, servers) * service + max(n - servers, 0) * abandonment
        weights.append(weights[-1] * arrival / death)
        largest = max(largest, weights[-1])
        if weights[-1] < largest * mpmath.mpf(10) ** -40 and death > arrival:
            total = mpmath.fsum(weights)
            return [w / total for w in weights]


def erlang_a(arrival_rate, service_rate, servers, abandonment_rate):
    """What the weights give, by Little's law: a dict of mpf."""
    law = erlang_a_weights(arrival_rate, service_rate, servers, abandonment_rate)
    queue = mpmath.fsum((n - servers) * p for n, p in enumerate(law) if n > servers)
    busy = mpmath.fsum(min(n, servers) * p for n, p in enumerate(law))
    return {
        "wait_probability": mpmath.fsum(law[servers:]),
        "queue_mean": queue,
        "wait_mean": queue / mpmath.mpf(arrival_rate),
        "abandonment_probability": queue * mpmath.mpf(abandonment_rate) / mpmath.mpf(arrival_rate),
        "utilization": busy / servers,
        "throughput": busy * mpmath.mpf(service_rate),
        "number_mean": queue + busy,
    }


def erlang_a_patient(arrival_rate, service_rate, servers, abandonment_rate):
    """Wait and abandonment probabilities by quadrature in the depth of the queue, for patience too long to enumerate.

    Sum over k of a^k / ((c + t) ... (c + k t)) = int_0^inf c exp((a / t) (1 - e^-tx) - c x) dx, with t the patience.
    """
    load = mpmath.mpf(arrival_rate) / mpmath.mpf(service_rate)
    patience = mpmath.mpf(abandonment_rate) / mpmath.mpf(service_rate)
    peak = mpmath.log(load / servers) / patience if load > servers else mpmath.mpf(0)
    top = -load / patience * mpmath.expm1(-patience * peak) - servers * peak
    width = (
        1 / mpmath.sqrt(servers * patience)
        if load >= servers
        else 1 / (servers - load + mpmath.sqrt(servers * patience))
    )
    near = [-30, -10, -6, -3, -1, 0, 1, 3, 6, 10, 30, 120]
    points = sorted({max(peak + k * width, mpmath.mpf(0)) for k in near})

    def density(x):
        return servers * mpmath.exp(-load / patience * mpmath.expm1(-patience * x) - servers * x - top)

    above = mpmath.quad(density, points)
    lost = mpmath.quad(lambda x: -mpmath.expm1(-patience * x) * density(x), points)
    term = below = mpmath.mpf(1)
    for k in range(servers - 1, 0, -1):
        term *= k / load
        below += term
    total = below * mpmath.exp(-top) + load / servers * above
    return {
        "wait_probability": load / servers * above / total,
        "abandonment_probability": load / servers * lost / total,
    }


def mdc_roots(load, slack, servers):
    """Queue mean and wait probability of M/D/c from the complex roots of z^c = exp(a (z - 1)), after Crommelin 1932."""
    load, slack = mpmath.mpf(load), mpmath.mpf(slack)
    part = load / servers
    queue = servers / (2 * slack) - (servers + load) / 2
    idle = slack
    for k in range(1, servers):
        turn = mpmath.expjpi(mpmath.mpf(2 * k) / servers)
        root = -mpmath.lambertw(-part * mpmath.exp(-part) * turn) / part
        queue += (1 / (1 - root)).real
        idle /= 1 - root
    return queue, 1 - idle.real


def mdc_chain(load, servers, size):
    """The law of the number in M/D/c, from its transition matrix over one service time, cut at `size` states."""
    arrivals = [math.exp(-load + j * math.log(load) - math.lgamma(j + 1)) for j in range(size)]
    step = np.zeros((size, size))
    for n in range(size):
        left = max(n - servers, 0)
        step[n, left:] = arrivals[: size - left]
        step[n, -1] += 1 - step[n].sum()
    balance = step.T - np.eye(size)
    balance[0] = 1.0
    return np.linalg.solve(balance, np.eye(size)[0])


def md1_wait(load, t):
    """P(wait <= t) of M/D/1 in service times, with 40 digits: Erlang's alternating sum, 1909."""
    load, t = mpmath.mpf(load), mpmath.mpf(t)
    terms = [(-load * (t - k)) ** k / mpmath.factorial(k) * mpmath.exp(load * (t - k)) for k in range(int(t) + 1)]
    return (1 - load) * mpmath.fsum(terms)


def expectation(law, function):
    """E function(X) by quadrature, over the density of a law with mean 1, named by its class, in the logarithm of X."""
    mp, kind = mpmath, type(law).__name__
    if kind == "Deterministic":
        return function(mp.mpf(1))
    if kind == "Uniform":
        return mp.quad(function, mp.linspace(law.low, law.high, 5)) / (mp.mpf(law.high) - law.low)
    if kind == "Pareto":
        shape = mp.mpf(law.shape)
        points = [0, *(mp.mpf(2) ** k / shape for k in range(-2, 8))]
        return mp.quad(lambda v: function((shape - 1) / shape * mp.exp(v)) * shape * mp.exp(-shape * v), points)
    if kind == "Lognormal":
        deviation = mp.sqrt(mp.log1p(law.scv))
        points = mp.linspace(-11 - deviation, 11 + 2 * deviation, 18)
        return mp.quad(lambda z: function(mp.exp(deviation * z - deviation**2 / 2)) * mp.npdf(z), points)
    if kind == "Hyperexponential":
        slow, *means = (mp.mpf(x) for x in law.params[:3])
        parts = [mp.quad(lambda y, m=m: function(m * y) * mp.exp(-y), [0, 1, 5, 20, 80]) for m in means]
        return slow * parts[0] + (1 - slow) * parts[1]
    if kind == "Weibull":
        scale, power = 1 / mp.gamma(1 + 1 / mp.mpf(law.shape)), 1 / mp.mpf(law.shape)
        points = mp.linspace(-60, 6, 23)
        return mp.quad(lambda y: function(scale * mp.exp(power * y)) * mp.exp(y - mp.exp(y)), points)
    shape = 1 / mp.mpf(law.scv)
    points = mp.linspace(-60 / min(shape, 1), 6, 23 if law.scv < 1 else 60)
    return mp.quad(lambda y: function(mp.exp(y) / shape) * mp.exp(shape * y - mp.exp(y)) / mp.gamma(shape), points)


def transform_checks(law, arrivals, s):
    """Pairs of a computed and a quadrature's value: the transform, its residual, the deficit of that, and a slope."""
    with mpmath.workdps(22):
        exact = expectation(law, lambda x: mpmath.exp(-s * x))
        deficit = expectation(law, lambda x: (s * x + mpmath.expm1(-s * x)) / s)
        slope = expectation(law, lambda x: -mpmath.exp(-s * x) * mpmath.expm1(-0.3 * s * x) / (0.3 * s))
        residual = (1 - exact) / s
    s = np.float64(s)
    computed = (arrivals.transform(s), arrivals.residual(s), arrivals.deficit(s), arrivals.slope(s, 0.3 * s))
    return list(zip(map(float, computed), map(float, (exact, residual, deficit, slope)), strict=True))


def retrial_chain(arrival_rate, service_rate, servers, retrial_rate, most):
    """P(orbit, busy) of the M/M/c retrial queue as an array, from its generator, with at most `most` in the orbit."""
    size = (most + 1) * (servers + 1)
    rates = np.zeros((size, size))
    for n in range(most + 1):
        for i in range(servers + 1):
            here = n * (servers + 1) + i
            if i < servers:
                rates[here, here + 1] += arrival_rate
                if n > 0:
                    rates[here, here - (servers + 1) + 1] += n * retrial_rate
            elif n < most:
                rates[here, here + servers + 1] += arrival_rate
            if i > 0:
                rates[here, here - 1] += i * service_rate
    balance = rates.T - np.diag(rates.sum(axis=1))
    balance[0] = 1.0
    return np.linalg.solve(balance, np.eye(size)[0]).reshape(most + 1, servers + 1)


def retrial_one_server(arrival_rate, service_rate, retrial_rate, orbit):
    """P(free, orbit) and P(busy, orbit) of the M/M/1 retrial queue, with 40 digits: products, not gamma functions."""
    arrival, service, retrial = (mpmath.mpf(x) for x in (arrival_rate, service_rate, retrial_rate))
    rho, order = arrival / service, arrival / retrial
    free, busy = (1 - rho) ** (order + 1), rho * (1 - rho) ** (order + 1)
    for n in range(1, orbit + 1):
        free *= rho * (order + n - 1) / n
        busy *= rho * (order + n) / n
    return free, busy
