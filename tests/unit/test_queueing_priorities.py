"""Priorities: by hand, against Markov chains, conservation laws, ties, and what is left when a class is unstable."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse import linalg
from underload.queueing import MG1, MMc, cmu_order, priorities
from underload.random import Deterministic, Exponential, Gamma, Hyperexponential, Pareto, Uniform

inf = math.inf
FEW = settings(derandomize=True, deadline=None, max_examples=20)


def test_two_classes_by_hand():
    # Cobham: rho .45 each, R = .9: W1 = .9 / .55, W2 = .9 / (.55 x .1).
    both = priorities([0.45, 0.45], Exponential(1))
    np.testing.assert_allclose(both.wait_mean, [0.9 / 0.55, 0.9 / 0.055], rtol=1e-14)
    np.testing.assert_allclose(both.queue_mean, 0.45 * both.wait_mean, rtol=1e-15)
    np.testing.assert_allclose(both.number_mean, both.queue_mean + 0.45, rtol=1e-14)
    np.testing.assert_array_equal(both.utilization, [0.45, 0.45])
    # Preemptive: T1 = 1 / .55; T2 = (1 / .55) / .1, Kleinrock II, 3.36 for exponential service.
    both = priorities([0.45, 0.45], Exponential(1), preemptive=True)
    np.testing.assert_allclose(both.response_mean, [1 / 0.55, 1 / 0.55 / 0.1], rtol=1e-13)
    # D and U: R = (.3 x 1 + .2 x 4/3 x 4) / 2... with D(1) at .3 and U(0, 2) at .4: R = .15 + .4 x (4/3) / 2.
    mixed = priorities([0.3, 0.4], [Deterministic(1), Uniform(0, 2)])
    work = 0.15 + 0.4 * 4 / 3 / 2
    np.testing.assert_allclose(mixed.wait_mean, [work / 0.7, work / 0.7 / 0.3], rtol=1e-14)
    mixed = priorities([0.3, 0.4], [Deterministic(1), Uniform(0, 2)], preemptive=True)
    np.testing.assert_allclose(mixed.response_mean, [0.15 / 0.7 + 1, work / 0.7 / 0.3 + 1 / 0.7], rtol=1e-14)


def chain(arrivals, servers, preemptive, most):
    """Mean numbers in M/M/c with two classes, mu = 1, at most `most` of each: the steady state of the chain.

    A state is (in service of class 1, of class 2, waiting of class 1, of class 2).
    """

    def moves(a, b, p, q):
        n1, n2 = a + p, b + q
        if n1 < most[0]:
            if a + b < servers:
                yield arrivals[0], (a + 1, b, p, q)
            elif preemptive and b:
                yield arrivals[0], (a + 1, b - 1, p, q + 1)
            else:
                yield arrivals[0], (a, b, p + 1, q)
        if n2 < most[1]:
            yield arrivals[1], (a, b + 1, p, q) if a + b < servers else (a, b, p, q + 1)
        for count, (x, y) in ((a, (a - 1, b)), (b, (a, b - 1))):
            if count:  # who waits in front comes in
                yield count, (x + 1, y, p - 1, q) if p else (x, y + 1, p, q - 1) if q else (x, y, p, q)

    start = (0, 0, 0, 0)
    index, todo, entries = {start: 0}, [start], []
    while todo:
        state = todo.pop()
        for rate, after in moves(*state):
            if after not in index:
                index[after] = len(index)
                todo.append(after)
            entries.append((index[after], index[state], rate))
            entries.append((index[state], index[state], -rate))
    rows, columns, values = zip(*((i, j, v) for i, j, v in entries if i > 0))
    n = len(index)
    ones = sparse.csc_matrix((np.ones(n), (np.zeros(n, int), np.arange(n))), shape=(n, n))
    balance = sparse.csc_matrix((values, (rows, columns)), shape=(n, n)) + ones
    p = linalg.spsolve(balance, np.eye(1, n)[0])
    states = np.array(list(index))
    return p @ (states[:, :2] + states[:, 2:])


@pytest.mark.parametrize("preemptive", [False, True])
@pytest.mark.parametrize("servers", [1, 2, 3])
def test_against_a_markov_chain(servers, preemptive):
    arrivals = np.array([0.2, 0.3]) * servers
    numbers = chain(arrivals, servers, preemptive, most=(12, 24))  # what is cut off is below 1e-6
    found = priorities(arrivals, Exponential(1), preemptive=preemptive, servers=servers)
    np.testing.assert_allclose(found.number_mean, numbers, rtol=5e-6)


CLASSES = st.lists(
    st.tuples(
        st.floats(0.01, 1),
        st.sampled_from([Exponential(1), Deterministic(0.3), Gamma(2, 0.2), Hyperexponential(1.5, 6), Uniform(0, 1)]),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=5,
)


@given(classes=CLASSES, utilization=st.floats(0.05, 0.99))
@FEW
def test_conservation_without_preemption(classes, utilization):
    # Kleinrock 1965: sum rho_k W_k is the same for every order that does not look at sizes within a class.
    rates, laws, levels = zip(*classes)
    load = sum(rate * law.mean for rate, law in zip(rates, laws))
    rates = np.array(rates) * utilization / load
    found = priorities(rates, list(laws), levels=levels)
    work = sum(rate * law.moment(2) / 2 for rate, law in zip(rates, laws))
    assert found.utilization @ found.wait_mean == pytest.approx(utilization * work / (1 - utilization), rel=1e-11)


@given(
    rates=st.lists(st.floats(1e-9, 1), min_size=1, max_size=6),
    utilization=st.floats(0.01, 0.999),
    servers=st.sampled_from([1, 2, 7, 400]),
    preemptive=st.booleans(),
)
@FEW
def test_conservation_with_equal_rates(rates, utilization, servers, preemptive):
    # With one exponential rate the order moves waits between classes and leaves the total number alone.
    rates = np.array(rates) / sum(rates) * utilization * servers * 2
    found = priorities(rates, Exponential(0.5), preemptive=preemptive, servers=servers)
    whole = MMc(rates.sum(), 2, servers)
    assert found.queue_mean.sum() == pytest.approx(whole.queue_mean, rel=1e-9, abs=1e-300)
    assert (np.diff(found.wait_mean) >= -1e-12 * found.wait_mean[1:]).all()


def test_ties_wait_for_each_other():
    # Two classes of one level are one class with both arrival rates; its service is a mixture, of the same moments.
    laws = [Exponential(1), Deterministic(0.5), Gamma(2, 0.5)]
    for preemptive in (False, True):
        tied = priorities([0.2, 0.3, 0.1], laws, levels=[5, 5, 9], preemptive=preemptive)
        swapped = priorities([0.1, 0.3, 0.2], laws[::-1], levels=[9, 5, 5], preemptive=preemptive)
        np.testing.assert_allclose(swapped.wait_mean, tied.wait_mean[::-1], rtol=1e-14)
        first = (0.2 * 2 + 0.3 * 0.25) / 2  # rate x second moment / 2
        work = first if preemptive else first + 0.1 * 6 / 2
        np.testing.assert_allclose(tied.wait_mean[:2], work / (1 - 0.35), rtol=1e-14)
    # All on one level: first come first served. Equal to one class of the whole rate.
    tied = priorities([0.2, 0.5], Gamma(1, 3), levels=[1, 1])
    np.testing.assert_allclose(tied.wait_mean, MG1(0.7, Gamma(1, 3)).wait_mean, rtol=1e-14)
    # Also at several servers, and as the sum of what two separate levels leave behind.
    for preemptive in (False, True):
        whole = priorities([1.1, 0.4], Exponential(1), servers=2, preemptive=preemptive)
        split = priorities([0.6, 0.5, 0.4], Exponential(1), servers=2, preemptive=preemptive, levels=[0, 0, 1])
        np.testing.assert_allclose(split.wait_mean, whole.wait_mean[[0, 0, 1]], rtol=1e-13)


def test_an_unstable_class_leaves_the_others_finite():
    # One server: the second class takes the half that the first leaves, and the first meets its services:
    # R = .5 x 1 + .5 / 2 (D(1) half of the time), W = .75 / .5.
    laws = [Exponential(1), Deterministic(1), Deterministic(1)]
    found = priorities([0.5, 0.7, 0.1], laws)
    np.testing.assert_allclose(found.wait_mean, [1.5, inf, inf], rtol=1e-14)
    assert found.queue_mean[1] == found.response_mean[2] == inf
    # With preemption the first class does not notice.
    found = priorities([0.5, 0.7, 0.1], laws, preemptive=True)
    np.testing.assert_allclose(found.response_mean, [2, inf, inf], rtol=1e-14)
    # Three servers, all always busy: the first class waits for one of three departures, and for its own.
    found = priorities([1.5, 2.0], Exponential(1), servers=3)
    np.testing.assert_allclose(found.wait_mean, [1 / 3 / (1 - 0.5), inf], rtol=1e-14)
    found = priorities([1.5, 2.0], Exponential(1), servers=3, preemptive=True)
    np.testing.assert_allclose(found.wait_mean, [MMc(1.5, 1, 3).wait_mean, inf], rtol=1e-13)
    # Exactly full is unstable. A class that nobody joins tells what a first arrival would meet.
    assert priorities([0.5, 0.5], Exponential(1)).wait_mean[1] == inf
    assert priorities([0.5, 0.0], Exponential(1)).wait_mean[1] == pytest.approx(0.5 / 0.5 / 0.5, rel=1e-14)
    assert priorities([1.0, 0.0], Exponential(1)).number_mean[1] == 0


def test_heavy_tails():
    # A heavy lower class ruins the wait of all without preemption, and its own with it.
    laws = [Exponential(1), Pareto(1, 1.5)]
    assert (priorities([0.2, 0.2], laws).wait_mean == inf).all()
    found = priorities([0.2, 0.2], laws, preemptive=True).wait_mean
    np.testing.assert_allclose(found, [0.25, inf], rtol=1e-14)
    assert priorities([0.2, 0.0], laws).wait_mean[0] == pytest.approx(0.25, rel=1e-14)


@pytest.mark.parametrize("servers", [2, 50, 10**6])
def test_a_small_class_below_a_large_one(servers):
    # Preemptive: the wait of a vanishing class is the derivative of the queue, here by differences of MMc.
    load = servers - math.sqrt(servers) if servers > 2 else 1.2
    step = 1e-4 * (servers - load)
    waits = priorities([load, step], Exponential(1), servers=servers, preemptive=True).wait_mean
    high, low = (MMc(load + k * step, 1, servers).queue_mean for k in (1, 0))
    assert waits[1] == pytest.approx((high - low) / step, rel=1e-6)  # the difference cancels four digits or more
    middle = priorities([load + step / 2, 0.0], Exponential(1), servers=servers, preemptive=True).wait_mean
    assert waits[1] == pytest.approx(middle[1], rel=1e-7)
    assert waits[0] == pytest.approx(MMc(load, 1, servers).wait_mean, rel=1e-12)


@given(
    classes=st.lists(st.tuples(st.floats(0, 5), st.floats(0.2, 5), st.floats(0.01, 1)), min_size=2, max_size=4),
    preemptive=st.booleans(),
)
@FEW
def test_c_mu_costs_least_of_all_orders(classes, preemptive):
    costs, services, rates = map(np.array, zip(*classes))
    rates = rates * 0.9 / (rates / services).sum()

    def cost(order):
        order = np.asarray(order)
        found = priorities(rates[order], [Exponential(1 / mu) for mu in services[order]], preemptive=preemptive)
        return costs[order] @ found.number_mean

    orders = [cost(order) for order in itertools.permutations(range(len(costs)))]
    assert cost(cmu_order(costs, services)) <= min(orders) * (1 + 1e-12)


def test_c_mu_by_hand():
    # Products 2, 6, 2, 0: the two equal ones stay as they were.
    np.testing.assert_array_equal(cmu_order([1, 2, 4, 0], [2, 3, 0.5, 9]), [1, 0, 2, 3])


def test_results_compare_and_keep_their_own_array():
    rates = np.array([0.2, 0.3])
    found = priorities(rates, Exponential(1.0))
    rates[0] = 0.6
    assert found.arrival_rate.tolist() == [0.2, 0.3]
    assert found == found
    assert found != priorities([0.2, 0.3], Exponential(1.0))
    assert len({found}) == 1
