"""Deadlocks: every lock against a slow, obvious program; the cubic law; limits that can be counted by hand."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload.capacity import conflicts, fitted_exponent, growth

# One transaction in ten waits at eight nodes, and at least 200 deadlocks are expected in 3.4e6 / nodes^3 seconds.
RARE = {"transactions_per_second": 1.5, "actions": 10, "action_time": 0.001, "database_size": 500}


class Oracle:
    """Transactions and their locks in dictionaries, a list of future events that is sorted at every step."""

    def __init__(self, arrivals, objects, work):
        self.objects, self.work = objects, work
        self.holder, self.queues, self.waits_for = {}, {}, {}
        self.held = {n: [] for n in range(len(arrivals))}
        self.ends, self.deadlocked, self.waits = {}, set(), 0
        # At the same time, what is done (0) before arrivals (1), then in the order of scheduling.
        self.events = [(time, 1, n, n) for n, time in enumerate(arrivals)]
        self.scheduled = len(arrivals)
        while self.events:
            self.events.sort()
            now, _, _, n = self.events.pop(0)
            if len(self.held[n]) == len(objects[n]):
                self.end(n, now)
            else:
                self.request(n, now)

    def grant(self, n, item, now):
        assert item not in self.holder
        self.holder[item] = n
        self.held[n].append(item)
        self.events.append((now + self.work, 0, self.scheduled, n))
        self.scheduled += 1

    def request(self, n, now):
        item = self.objects[n][len(self.held[n])]
        if item not in self.holder:
            self.grant(n, item, now)
            return
        # Those that this one would wait for, directly and indirectly: the holder and those ahead in the queue.
        reached, frontier = set(), {self.holder[item], *self.queues.get(item, [])}
        while frontier:
            other = frontier.pop()
            reached.add(other)
            wanted = self.waits_for.get(other)
            if wanted is not None:
                queue = self.queues[wanted]
                frontier |= {self.holder[wanted], *queue[: queue.index(other)]} - reached
        if n in reached:
            self.deadlocked.add(n)
            self.end(n, now)
            return
        self.waits += 1
        self.waits_for[n] = item
        self.queues.setdefault(item, []).append(n)

    def end(self, n, now):
        self.ends[n] = now
        for item in self.held[n]:
            del self.holder[item]
            if self.queues.get(item):
                waiter = self.queues[item].pop(0)
                del self.waits_for[waiter]
                self.grant(waiter, item, now)


def _random_case(seed, transactions, actions, database_size, *, spacing, whole):
    rng = np.random.default_rng(seed)
    arrivals = np.cumsum(rng.exponential(spacing, transactions))
    if whole:  # ties everywhere
        arrivals = np.floor(arrivals)
    objects = np.array([rng.permutation(database_size)[:actions] for _ in range(transactions)])
    return arrivals, objects


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    actions=st.integers(1, 6),
    spare=st.integers(0, 30),
    spacing=st.floats(0.1, 5),
    whole=st.booleans(),
)
def test_every_end_and_every_deadlock(seed, actions, spare, spacing, whole):
    arrivals, objects = _random_case(seed, 80, actions, actions + spare, spacing=spacing, whole=whole)
    oracle = Oracle(arrivals.tolist(), objects.tolist(), 1.0)
    history = conflicts.lock_history(arrivals, objects, work_time=1.0, database_size=actions + spare)
    assert history.ends.tolist() == [oracle.ends[n] for n in range(80)]
    assert np.flatnonzero(history.deadlocked).tolist() == sorted(oracle.deadlocked)


def test_the_cases_have_deadlocks():
    # Else the comparison above could not fail: with 8 objects of which each locks 4, a good part deadlock.
    arrivals, objects = _random_case(1, 80, 4, 8, spacing=2.0, whole=False)
    deadlocked = conflicts.lock_history(arrivals, objects, work_time=1.0, database_size=8).deadlocked
    assert 10 < deadlocked.sum() < 70


def test_two_transactions_by_hand():
    # 0 locks a at 0; 1 locks b at 0.5; 0 waits for b from 1; 1 asks for a at 1.5, closes the cycle and gives b to 0,
    # which works until 2.5.
    history = conflicts.lock_history([0, 0.5], [[0, 1], [1, 0]], work_time=1, database_size=2)
    assert history.ends.tolist() == [2.5, 1.5]
    assert history.deadlocked.tolist() == [False, True]


def test_three_in_a_circle_by_hand():
    # Each locks one and asks for the next one's: 0 and 1 wait, 2 closes the circle at 1 + 0.2 and lets 1 go on until
    # 2.2, where it frees object 1 for 0.
    history = conflicts.lock_history([0, 0.1, 0.2], [[0, 1], [1, 2], [2, 0]], work_time=1, database_size=3)
    assert history.deadlocked.tolist() == [False, False, True]
    assert history.ends == pytest.approx([3.2, 2.2, 1.2])


def test_first_come_first_served_by_hand():
    # One object: each starts when the one before ends.
    history = conflicts.lock_history([0, 0, 0.25, 5], [[7]] * 4, work_time=1, database_size=8)
    assert history.ends.tolist() == [1, 2, 3, 6]


@settings(derandomize=True, max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), actions=st.integers(1, 5), spare=st.integers(0, 10))
def test_one_holder_at_a_time(seed, actions, spare):
    # On an object that is the last for all, the last stretch of work of each that commits is alone on it.
    arrivals, objects = _random_case(seed, 60, actions, actions + spare, spacing=1.0, whole=False)
    objects = np.column_stack([objects, np.full(60, actions + spare)])
    history = conflicts.lock_history(arrivals, objects, work_time=1.0, database_size=actions + spare + 1)
    ends = np.sort(history.ends[~history.deadlocked])
    assert len(ends) > 0
    assert (np.diff(ends) >= 1.0 - 1e-9).all()  # ends are rounded sums


@settings(derandomize=True, max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**63), nodes=st.integers(1, 20), database_size=st.integers(1, 50))
def test_one_lock_never_deadlocks(seed, nodes, database_size):
    load = {"transactions_per_second": 5, "action_time": 0.002, "seconds": 20}
    result = conflicts.simulate_deadlocks(nodes, actions=1, database_size=database_size, seed=seed, **load)
    assert result.deadlocks == 0
    assert result.commits > 0


def test_nothing_conflicts_in_a_large_database():
    load = {"transactions_per_second": 10.0, "actions": 5, "action_time": 0.01, "seconds": 100}
    result = conflicts.simulate_deadlocks(4, database_size=10**7, seed=3, **load)
    # Expected waits: 4000 transactions x 8 open x 5 x 6 / 2 / 1e7 = 0.05 of them.
    assert result.deadlocks == result.waits == 0
    # Poisson with mean 4000: within five standard deviations. Each is open for 5 x 4 x 0.01 s: exact.
    assert abs(result.commits - 4000) < 5 * 4000**0.5
    assert result.mean_open == pytest.approx(result.commits * 0.2 / 100, rel=1e-9)


def test_the_simulation_plays_its_own_draws(monkeypatch):
    # The same transactions through `lock_history`, drawn in one block instead of many: the blocks do not show.
    load = {"transactions_per_second": 2.0, "actions": 4, "action_time": 0.02, "database_size": 60}
    many = conflicts.simulate_deadlocks(6, seconds=400, seed=5, **load)
    monkeypatch.setattr(conflicts, "BLOCK", 10**4)
    one = conflicts.simulate_deadlocks(6, seconds=400, seed=5, **load)
    assert many == one
    arrivals, objects = np.empty(10**4), np.empty((10**4, 4), dtype=np.int32)
    state = conflicts.seed_state(5)
    n = conflicts._locks.draw(state, 12.0, 0.0, 400.0, 60, arrivals, objects)
    history = conflicts.lock_history(arrivals[:n], objects[:n], work_time=0.12, database_size=60)
    oracle = Oracle(arrivals[:n].tolist(), objects[:n].tolist(), 0.12)
    assert one.deadlocks == history.deadlocked.sum() == len(oracle.deadlocked) > 100
    assert one.commits + one.deadlocks == n
    assert one.waits == oracle.waits
    assert one.mean_open == pytest.approx((history.ends - arrivals[:n]).sum() / 400, rel=1e-9)


def test_objects_are_uniform_and_different():
    arrivals, objects = np.empty(20000), np.empty((20000, 3), dtype=np.int32)
    assert conflicts._locks.draw(conflicts.seed_state(9), 1.0, 0.0, 1e9, 5, arrivals, objects) == 20000
    rows, counts = np.unique(objects, axis=0, return_counts=True)
    assert len(rows) == 5 * 4 * 3
    # Chi-squared with 59 degrees of freedom: above 118.6 with probability 1e-5... its mean is 59, deviation 10.9.
    assert ((counts - 20000 / 60) ** 2 / (20000 / 60)).sum() < 59 + 5 * 10.9


@pytest.mark.parametrize(("actions", "database_size"), [(2, 2), (2, 6), (3, 3), (3, 5)])
def test_the_limit_counts_pairs(actions, database_size):
    # Two transactions meet; the second begins m + 1/2 actions after the first. Every choice of objects is played.
    rows = list(itertools.permutations(range(database_size), actions))
    deadlocks = sum(
        len(Oracle([0.0, m + 0.5], [one, other], 1.0).deadlocked)
        for m in range(actions)
        for one in rows
        for other in rows
    )
    load = {"transactions_per_second": 0.1, "action_time": 0.5, "actions": actions, "database_size": database_size}
    # rate^2 x s x the sum over m, with rate = 2 x 0.1 and s = 2 x 0.5.
    expected = 0.2**2 * 1.0 * deadlocks / len(rows) ** 2
    assert conflicts.deadlock_rate_limit(2, **load) == pytest.approx(expected, rel=1e-12)


def test_the_limit_is_a_third_of_the_paper():
    # (1 - 1 / A)(1 - 1 / A^2) / 3 for a large database; what is left is of the order of A^2 / database_size.
    load = {"transactions_per_second": 2.0, "action_time": 0.01, "database_size": 10**8}
    for actions in (2, 5, 100):
        ratio = conflicts.deadlock_rate_limit(3, actions=actions, **load)
        ratio /= growth.deadlock_rate(3, actions=actions, **load)
        expected = (1 - 1 / actions) * (1 - 1 / actions**2) / 3
        assert ratio == pytest.approx(expected, rel=actions**2 / 10**8 + 1e-12)
    assert conflicts.deadlock_rate_limit(3, actions=1, **load) == 0


def test_the_cubic_law():
    nodes = np.array([1, 2, 3, 4, 6, 8])
    results = [conflicts.simulate_deadlocks(n, **RARE, seconds=3.4e6 / n**3, seed=int(n)) for n in nodes]
    assert all(180 < result.deadlocks < 300 for result in results)
    law = fitted_exponent(nodes, [result.deadlock_rate for result in results])
    assert law.half_width < 0.2  # 2 and 4 are far outside
    assert abs(law.exponent - 3) < law.half_width
    # Waits: quadratic growth of the open transactions times the nodes that begin them.
    waits = fitted_exponent(nodes, [result.wait_rate for result in results])
    assert waits.exponent == pytest.approx(3, abs=0.05)
    assert waits.half_width < 0.05
    for n, result in zip(nodes, results):
        # Four deviations of a Poisson count of 220, and 10 % for the waits, which lengthen transactions.
        limit = conflicts.deadlock_rate_limit(int(n), **RARE)
        assert result.deadlock_rate / limit == pytest.approx(1, abs=4 / 220**0.5 + 0.1)
        assert 2.4 < growth.deadlock_rate(int(n), **RARE) / result.deadlock_rate < 5
        # Open: rate x actions x s, and the waits, which are at most a tenth.
        assert result.mean_open == pytest.approx(1.5 * 10 * 0.001 * n**2, rel=0.12)


def test_waits_are_locks_held_over_the_database():
    # At low load a request finds rate x s x (1 + ... + A) locks taken: wait rate = rate A x that / database_size.
    load = RARE | {"database_size": 2000}
    result = conflicts.simulate_deadlocks(1, **load, seconds=2e5, seed=11)
    expected = 1.5 * 10 * (1.5 * 0.001 * 55) / 2000
    # About 124 waits: five deviations of a Poisson count.
    assert result.wait_rate == pytest.approx(expected, rel=5 / 124**0.5)


def test_a_pile_up_is_refused(monkeypatch):
    # One object, arrivals at ten times the rate at which it is free.
    monkeypatch.setattr(conflicts, "MOST_OBJECTS", 5000)
    load = {"transactions_per_second": 10.0, "action_time": 1.0, "database_size": 1, "actions": 1}
    with pytest.raises(ValueError, match="transactions_per_second must let them finish"):
        conflicts.simulate_deadlocks(1, seconds=10**4, seed=0, **load)
