"""Slow and obvious programs for birth-death stations, with 60 digits. They do not import the package."""

import mpmath

mpmath.mp.dps = 60


def law(births, deaths):
    """Probabilities of the states of a birth-death chain, from products of the rates."""
    weights = [mpmath.mpf(1)]
    for birth, death in zip(births, deaths, strict=True):
        weights.append(weights[-1] * birth / death)
    total = sum(weights)
    return [weight / total for weight in weights]


def room(arrival_rate, service_rate, servers, capacity):
    """M/M/c/K: the law of the number, and the law of what an admitted request finds."""
    deaths = [mpmath.mpf(service_rate) * min(n, servers) for n in range(1, capacity + 1)]
    states = law([mpmath.mpf(arrival_rate)] * capacity, deaths)
    admitted = sum(states[:-1])
    return states, [p / admitted for p in states[:-1]]


def sources(population, source_rate, service_rate, servers, capacity):
    """M/M/c/K//N: the same, for sources that ask at a rate each."""
    births = [mpmath.mpf(source_rate) * (population - n) for n in range(capacity)]
    deaths = [mpmath.mpf(service_rate) * min(n, servers) for n in range(1, capacity + 1)]
    states = law(births, deaths)
    entering = [(population - n) * states[n] for n in range(capacity)]
    total = sum(entering)
    return states, [p / total for p in entering]


def means(states, found, servers, service_rate):
    """Attributes of a station, by the definitions; the mean wait from what is found, not by Little's law."""
    busy = sum(min(n, servers) * p for n, p in enumerate(states))
    ahead = sum((n - servers + 1) * p for n, p in enumerate(found) if n >= servers)
    return {
        "number_mean": sum(n * p for n, p in enumerate(states)),
        "queue_mean": sum((n - servers) * p for n, p in enumerate(states) if n > servers),
        "utilization": busy / servers,
        "throughput": busy * service_rate,
        "wait_probability": sum(found[servers:]),
        "wait_mean": ahead / servers / service_rate,
    }


def tails(found, servers, service_rate, t):
    """P(wait > t) and P(response > t): j ahead in the queue make a wait of j + 1 stages of rate c mu.

    The response adds a service by the convolution of the two laws: with one server one stage more, else
    P(response > t) = P(wait > t) + e^(-mu t) (c / (c - 1))^(j + 1) P(a Poisson number of mean (c - 1) mu t > j).
    """
    many = mpmath.mp.dps + int(len(found) * mpmath.log10(servers / max(1, servers - 1)))  # growth eats the rest
    with mpmath.workdps(many):
        return _tails(found, servers, mpmath.mpf(service_rate), mpmath.mpf(t))


def _tails(found, servers, mu, t):
    z, y = servers * mu * t, (servers - 1) * mu * t
    below, term = mpmath.mpf(0), mpmath.exp(-z)  # of Poisson z
    above, other = 1 - mpmath.exp(-y), mpmath.exp(-y)  # of Poisson y
    growth = mpmath.exp(-mu * t)
    wait, response = mpmath.mpf(0), sum(found[:servers]) * growth
    for j, p in enumerate(found[servers:]):
        below += term
        term *= z / (j + 1)
        wait += p * below
        if servers == 1:
            response += p * (below + term)
        else:
            growth *= mpmath.mpf(servers) / (servers - 1)
            response += p * (below + growth * above)
            other *= y / (j + 1)
            above -= other
    return wait, response
