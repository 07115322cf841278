"""Lost copysets and chunks: against enumeration, a program that builds the whole cluster, and the formulas."""

import decimal
import itertools
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from underload.capacity import placement
from underload.capacity.placement_simulation import (
    _clopper_pearson,
    _lost_copysets,
    simulate_copyset_loss,
    simulate_random_loss,
)
from underload.random import seed_state


def _wide(interval, value):
    """Whether a value lies in an interval stretched to about 99.99 %: twice the half width of 95 %."""
    return abs(value - interval.mean) <= 2 * interval.half_width


def _whole_cluster(nodes, replicas, scatter_width, failed, trials, seed):
    """Copysets lost in each trial: permutations built, cut and compared with a set of failed nodes."""
    rng = random.Random(seed)
    lost = []
    for _ in range(trials):
        down = set(rng.sample(range(nodes), failed))
        groups = []
        for _ in range(math.ceil(scatter_width / (replicas - 1))):
            order = rng.sample(range(nodes), nodes)
            groups += [set(order[i : i + replicas]) for i in range(0, nodes - replicas + 1, replicas)]
        lost.append(sum(group <= down for group in groups))
    return lost


@pytest.mark.parametrize(
    ("nodes", "replicas", "failed"), [(6, 2, 3), (7, 2, 3), (7, 2, 4), (8, 3, 5), (9, 3, 4), (9, 3, 9)]
)
def test_one_permutation_by_enumeration(nodes, replicas, failed):
    # The permutation may be fixed: the failed nodes are uniform. All their choices are tried.
    groups = [set(range(i, i + replicas)) for i in range(0, nodes - replicas + 1, replicas)]
    losses = [sum(group <= set(down) for group in groups) for down in itertools.combinations(range(nodes), failed)]
    loss = simulate_copyset_loss(nodes, replicas, replicas - 1, failed / nodes, 40000, seed=1, chunks_per_node=30)
    assert _wide(loss.probability, sum(n > 0 for n in losses) / len(losses))
    each = nodes * 30 / replicas / len(groups)
    assert _wide(loss.lost_chunks, each * sum(losses) / len(losses))
    assert loss.chunks == pytest.approx(nodes * 30 / replicas)
    assert loss.probability.half_width < 0.006


def test_several_permutations_against_a_whole_cluster():
    lost = _whole_cluster(13, 3, 5, 6, 6000, seed=1)
    loss = simulate_copyset_loss(13, 3, 5, 6 / 13, 60000, seed=2, chunks_per_node=12)
    # The larger error is that of the slow program: five deviations of its 6000 trials.
    share = sum(n > 0 for n in lost) / 6000
    assert abs(loss.probability.mean - share) < 5 * math.sqrt(share * (1 - share) / 6000)
    mean = sum(lost) / 6000
    deviation = math.sqrt(sum((n - mean) ** 2 for n in lost)) / 6000
    assert placement.copysets(13, 3, 5) == 3 * 4  # 13 x 12 / 3 = 52 chunks on 12 copysets
    assert abs(loss.lost_chunks.mean - mean * 52 / 12) < 5 * deviation * 52 / 12


@pytest.mark.parametrize(("nodes", "replicas", "failed"), [(6, 2, 3), (5, 3, 4), (4, 4, 4), (7, 2, 1)])
def test_random_chunks_by_counting(nodes, replicas, failed):
    # A chunk is one of C(N, R) choices, of which C(F, R) are lost; 6 chunks are independent.
    choices = list(itertools.combinations(range(nodes), replicas))
    p = sum(max(choice) < failed for choice in choices) / len(choices)
    loss = simulate_random_loss(nodes, replicas, 6 * replicas / nodes, failed / nodes, 40000, seed=3)
    assert loss.chunks == 6
    assert _wide(loss.probability, 1 - (1 - p) ** 6)
    assert _wide(loss.lost_chunks, 6 * p) or p in (0, 1)
    if p in (0, 1):
        assert (loss.lost_chunks.mean, loss.lost_chunks.half_width) == (6 * p, 0)


@pytest.mark.parametrize("scatter_width", [2, 4, 10])
def test_copysets_against_the_formula(scatter_width):
    for seed, nodes in enumerate((300, 1000)):
        loss = simulate_copyset_loss(nodes, 3, scatter_width, 0.03, 40000, seed=seed)
        assert _wide(loss.probability, placement.copyset_loss(nodes, 3, scatter_width, 0.03))


def test_random_against_the_formula():
    # Expected lost chunks per trial 0.05, 0.13 and 1.4.
    for seed, (nodes, chunks_per_node, failed) in enumerate([(100, 60, 0.04), (300, 300, 0.02), (1000, 600, 0.02)]):
        loss = simulate_random_loss(nodes, 3, chunks_per_node, failed, 4000, seed=seed)
        assert loss.probability.low > 0
        assert _wide(loss.probability, placement.copyset_loss_random(nodes, 3, chunks_per_node, failed))


def test_both_lose_the_same_amount():
    # 100 nodes, 3 replicas, 10 failed: each of 3300 chunks is lost with probability C(10, 3) / C(100, 3) = 7.4e-4.
    expected = 3300 * math.comb(10, 3) / math.comb(100, 3)
    rare = simulate_copyset_loss(100, 3, 2, 0.1, 200000, seed=4, chunks_per_node=99)
    often = simulate_random_loss(100, 3, 99, 0.1, 20000, seed=5)
    assert rare.chunks == often.chunks == 3300
    for loss in (rare, often):
        assert _wide(loss.lost_chunks, expected)
        assert loss.lost_chunks.half_width < 0.03 * expected
    # 33 copysets that lose 100 chunks at a time, against nearly always some.
    assert rare.probability.high < 0.03
    assert often.probability.low > 0.9


@settings(derandomize=True, max_examples=25, deadline=None)
@given(
    replicas=st.integers(2, 5),
    spare=st.integers(0, 40),
    width=st.integers(0, 10),
    failed=st.integers(0, 45),
    seed=st.integers(0, 2**63),
)
def test_certain_ends(replicas, spare, width, failed, seed):
    nodes = replicas + spare
    width, failed = min(replicas - 1 + width, nodes - 1), min(failed, nodes)
    both = [
        simulate_copyset_loss(nodes, replicas, width, failed / nodes, 20, seed, chunks_per_node=replicas),
        simulate_random_loss(nodes, replicas, replicas, failed / nodes, 20, seed),
    ]
    for loss in both:
        assert loss.chunks == nodes
        assert 0 <= loss.lost_chunks.mean <= nodes * (1 + 1e-12)
        if failed < replicas:
            assert loss.probability.mean == loss.lost_chunks.mean == 0
        if failed == nodes:
            assert loss.probability.mean == 1
            assert loss.lost_chunks.mean == pytest.approx(nodes)


def test_each_permutation_chooses_anew():
    # From any one order the first steps of the shuffle reach all C(6, 3) = 20 sets of places alike: else the
    # permutations of one trial would depend on each other, which no average over many trials shows.
    state, hits, lost = seed_state(6), np.zeros(3, dtype=np.int32), np.zeros(1, dtype=np.int64)
    counts = dict.fromkeys(itertools.combinations(range(6), 3), 0)
    for _ in range(4000):
        places = np.arange(6, dtype=np.int32)
        _lost_copysets(state, 1, 3, 3, places, hits, lost)
        counts[tuple(sorted(places[:3].tolist()))] += 1
        assert not hits.any()
    # Chi-squared with 19 degrees of freedom: mean 19, deviation 6.2.
    assert sum((n - 200) ** 2 / 200 for n in counts.values()) < 19 + 5 * 6.2
    # Two of the 20 are a whole group of 0, 1, 2 or 3, 4, 5.
    assert lost[0] == counts[0, 1, 2] + counts[3, 4, 5]


def test_the_layout_is_new_in_every_trial_and_the_seed_decides():
    def run(seed):
        return simulate_copyset_loss(60, 3, 4, 0.3, 500, seed=seed)

    assert run(1) == run(1)
    assert run(1) != run(2)


@pytest.mark.parametrize(("events", "trials"), [(0, 2), (0, 50), (1, 50), (25, 50), (50, 50), (3, 10**6)])
def test_clopper_pearson_against_scipy(events, trials):
    expected = scipy_stats.binomtest(events, trials).proportion_ci(0.95, method="exact")
    interval = _clopper_pearson(events, trials)
    assert interval.low == pytest.approx(expected.low, rel=1e-9)
    assert interval.high == pytest.approx(expected.high, rel=1e-9)


def test_copyset_loss_takes_any_whole_number():
    assert placement.copyset_loss(decimal.Decimal(100), 3, 4, 0.5) == placement.copyset_loss(100, 3, 4, 0.5)
