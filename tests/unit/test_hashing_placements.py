"""Placements beside slow and obvious ones, key by key; and what only one of them does."""

import fractions

import mpmath
import numpy as np
import pytest
from hashing import mixers, placements
from hypothesis import given, settings
from hypothesis import strategies as st
from underload import hashing

KEYS = [0, 1, 2**64 - 1, 2**63, *(mixers.splitmix(i) for i in range(200)), *range(100, 130)]
WORDS = np.array(KEYS, dtype=np.uint64)
SIZES = [1, 2, 3, 7, 8, 9, 33, 100, 1000]
few = settings(derandomize=True, deadline=None, max_examples=15)


@pytest.mark.parametrize("n", [*SIZES, 10**6, 2**31 - 1])
def test_numbered(n):
    assert hashing.Modulo(n).assign(WORDS).tolist() == placements.modulo(KEYS, n)
    assert hashing.FastRange(n).assign(WORDS).tolist() == placements.fast_range(KEYS, n)
    assert hashing.Jump(n).assign(WORDS).tolist() == [placements.jump(key, n) for key in KEYS]
    assert hashing.PowerCH(n).assign(WORDS).tolist() == placements.power(KEYS, n)
    assert hashing.Flip(n).assign(WORDS).tolist() == placements.flip(KEYS, n)


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 511, 512, 513, 1100])
@pytest.mark.parametrize("n", [1, 2, 10, 1000, 2**31 - 1])
def test_jump_lanes_of_any_number(count, n):
    # Blocks of 512 in groups of 16, and what remains.
    keys = [mixers.splitmix(i + n) for i in range(count)]
    assert hashing.jump(np.array(keys, dtype=np.uint64), n).tolist() == [placements.jump(key, n) for key in keys]


labels = st.lists(st.integers(0, 2**31 - 2), min_size=1, max_size=12, unique=True)


@given(labels=labels, seed=st.integers(0, 2**64 - 1), points=st.integers(1, 20))
@few
def test_rings(labels, seed, points):
    ring = hashing.Ring(labels, points, seed=seed)
    assert ring.assign(WORDS).tolist() == placements.ring(KEYS, labels, [1] * len(labels), points, seed)
    found = hashing.MultiProbe(labels, points, seed=seed).assign(WORDS).tolist()
    assert found == placements.multi_probe(KEYS, labels, points, seed)


def test_ring_with_weights():
    ring = hashing.Ring([5, 2, 9], 20, weights=[0.01, 2.5, 1])
    assert ring.assign(WORDS).tolist() == placements.ring(KEYS, [5, 2, 9], [0.01, 2.5, 1], 20, 0)
    assert ring.nodes.tolist() == [2, 5, 9]
    assert ring.weights.tolist() == [2.5, 0.01, 1]


def test_index_of_the_circle_on_chosen_points():
    # All points in one bucket of the index, at its edges, equal, and a key beyond the last.
    from underload.hashing._nodes import circle
    from underload.hashing.ring import _assign

    points = np.array([0, 1, 1, 2**63, 2**63, 2**64 - 1], dtype=np.uint64)
    owners = np.array([4, 3, 2, 1, 0, 5])
    table = circle(points, owners)
    assert table[1].tolist() == [4, 2, 3, 0, 1, 5, 4]
    out = np.empty(len(WORDS), dtype=np.int32)
    _assign(WORDS, *table, out)
    order = sorted(zip(points.tolist(), owners.tolist()))
    slow = [next((node for point, node in order if point >= mixers.splitmix(key)), order[0][1]) for key in KEYS]
    assert out.tolist() == slow
    # A point at a key's own hash is its successor.
    own = hashing.splitmix64(WORDS[10:20])
    _assign(WORDS[10:20], *circle(own, np.arange(10)), out[:10])
    assert out[:10].tolist() == list(range(10))


@given(labels=labels, seed=st.integers(0, 2**64 - 1))
@few
def test_rendezvous(labels, seed):
    assert hashing.Rendezvous(labels, seed=seed).assign(WORDS).tolist() == placements.rendezvous(KEYS, labels, seed)
    weights = [1 + i / 2 for i in range(len(labels))]
    if len(labels) > 1:
        found = hashing.Rendezvous(labels, weights=weights, seed=seed).assign(WORDS).tolist()
        assert found == placements.rendezvous_weighted(KEYS, labels, weights, seed)


def test_weighted_rendezvous_with_many_nodes_screens_them_rightly():
    weights = [1 + (7 * i) % 5 for i in range(200)]
    found = hashing.Rendezvous(200, weights=weights).assign(WORDS).tolist()
    assert found == placements.rendezvous_weighted(KEYS, range(200), weights, 0)


def test_a_change_of_one_weight_moves_keys_of_that_node_only():
    placement = hashing.Rendezvous(6, weights=[1, 1, 1, 1, 1, 2])
    before = placement.assign(WORDS)
    placement.remove(5)
    placement.add(5)  # now all weights are equal, and the race goes on
    after = placement.assign(WORDS)
    assert (before[after != before] == 5).all()
    assert (hashing.restore(placement.save()).assign(WORDS) == after).all()


@given(
    labels=st.lists(st.integers(0, 200), min_size=1, max_size=12, unique=True),
    weights=st.lists(st.integers(1, 1000), min_size=12, max_size=12),
)
@few
def test_skeleton(labels, weights):
    weights = weights[: len(labels)]
    found = hashing.Skeleton(labels, weights=weights, seed=3).assign(WORDS).tolist()
    assert found == placements.skeleton(KEYS, labels, weights, 3)


@pytest.mark.parametrize("size", [3, 7, 8, 12, 101, 360])
def test_maglev_of_any_size(size):
    placement = hashing.Maglev([4, 1, 30], size, seed=2)
    assert placement.assign(WORDS).tolist() == placements.maglev(KEYS, [4, 1, 30], size, 2)
    counts = np.bincount(placement._table, minlength=31)[[1, 4, 30]]
    assert counts.max() - counts.min() <= 1


def test_maglev_weights():
    counts = np.bincount(hashing.Maglev(4, 10_000, weights=[1, 2, 3, 4])._table)
    assert counts == pytest.approx([1000, 2000, 3000, 4000], abs=4)  # a turn of each


@given(draw=st.randoms(use_true_random=False))
@few
def test_places_that_left(draw):
    total = draw.randint(2, 40)
    removals = draw.sample(range(total), draw.randint(0, total - 1))
    anchor, memento = hashing.Anchor(total, total), hashing.Memento(total)
    for place in removals:
        anchor.remove(place)
    assert anchor.assign(WORDS).tolist() == placements.anchor(KEYS, total, removals)
    # Memento shrinks when the last place leaves first.
    while removals and removals[0] == total - 1:
        removals, total = removals[1:], total - 1
        memento.remove(total)
    for place in removals:
        memento.remove(place)
    assert memento.assign(WORDS).tolist() == placements.memento(KEYS, total, removals)


def test_anchor_comes_back_in_the_opposite_order():
    anchor = hashing.Anchor(5, 8)
    states = [anchor.assign(WORDS)]
    for place in (2, 4, 0):
        anchor.remove(place)
        states.append(anchor.assign(WORDS))
    for place, state in zip((0, 4, 2), states[-2::-1]):
        assert anchor.add() == place
        assert (anchor.assign(WORDS) == state).all()
    assert [anchor.add() for _ in range(3)] == [5, 6, 7]
    with pytest.raises(ValueError, match="all 8 places"):
        anchor.add()


def test_dx():
    placement = hashing.Dx(5, 64)
    placement.remove(3)
    assert placement.assign(WORDS).tolist() == placements.dx(KEYS, 64, {0, 1, 2, 4})
    assert hashing.Dx(1)._total == 2


@pytest.mark.parametrize("load_factor", [1.01, 1.25, 2.0])
def test_bounded_loads(load_factor):
    placement = hashing.BoundedLoads(7, load_factor, points=10, seed=4)
    nodes = placement.assign(WORDS)
    caps = placement.caps(len(KEYS))
    # The cap in exact arithmetic: a product a rounding above a whole number must not add one.
    cap = -(-fractions.Fraction(str(load_factor)) * len(KEYS) // 7)
    assert set(caps.tolist()) == {int(cap)}
    assert nodes.tolist() == placements.bounded_loads(KEYS, range(7), dict(enumerate(caps)), 10, 4)
    assert np.bincount(nodes).max() <= cap


def test_straw2():
    from underload.hashing.straw2 import _logarithms

    table = np.empty(65536)
    _logarithms(table)
    with mpmath.workdps(40):
        for u in (0, 1, 2, 100, 255, 256, 32767, 32768, 50000, 65533, 65534, 65535):
            exact = mpmath.log(u + 1, 2) * 2**44 - 2**48
            assert abs(table[u] - exact) <= 1  # rounded down, from a logarithm that is right to its last bit
    weights = [1, 0.5, 3.25, 1]
    for replica in (0, 7):
        found = hashing.Straw2([3, 8, 1, 6], weights=weights, replica=replica).assign(WORDS).tolist()
        assert found == placements.straw2(KEYS, [3, 8, 1, 6], weights, replica, table)
    # Heavy items: straws of a few thousand different lengths, so that rounding decides many of them.
    keys = [mixers.splitmix(i) for i in range(3000)]
    found = hashing.Straw2(9, weights=[65_000] * 9).assign(np.array(keys, dtype=np.uint64)).tolist()
    assert found == placements.straw2(keys, range(9), [65_000] * 9, 0, table)


def test_ranges():
    placement = hashing.Ranges(3, [0, 100, 2**63])
    assert placement.assign([0, 99, 100, 2**63 - 1, 2**63, 2**64 - 1]).tolist() == [0, 0, 1, 1, 2, 2]
    # The upper half of the widest: that of node 2, by the 100 keys that node 1 lacks.
    assert placement.add() == 3
    assert placement.starts.tolist() == [0, 100, 2**63, 2**63 + 2**62]
    assert placement.add(9, at=50) == 9
    assert placement.assign([49, 50, 99, 100]).tolist() == [0, 9, 9, 1]
    placement.remove(0)
    assert placement.assign([0, 49, 50]).tolist() == [9, 9, 9]
    placement.remove(2)
    assert placement.assign([2**63]).tolist() == [1]
    assert placement.owners.tolist() == [9, 1, 3]


def test_ranges_order_strings_as_bytes():
    texts = sorted(["", "a", "aa", "ab", "b", "zebra", "zebras", "é"], key=str.encode)
    placement = hashing.Ranges(2, [0, int.from_bytes(b"b\0\0\0\0\0\0\0", "big")])
    assert placement.assign(hashing.pack(texts)).tolist() == [0 if text.encode() < b"b" else 1 for text in texts]
    after_b = hashing.Ranges(2, [0, int.from_bytes(b"b\0\0\0\0\0\0\1", "big")])
    assert after_b.assign(hashing.pack(["b", "ba"])).tolist() == [0, 1]


def test_directory_moves_as_few_slots_as_it_must():
    placement = hashing.Directory(7, slots=100)
    draw = np.random.default_rng(0)
    for _ in range(60):
        before = placement.table
        if len(placement) > 2 and draw.random() < 0.5:
            placement.remove(int(draw.choice(placement.nodes)))
            moved = np.count_nonzero(~np.isin(before, placement.nodes))
        else:
            placement.add()
            moved = 100 // len(placement)
        counts = np.bincount(placement.table)[placement.nodes]
        assert counts.max() - counts.min() <= 1
        assert np.count_nonzero(placement.table != before) == moved


def test_ketama_of_nginx():
    names = ["10.0.0.1:8080", "[::1]:80", "unix:/run/a.sock", "backend", "host:port"]
    split = [(b"10.0.0.1", b"8080"), (b"[::1]", b"80"), (b"/run/a.sock", b""), (b"backend", b""), (b"host:port", b"")]
    placement = hashing.Ketama(names, [1, 2, 1, 3, 1], "nginx")
    points = [placements.nginx_points(*part, weight) for part, weight in zip(split, [1, 2, 1, 3, 1])]
    texts = [f"/item/{i}" for i in range(300)]
    hashes = [mixers.crc(text.encode(), 0xEDB88320) for text in texts]
    assert placement.assign(hashing.pack(texts)).tolist() == placements.on_points(hashes, points)


def test_ketama_numbers_are_decimals():
    placement = hashing.Ketama(["a", "b", "c"])
    points = [placements.ketama_points(name, 40) for name in "abc"]
    hashes = [placements.ketama_points_of(str(key)) for key in KEYS]
    assert placement.assign(WORDS).tolist() == placements.on_points(hashes, points)


def test_ketama_takes_the_point_at_the_hash_itself():
    from underload.hashing.ketama import _assign

    hashes = np.array([5, 6, 2**31, 2**32 - 1, 0, 7], dtype=np.uint32)
    points, owners = np.array([5, 6, 2**31], dtype=np.uint32), np.array([1, 2, 3], dtype=np.int32)
    out = np.empty(6, dtype=np.int32)
    _assign(hashes, points, owners, np.array([0, 2], dtype=np.int32), np.uint32(31), out)
    assert out.tolist() == [1, 2, 3, 1, 1, 3]


def test_ketama_names_come_and_go():
    placement = hashing.Ketama(["a", "b"], flavor="nginx")
    assert placement.add("c", 2) == 2
    assert placement.remove("a") == 0
    assert placement.add("a") == 3  # a new number: what node 0 held is not what it holds
    assert placement.names == ["b", "c", "a"]
    assert placement.weights.tolist() == [1, 2, 1]
    copy = hashing.restore(placement.save())
    assert copy.names == placement.names
    assert (copy.assign(WORDS) == placement.assign(WORDS)).all()


def test_what_leaves_from_the_end_only_is_the_plain_hash():
    memento, back = hashing.Memento(50), hashing.JumpBackAnchor(50)
    for placement in (memento, back):
        for _ in range(20):
            placement.remove()
        assert placement.memory_bytes == 0
    assert (memento.assign(WORDS) == hashing.Jump(30).assign(WORDS)).all()
    assert (back.assign(WORDS) == hashing.JumpBack(30).assign(WORDS)).all()


def test_a_number_below_a_large_one_is_drawn_again_if_it_must():
    # Of 32 bits, 2**32 mod n are too many: three draws in ten with this n, one in millions with a few nodes.
    from underload.hashing.jumpback_anchor import _below

    n, again = 1_500_000_000, 0
    for key in KEYS[:60]:
        step = 1
        while (mixers.word(key, step) % 2**32) * n % 2**32 < 2**32 % n:
            step += 1
        expected = (mixers.word(key, step) % 2**32) * n >> 32, (key + step * mixers.GOLDEN) % 2**64
        assert _below(np.uint64(key), np.uint64(n)) == expected
        again += step > 1
    assert again > 5


@pytest.mark.parametrize(("before", "after"), [(1, 2), (10, 11), (10, 20), (6, 4), (7, 7), (2**31 - 1, 2**31 - 2)])
def test_modulo_moved(before, after):
    expected = hashing.modulo_moved(before, after)
    assert hashing.modulo_moved(after, before) == expected
    if before < 100:
        period = range(np.lcm(before, after))
        assert expected == pytest.approx(np.mean([h % before != h % after for h in period]), abs=1e-15)
