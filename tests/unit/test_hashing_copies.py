"""Where the copies go: replicas, copysets, shuffle shards and cells, beside counting and published values."""

import itertools
import math

import numpy as np
import pytest
from hashing import mixers
from scipy import stats
from underload import capacity, hashing
from underload.hashing import registry

KEYS = hashing.splitmix64(np.arange(3000))


@pytest.mark.parametrize("name", sorted(set(registry) - {"bounded-loads"}))
def test_replicas_are_different_nodes(name):
    placement = registry[name](7)
    found = hashing.replicas(placement, KEYS, 3)
    assert found.shape == (3000, 3)
    assert (found[:, 0] == placement.assign(KEYS)).all()
    assert all(len(set(row)) == 3 for row in found.tolist())
    assert set(hashing.replicas(placement, KEYS[:20], 7).ravel().tolist()) == set(range(7))


def test_replicas_are_spread_evenly():
    found = hashing.replicas(hashing.Jump(9), hashing.splitmix64(np.arange(40_000)), 3)
    for column in found.T:
        assert hashing.balance(np.bincount(column, minlength=9)).p_value > 0.001
    # All the 72 ordered pairs of first and second node alike.
    pairs = np.bincount(found[:, 0] * 9 + found[:, 1], minlength=81).reshape(9, 9)
    assert hashing.balance(pairs[~np.eye(9, dtype=bool)]).p_value > 0.001


def test_replicas_are_those_of_the_definition():
    # Name j of a key is word j of its SplitMix64, name 0 the key.
    placement = hashing.Rendezvous(5)
    for key, row in zip(KEYS[:100].tolist(), hashing.replicas(placement, KEYS[:100], 3).tolist()):
        names = np.array([key, *(mixers.word(key, j) for j in range(1, 60))], dtype=np.uint64)
        assert row == list(dict.fromkeys(placement.assign(names).tolist()))[:3]


def test_zones():
    zones = np.array([0, 0, 0, 0, 1, 1, 2])
    found = hashing.replicas(hashing.Ring(7), KEYS, 3, zones=zones)
    assert (np.sort(zones[found], axis=1) == [0, 1, 2]).all()
    # A fourth copy goes where there is a second node: zones 0 and 1; a fifth to the other of them; a sixth to zone 0.
    for copies, most in ((4, 2), (5, 2), (6, 3)):
        found = hashing.replicas(hashing.Ring(7), KEYS, copies, zones=zones)
        assert all(len(set(row)) == copies for row in found.tolist())
        assert {np.bincount(zones[row]).max() for row in found} == {most}
        assert {np.bincount(zones[row], minlength=3)[2] for row in found} == {1}


def test_a_departure_touches_only_those_who_met_the_node():
    placement = hashing.Ring(20)
    before = hashing.replicas(placement, KEYS, 3)
    placement.remove(4)
    after = hashing.replicas(placement, KEYS, 3)
    held = (before == 4).any(axis=1)
    assert (after[~held] == before[~held]).all()
    kept = [len(set(b) & set(a)) for b, a in zip(before[held].tolist(), after[held].tolist())]
    assert np.mean(kept) > 1.9  # the other two stay, but for a rare change of order at the end


def test_tiny_weights_still_get_their_copies():
    found = hashing.replicas(hashing.Rendezvous(3, weights=[1e9, 1e9, 1e-9]), KEYS[:3], 3)
    assert np.sort(found, axis=1).tolist() == [[0, 1, 2]] * 3


def test_copysets():
    sets = hashing.Copysets(30, 3, 4, seed=5)
    assert len(sets.sets) == capacity.copysets(30, 3, 4) == 20
    assert all(sorted(sets.sets[k : k + 10].ravel().tolist()) == list(range(30)) for k in (0, 10))
    assert sets.scatter_widths().max() <= 4
    # Two permutations share a pair with probability about 2/29 for each of the two others.
    assert sets.scatter_widths().mean() > 3.4
    found = sets.assign(KEYS)
    whole = {tuple(sorted(row)) for row in sets.sets.tolist()}
    assert {tuple(sorted(row)) for row in found.tolist()} == whole
    for column in found.T:
        assert hashing.balance(np.bincount(column, minlength=30)).p_value > 0.001


def test_copysets_are_lost_as_often_as_capacity_says():
    # Three of nine nodes fail, 84 ways; a copyset of three of them is lost. One permutation of 9 nodes: 3 sets.
    sets = hashing.Copysets(9, 3, 2)
    lost = [sets.lost(failed) for failed in itertools.combinations(range(9), 3)]
    assert np.mean([share > 0 for share in lost]) == pytest.approx(3 / 84)
    assert np.mean(lost) == pytest.approx(1 / 84)
    # capacity's formula takes sets as independent, which three disjoint ones of a triple are not, by 3 / 84**2.
    assert np.mean([share > 0 for share in lost]) == pytest.approx(capacity.copyset_loss(9, 3, 2, 1 / 3), rel=0.02)
    assert sets.lost([]) == 0
    assert sets.lost(range(9)) == 1


def test_random_replicas_lose_data_in_every_power_cut():
    # Published: with 5000 nodes, three copies and 8000 chunks a node, 1 % of them failing loses data with 99.99 %.
    assert capacity.copyset_loss_random(5000, 3, 8000, 0.01) == pytest.approx(0.9999964605170961, rel=1e-6)


def test_shuffle_shards_published():
    assert hashing.ShuffleShards(8, 2).combinations == 28
    assert hashing.ShuffleShards(100, 5).combinations == 75_287_520
    assert hashing.ShuffleShards(2048, 4).combinations == 730_862_190_080
    overlaps = [hashing.ShuffleShards(100, 5).overlap_probability(m) for m in range(6)]
    assert overlaps == pytest.approx(
        [0.7695899532884, 0.2114258113430, 0.01838485316026, 0.000593059779363, 6.309146588969e-06, 1.32824138715e-08],
        rel=1e-9,
    )
    assert hashing.ShuffleShards(100, 5).overlap_probability(6) == 0
    assert hashing.ShuffleShards(100, 5).harmed() == pytest.approx(1 / 75_287_520)
    assert hashing.ShuffleShards(100, 5).harmed(needed=4) == pytest.approx(sum(overlaps[2:]))


def test_shuffle_shards_are_all_alike():
    shards = hashing.ShuffleShards(6, 3)
    found = shards.assign(hashing.splitmix64(np.arange(40_000)))
    assert all(len(set(row)) == 3 for row in found[:1000].tolist())
    counts = np.unique(np.sort(found, axis=1), axis=0, return_counts=True)[1]
    assert len(counts) == shards.combinations == 20
    assert hashing.balance(counts).p_value > 0.001
    # Overlaps of pairs of customers.
    shared = [len(set(a) & set(b)) for a, b in zip(found[::2].tolist(), found[1::2].tolist())]
    expected = np.array([shards.overlap_probability(m) for m in range(4)])
    assert stats.chisquare(np.bincount(shared, minlength=4), expected * len(shared)).pvalue > 0.001
    assert hashing.ShuffleShards(4, 4).assign([1, 2]).shape == (2, 4)


def test_cells():
    cells = hashing.Cells(5, 4)
    customers = KEYS
    place = cells.assign(customers, np.arange(3000))
    assert (place // 4 == cells.cell(customers)).all()
    assert hashing.balance(np.bincount(place, minlength=20)).p_value > 0.001
    assert cells.blast_radius == 0.2
    more = hashing.Cells(6, 4).cell(customers)
    moved = more != cells.cell(customers)
    assert (more[moved] == 5).all()
    # A customer whose number is its key's does not land on one node of each cell.
    same = cells.assign(np.arange(3000), np.arange(3000))
    assert hashing.balance(np.bincount(same, minlength=20)).p_value > 0.001


def test_cells_fail_fewer_together():
    down = hashing.Cells(10, 3).down(0.999)
    assert down == pytest.approx(stats.binom.pmf(range(11), 10, 0.001), rel=1e-9)
    assert down @ np.arange(11) / 10 == pytest.approx(0.001)
    assert hashing.Cells(3, 1).down(1.0).tolist() == [1, 0, 0, 0]
    assert hashing.Cells(3, 1).down(0.0).tolist() == [0, 0, 0, 1]
    assert math.fsum(hashing.Cells(1000, 1).down(0.37)) == pytest.approx(1)
