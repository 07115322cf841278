"""Slow and obvious programs for impatience, clocks, retrials: many digits, chains. They do not import the package."""

import mpmath

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
