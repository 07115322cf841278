"""Published and independently computed values of matrix queues, transients, batches and polling."""

import numpy as np
from published import assert_agrees, each, entries
from underload import queueing as q
from underload.random import Hyperexponential

PART = "queueing/matrix"


def _batches(p):
    scv = p["EX2"] / p["EX"] ** 2 - 1
    return q.MXG1(p["lam_batch"], p["EX"], scv, q.PhaseType.exponential(1 / p["mu"])).number_mean


def _from_empty(p):
    room = 400  # more than 400 arrivals in 50 time units have a probability below 1e-200
    chain = q.birth_death_generator(np.full(room, p["lam"]), np.full(room, float(p["mu"])))
    law = q.transient(chain, 0, p["t"])
    return [law[0], law @ np.arange(room + 1)]


def _modulated(p):
    return q.MAPPH1(q.MarkovianArrivals(p["D0"], p["D1"]), q.PhaseType.exponential(1 / p["mu"])).number_mean


def _polling(discipline):
    # The parameters are words: Erlang 2, Erlang 3 and a hyperexponential law of scv 2, all of mean 0.1.
    services = [q.PhaseType.erlang(0.1, 2), q.PhaseType.erlang(0.1, 3), Hyperexponential(0.1, 2.0)]
    return lambda p: q.Polling(p["lam"], services, q.PhaseType.erlang(0.2, 2), discipline).wait_mean


BY_MODEL = {
    "M^X/M/1": _batches,
    "M/M/1 from empty": _from_empty,
    "MMPP(2)/M/1": _modulated,
    "3-queue cyclic polling, gated": _polling("gated"),
    "3-queue cyclic polling, exhaustive": _polling("exhaustive"),
}


def test_every_entry_is_used():
    assert {entry["model"] for entry in entries(PART)} == set(BY_MODEL)


@each(PART)
def test_agrees(entry):
    assert_agrees(BY_MODEL[entry["model"]](entry["params"]), entry)
