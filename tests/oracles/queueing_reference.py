"""Slow and obvious programs for queues: exact fractions, many digits, lists. They do not import the package."""

from fractions import Fraction

import mpmath
import numpy as np

mpmath.mp.dps = 50


def erlang_b(servers, load):
    """The definition, in exact fractions."""
    terms = [Fraction(1)]
    for k in range(1, servers + 1):
        terms.append(terms[-1] * Fraction(load) / k)
    return terms[-1] / sum(terms)


def erlang_b_digits(servers, load):
    """50 digits from the other end: 1 / B = 1 + c/a + c (c-1) / a^2 + ..., which needs no recursion over servers.

    In fixed point with 300 binary places; the load is a float or a Fraction.
    """
    load = Fraction(load)
    one = 1 << 300
    term = total = one
    for j in range(servers):
        term = term * (servers - j) * load.denominator // load.numerator
        total += term
        if servers - j < load and term < 2**100:
            break
    return mpmath.mpf(one) / total


def erlang_c_digits(servers, load):
    """The textbook form, C = c B / (c - a (1 - B)), with 50 digits."""
    blocking = erlang_b_digits(servers, load)
    load = Fraction(load)
    load = mpmath.mpf(load.numerator) / load.denominator
    return servers * blocking / (servers - load * (1 - blocking))


def response_tail(t, servers, slack, rate):
    """P(response > t) in M/M/c with 50 digits: an exponential wait of rate d with probability C, plus the service."""
    wait = erlang_c_digits(servers, servers - Fraction(slack))
    slack, rate, t = mpmath.mpf(slack), mpmath.mpf(rate), mpmath.mpf(t)
    drain = slack * rate
    if drain == rate:
        both = (1 + rate * t) * mpmath.exp(-rate * t)
    else:
        both = (rate * mpmath.exp(-drain * t) - drain * mpmath.exp(-rate * t)) / (rate - drain)
    return (1 - wait) * mpmath.exp(-rate * t) + wait * both


def repairman(customers, servers, service_rate, think_time):
    """Throughput and mean number at the servers, from the global balance equations as a linear system."""
    rates = np.zeros((customers + 1, customers + 1))
    for n in range(customers + 1):
        if n < customers:
            rates[n, n + 1] = (customers - n) / think_time
        if n > 0:
            rates[n, n - 1] = min(n, servers) * service_rate
    balance = rates.T - np.diag(rates.sum(axis=1))
    balance[0] = 1.0  # the probabilities add up to 1
    probability = np.linalg.solve(balance, np.eye(customers + 1)[0])
    number = np.arange(customers + 1)
    return float(probability @ np.minimum(number, servers) * service_rate), float(probability @ number)


def repairman_digits(customers, servers, service_rate, think_time):
    """The same from the weights of the birth-death process, with 50 digits."""
    weight = total = mpmath.mpf(1)
    busy = present = mpmath.mpf(0)
    for n in range(1, customers + 1):
        weight = weight * (customers - n + 1) / (mpmath.mpf(think_time) * min(n, servers) * mpmath.mpf(service_rate))
        total += weight
        busy += weight * min(n, servers)
        present += weight * n
    return busy / total * mpmath.mpf(service_rate), present / total


def fcfs(gaps, services, servers):
    """Waits in order of arrival: a sorted list of the times at which the servers fall free."""
    free, clock, waits = [0.0] * servers, 0.0, []
    for gap, service in zip(gaps, services, strict=True):
        clock += gap
        earliest = free.pop(0)
        start = max(clock, earliest)
        waits.append(start - clock)
        free.append(start + service)
        free.sort()
    return waits


def fcfs_one_server(gaps, services):
    """Waits at one server: what the customer before found and brought, less the gap, if anything is left."""
    waits, left = [], 0.0
    for gap, service in zip(gaps, services, strict=True):
        waits.append(max(0.0, left - gap))
        left = waits[-1] + service
    return waits


def events(gaps, services, servers):
    """Waits from an event simulation that follows the queue itself: arrivals and departures in order of time."""
    arrivals = np.cumsum(gaps)
    queue, running, starts = [], [], {}
    for customer, now in [*enumerate(arrivals), (None, float("inf"))]:
        while running and min(running)[0] <= now:
            departure, done = min(running)
            running.remove((departure, done))
            if queue:
                following = queue.pop(0)
                starts[following] = departure
                running.append((departure + services[following], following))
        if customer is None:
            break
        if len(running) < servers:
            starts[customer] = now
            running.append((now + services[customer], customer))
        else:
            queue.append(customer)
    return [starts[i] - arrivals[i] for i in range(len(arrivals))]
