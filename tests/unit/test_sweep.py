"""A sweep: the same results everywhere, a store that can be trusted, errors that name their point."""

import concurrent.futures
import functools
import importlib
import multiprocessing
import operator
import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from underload._fingerprint import fingerprint
from underload.stats import Interval
from underload.sweep import SweepError, derived_seed, sweep

# Processes and clusters find a function by its module: this one is on a path that they are told of.
MODULE = """
import numpy as np

def simulate(load, seed):
    return np.random.default_rng(seed).exponential(load, 500).cumsum()
"""


@pytest.fixture
def simulate(tmp_path, monkeypatch):
    (tmp_path / "swept_functions.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("swept_functions").simulate
    del sys.modules["swept_functions"]


def same(one, other):
    return [a.tobytes() for a in one] == [b.tobytes() for b in other]


def test_results_are_in_order_of_points_then_replications():
    results = sweep(lambda point, seed: (point, seed), ["a", "b", "c"], replications=2, seed=9)
    assert [point for point, _ in results] == ["a", "a", "b", "b", "c", "c"]
    assert [seed for _, seed in results] == [derived_seed(9, i, r) for i in range(3) for r in range(2)]


def test_late_points_do_not_change_places():
    def slow_first(point, seed):
        time.sleep(0.05 if point == 0 else 0)
        return point

    assert sweep(slow_first, range(8)) == list(range(8))


def test_no_points():
    assert sweep(operator.xor, []) == []


def test_seeds_are_splitmix64():
    # The published outputs of SplitMix64 in state 1234567; one step in state 0 gives 0xE220A8397B1DCDAF.
    first = 6457827717110365317
    second = 3203168211198807973
    golden = 0x9E3779B97F4A7C15
    from underload.sweep import _mix

    assert _mix(1234567) == first
    assert _mix((1234567 + golden) % 2**64) == second
    assert _mix(0) == 0xE220A8397B1DCDAF
    assert derived_seed(1234567, 7, 5) == _mix(_mix(first ^ 7) ^ 5)


def test_seeds_do_not_repeat():
    seeds = {derived_seed(s, i, r) for s in (0, 1, 2**64 - 1) for i in range(50) for r in range(50)}
    assert len(seeds) == 7500
    assert all(0 <= seed < 2**64 for seed in seeds)
    # Each of the 64 bits is set in half of them: 6 standard errors are 0.035.
    bits = np.array([[seed >> k & 1 for k in range(64)] for seed in sorted(seeds)])
    assert np.all(np.abs(bits.mean(axis=0) - 0.5) < 0.035)


def test_same_bits_on_threads_processes_and_a_cluster(simulate):
    from distributed import Client, LocalCluster

    points = [0.5, 0.9, 2.0]
    expected = [simulate(point, derived_seed(3, i, r)) for i, point in enumerate(points) for r in range(2)]
    run = functools.partial(sweep, simulate, points, replications=2, seed=3)
    assert same(run(), expected)
    with concurrent.futures.ThreadPoolExecutor(1) as one:
        assert same(run(executor=one), expected)
    # Not forked: a fork of a process with threads may hang.
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as processes:
        assert same(run(executor=processes), expected)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        assert same(run(executor=client.get_executor()), expected)


# The store ----------------------------------------------------------------------------------------------------------


class Counted:
    """A function that counts its calls; the count is not part of what it computes."""

    def __init__(self):
        self.calls = []

    def __reduce__(self):
        return Counted, ()

    def __call__(self, point, seed):
        self.calls.append(point)
        return point, seed


def test_what_is_stored_is_not_called_again(tmp_path):
    counted = Counted()
    first = sweep(counted, [1, 2, 3], replications=2, store=tmp_path / "deep" / "store")
    assert len(counted.calls) == 6
    assert sweep(counted, [1, 2, 3], replications=2, store=tmp_path / "deep" / "store") == first
    assert len(counted.calls) == 6
    # More replications and more points call only for the new ones.
    longer = sweep(counted, [1, 2, 3, 4], replications=3, store=tmp_path / "deep" / "store")
    assert len(counted.calls) == 12
    assert [longer[i] for i in (0, 1, 3, 4, 6, 7)] == first


def test_another_seed_point_or_place_is_another_result(tmp_path):
    counted = Counted()
    sweep(counted, [1.0], store=tmp_path)
    for points, seed in (([1.0], 1), ([2.0], 0), ([1], 0), ([5.0, 1.0], 0)):
        before = len(counted.calls)
        results = sweep(counted, points, seed=seed, store=tmp_path)
        assert len(counted.calls) == before + len(points)
        assert [type(point) for point, _ in results] == [type(point) for point in points]


def test_another_package_is_another_result(tmp_path, monkeypatch):
    counted = Counted()
    sweep(counted, [1], store=tmp_path)
    monkeypatch.setattr("underload._store.package_stamp", lambda: b"edited")
    sweep(counted, [1], store=tmp_path)
    assert len(counted.calls) == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: b"x" + content[1:],
        lambda content: content + b"x",
        lambda content: pickle.dumps((1, 99)),
    ],
)
def test_a_damaged_result_is_computed_again(tmp_path, damage):
    counted = Counted()
    first = sweep(counted, [1], store=tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    assert sweep(counted, [1], store=tmp_path) == first
    assert len(counted.calls) == 2
    assert sweep(counted, [1], store=tmp_path) == first  # and it is whole again
    assert len(counted.calls) == 2


def test_a_result_under_the_name_of_another_is_not_trusted(tmp_path):
    counted = Counted()
    first = sweep(counted, [1, 2], store=tmp_path)
    one, other = sorted(tmp_path.iterdir())
    other.write_bytes(one.read_bytes())
    assert sweep(counted, [1, 2], store=tmp_path) == first
    assert len(counted.calls) == 3


def test_files_appear_whole(tmp_path):
    sweep(Counted(), range(20), store=tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".result"}


def test_a_result_that_cannot_be_stored_names_its_point(tmp_path):
    with pytest.raises(SweepError, match=r"point 0, 7 .*"):
        sweep(lambda point, seed: threading.Lock(), [7], store=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_point_that_cannot_be_told_apart_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must be something that pickles"):
        sweep(Counted(), [threading.Lock()], store=tmp_path)


# Errors and stops ---------------------------------------------------------------------------------------------------


class ByName:
    """A function that is its name in a fingerprint, so that it may write to what it closes over."""

    def __init__(self, function):
        self.function = function

    def __reduce__(self):
        return ByName, (self.function.__name__,)

    def __call__(self, point, seed):
        return self.function(point, seed)


def fails_at_three(point, seed):
    if point == 3:
        raise ZeroDivisionError("no servers")
    return point


def test_an_error_names_its_point(tmp_path):
    with pytest.raises(
        SweepError, match=r"point 3, 3 \(replication 0, seed \d+\): ZeroDivisionError: no servers"
    ) as caught:
        sweep(fails_at_three, range(6))
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert (caught.value.point, caught.value.index, caught.value.replication) == (3, 3, 0)
    assert caught.value.seed == derived_seed(0, 3, 0)


def test_what_finished_before_an_error_is_kept(tmp_path):
    calls = []

    def fails_once(point, seed):
        calls.append(point)
        if point == 3 and calls.count(3) == 1:
            raise ValueError("once")
        return point

    with concurrent.futures.ThreadPoolExecutor(1) as one:  # one thread: points 0, 1 and 2 are done before 3
        for _ in range(2):
            try:
                results = sweep(ByName(fails_once), range(6), executor=one, store=tmp_path)
            except SweepError:
                continue
    assert results == list(range(6))
    assert [calls.count(point) for point in (0, 1, 2, 3)] == [1, 1, 1, 2]


def test_calls_under_way_at_an_error_are_kept(tmp_path):
    started = threading.Event()
    calls = []

    def slow_or_wrong(point, seed):
        calls.append(point)
        if point == "slow":
            started.set()
            time.sleep(0.2)
            return point
        started.wait(5)
        if calls.count("wrong") == 1:
            raise ValueError("at once")
        return point

    function = ByName(slow_or_wrong)
    with pytest.raises(SweepError, match="at once"):
        sweep(function, ["slow", "wrong"], store=tmp_path, executor=None)
    assert sweep(function, ["slow", "wrong"], store=tmp_path) == ["slow", "wrong"]
    assert calls.count("slow") == 1


STOPPED = """
import sys, time
from underload.sweep import sweep

def wait(point, seed):
    if point > 2:
        time.sleep(float(sys.argv[2]))
    return point

print(sweep(wait, range(6), store=sys.argv[1], progress=True))
"""


def test_an_interrupt_keeps_what_has_finished(tmp_path):
    script, store = tmp_path / "stopped.py", tmp_path / "store"
    script.write_text(STOPPED)
    # A job in the background of a shell ignores interrupts, and so do its children unless told otherwise.
    process = subprocess.Popen(
        [sys.executable, script, store, "1.0"],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    limit = time.monotonic() + 30
    while len(list(store.glob("*.result"))) < 3 and time.monotonic() < limit:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGINT
    assert "KeyboardInterrupt" in errors
    kept = {path: path.stat().st_mtime_ns for path in store.glob("*.result")}
    assert 3 <= len(kept) < 6
    again = subprocess.run([sys.executable, script, store, "0"], capture_output=True, check=True)
    assert again.stdout.split() == b"[0, 1, 2, 3, 4, 5]".split()
    assert again.stderr.startswith(b"\r%d/6\r" % len(kept))
    assert {path: path.stat().st_mtime_ns for path in kept} == kept  # read, not written again


def test_an_interrupt_inside_a_call_is_not_swallowed():
    def interrupted(point, seed):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(interrupted, [1])


# Progress -----------------------------------------------------------------------------------------------------------


def test_progress_counts_every_call(tmp_path):
    seen = []
    sweep(Counted(), range(4), store=tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    seen.clear()
    sweep(Counted(), range(5), store=tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(4, 5), (5, 5)]


def test_progress_line(capsys):
    sweep(operator.xor, [1, 2], progress=True)
    assert capsys.readouterr().err == "\r1/2\r2/2\n"


# Fingerprints -------------------------------------------------------------------------------------------------------


def function_of(source, **namespace):
    exec(source, namespace)
    return namespace["f"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        (0.0, -0.0),
        ("1", 1),
        ((1, 2), [1, 2]),
        ((1, (2,)), ((1, 2),)),
        ([["a"], []], [[], ["a"]]),
        ("ab", b"ab"),
        (("a", "b"), ("ab", "")),
        ({"a": 1}, {"a": 2}),
        (np.float64(1), 1.0),
        (np.array([1, 2]), np.array([1.0, 2.0])),
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (functools.partial(max, 1), functools.partial(max, 2)),
        (function_of("def f(x): return x + 1"), function_of("def f(x): return x + 2")),
        (function_of("def f(x): return x + 1"), function_of("def f(x): return x - 1")),
        (function_of("def f(x, y=1): return y"), function_of("def f(x, y=2): return y")),
        (function_of("def f(x, *, y=1): return y"), function_of("def f(x, *, y=2): return y")),
        (function_of("def f(x): return k", k=1), function_of("def f(x): return k", k=2)),
        (function_of("def f(x): return max(x)"), function_of("def f(x): return min(x)")),
        (function_of("f = (lambda k: lambda x: k)(1)"), function_of("f = (lambda k: lambda x: k)(2)")),
        (
            function_of("def g(x): return 1\ndef f(x): return g(x)"),
            function_of("def g(x): return 2\ndef f(x): return g(x)"),
        ),
        (
            function_of("class G:\n  def m(self): return 1\ndef f(x): return G().m()"),
            function_of("class G:\n  def m(self): return 2\ndef f(x): return G().m()"),
        ),
        (
            function_of("class G:\n  k = 1\ndef f(x): return G.k"),
            function_of("class G:\n  k = 2\ndef f(x): return G.k"),
        ),
        (
            function_of("def f(x):\n  def g(): return 1\n  return g()"),
            function_of("def f(x):\n  def g(): return 2\n  return g()"),
        ),
    ],
)
def test_different_things_have_different_fingerprints(one, other):
    assert fingerprint(one) != fingerprint(other)
    assert fingerprint(one) == fingerprint(one)


def test_equal_things_have_equal_fingerprints():
    def twins(make):
        return fingerprint(make()) == fingerprint(make())

    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint({"a", "b", "c"}) == fingerprint({"c", "b", "a"})
    assert fingerprint("ab" + str(1)) == fingerprint("ab1")
    assert fingerprint(np.arange(6).reshape(2, 3).T.copy()) == fingerprint(np.arange(6).reshape(2, 3).T)
    assert twins(lambda: function_of("def f(x): return f(x - 1) if x else k", k=3))  # a function that calls itself
    assert twins(lambda: function_of("def f(x):\n  '''d'''\n  return {1, 2} if x in {'a', 'b', 'c'} else x"))
    assert twins(lambda: function_of("def f(x): return lock", lock=threading.Lock()))  # of no kind that computes
    # A comment or another place in a file is no change.
    assert fingerprint(function_of("def f(x): return x")) == fingerprint(function_of("\n\n# new\ndef f(x): return x"))


def test_fingerprints_of_dataclasses_follow_their_fields():
    one = Interval(1.0, 0.1, 0.95, 3)
    assert fingerprint(one) == fingerprint(Interval(1.0, 0.1, 0.95, 3))
    assert fingerprint(one) != fingerprint(Interval(1.0, 0.1, 0.95, 4))


def test_a_changed_helper_module_is_seen(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "swept_helper.py").write_text("def rate(): return 1\n")
    helper = importlib.import_module("swept_helper")
    function = function_of("def f(x): return swept_helper.rate()", swept_helper=helper)
    before = fingerprint(function)
    try:
        (tmp_path / "swept_helper.py").write_text("def rate(): return 2\n")
        assert fingerprint(function) == before  # the old one is still what runs
        importlib.reload(helper)
        assert fingerprint(function) != before
    finally:
        del sys.modules["swept_helper"]


def test_fingerprints_are_the_same_in_another_process():
    source = "def f(x, y={'b', 'a', 'c'}):\n  return np.sum(x) if x in ('p', 'q') else {'r', 's'}"
    program = (
        "import sys, numpy as np; from underload._fingerprint import fingerprint;"
        "names = {'np': np}; exec(sys.argv[1], names); print(fingerprint(names['f']).hex())"
    )
    prints = {
        subprocess.run(
            [sys.executable, "-c", program, source],
            env=os.environ | {"PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in (1, 2)
    }
    assert len(prints) == 1


def test_sweep_needs_no_compiler():
    program = "import sys, underload.sweep; print('numba' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert shown == "False\n"


def test_the_mask_of_an_array_is_in_its_fingerprint():
    def masked(*mask):
        return np.ma.masked_array([1.0, 2.0], mask=mask)

    assert fingerprint(masked(True, False)) != fingerprint(masked(False, True))
    assert fingerprint(masked(True, False)) == fingerprint(masked(True, False))
