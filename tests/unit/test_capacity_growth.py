"""Links, paths, growth laws, fleets, copysets, percolation and gossip."""

import math
import pathlib
import random
import runpy
import types

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload import capacity

ORACLE = pathlib.Path(__file__).parents[1] / "oracles" / "capacity_reference.py"
reference = types.SimpleNamespace(**runpy.run_path(str(ORACLE)))
FEW = settings(max_examples=40, deadline=None, derandomize=True)

# -------------------------------------------------------------------------------------------------- links


def test_ten_services():
    assert (capacity.pairs(10), capacity.links(10), capacity.dag_links(10)) == (45, 90, 45)
    assert capacity.links(100) == 9900
    assert capacity.links(0) == capacity.links(1) == 0
    # Exact where a float is not.
    assert capacity.links(2**40 + 1) == 2**80 + 2**40


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6, 7])
def test_paths_walked(n):
    assert capacity.paths(n) == reference.paths(n)


def test_paths_are_e_times_a_factorial():
    for n in (3, 10, 20, 200):
        with mpmath.workdps(500):
            assert capacity.paths(n) == int(mpmath.e * mpmath.factorial(n - 2))


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_acyclic_links_tried(n):
    assert capacity.dag_links(n) == reference.longest_dag(n)


# ----------------------------------------------------------------------------------------------- the laws


@pytest.mark.parametrize("n", [0, 1, 10, 100, 101, 5000, 10**15])
def test_harmonic(n):
    with mpmath.workdps(40):
        assert capacity.harmonic(n) == pytest.approx(float(mpmath.harmonic(n)), rel=2e-15)


def test_slowest_of_many():
    assert capacity.expected_slowest(100) == pytest.approx(5.187377517639621, rel=1e-15)
    # max(X1, X2) of two means 2: 2 (1 + 1/2).
    assert capacity.expected_slowest(2, mean=2) == 3


def test_deadlocks_grow_with_the_cube_of_the_nodes():
    case = {"transactions_per_second": 10, "actions": 5, "action_time": 0.01, "database_size": 1e6}
    one = capacity.deadlock_rate(1, **case)
    # Open transactions: 10 x 5 x 0.01 = 0.5. Wait: 0.5 x 25 / 2e6 = 6.25e-6. Deadlock: (6.25e-6)^2 / 0.5 per
    # transaction, 10 transactions a second.
    assert one == pytest.approx(10 * 6.25e-6**2 / 0.5, rel=1e-12)
    assert capacity.deadlock_rate(10, **case) == pytest.approx(1000 * one)
    for name, power in (("transactions_per_second", 2), ("actions", 5), ("action_time", 1), ("database_size", -2)):
        assert capacity.deadlock_rate(1, **case | {name: 2 * case[name]}) == pytest.approx(2.0**power * one), name


def test_series():
    assert capacity.series() == 1
    assert capacity.series(200, 50, 10) == 100_000
    assert capacity.series(10**6, 10**6, 10**9, 0) == 0
    assert capacity.series(*[10**6] * 4) == 10**24


def test_exponent_of_a_power_law_is_exact():
    n = np.array([1.0, 3, 10, 1000])
    exponent, half_width = capacity.fitted_exponent(n, 7 * n**2.5)
    assert exponent == pytest.approx(2.5, rel=1e-13)
    assert half_width < 1e-12


def test_exponent_by_hand():
    # x = ln n = 0, 1, 2 and y = 0, 2, 2: slope 1, rest -1/3, 2/3, -1/3 with squares 2/3, 1 degree of freedom, spread 2;
    # t(0.975; 1) = 12.7062.
    found = capacity.fitted_exponent(np.exp([0.0, 1, 2]), np.exp([0.0, 2, 2]))
    assert found.exponent == pytest.approx(1)
    assert found.half_width == pytest.approx(12.706205 * math.sqrt(2 / 3 / 2), rel=1e-6)


def test_exponent_interval_covers():
    # 400 fits with 20 % of noise: 95 % of the intervals hold the exponent; 4 sigma of a binomial is 4.4 %.
    draw = np.random.default_rng(2)
    n = np.geomspace(10, 1e4, 8)
    inside = 0
    for noise in draw.normal(0, 0.2, (400, 8)):
        exponent, half_width = capacity.fitted_exponent(n, n**1.3 * np.exp(noise))
        inside += abs(exponent - 1.3) < half_width
    assert abs(inside / 400 - 0.95) < 0.044


def test_crossover():
    assert capacity.crossover(lambda n: n * n, lambda n: 1000 * n, 2, 1e12) == pytest.approx(1000, rel=1e-12)
    # n log2 n = 50 n at 2^50.
    assert capacity.crossover(lambda n: n * math.log2(n), lambda n: 50 * n, 1, 1e30) == pytest.approx(2**50, rel=1e-11)
    # A crossing at an end is found there.
    assert capacity.crossover(lambda n: n, lambda n: 8.0, 8, 100) == pytest.approx(8)


# ----------------------------------------------------------------------------------------------- failures


def test_fleet_by_hand():
    # 1000 machines that run 999 h and are repaired in 1 h: one is down.
    assert capacity.fleet_down(1000, 999, 1) == pytest.approx(1)
    # Three of three, each down half of the time.
    assert capacity.probability_down(3, 1, 1, 3) == pytest.approx(1 / 8)
    assert capacity.probability_down(3, 1, 1, 1) == pytest.approx(7 / 8)
    assert capacity.probability_down(3, 1, 1, 0) == 1
    assert capacity.probability_down(3, 1, 1, 4) == 0
    assert capacity.probability_down(3, 1, 0, 1) == 0


@pytest.mark.parametrize(("nodes", "mtbf", "mttr", "at_least"), [(50, 30, 1, 4), (1000, 1e4, 2, 9), (300, 5, 5, 120)])
def test_fleet_tail_is_the_sum(nodes, mtbf, mttr, at_least):
    with mpmath.workdps(60):
        u = mpmath.mpf(mttr) / (mtbf + mttr)
        expected = mpmath.fsum(
            mpmath.binomial(nodes, k) * u**k * (1 - u) ** (nodes - k) for k in range(at_least, nodes + 1)
        )
    assert capacity.probability_down(nodes, mtbf, mttr, at_least) == pytest.approx(float(expected), rel=1e-12, abs=0)


def test_copysets_by_hand():
    # Scatter width 4 with three replicas takes two permutations of nine nodes, three groups each.
    assert capacity.copysets(9, 3, 4) == 6
    # A width of 5 takes three; two nodes of eleven are left over in each.
    assert capacity.copysets(11, 3, 5) == 9
    # Two of four nodes fail: a pair is down with probability 1/6; two pairs.
    assert capacity.copyset_loss(4, 2, 1, 0.5) == pytest.approx(1 - (5 / 6) ** 2)
    # 4 nodes x 3 replicas / 2 = 6 chunks.
    assert capacity.copyset_loss_random(4, 2, 3, 0.5) == pytest.approx(1 - (5 / 6) ** 6)


def test_copyset_ends():
    assert capacity.copyset_loss(100, 3, 10, 0.02) == 0  # two nodes cannot hold three replicas
    assert capacity.copyset_loss(100, 3, 10, 1) == 1
    assert capacity.copyset_loss_random(100, 3, 0, 1) == 0
    assert capacity.copyset_loss_random(100, 3, 1e9, 0.03) == 1


def test_copyset_loss_is_what_failing_nodes_lose():
    # 60 nodes, scatter width 4: 40 groups, 6 nodes fail, 2.3 %. 20,000 trials have a standard error of 0.1 %.
    groups = reference.copyset_groups(60, 3, permutations=2, seed=1)
    assert len(groups) == capacity.copysets(60, 3, 4)
    lost = reference.copyset_loss(60, groups, failed=6, trials=20_000, seed=2)
    expected = capacity.copyset_loss(60, 3, 4, 0.1)
    error = math.sqrt(expected * (1 - expected) / 20_000)
    assert error < 0.05 * expected
    assert abs(lost - expected) < 4 * error


# ------------------------------------------------------------------------------------------- percolation


@FEW
@given(c=st.floats(1e-9, 40))
def test_giant_component_solves_its_equation(c):
    s = capacity.giant_component(1 + c)
    with mpmath.workdps(60):
        exact = 1 + mpmath.mpf(c) if 1 + c == 1 + mpmath.mpf(c) else mpmath.mpf(1 + c)
        slope = 1 - exact * (1 - s)
        newton = (1 - mpmath.exp(-exact * s) - s) / slope if s < 1 else 0
    # One Newton step from the answer moves it by its rounding only: at most 6.4e-16 over 8000 degrees.
    assert abs(float(newton)) <= 8e-16 * s


def test_giant_component_near_the_threshold():
    # s = 2 e - 8/3 e^2 + ... at a mean degree of 1 + e.
    for e in (2.0**-52, 2.0**-40, 2.0**-20, 2.0**-10):
        assert capacity.giant_component(1 + e) == pytest.approx(
            2 * e - 8 / 3 * e * e + 28 / 9 * e**3, rel=1e-15 + 4 * e**3
        )
    assert capacity.giant_component(1) == capacity.giant_component(0.3) == 0
    assert capacity.giant_component(1e6) == capacity.giant_component(1e200) == 1


@pytest.mark.parametrize(("nodes", "count"), [(2, 1), (30, 0), (30, 12), (30, 29), (200, 130), (200, 400)])
def test_union_find_counts_as_a_search_does(nodes, count):
    from underload.capacity import percolation
    from underload.random import bounded, seed_state

    # The same links, drawn from the same stream, for a breadth-first search over a dictionary.
    state, links = seed_state(count), []
    for _ in range(count):
        first, second = bounded(state, nodes), bounded(state, nodes - 1)
        links.append((int(first), int(second + (second >= first))))
    assert all(a != b for a, b in links)
    tree = np.full(nodes, -1, dtype=np.int32)
    found = percolation._unite_random(seed_state(count), count, tree)
    assert tuple(found) == reference.largest_component(nodes, links)
    assert -tree[tree < 0].sum() == nodes


@pytest.mark.parametrize("mean_degree", [0.5, 1.2, 1.5, 3.0])
def test_giant_component_simulated(mean_degree):
    # The size of the largest component of 200,000 nodes has a standard deviation of the order of sqrt(nodes) away
    # from the threshold: Stepanov's variance s(1-s) (1 + ...) / (1 - c(1-s))^2 is at most 12 here.
    share = capacity.simulate_giant_component(200_000, mean_degree, seed=8)
    theory = capacity.giant_component(mean_degree)
    assert share == pytest.approx(theory, abs=4 * math.sqrt(12 / 200_000) if theory else 1e-3)


def test_no_links_and_all_links():
    assert capacity.simulate_components(5, 0, 1) == capacity.Components(largest=1, count=5)
    assert capacity.simulate_components(2, 1, 1) == capacity.Components(largest=2, count=1)
    assert capacity.connectivity_limit(-1000) == 0
    assert capacity.connectivity_limit(1000) == 1


def test_connectivity_at_the_threshold():
    # Mean degree ln n + 1: connected with probability exp(-1/e) = 0.692; 1500 graphs have a standard error of 1.2 %
    # and the limit itself an error of the order of ln(n)^2 / n.
    nodes = 2000
    connected = [capacity.simulate_components(nodes, math.log(nodes) + 1, seed).count == 1 for seed in range(1500)]
    assert np.mean(connected) == pytest.approx(capacity.connectivity_limit(1), abs=0.05)


# ------------------------------------------------------------------------------------------------- gossip


def test_gossip_of_few():
    assert capacity.gossip_rounds(1, 0) == 0
    assert capacity.gossip_rounds(2, 0) == 1
    np.testing.assert_array_equal(capacity.gossip_spread(2, 0), [1, 2])


def test_gossip_of_three():
    # After round 1 two know. In each later round each of the two tells the third with probability 1/2, so that it
    # stays ignorant with 1/4: rounds = 1 + a geometric number of mean 4/3.
    rounds = [capacity.gossip_rounds(3, seed) for seed in range(4000)]
    error = math.sqrt(4 / 9) / math.sqrt(4000)
    assert abs(np.mean(rounds) - 7 / 3) < 4.5 * error


def test_gossip_spreads_by_at_most_doubling():
    spread = capacity.gossip_spread(5000, 3)
    assert spread[0] == 1
    assert spread[-1] == 5000
    assert np.all(np.diff(spread) >= 0)
    assert np.all(spread[1:] <= 2 * spread[:-1])


def test_gossip_as_a_set_of_those_who_know():
    # 300 nodes: the rounds of two independent programs, compared by their means.
    ours = np.array([capacity.gossip_rounds(300, seed) for seed in range(600)])
    theirs = np.array([reference.gossip_rounds(300, seed) for seed in range(300)])
    error = math.sqrt(ours.var(ddof=1) / 600 + theirs.var(ddof=1) / 300)
    assert error < 0.15
    assert abs(ours.mean() - theirs.mean()) < 4 * error


def test_gossip_limit():
    assert capacity.gossip_rounds_limit(10_000) == pytest.approx(13.2877 + 9.2103, abs=1e-4)
    assert capacity.gossip_rounds_limit(1) == 0
    # The bounded term stays bounded.
    for nodes in (100, 1000, 30_000):
        rounds = np.mean([capacity.gossip_rounds(nodes, seed) for seed in range(50)])
        assert 0 < rounds - capacity.gossip_rounds_limit(nodes) < 2


def test_seeds_are_reproducible():
    seed = random.Random(4).randrange(2**64)
    assert capacity.gossip_rounds(999, seed) == capacity.gossip_rounds(999, seed)
    assert capacity.simulate_components(999, 2, seed) == capacity.simulate_components(999, 2, seed)
