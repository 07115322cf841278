"""Run a function over a grid or over replications: on threads, processes or a cluster, with the same results.

Each (point, replication) has its own seed, computed from its place and not from when or where it runs. With a store, a
run that was stopped goes on where it was.
"""

import concurrent.futures
import contextlib
import dataclasses
import os
import pathlib
import sys

from . import _check
from ._store import Store

__all__ = ["SweepError", "derived_seed", "sweep"]

MASK = 2**64 - 1


class SweepError(RuntimeError):
    """A call of the swept function failed; the message names the point, the cause is the error itself.

    Attributes
    ----------
    point : object
    index, replication, seed : int
    """


@dataclasses.dataclass(frozen=True)
class _Task:
    index: int
    point: object
    replication: int
    seed: int


def _failed(task, error):
    place = f"point {task.index}, {task.point!r} (replication {task.replication}, seed {task.seed})"
    problem = SweepError(f"{place}: {type(error).__name__}: {error}")
    for field in dataclasses.fields(task):
        setattr(problem, field.name, getattr(task, field.name))
    return problem


def _mix(x):
    """The first output of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) in state `x`: a bijection of 64 bits."""
    z = (x + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def derived_seed(seed, index, replication=0):
    """The seed of one call: ``mix(mix(mix(seed) ^ index) ^ replication)``, `mix` being a step of SplitMix64.

    Parameters
    ----------
    seed : int
        The sweep's seed, in [0, 2**64).
    index : int
        The place of the point in the list of points, from 0.
    replication : int
        From 0.

    Returns
    -------
    int
        In [0, 2**64).
    """
    seed = _check.seed("seed", seed)
    index = _check.integer("index", index)
    return _mix(_mix(_mix(seed) ^ index) ^ _check.integer("replication", replication))


def sweep(function, points, *, replications=1, seed=0, executor=None, store=None, progress=None):
    """Call ``function(point, seed)`` for every point and replication.

    Parameters
    ----------
    function : callable
        Takes a point and a seed (int in [0, 2**64)); its result must follow from these two. For processes and a
        cluster it must pickle.
    points : iterable
        The grid: numbers, tuples, dicts, dataclasses, anything that the function takes.
    replications : int
        Calls for each point, each with its own seed.
    seed : int
        In [0, 2**64); `derived_seed` tells the seed of each call.
    executor : concurrent.futures.Executor, optional
        Where calls run: by default threads, one for each processor (kernels release the GIL; a function in plain
        Python does not, and needs a ``ProcessPoolExecutor``). ``Client.get_executor()`` of Dask is a cluster.
    store : path, optional
        A folder in which every finished call is kept. A later sweep reads what is there and calls only for the rest;
        a changed function (or helper that it uses), package, point, place in `points`, or seed makes a new entry.
        Results are pickled: use no store that you would not run as a program.
    progress : callable or True, optional
        Called as ``progress(done, total)``, at the start if anything was stored and after every call; True writes a
        line on standard error.

    Returns
    -------
    list
        One result for each (point, replication), in order of points and, for each point, of replications: the same
        whatever the executor.

    Raises
    ------
    SweepError
        If a call failed. What has not started is cancelled; what has finished is in the store.
    ValueError
        For a malformed argument, or points that a store cannot tell apart because they do not pickle.
    """
    tasks, report = _checked(function, points, replications, seed, executor, store, progress)
    keep = None if store is None else Store(store, function)
    results = [None] * len(tasks)
    missing = {}
    for place, task in enumerate(tasks):
        found = keep.load(task) if keep else ()
        if found:
            results[place] = found[0]
        else:
            missing[place] = task
    if len(missing) < len(tasks):
        report(len(tasks) - len(missing), len(tasks))

    def finish(place, future):
        try:
            results[place] = future.result()
            if keep:
                keep.save(tasks[place], results[place])
        except Exception as error:
            raise _failed(tasks[place], error) from error

    _run(function, missing, executor, finish, lambda left: report(len(tasks) - left, len(tasks)))
    return results


def _checked(function, points, replications, seed, executor, store, progress):
    """The calls to make and the function that reports progress."""
    if not callable(function):
        _check.fail("function", function, "must be callable with a point and a seed")
    try:
        points = list(points)
    except TypeError:
        _check.fail("points", points, "must be an iterable of points")
    replications = _check.integer("replications", replications, least=1)
    seed = _check.seed("seed", seed)
    if executor is not None and not hasattr(executor, "submit"):
        _check.fail("executor", executor, "must be a concurrent.futures executor")
    if store is not None and (not isinstance(store, str | os.PathLike) or pathlib.Path(store).is_file()):
        _check.fail("store", store, "must be the path of a folder")
    if progress is True:
        progress = _line
    elif progress is None:
        progress = _silence
    elif not callable(progress):
        _check.fail("progress", progress, "must be callable with (done, total), True or None")
    tasks = [
        _Task(index, point, replication, derived_seed(seed, index, replication))
        for index, point in enumerate(points)
        for replication in range(replications)
    ]
    return tasks, progress


def _silence(done, total):
    pass


def _line(done, total):
    print(f"\r{done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)


def _run(function, missing, executor, finish, report):
    """Call for every missing task; `finish(place, future)` as calls end, also those under way at an error."""
    own = executor is None
    pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count()) if own else executor
    places = {}
    try:
        for place, task in missing.items():
            places[pool.submit(function, task.point, task.seed)] = place
        for future in concurrent.futures.as_completed(list(places)):
            finish(places[future], future)
            del places[future]
            report(len(places))
    except BaseException:
        running = [future for future in places if not future.cancel()]
        if own:  # threads cannot be stopped: their calls end, so keep them
            concurrent.futures.wait(running)
        for future in running:
            if future.done() and future.exception() is None:
                with contextlib.suppress(SweepError):  # the first error is the one to raise
                    finish(places[future], future)
        raise
    finally:
        if own:
            pool.shutdown()
