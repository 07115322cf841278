"""Published and independently computed values about impatience and retrials."""

from published import assert_agrees, each, entries
from underload import queueing


def _erlang_a(p):
    return queueing.ErlangA(p["lam"], p["mu"], p["n"], p["theta"])


def _all(p):
    queue = _erlang_a(p)
    names = ("abandonment_probability", "wait_probability", "wait_mean", "queue_mean", "utilization")
    return [getattr(queue, name) for name in names]


BY_ID = {
    "erlA-50-PAb": lambda p: _erlang_a(p).abandonment_probability,
    "erlA-50-W": lambda p: 60 * _erlang_a(p).wait_mean,  # its unit of time is a minute
    "erlA-50-util": lambda p: _erlang_a(p).utilization,
    "erlA-50-hp": _all,
    "retrial-mm1": lambda p: queueing.MM1Retrial(p["lam"], p["mu"], p["theta"]).orbit_mean,
    "q.erlA_pab": lambda p: _erlang_a(p).abandonment_probability,
    "q.erlA_util": lambda p: _erlang_a(p).utilization,
}


def test_every_entry_is_used():
    assert set(BY_ID) == {entry["id"] for entry in entries("queueing/impatience")}


@each("queueing/impatience")
def test_value(entry):
    assert_agrees(BY_ID[entry["id"]](entry["params"]), entry)
