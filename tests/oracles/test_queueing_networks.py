"""Published values of queueing networks."""

from fractions import Fraction

import numpy as np
import pytest
from published import assert_agrees, each, entries
from underload import queueing

PART = "queueing/networks"


def _numbers(values):
    """Nested lists of numbers, fractions such as "1/3" and "inf", as float64."""
    if isinstance(values, list):
        return np.array([_numbers(value) for value in values])
    if not isinstance(values, str):
        return float(values)
    return np.inf if values == "inf" else float(Fraction(values) if "." not in values else 1 / float(values[2:]))


def _demands(p):
    return _numbers(p["V"]) * _numbers(p["S"])


def _lazowska_113(p):
    network = queueing.open_network([_demands(p)], [p["lam"]])
    return [network.utilization[0, 0], p["lam"] * p["V"][0], network.number_mean[0, 0]]


def _sixto(p):
    network = queueing.jackson(p["P"], arrivals=p["ext"], service_rates=p["mu"])
    return [network.number_mean, *network.number_means]


def _zahorjan_138(p):
    network = queueing.open_network(_demands(p), _numbers(p["lam"]))
    return [*network.response_mean, *network.number_mean.sum(axis=1)]


def _bench(p):
    arrivals = [p["lam"], 0, 0]
    network = queueing.jackson(p["P"], arrivals=arrivals, service_rates=p["mu"], servers=p["c"])
    return [*network.number_means, network.response_mean]


def _mva(p):
    return queueing.mva(_demands(p), p["N"], servers=_numbers(p["c"]), visits=p["V"])


def _bolch_87(p):
    # Service times by the number present: 1/2, 1/4, 1/4; 0.6; 0.8; and 1, 1/2, 1/3 of the pure delay.
    demands = np.array([1 / 2, 1 / 1.667, 1 / 1.25, 1.0]) * p["V"]
    return queueing.mva(demands, p["N"], rates=[[1, 2, 2], None, None, [1, 2, 3]], visits=p["V"]).visit_response_mean


def _schweitzer(p):
    network = queueing.approximate_mva(p["D"], p["N"], think_time=p["Z"], method="schweitzer")
    return [*network.number_mean, network.throughput, network.response_mean]


def _lazowska_142(p):
    return queueing.multiclass_mva(_demands(p), p["N"]).number_mean.ravel()


def _schwetman(p):
    return queueing.multiclass_mva(_demands(p), p["N"], servers=_numbers(p["c"]))


def _schwetman_5(p):
    network = _schwetman(p)
    return [*network.throughput, *network.number_mean[:, 2]]


def _zahorjan_148(p):
    s = p["S"]
    network = queueing.mixed_network(s[:2], s[2:], arrival_rates=p["lam"], populations=p["N"])
    return network.closed.number_mean.ravel()


def _cycle(p):
    # Every station has room for all: the value says nothing about a blocking rule, and both give it.
    rates = 1 / np.array(p["S"])
    cycle = queueing.finite_cycle(rates, p["C"], p["N"], blocking="repetitive service")
    other = queueing.finite_cycle(rates, p["C"], p["N"], blocking="after service")
    assert cycle.throughput == other.throughput
    return [*cycle.utilization, cycle.throughput]


BY_ID = {
    "ojn-laz-113": _lazowska_113,
    "ojn-sixto-11.11": _sixto,
    "omn-zahorjan-138": _zahorjan_138,
    "bench-net3": _bench,
    "mva-bolch-8.4": lambda p: _mva(p).number_mean,
    "mvald-bolch-8.7-R": _bolch_87,
    "conv-bolch-8.1-G": lambda p: np.exp(
        queueing.normalizing_constants(_demands(p), p["N"], servers=p["c"]).log_constant
    ),
    "conv-bolch-8.1-Q": lambda p: _mva(p).number_mean,
    "conv-bolch-8.1-R": lambda p: _mva(p).visit_response_mean,
    "schw-laz-117": _schweitzer,
    "mcmva-laz-142-Q": _lazowska_142,
    "schwetman-t3": lambda p: _schwetman(p).number_mean.sum(axis=0),
    "schwetman-t5": _schwetman_5,
    "mix-zahorjan-148": _zahorjan_148,
    "blk-oct-1": _cycle,
}


def test_every_entry_is_used():
    assert [entry["id"] for entry in entries(PART)] == list(BY_ID)


@each(PART)
def test_value(entry):
    assert_agrees(BY_ID[entry["id"]](entry["params"]), entry)


def test_two_classes_in_fractions():
    # Lazowska, Zahorjan, Graham and Sevcik 1984, p. 142: X = 3/19 and 2/19.
    network = queueing.multiclass_mva([[1, 3], [2, 4]], [1, 1])
    assert network.throughput == pytest.approx([3 / 19, 2 / 19], rel=1e-15)


def test_open_visits_by_hand():
    # Two stations, p of the customers return: lambda_1 = 1 / (1 - p), as in the textbook's central server.
    network = queueing.jackson([[0, 1], [0.5, 0]], arrivals=[1, 0], service_rates=[4, 5])
    assert network.visits == pytest.approx([2, 2], rel=1e-15)
    assert network.response_mean == pytest.approx(2 / (4 - 2) + 2 / (5 - 2), rel=1e-15)
