"""Hashes beside their specifications in whole numbers of any size, and beside the standard library."""

import hashlib
import zlib

import numpy as np
import pytest
from hashing import mixers
from hypothesis import given, settings
from hypothesis import strategies as st
from underload import hashing

COMPILED = pytest.importorskip("numba").config.DISABLE_JIT == 0
pytestmark = pytest.mark.skipif(not COMPILED, reason="integers wrap around in compiled code only")

BYTE_HASHES = {
    hashing.murmur3_32: mixers.murmur3_32,
    hashing.xxh64: mixers.xxh64,
    hashing.fnv1a_64: mixers.fnv1a_64,
    hashing.crc32c: lambda data: mixers.crc(data, 0x82F63B78),
    hashing.crc32: zlib.crc32,
}
NAMES = [function.__name__ for function in BYTE_HASHES]
strings = st.lists(st.binary(max_size=80), max_size=6)
words = st.lists(st.integers(0, 2**64 - 1), max_size=6)


@pytest.mark.parametrize(("function", "reference"), BYTE_HASHES.items(), ids=NAMES)
def test_every_length(function, reference):
    data = bytes(range(7, 207))
    pieces = [data[i % 5 : i] for i in range(5, 200)]
    assert function(hashing.pack(pieces)).tolist() == [reference(piece) for piece in pieces]


@pytest.mark.parametrize("function", BYTE_HASHES, ids=NAMES)
@given(keys=words)
@settings(derandomize=True, deadline=None, max_examples=20)
def test_a_number_is_its_eight_bytes(function, keys):
    packed = hashing.pack(key.to_bytes(8, "little") for key in keys)
    assert function(np.array(keys, dtype=np.uint64)).tolist() == function(packed).tolist()


@given(keys=words)
@settings(derandomize=True, deadline=None, max_examples=20)
def test_murmur3_128_of_numbers(keys):
    packed = hashing.pack(key.to_bytes(8, "little") for key in keys)
    assert hashing.murmur3_128(np.array(keys, dtype=np.uint64), 5).tolist() == hashing.murmur3_128(packed, 5).tolist()


@pytest.mark.parametrize(
    ("function", "reference"), [(hashing.murmur3_32, mixers.murmur3_32), (hashing.xxh64, mixers.xxh64)]
)
@given(pieces=strings, seed=st.integers(0, 2**32 - 1))
@settings(derandomize=True, deadline=None, max_examples=20)
def test_seeds(function, reference, pieces, seed):
    assert function(hashing.pack(pieces), seed).tolist() == [reference(piece, seed) for piece in pieces]


@given(keys=words)
@settings(derandomize=True, deadline=None, max_examples=30)
def test_splitmix64(keys):
    assert hashing.splitmix64(np.array(keys, dtype=np.uint64)).tolist() == [mixers.splitmix(key) for key in keys]


def test_md5_around_the_block():
    pieces = [bytes(i % 251 for i in range(size)) for size in (0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000)]
    digests = [row.astype("<u4").tobytes() for row in hashing.md5_words(hashing.pack(pieces))]
    assert digests == [hashlib.md5(piece).digest() for piece in pieces]


@pytest.mark.parametrize("function", [hashing.splitmix64, hashing.fmix64, hashing.xxh64], ids=lambda f: f.__name__)
def test_avalanche(function):
    # Each input bit flips each output bit half of the time: 64 x 64 shares of 4096 keys with standard error 0.008, the
    # largest of them expected 3.5 standard errors off.
    keys = hashing.splitmix64(np.arange(4096))
    before = function(keys)
    for bit in range(64):
        flips = function(keys ^ np.uint64(1 << bit)) ^ before
        shares = np.unpackbits(flips.view(np.uint8).reshape(-1, 8), axis=1).mean(axis=0)
        assert np.abs(shares - 0.5).max() < 6 * 0.0078


def test_crc_is_linear():
    # What makes it no mixer: three equal differences cancel.
    a, b, c = (np.array([x], dtype=np.uint64) for x in (123456789, 987654321, 555))
    crc = hashing.crc32c
    assert crc(a ^ b ^ c)[0] == crc(a)[0] ^ crc(b)[0] ^ crc(c)[0]


def test_strings_are_views():
    packed = hashing.pack(["ab", b"", "héé"])
    assert [packed[i] for i in range(len(packed))] == [b"ab", b"", "héé".encode()]
    assert packed[1:][1] == packed[-1] == "héé".encode()
    assert len(packed[2:1]) == 0
    wide = hashing.Strings(packed.offsets.astype(np.int32), packed.data)
    assert (hashing.xxh64(wide) == hashing.xxh64(packed)).all()
    # A column that starts in the middle of its bytes, as Arrow's slices do.
    assert (hashing.xxh64(packed[1:]) == hashing.xxh64(packed)[1:]).all()
    with pytest.raises(IndexError):
        packed[3]
