"""The generator against published vectors, an independent C program and powers of its matrix over GF(2)."""

import json
import pathlib
import runpy
import shutil
import subprocess
import types

import numpy as np
import pytest
from underload import random
from underload.random.xoshiro import fill_streams

ORACLES = pathlib.Path(__file__).parents[1] / "oracles" / "random"
oracle = types.SimpleNamespace(**runpy.run_path(str(ORACLES / "xoshiro.py")))
VECTORS = json.loads((ORACLES / "vectors.json").read_text("utf8"))


def words(texts):
    return [int(text, 0) for text in texts]


def state_of(entry):
    return (
        np.array(words(entry["state"]), dtype=np.uint64) if "state" in entry else random.seed_state(int(entry["seed"]))
    )


def draw(state, n):
    return [int(random.next_uint64(state)) for _ in range(n)]


@pytest.mark.parametrize("entry", VECTORS["splitmix64"], ids=lambda entry: entry["source"][:20])
def test_seeds_expand_as_published(entry):
    assert random.seed_state(int(entry["seed"], 0)).tolist() == words(entry["outputs"])


@pytest.mark.parametrize("entry", VECTORS["xoshiro256++"], ids=lambda entry: entry["source"][:20])
def test_outputs_as_published(entry):
    state = state_of(entry)
    assert draw(state, len(entry["outputs"])) == words(entry["outputs"])
    if "after_jump" in entry:
        random.jump(state)
        assert draw(state, 6) == words(entry["after_jump"])


@pytest.mark.parametrize("name", ["jump", "long_jump"])
def test_jumps_as_published(name):
    entry = VECTORS["jumps"][0]
    state = state_of(entry)
    getattr(random, name)(state)
    assert state.tolist() == words(entry[name])
    assert draw(state, 4) == words(entry[f"outputs_after_{name}"])


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    path = tmp_path_factory.mktemp("xoshiro") / "xoshiro"
    subprocess.run(["gcc", "-O2", "-o", str(path), str(ORACLES / "xoshiro.c")], check=True)
    return path


@pytest.mark.parametrize("seed", [0, 1, 12345678901234567890, 2**64 - 1])
def test_outputs_and_jumps_of_the_c_program(program, seed):
    n = 1000
    lines = subprocess.run([program, str(seed), str(n)], check=True, capture_output=True, text=True).stdout.split()
    state = random.seed_state(seed)
    ours = draw(state, n)
    random.jump(state)
    ours += draw(state, n)
    random.long_jump(state)
    ours += draw(state, n)
    assert ours == [int(line, 16) for line in lines]


@pytest.fixture(scope="module")
def leaps():
    """The matrices of 2**128 and of 2**192 draws."""
    near = oracle.squared(oracle.step_matrix(), 128)
    return {"jump": near, "long_jump": oracle.squared(near, 64)}


@pytest.mark.parametrize("name", ["jump", "long_jump"])
def test_a_jump_is_its_number_of_steps(leaps, name):
    for seed in (0, 7, 2**64 - 1):
        state = random.seed_state(seed)
        far = oracle.applied(leaps[name], oracle.packed(state.tolist()))
        getattr(random, name)(state)
        assert state.tolist() == oracle.unpacked(far)


def test_the_matrix_is_the_generator():
    # Five draws, and the matrix five times, reach the same state: so the oracle's powers speak about our generator.
    state = random.seed_state(3)
    vector = oracle.packed(state.tolist())
    draw(state, 5)
    for _ in range(5):
        vector = oracle.applied(oracle.step_matrix(), vector)
    assert state.tolist() == oracle.unpacked(vector)


def test_streams_do_not_overlap(leaps):
    # Row i starts exactly i * 2**128 draws after row 0, so two rows share an output position only after 2**128 draws.
    states = random.streams(11, 4)
    assert states.dtype == np.uint64
    assert states.shape == (4, 4)
    vector = oracle.packed(random.seed_state(11).tolist())
    for row in states:
        assert row.tolist() == oracle.unpacked(vector)
        vector = oracle.applied(leaps["jump"], vector)


def test_streams_begin_alike_for_any_number():
    np.testing.assert_array_equal(random.streams(5, 7)[:3], random.streams(5, 3))


def test_streams_are_uncorrelated():
    # 256 pairs of neighbouring streams, 4096 outputs each: the bits in which they agree are a fair coin's,
    # 256 * 4096 * 64 / 2 with a standard deviation of sqrt(256 * 4096 * 64) / 2. Five of them: 1 in 2 million.
    states = random.streams(2, 257)
    outputs = np.array([[random.next_uint64(row) for _ in range(4096)] for row in states], dtype=np.uint64)
    differing = int(np.bitwise_count(outputs[1:] ^ outputs[:-1]).sum())
    bits = 256 * 4096 * 64
    assert abs(differing - bits / 2) < 5 * np.sqrt(bits) / 2


def test_neighbouring_seeds_are_unrelated():
    states = np.array([random.seed_state(seed) for seed in range(1000)])
    differing = np.bitwise_count(states[1:] ^ states[:-1]).sum(axis=1, dtype=np.int64)
    # 256 fair bits: 128 with a standard deviation of 8; the extreme of 999 stays within 5.
    assert np.abs(differing - 128).max() < 40


@pytest.mark.parametrize("seed", [0, 1, 7, 2**31 - 1, 2**63 - 1])
def test_a_kernel_seeds_the_same_streams(seed):
    states = np.empty((4, 4), dtype=np.uint64)
    fill_streams(seed, states)
    assert np.array_equal(states, random.streams(seed, 4))
