"""Deadlocks simulated: transactions that lock random objects, one after another, at every replica.

The model is the one of Gray, Helland, O'Neil and Shasha, "The dangers of replication and a solution", SIGMOD 1996:
eager update-anywhere replication, to compare with its formula, `deadlock_rate`.
"""

import dataclasses
import math

import numpy as np

from underload import _check
from underload.capacity import _locks
from underload.random import seed_state

__all__ = ["Conflicts", "LockHistory", "deadlock_rate_limit", "lock_history", "simulate_deadlocks"]

# Objects of all open transactions at once; int32 each.
MOST_OBJECTS = 10**7
# Arrivals drawn at a time: the block and the open transactions stay in the nearest cache.
BLOCK = 1024


@dataclasses.dataclass(frozen=True)
class Conflicts:
    """What happened to the transactions that arrived in `seconds`.

    Attributes
    ----------
    deadlocks : int
        Transactions aborted because their request closed a cycle of waits.
    waits : int
        Requests that found their object locked and waited; those that closed a cycle are not among them.
    commits : int
        Transactions that ended with all their locks. Arrivals are commits + deadlocks.
    seconds : float
        Time in which transactions arrived [s].
    deadlock_rate, wait_rate : float
        `deadlocks` and `waits` over `seconds` [1/s].
    mean_open : float
        Transactions open at once: their times from arrival to end, summed, over `seconds`.
    """

    deadlocks: int
    waits: int
    commits: int
    seconds: float
    deadlock_rate: float
    wait_rate: float
    mean_open: float


@dataclasses.dataclass(frozen=True)
class LockHistory:
    """Fate of each transaction: `ends`, float64[transactions], its end [s], and whether it was `deadlocked`, bool."""

    ends: np.ndarray
    deadlocked: np.ndarray


def simulate_deadlocks(nodes, *, transactions_per_second, actions, action_time, database_size, seconds, seed):
    """Deadlocks of eager update-anywhere replication, by simulation of every lock.

    Parameters
    ----------
    nodes : int
        Nodes, each of which originates transactions and holds a replica of everything.
    transactions_per_second : float
        Transactions that each node originates, a Poisson process [1/s].
    actions : int
        Different objects that a transaction updates, at most 1000.
    action_time : float
        Time to update one object at one replica [s].
    database_size : int
        Objects in the database, at least `actions` and at most 1e8.
    seconds : float
        Time in which transactions arrive [s]; those that are open then still run to their end.
    seed : int

    Returns
    -------
    Conflicts

    Raises
    ------
    ValueError
        For a malformed argument, or if transactions pile up: open ones with more than 1e7 objects in all.

    Notes
    -----
    A transaction asks for an exclusive lock on its first object. Once it has it, it updates the replicas one after
    another, in nodes x action_time, then asks for the next, and keeps all locks to its end, which follows the last
    update at once. A locked object makes it wait, first come first served. If the one it would wait for waits, in
    turn and at last, for itself, it aborts instead: it releases its locks and is not tried again.

    The database starts without transactions and empties at the end, which lowers all rates by a part of the order of
    nodes x actions x action_time / seconds.
    """
    rate, work = _load(nodes, transactions_per_second, action_time)
    database_size, actions = _database(database_size, _check.integer("actions", actions, least=1, most=1000))
    seconds = _check.positive("seconds", seconds)
    if rate * seconds > 1e10:
        _check.fail("seconds", seconds, f"must hold at most 1e10 transactions, here {rate * seconds:.3g}")
    if seconds / work > 1e12:
        _check.fail(
            "seconds", seconds, f"must be at most 1e12 times nodes x action_time = {work:g}: a clock has 53 bits"
        )
    state = seed_state(_check.seed("seed", seed))
    locks = _locks.new(database_size, actions, work)
    times, objects = np.empty(BLOCK), np.empty((BLOCK, actions), dtype=np.int32)
    last, filled = 0.0, BLOCK
    while filled == BLOCK:
        filled = _locks.draw(state, rate, last, seconds, database_size, times, objects)
        last = times[filled - 1] if filled else last
        locks = _with_room(locks, BLOCK, last)
        _locks.play(locks, times[:filled], objects[:filled])
    _locks.advance(locks, math.inf)
    commits, deadlocks, waits = (int(locks.counters[i]) for i in (_locks.COMMITS, _locks.DEADLOCKS, _locks.WAITS))
    mean_open = float(locks.total[0]) / seconds
    return Conflicts(deadlocks, waits, commits, seconds, deadlocks / seconds, waits / seconds, mean_open)


def lock_history(arrivals, objects, *, work_time, database_size):
    """Fate of given transactions under the rules of `simulate_deadlocks`.

    Parameters
    ----------
    arrivals : array, shape (transactions,)
        Times at which they begin, in ascending order [s].
    objects : array of int, shape (transactions, actions)
        Objects that each locks, in this order, all different, from 0 to database_size - 1.
    work_time : float
        Time from getting a lock to the next request [s].
    database_size : int

    Returns
    -------
    LockHistory

    Notes
    -----
    At the same moment, work that is done goes before arrivals, and what was begun first before what was begun later;
    a transaction hands its locks on in the order in which it got them.
    """
    arrivals = _check.sample("arrivals", arrivals, lowest=0)
    if arrivals.max() > 1e15:
        _check.fail("arrivals", arrivals.max(), "must be at most 1e15 s")
    if (np.diff(arrivals) < 0).any():
        _check.fail("arrivals", arrivals, "must be in ascending order")
    work = _duration("work_time", work_time)
    objects = np.asarray(objects)
    if objects.dtype.kind not in "iu" or objects.ndim != 2 or len(objects) != len(arrivals) or objects.shape[1] < 1:
        _check.fail("objects", objects.shape, f"must be whole numbers of shape ({len(arrivals)}, actions)")
    database_size, actions = _database(database_size, objects.shape[1])
    if objects.min() < 0 or objects.max() >= database_size:
        _check.fail("objects", objects, f"must be from 0 to database_size - 1 = {database_size - 1}")
    if actions > 1 and (np.diff(np.sort(objects, axis=1)) == 0).any():
        _check.fail("objects", objects, "must be different within a row")
    locks = _locks.new(database_size, actions, work, record=len(arrivals))
    locks = _with_room(locks, len(arrivals), 0.0)
    _locks.play(locks, arrivals, np.ascontiguousarray(objects, dtype=np.int32))
    _locks.advance(locks, math.inf)
    return LockHistory(np.abs(locks.ends), np.signbit(locks.ends))


def deadlock_rate_limit(nodes, *, transactions_per_second, actions, action_time, database_size):
    """Deadlocks per second of the simulated model as transactions become rare.

    Parameters
    ----------
    nodes, transactions_per_second, actions, action_time, database_size
        As in `simulate_deadlocks`.

    Returns
    -------
    float

    Notes
    -----
    Exact to the second power of `transactions_per_second`, where only two transactions meet. With s = nodes x
    action_time and rate = nodes x transactions_per_second, rate x s transactions hold j locks at a time, for each j up
    to `actions`. One that holds i locks, none of these, asks for one of them at the rate of rate j / (database_size -
    i). There is a deadlock if one of the actions - j objects that the other has yet to lock is among the i.

    For a large database it is rate^2 s actions^5 / (12 database_size^2) x (1 - 1 / actions) (1 - 1 / actions^2), a
    third of `deadlock_rate` or less. The paper lets a transaction that is waited for make all its requests after that;
    but who holds many locks is old, and on average makes only a third of them: sum j (actions - j) / sum j.
    """
    rate, work = _load(nodes, transactions_per_second, action_time)
    database_size, actions = _database(database_size, _check.integer("actions", actions, least=1, most=1000))
    first, second = _waits(actions, database_size)
    return float(rate**2 * work * np.sum(first * second))


def _waits(actions, size):
    """Probabilities of the two waits of a deadlock, float64[i - 1, j - 1] for i, j = 1 ... actions - 1 locks held."""
    held = np.arange(1, actions)
    rows, columns = held[:, None], held[None, :]
    with np.errstate(divide="ignore"):  # the logarithm of 0 where the database has no other objects left
        # Object number i of one is none of the j; so are all up to it.
        misses = np.cumsum(np.log1p(-np.minimum(columns / (size - rows + 1), 1)), axis=0)
        # Object number j + 1 of the other is none of the i; so are all from it.
        escapes = np.cumsum(np.log1p(-np.minimum(rows / (size - columns), 1))[:, ::-1], axis=1)[:, ::-1]
    return np.exp(misses) * columns / (size - rows), -np.expm1(escapes)


def _load(nodes, transactions_per_second, action_time):
    """Transactions per second of all nodes, and the time of an action at all replicas [s]."""
    nodes = _check.integer("nodes", nodes, least=1, most=10**6)
    rate = _check.real("transactions_per_second", transactions_per_second)
    if not 0 < rate <= 1e15:
        _check.fail("transactions_per_second", rate, "must be a number > 0, at most 1e15")
    return nodes * rate, nodes * _duration("action_time", action_time)


def _duration(name, value):
    value = _check.real(name, value)
    return value if 1e-15 <= value <= 1e15 else _check.fail(name, value, "must be a time from 1e-15 to 1e15 s")


def _database(database_size, actions):
    size = _check.integer("database_size", database_size, least=1, most=10**8)
    if size < actions:
        _check.fail("database_size", size, f"must be at least actions={actions}: the objects are different")
    return size, actions


def _with_room(locks, more, now):
    """The same locks, with room for `more` further transactions."""
    is_open, most = int(locks.counters[_locks.OPEN]), MOST_OBJECTS // locks.objects.shape[1]
    if is_open > most:
        rule = f"transactions at {now:.6g} s, at most {most}: transactions_per_second must let them finish"
        _check.fail("open", is_open, rule)
    return locks if is_open + more <= len(locks.due) else _locks.grown(locks, 2 * is_open + more)
