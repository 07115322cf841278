"""Published and independently computed values about finite rooms, and about servers of different rates."""

import pytest
from published import assert_agrees, each, entries
from underload import queueing

NAMES = {
    "L": "number_mean",
    "Lq": "queue_mean",
    "W": "response_mean",
    "Wq": "wait_mean",
    "pK": "blocking_probability",
}


def _room(p, metric):
    queue = queueing.MMcK(p["lam"], p["mu"], p.get("c", 1), p["K"])
    names = metric.strip("[]").split(",")
    values = [getattr(queue, NAMES[name]) for name in names]
    return values if metric.startswith("[") else values[0]


def _mean_rate(p, _):
    # Bolch's approximation replaces the servers by as many of the mean rate.
    rates = p["mu"]
    return queueing.MMc(p["lam"], sum(rates) / len(rates), len(rates)).number_mean


BY_MODEL = {
    "M/M/c/K": _room,
    "M/M/1/K": _room,
    "asymmetric M/M/m, Bolch approximation (= M/M/m with mean rate)": _mean_rate,
}


def test_every_entry_is_used():
    assert {entry["model"] for entry in entries("queueing/finite")} == set(BY_MODEL)


@each("queueing/finite")
def test_value(entry):
    assert_agrees(BY_MODEL[entry["model"]](entry["params"], entry["metric"]), entry)


# Gross, Shortle, Thompson and Harris, Fundamentals of Queueing Theory, 4th ed., 2008, in its own roundings.
def test_a_car_wash_with_three_bays_and_four_places_to_wait():
    # Example 2.5: three inspection stalls, four more cars inside, 1 car a minute, 6 minutes a stall.
    queue = queueing.MMcK(arrival_rate=1, service_rate=1 / 6, servers=3, capacity=7)
    assert queue.queue_mean == pytest.approx(3.09, abs=0.005)
    assert queue.number_mean == pytest.approx(6.06, abs=0.005)
    # 30.3 cars an hour are turned away.
    assert 60 * queue.blocking_probability * queue.arrival_rate == pytest.approx(30.3, abs=0.1)


def test_two_repairmen_for_five_machines():
    # Example 2.7: five machines, two servicemen, breakdowns every 30 hours each, repairs of 3 hours.
    queue = queueing.MMcKN(source_rate=1 / 30, service_rate=1 / 3, servers=2, population=5)
    weights = [1, 1 / 2, 1 / 10, 3 / 200, 3 / 2000, 3 / 40000]
    assert queue.state_probability(0) == pytest.approx(1 / sum(weights), rel=1e-14)
    assert queue.number_mean == pytest.approx(0.465, abs=0.0005)
