"""Every placement of the registry passes one suite: shares, exact monotonicity, boundaries, histories, saved states."""

import io
import zlib

import numpy as np
import pytest
from scipy import special, stats
from underload import hashing
from underload.hashing import registry

NAMES = sorted(registry)
MINIMAL = [name for name in NAMES if registry[name].minimal]
LADDER = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100]
EQUAL = [name for name in NAMES if registry[name].shares in ("equal", "table", "data", "biased")]
ALPHA = 0.001  # that any of the tests of shares fails by chance


def keys(count, seed=0):
    """Words without a pattern: ranges and the like are about the keys themselves."""
    return hashing.splitmix64(np.arange(count, dtype=np.uint64) + np.uint64(seed << 32))


def g_test(counts, weights):
    """p-value of the likelihood-ratio test that the counts have the weights' shares."""
    fair = weights / weights.sum() * counts.sum()
    statistic = 2 * special.xlogy(counts, counts / fair).sum()
    return stats.chi2.sf(statistic, len(counts) - 1)


def sidak(cases):
    return 1 - (1 - ALPHA) ** (1 / cases)


def loads(placement, some):
    return np.bincount(placement.assign(some), minlength=placement.nodes.max() + 1)[placement.nodes]


@pytest.mark.parametrize("name", NAMES)
def test_keys_go_to_nodes(name):
    some = keys(2000)
    for n in LADDER:
        placement = registry[name](n)
        assert len(placement) == n
        assert placement.name == name
        assert placement.nodes.tolist() == sorted(set(placement.nodes.tolist()))
        nodes = placement.assign(some)
        assert nodes.dtype == np.int32
        assert set(nodes.tolist()) <= set(placement.nodes.tolist())
        assert (placement.assign(some) == nodes).all()
        assert len(placement.weights) == n
        assert placement.memory_bytes >= 0
    assert registry[name](3).assign(np.zeros(0, dtype=np.uint64)).shape == (0,)


@pytest.mark.parametrize("name", EQUAL)
@pytest.mark.parametrize("n", LADDER[1:])
def test_shares_are_equal(name, n):
    placement = registry[name](n)
    # 300 keys a node: biases below 6 % at 100 nodes stay unseen here; the study has a hundred times as many.
    assert g_test(loads(placement, keys(300 * n, seed=n)), placement.weights) > sidak(len(EQUAL) * len(LADDER))


@pytest.mark.parametrize("name", [n for n in NAMES if registry[n].weighted and registry[n].shares == "equal"])
def test_shares_are_the_weights(name):
    placement = registry[name](8, weights=[1, 2, 3, 4, 0.5, 6, 1, 8])
    counts = loads(placement, keys(20_000))
    assert g_test(counts, placement.weights) > sidak(8)
    assert g_test(counts, np.ones(8)) < 1e-100  # the test would see that weights are not heeded


@pytest.mark.parametrize("name", [n for n in NAMES if registry[n].weighted and registry[n].shares != "equal"])
def test_weights_are_nearly_heeded(name):
    # Weights of 1 to 8: a ring with 100 points a unit of weight has shares within 3 x 10 % of these.
    placement = registry[name](8, weights=[1, 2, 3, 4, 5, 6, 7, 8])
    shares = loads(placement, keys(50_000)) / 50_000
    assert shares * 36 == pytest.approx(np.arange(1, 9), rel=0.35)
    assert shares.max() > 4 * shares.min()


@pytest.mark.parametrize("name", MINIMAL)
@pytest.mark.parametrize("n", LADDER)
def test_who_joins_takes_and_who_leaves_gives(name, n):
    some = keys(3000)
    placement = registry[name](n)
    before = placement.assign(some)
    new = placement.add()
    after = placement.assign(some)
    assert set(after[after != before].tolist()) <= {new}
    placement.remove(new)
    again = placement.assign(some)
    assert (again == after)[after != new].all()
    if placement.reversible:
        assert (again == before).all()


@pytest.mark.parametrize("name", [n for n in MINIMAL if registry[n].removes == "any"])
def test_any_node_can_leave(name):
    some, placement = keys(5000), registry[name](20)
    for node in (7, 0, 19, 11, 3):
        before = placement.assign(some)
        placement.remove(node)
        after = placement.assign(some)
        assert node not in after
        assert ((after != before) == (before == node)).all()
        heirs = after[before == node]
        assert len(heirs) > 0
        if registry[name].shares == "equal":
            # All those that stay inherit, alike.
            counts = np.bincount(heirs, minlength=20)[placement.nodes]
            assert g_test(counts, np.ones(len(counts))) > sidak(100)


@pytest.mark.parametrize("name", [n for n in NAMES if registry[n].minimal and registry[n].shares in ("equal", "table")])
@pytest.mark.parametrize("n", [1, 3, 4, 7, 8, 15, 16, 99])
def test_the_least_number_of_keys_moves(name, n):
    some, placement = keys(40_000, seed=5), registry[name](n)
    before = placement.assign(some)
    placement.add()
    moved = int((placement.assign(some) != before).sum())
    # Binomial, up to the part of an entry that a table of 16384 is off.
    low, high = stats.binom.interval(1 - sidak(200), len(some), 1 / (n + 1))
    assert low - 3 <= moved <= high + 3


def history(name, seed, steps, some):
    """Random joins and departures, each checked for what it moves; the placement at the end."""
    draw = np.random.default_rng(seed)
    placement = registry[name](int(draw.integers(2, 9)))
    now = placement.assign(some)
    for _ in range(steps):
        before, count = now, len(placement)
        full = name in ("anchor", "dx") and count == placement._total
        if count > 1 and (full or draw.random() < 0.5):
            node = int(draw.choice(placement.nodes)) if placement.removes == "any" else None
            node = placement.remove(node)
            now = placement.assign(some)
            assert not placement.minimal or ((now != before) == (before == node)).all()
        else:
            node = placement.add()
            now = placement.assign(some)
            assert not placement.minimal or set(now[now != before].tolist()) <= {node}
        assert set(now.tolist()) <= set(placement.nodes.tolist())
    return placement, now


def saved(placement):
    """Through a file, as users would."""
    file = io.BytesIO()
    np.savez(file, **placement.save())
    file.seek(0)
    with np.load(file, allow_pickle=False) as state:
        return hashing.restore(dict(state))


@pytest.mark.parametrize("name", NAMES)
def test_histories(name):
    some = keys(200)
    for seed in range(12):
        placement, now = history(name, seed, 16, some)
        copy = saved(placement)
        assert (copy.assign(some) == now).all()
        assert copy.memory_bytes <= placement.memory_bytes  # without the room for more that a history leaves
        # The copy goes on as the original does.
        full = name in ("anchor", "dx") and len(placement) == placement._total
        for one in (placement, copy):
            one.remove() if full else one.add()
        assert placement.nodes.tolist() == copy.nodes.tolist()
        assert (copy.assign(some) == placement.assign(some)).all()


# CRC-32 of the nodes of 10,000 keys on 100 nodes: what a release places, the next one must find.
PINNED = {
    "anchor": 0xDE4CED11,
    "binomial": 0xE2D67F24,
    "bounded-loads": 0x269006C1,
    "directory": 0x625AF219,
    "dx": 0x054E604D,
    "fast-range": 0xDD6BFC08,
    "flip": 0x2E24D0A9,
    "jump": 0x7068D316,
    "jumpback": 0x20C03281,
    "jumpback-anchor": 0x20C03281,
    "ketama": 0xB9A3ECFC,
    "maglev": 0x4C903892,
    "memento": 0x7068D316,
    "modulo": 0x53487CCE,
    "multi-probe": 0x18B04CC6,
    "power": 0x2D7B5CCA,
    "range": 0x537DEBCE,
    "rendezvous": 0x0956BF42,
    "ring": 0x07155FA7,
    "skeleton": 0x07B48BAB,
    "straw2": 0x14202A46,
}


@pytest.mark.parametrize("name", NAMES)
def test_regression_pinned(name):
    assert zlib.crc32(registry[name](100).assign(keys(10_000)).astype("<i4").tobytes()) == PINNED[name]


@pytest.mark.parametrize("name", NAMES)
def test_threads_and_outputs_do_not_change_the_answer(name):
    some, placement = keys(150_000), registry[name](20)
    alone = placement.assign(some)
    out = np.empty(len(some), dtype=np.int32)
    assert placement.assign(some, out, threads=2) is out
    assert (out == alone).all()
    assert placement.shares == "capped" or (placement.assign(some[:777]) == alone[:777]).all()


@pytest.mark.parametrize("name", NAMES)
def test_strings(name):
    texts = [f"user:{i}" for i in range(500)]
    placement, packed = registry[name](20), hashing.pack(texts)
    nodes = placement.assign(packed)
    assert len(set(nodes.tolist())) > 1 or name == "range"  # they all begin alike
    if name not in ("ketama", "range"):
        assert (nodes == placement.assign(hashing.xxh64(packed))).all()
    if placement.shares != "capped":
        assert (placement.assign(packed[100:]) == nodes[100:]).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_last_node_stays(name):
    placement = registry[name](1)
    with pytest.raises(ValueError, match="must leave another one"):
        placement.remove()
    assert set(placement.assign(keys(100)).tolist()) == {0}


@pytest.mark.parametrize("name", NAMES)
def test_a_refused_change_changes_nothing(name):
    placement, some = registry[name](5), keys(500)
    before = placement.assign(some)
    with pytest.raises(ValueError, match="node"):
        placement.remove(77)
    with pytest.raises(ValueError, match="node"):
        placement.add(3)
    assert placement.nodes.tolist() == [0, 1, 2, 3, 4]
    assert (placement.assign(some) == before).all()


def test_the_suite_sees_a_bias_and_a_shuffle():
    # BinomialHash at 9 nodes is off by 1.6 % in places: with a hundred times the keys the same test says so.
    placement = hashing.Binomial(9)
    assert g_test(loads(placement, keys(3_000_000)), placement.weights) < 1e-9
    # And modulo moves keys between nodes that stay.
    some, placement = keys(3000), hashing.Modulo(8)
    before = placement.assign(some)
    new = placement.add()
    after = placement.assign(some)
    assert not set(after[after != before].tolist()) <= {new}
