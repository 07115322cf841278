"""Queue lengths over time: against a plain count of who is where, and against theory."""

import functools
import math

import balancing_reference as oracle
import numpy as np
import pytest
from underload import queueing, random
from underload.queueing.simulation.feeds import BLOCK

MEMBERS = {
    "chance": (queueing.PowerOfChoices(1), lambda n, draw: oracle.PowerOfChoices(n, draw, 1)),
    "two looks": ("power-of-two", lambda n, draw: oracle.PowerOfChoices(n, draw, 2)),
    "three draws": (
        queueing.PowerOfChoices(3, replacement=True),
        lambda n, draw: oracle.PowerOfChoices(n, draw, 3, True),
    ),
    "shortest": ("jsq", lambda n, draw: oracle.ShortestQueue(n, draw)),
    "shortest, in turn": ("leastconn", lambda n, draw: oracle.LeastConnections(n)),
    "unequal": (
        queueing.ShortestQueue(speeds=(0.5, 1.0, 1.0, 2.0, 1.0)),
        lambda n, draw: oracle.ShortestQueue(n, draw),
    ),
}
SERVERS = 5
GAP, SERVICE = random.Exponential(0.21), random.Gamma(1.0, 1.5)


def counted(member, times, customers, seed):
    """Who is where: each customer is at its server from its arrival to its departure."""
    policy, program = MEMBERS[member]
    run = queueing.simulate(
        GAP, SERVICE, SERVERS, customers, 0, seed, balancing=policy, record=True
    )  # its responses are checked elsewhere
    states = random.streams(seed, 3)
    services = [random.variate(states[1], SERVICE.code, SERVICE.params) for _ in range(customers)]
    draw, speeds = functools.partial(random.bounded, states[2]), getattr(policy, "speeds", None)
    _, chosen = oracle.balance(run.record.gap.tolist(), services, SERVERS, program(SERVERS, draw), speeds)
    arrivals = np.cumsum(run.record.gap)
    departures = arrivals + run.record.response
    return [
        np.bincount(np.array(chosen)[(arrivals <= time) & (time < departures)], minlength=SERVERS) for time in times
    ]


@pytest.mark.parametrize("member", MEMBERS)
def test_every_length_equals_a_plain_count(member):
    # Times closer to each other than arrivals, equal ones, and a leap over many customers.
    times = np.concatenate([np.linspace(0, 3, 50), [7.0, 7.0], np.linspace(60, 240, 200)])
    found = queueing.queue_lengths(times, GAP, SERVICE, SERVERS, balancing=MEMBERS[member][0], seed=4)
    assert found.shape == (252, SERVERS)
    assert found.max() > 4
    assert np.array_equal(found, counted(member, times, 1500, seed=4))


@pytest.mark.parametrize("policy", ["power-of-two", "jsq", "leastconn"])
def test_a_look_changes_nothing(policy):
    given = {"balancing": policy, "seed": 9}
    last = 3.5 * BLOCK / 18
    often = queueing.queue_lengths(np.linspace(0, last, 2000), random.Exponential(1 / 18), SERVICE, 20, **given)
    once = queueing.queue_lengths([last], random.Exponential(1 / 18), SERVICE, 20, **given)
    assert np.array_equal(often[-1], once[0])


def test_the_moment_of_an_arrival_and_of_a_departure():
    # Two customers at 1 and 2, whose services last 3 and 1: the other server is empty when the second comes.
    found = queueing.queue_lengths(
        [0, 1, 2, 3, 4, 1e300], np.array([1.0, 1.0]), np.array([3.0, 1.0]), 2, balancing="jsq"
    )
    assert found.sum(axis=1).tolist() == [0, 1, 2, 1, 0, 0]
    assert found.max() == 1


def test_overload_is_shown_growing():
    # Two servers are sent three customers in a service time: in 1000 of them 1000 more come than leave.
    found = queueing.queue_lengths(
        [1000.0], random.Exponential(1 / 3), random.Exponential(1.0), 2, balancing="jsq", seed=2
    )
    assert abs(found.sum() - 1000) < 4 * math.sqrt(5 * 1000)
    assert abs(found[0, 0] - found[0, 1]) <= 1


def test_shares_of_many_servers_are_those_of_the_limit():
    load, servers = 0.7, 300
    gap = random.Exponential(1 / (load * servers))
    found = queueing.queue_lengths(
        np.arange(30, 430), gap, random.Exponential(1.0), servers, balancing="power-of-two", seed=3
    )
    shares = [(found >= i).mean() for i in range(1, 4)]
    # The load of the run is off by 0.5 % (one standard deviation), its seventh power on the third floor by 3.4 %.
    assert shares == pytest.approx(queueing.Supermarket(load).state_tail(np.arange(1, 4)).tolist(), rel=0.1)
