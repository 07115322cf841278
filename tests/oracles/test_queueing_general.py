"""Published and independently computed values about general service, disciplines and priorities."""

from published import assert_agrees, each, entries
from underload.queueing import MG1, priorities
from underload.random import Exponential


def _priorities(p):
    services = [Exponential(1 / rate) for rate in p["mu"]]
    return priorities(p["lam"], services).response_mean


def _cobham(_):
    waits = priorities([0.45, 0.45], Exponential(1)).wait_mean
    return [*waits, MG1(0.9, Exponential(1)).wait_mean]


COMPUTE = {
    "prio-ciw": _priorities,
    "srpt-mm1-.9": lambda p: MG1(p["lam"], Exponential(1 / p["mu"])).under("srpt").response_mean,
    "q.cobham": _cobham,
}


@each("queueing/general")
def test_agrees(entry):
    assert_agrees(COMPUTE[entry["id"]](entry["params"]), entry)


def test_every_value_is_used():
    assert set(COMPUTE) == {entry["id"] for entry in entries("queueing/general")}
