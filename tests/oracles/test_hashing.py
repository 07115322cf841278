"""Published vectors of hashes and placements, and those that the references' own programs gave."""

import json
import pathlib

import numpy as np
import pytest
from underload import hashing

VECTORS = json.loads((pathlib.Path(__file__).parent / "hashing" / "vectors.json").read_text("utf8"))


def words(values):
    return np.array([int(value) for value in values], dtype=np.uint64)


def sanity_buffer(size):
    """xxHash's test data: the top bytes of the powers of a prime times another one."""
    buffer, value = bytearray(), 2654435761
    for _ in range(size):
        buffer.append(value >> 56)
        value = value * 11400714785074694797 % 2**64
    return bytes(buffer)


def verification(function):
    """SMHasher's: the hash of the hashes of the strings 0, 01, 012, ... with seeds that count down, four bytes."""
    hashes = b"".join(function(bytes(range(i)), 256 - i) for i in range(256))
    return function(hashes, 0)[:4][::-1].hex().upper()


def test_jump():
    rows = VECTORS["jump"]["vectors"]
    assert [hashing.jump(words([row["key"]]), row["n"])[0] for row in rows] == [row["bucket"] for row in rows]


def test_xxh64():
    rows = VECTORS["xxh64"]["vectors"]
    found = [hashing.xxh64(hashing.pack([sanity_buffer(row["len"])]), row["seed"])[0] for row in rows]
    assert found == [int(row["hash"], 16) for row in rows]


def test_xxh64_of_numbers():
    rows = VECTORS["xxh64_of_uint64_le"]["vectors"]
    assert hashing.xxh64(words([row["key"] for row in rows])).tolist() == [int(row["hash"], 16) for row in rows]


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("murmur3_x86_32", hashing.murmur3_32),
        ("murmur3_x64_128", hashing.murmur3_128),
        ("xxh64", hashing.xxh64),
    ],
)
def test_smhasher_verification(name, function):
    found = verification(lambda data, seed: function(hashing.pack([data]), seed).tobytes())
    assert found == VECTORS["smhasher_verification"][name]


def test_murmur3_32():
    rows = VECTORS["murmur3_x86_32"]["vectors"]
    found = [hashing.murmur3_32(hashing.pack([bytes.fromhex(row["hex"])]), row["seed"])[0] for row in rows]
    assert found == [int(row["hash"], 16) for row in rows]


def test_splitmix64():
    part = VECTORS["splitmix64"]
    states = words([(part["seed"] + i * 0x9E3779B97F4A7C15) % 2**64 for i in range(5)])
    assert hashing.splitmix64(states).tolist() == [int(output) for output in part["outputs"]]
    assert hashing.splitmix64([0])[0] == int(part["mix_of_0"], 16)


def test_fmix64():
    rows = VECTORS["murmur3_fmix64"]["vectors"]
    assert hashing.fmix64(words([row["key"] for row in rows])).tolist() == [int(row["hash"], 16) for row in rows]


def test_crc32c_and_fnv_check_values():
    # The check values of both: Williams's catalogue of CRCs (123456789) and the FNV draft (foobar).
    assert hashing.crc32c(hashing.pack(["123456789"]))[0] == 0xE3069283
    assert hashing.crc32(hashing.pack(["123456789"]))[0] == 0xCBF43926
    assert hashing.fnv1a_64(hashing.pack(["foobar", "", "a"])).tolist() == [
        0x85944171F73967E8,
        0xCBF29CE484222325,
        0xAF63DC4C8601EC8C,
    ]


def test_maglev_tables():
    paper, other = VECTORS["maglev"]["paper"], VECTORS["maglev"]["go_maglev"]
    for part, offsets, steps in ((paper, [3, 0, 3], [4, 2, 1]), (other, [2, 0, 1], [4, 5, 2])):
        written = [[(o + j * s) % 7 for j in range(7)] for o, s in zip(offsets, steps)]
        assert written == part["permutation"]
        assert hashing.maglev_table(offsets, steps, 7).tolist() == part["expected"]
    without = hashing.maglev_table([3, 3], [4, 1], 7)
    assert [[0, 2][i] for i in without] == paper["expected_without_B1"]
    dead = hashing.maglev_table([2, 1], [4, 2], 7)
    assert [[0, 2][i] for i in dead] == other["expected_dead_1"]


def test_jumpback():
    part = VECTORS["jumpback"]
    keys = words([row["key"] for row in part["rows"]])
    for i, n in enumerate(part["n"]):
        assert hashing.JumpBack(n).assign(keys).tolist() == [row["bucket"][i] for row in part["rows"]]


def test_jumpback_anchor():
    part = VECTORS["jumpback_anchor"]
    keys = words(part["keys"])
    for row in part["rows"]:
        placement = hashing.JumpBackAnchor(row["start"])
        for operation in row["operations"]:
            if operation >= 0:
                assert placement.add() == operation
            else:
                placement.remove(-1 - operation)
        assert placement.assign(keys).tolist() == row["buckets"]


def test_binomial():
    for row in VECTORS["binomial"]["rows"]:
        assert hashing.Binomial(row["n"]).assign(range(24)).tolist() == row["bucket"]


def test_ketama_counts():
    placement = hashing.Ketama([f"server{i}" for i in range(1, 11)])
    counts = np.bincount(placement.assign(hashing.pack(f"foo{i}" for i in range(100_000))))
    assert dict(zip(placement.names, counts.tolist())) == VECTORS["ketama_go"]["expected_counts"]


@pytest.mark.parametrize("row", VECTORS["libketama"]["rows"], ids=["weights", "equal"])
def test_libketama_key_by_key(row):
    placement = hashing.Ketama(VECTORS["libketama"]["servers"], row["weights"])
    nodes = placement.assign(range(20_000))
    assert nodes[:100].tolist() == row["first"]
    assert np.bincount(nodes, minlength=8).tolist() == row["counts"]


@pytest.mark.parametrize("flavor", ["libketama", "twemproxy"])
def test_ketama_points_of_weights(flavor):
    for row in VECTORS["ketama_points"]["rows"]:
        placement = hashing.Ketama(len(row["weights"]), row["weights"], flavor)
        owned = np.bincount(placement._circle[1], minlength=len(row["weights"]))
        assert owned.tolist() == row[flavor]


def test_share_of_a_ring_node():
    for row in VECTORS["ring_balance_table"]["rows"]:
        law = hashing.RingShare(1000, row["points_per_bucket"])
        assert law.deviation == pytest.approx(row["exact_beta_stderr"], rel=1e-12)
        interval = [law.quantile(0.005), law.quantile(0.995)]
        assert interval == pytest.approx(row["exact_beta_ci99"], rel=1e-9)
        # The published ones are a simulation in three digits of which the last is not sure.
        assert law.deviation == pytest.approx(row["published_stderr"], rel=0.004)
        assert interval == pytest.approx(row["published_ci99"], rel=0.012)


def test_every_part_is_used():
    assert set(VECTORS) == {
        *{"jump", "xxh64", "xxh64_of_uint64_le", "smhasher_verification", "murmur3_x86_32", "splitmix64"},
        *{"murmur3_fmix64", "maglev", "jumpback", "jumpback_anchor", "binomial", "ketama_go", "libketama"},
        *{"ketama_points", "ring_balance_table"},
    }
