"""Long studies of capacity: formulas at full size against simulation, each with its own standard error."""

import math

import numpy as np
import pytest
from underload import capacity

pytestmark = pytest.mark.verify

# Each study compares a handful of means; 4.5 standard errors let a right program fail once in 10,000 runs of the file.
WIDE = 4.5


def close(values, expected, resolution):
    """The mean of independent values is the expected one, by a test that could see a difference of `resolution`."""
    values = np.asarray(values, dtype=float)
    error = values.std(ddof=1) / math.sqrt(len(values))
    assert WIDE * error < resolution * expected, "too few runs"
    assert abs(values.mean() - expected) < WIDE * error
    return True


def loses(groups, nodes, failed, trials, seed):
    """For each trial, whether a random set of failed nodes holds a group."""
    draw = np.random.default_rng(seed)
    down = np.zeros(nodes, dtype=bool)
    lost = np.empty(trials, dtype=bool)
    for i in range(trials):
        chosen = draw.choice(nodes, failed, replace=False)
        down[chosen] = True
        lost[i] = np.any(down[groups[:, 0]] & down[groups[:, 1]] & down[groups[:, 2]])
        down[chosen] = False
    return lost


def test_copysets_of_five_thousand_nodes():
    # Scatter width 10: five permutations of 5000 nodes in threes, 50 nodes down; 0.78 % of 60,000 trials.
    draw = np.random.default_rng(1)
    groups = np.concatenate([draw.permutation(5000)[:4998].reshape(-1, 3) for _ in range(5)])
    assert len(groups) == capacity.copysets(5000, 3, 10)
    assert close(loses(groups, 5000, 50, 60_000, 2), capacity.copyset_loss(5000, 3, 10, 0.01), 0.25)


def test_random_replication_of_five_thousand_nodes():
    # 100 chunks a node: 166,667 copysets, of which 14.5 % of the power cuts destroy one. The chunks are drawn anew for
    # each of 20 placements, because the probability is over placements too.
    draw = np.random.default_rng(3)
    lost = []
    for seed in range(20):
        order = draw.integers(0, 5000, (200_000, 3))
        apart = (order[:, 0] != order[:, 1]) & (order[:, 1] != order[:, 2]) & (order[:, 0] != order[:, 2])
        lost.append(loses(order[apart][: 500_000 // 3], 5000, 50, 200, seed))
    assert close(np.concatenate(lost), capacity.copyset_loss_random(5000, 3, 100, 0.01), 0.2)


@pytest.mark.parametrize("mean", [347.2, 34_722.0, 1e9])
def test_worst_second_of_many_hours(mean):
    draw = np.random.default_rng(4)
    maxima = np.concatenate([draw.poisson(mean, (50, 3600)).max(axis=1) for _ in range(60)]) - mean
    assert close(maxima, capacity.expected_max_poisson(mean, 3600) - mean, 0.02)


@pytest.mark.parametrize("n", [3600, 100])
def test_median_worst_second(n):
    maxima = np.random.default_rng(5).poisson(347.2, (4000, n)).max(axis=1)
    k = capacity.max_poisson_quantile(347.2, n, 0.9)
    # The quantile splits a lattice law: at least nine tenths at or below it, less than nine tenths below.
    error = WIDE * math.sqrt(0.9 * 0.1 / 4000)
    assert np.mean(maxima <= k) > 0.9 - error
    assert np.mean(maxima < k) < 0.9 + error


def test_seconds_with_an_event():
    # One event in ten seconds: 9.5 % of the seconds of four months have at least one.
    times = capacity.event_times(0.1, 10**7, seed=6)
    seconds = np.zeros(10**7)
    seconds[times.astype(int)] = 1
    assert close(seconds, capacity.poisson_probability_in_window(0.1, 1), 0.01)


@pytest.mark.parametrize("burst_mean", [1.0, 3.0, 20.0])
@pytest.mark.parametrize("window", [0.5, 10.0])
def test_dispersion_of_bursts(burst_mean, window):
    found = [
        capacity.dispersion_index(capacity.clustered_event_times(8, 20_000, burst_mean, seed), window, 20_000)
        for seed in range(60)
    ]
    assert close(found, 2 * burst_mean - 1, 0.1)


@pytest.mark.parametrize("nodes", [1000, 10_000, 100_000])
def test_gossip_against_numpy(nodes):
    def rounds(seed):
        draw, knows, count = np.random.default_rng(seed), np.zeros(nodes, dtype=bool), 0
        knows[0] = True
        while not knows.all():
            callers = np.flatnonzero(knows)
            others = draw.integers(0, nodes - 1, len(callers))
            knows[others + (others >= callers)] = True
            count += 1
        return count

    theirs = np.array([rounds(seed) for seed in range(300)])
    ours = np.array([capacity.gossip_rounds(nodes, seed) for seed in range(1000)])
    error = math.sqrt(theirs.var(ddof=1) / len(theirs) + ours.var(ddof=1) / len(ours))
    assert error < 0.1
    assert abs(ours.mean() - theirs.mean()) < WIDE * error


@pytest.mark.parametrize("mean_degree", [1.1, 1.5, 2.0, 4.0])
def test_giant_component_of_many_graphs(mean_degree):
    # The mean share differs from the limit by a term of the order of 1 / nodes.
    shares = [capacity.simulate_giant_component(100_000, mean_degree, seed) for seed in range(200)]
    assert close(shares, capacity.giant_component(mean_degree), 0.03)


@pytest.mark.parametrize("offset", [-1.0, 0.0, 1.0, 2.0])
def test_connectivity_of_many_graphs(offset):
    nodes = 20_000
    degree = math.log(nodes) + offset
    connected = [capacity.simulate_components(nodes, degree, seed).count == 1 for seed in range(3000)]
    # The limit is off by the order of ln(nodes)^2 / nodes = 0.5 %, a fraction of the standard error.
    assert close(connected, capacity.connectivity_limit(offset), 0.35)


def test_silence_bounds_what_it_says():
    # At the upper bound itself, 5 % of the experiments of 1000 trials stay clean.
    bound = capacity.upper_bound_after_clean(1000, 0.95)
    events = np.random.default_rng(7).binomial(1000, bound, 400_000)
    assert close(events == 0, 0.05, 0.05)


def test_birthdays_of_random_identifiers():
    # 20 bits: half of the sets of 1206 identifiers hold two equal ones.
    items = capacity.items_for_collision(20)
    assert items == 1206
    draw = np.random.default_rng(8)
    collided = [len(np.unique(draw.integers(0, 2**20, items))) < items for _ in range(20_000)]
    assert close(collided, capacity.birthday_collision(items, 20), 0.04)


def test_slowest_of_many_calls():
    slowest = np.random.default_rng(9).exponential(3.0, (20_000, 100)).max(axis=1)
    assert close(slowest, capacity.expected_slowest(100, mean=3.0), 0.02)
