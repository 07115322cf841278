"""The kernels that serve: customer by customer against a sorted list and against an event simulation."""

import heapq
import pathlib
import runpy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload.queueing.simulation.fcfs import heap_waits, lindley_waits
from underload.queueing.simulation.heap import replace_least

ORACLE = runpy.run_path(str(pathlib.Path(__file__).parents[1] / "oracles" / "queueing_reference.py"))


def served(gaps, services, servers, blocks=1):
    """Waits from the kernel, in so many blocks."""
    gaps, services = np.array(gaps, dtype=float), np.array(services, dtype=float)
    waits, clock, free = np.empty(len(gaps)), np.zeros(1), np.zeros(servers)
    for part in np.array_split(np.arange(len(gaps)), blocks):
        if len(part):
            columns = (column[part[0] : part[-1] + 1] for column in (gaps, services, waits))
            heap_waits(clock, free, *columns)
    return waits


# Coarse values make ties: arrivals at the moment of a departure, and servers that are free at the same time.
TIMES = st.one_of(st.integers(0, 6).map(float), st.floats(0, 10))
CUSTOMERS = st.lists(st.tuples(TIMES, TIMES), min_size=1, max_size=60)
SERVERS = st.integers(1, 9)


@given(customers=CUSTOMERS, servers=SERVERS, blocks=st.integers(1, 4))
@settings(derandomize=True, deadline=None, max_examples=200)
def test_every_wait_equals_that_of_a_sorted_list(customers, servers, blocks):
    gaps, services = zip(*customers, strict=True)
    assert served(gaps, services, servers, blocks).tolist() == ORACLE["fcfs"](gaps, services, servers)


@given(customers=CUSTOMERS)
@settings(derandomize=True, deadline=None, max_examples=100)
def test_one_server_equals_lindley_by_hand(customers):
    gaps, services = zip(*customers, strict=True)
    waits, work = np.empty(len(gaps)), np.zeros(1)
    half = len(gaps) // 2
    for part in (slice(0, half), slice(half, None)):
        lindley_waits(work, np.array(gaps)[part], np.array(services)[part], waits[part])
    assert waits.tolist() == ORACLE["fcfs_one_server"](gaps, services)
    # The two kernels round differently: one subtracts gaps from work, the other moments from moments.
    np.testing.assert_allclose(waits, served(gaps, services, 1), atol=1e-11)


@given(customers=CUSTOMERS, servers=SERVERS)
@settings(derandomize=True, deadline=None, max_examples=100)
def test_waits_agree_with_an_event_simulation(customers, servers):
    gaps, services = zip(*customers, strict=True)
    np.testing.assert_allclose(served(gaps, services, servers), ORACLE["events"](gaps, services, servers), atol=1e-11)


@given(customers=CUSTOMERS, servers=SERVERS)
@settings(derandomize=True, deadline=None, max_examples=100)
def test_what_every_fcfs_queue_obeys(customers, servers):
    gaps, services = (np.array(column) for column in zip(*customers, strict=True))
    waits = served(gaps, services, servers)
    arrivals = np.cumsum(gaps)
    starts, ends = arrivals + waits, arrivals + waits + services
    assert np.all(waits >= 0)
    assert np.all(np.diff(starts) >= -1e-11)  # nobody overtakes
    for i in np.flatnonzero(waits > 1e-9):
        # Work conservation: just before a customer that waited starts, every server works, on earlier arrivals.
        moment = starts[i] - 1e-10
        assert np.count_nonzero((starts[:i] <= moment) & (ends[:i] > moment)) == servers
    assert np.all(served(gaps, services, servers + 1) <= waits + 1e-11)  # the same customers, one server more
    assert np.all(served(gaps, services * 1.5, servers) >= waits - 1e-11)


@given(items=st.lists(TIMES, min_size=1, max_size=40), keys=st.lists(TIMES, max_size=40))
@settings(derandomize=True, deadline=None, max_examples=100)
def test_the_heap_replaces_like_the_standard_one(items, keys):
    heap = np.array(sorted(items))
    standard = sorted(items)
    for key in keys:
        replace_least(heap, key)
        heapq.heapreplace(standard, key)
        assert heap[0] == standard[0]
        assert sorted(heap) == sorted(standard)


def test_by_hand():
    # Two servers; arrivals at 1, 2, 3, 4 with services 5, 1, 4, 1. The third starts at 3, when the second is done; the
    # fourth waits for the first to end at 6.
    assert served([1, 1, 1, 1], [5, 1, 4, 1], 2).tolist() == [0, 0, 0, 2]
    # One server: ends at 6, 7, 11, 12.
    assert served([1, 1, 1, 1], [5, 1, 4, 1], 1).tolist() == [0, 4, 4, 7]


@pytest.mark.parametrize("servers", [1, 2, 3, 7, 8, 1000])
def test_many_customers_equal_the_sorted_list(servers):
    rng = np.random.default_rng(5)
    gaps, services = rng.exponential(1 / (0.95 * servers), 4000), rng.exponential(1.0, 4000)
    assert served(gaps, services, servers).tolist() == ORACLE["fcfs"](gaps, services, servers)
