"""Published and independently computed values about capacity, rare events and communication."""

import json
import math
import pathlib

import numpy as np
import pytest
from underload import capacity, datasets, queueing

ENTRIES = {
    entry["id"]: entry for entry in json.loads((pathlib.Path(__file__).parent / "claims.json").read_text("utf8"))
}
TOPICS = {"capacity", "rare events", "communication"}


def _peak_second(params):
    return capacity.expected_max_poisson(params["lam"], params["n"])


def _row(params):
    # Requests per user x peak factor = 30.24, however it is split.
    return capacity.peak_load(params["DAU"], 10.08, 3)


def _hikari(params):
    return queueing.throughput(params["N"], response_time=params["R_s"], think_time=params["Z_s"])


def _world(params):
    metros = datasets.load("metros")
    return capacity.mixed_peak_factor(metros["utc_offset_hours"], metros["population"], params["pf_local"])


def _stored(params, unit):
    users = np.atleast_1d(params["DAU"])
    return np.array([capacity.stored_bytes(1e5 * number, 365) for number in users]) / unit


COMPUTED = {
    "cap.product_for_350": lambda p: capacity.identified_product(p["peak_rps"], p["DAU"]),
    "cap.row_10000000": _row,
    "cap.row_100000000": _row,
    "cap.row_1000000000": _row,
    "cap.storage_row1_TB": lambda p: _stored(p, 1e12)[0],
    "cap.storage_rows_PB": lambda p: _stored(p, 1e15),
    "cap.peak_second_34722": _peak_second,
    "cap.peak_second_347222": _peak_second,
    "cap.vonmises_2": lambda p: capacity.von_mises_concentration(p["pf"]),
    "cap.vonmises_5": lambda p: capacity.von_mises_concentration(p["pf"]),
    "cap.global_peak_factor": _world,
    "cap.littles_hikari_96": _hikari,
    "cap.littles_hikari_2048": _hikari,
    "cap.concurrent": lambda p: capacity.concurrency(p["DAU"], p["session_s"], peak_factor=p["pf"]),
    "rare.rate": lambda p: capacity.event_rate(p["p"], p["rps"]),
    "rare.p_ge1_1s_exact": lambda p: capacity.probability_in_window(p["p"], p["n"]),
    "rare.rule_of_three": lambda p: capacity.clean_trials_needed(p["p"], 0.95),
    "rare.uuid4_half": lambda p: capacity.items_for_collision(122, 0.5),
    "rare.le_cam": lambda p: capacity.le_cam_bound(p["p"], p["n"]),
    "comm.giant_c1.5": lambda p: capacity.giant_component(p["c"]),
    "comm.connect_threshold": lambda p: capacity.connectivity_limit(0),
    "comm.gossip_1e4": lambda p: np.mean([capacity.gossip_rounds(p["n"], seed) for seed in range(200)]),
}

# Facts that nothing computes; a test below puts them to use.
FACTS = {"comm.calldepth_alibaba", "comm.uber"}


@pytest.mark.parametrize("id", sorted(COMPUTED))
def test_value(id):
    entry = ENTRIES[id]
    allowed = entry["tolerance"]
    np.testing.assert_allclose(
        COMPUTED[id](entry["params"]), entry["expected"], rtol=allowed.get("rel", 0), atol=allowed.get("abs", 0)
    )


def test_every_entry_of_the_topics_is_tried():
    assert {id for id, entry in ENTRIES.items() if entry["topic"] in TOPICS} == set(COMPUTED) | FACTS


def test_real_call_graphs_are_sparse():
    # At Uber 2200 services, at Alibaba at most 10 callees each: 22,000 links of the 4,837,800 possible, 1 in 220.
    services, domains = ENTRIES["comm.uber"]["expected"]
    (_, deepest), (_, most_callees) = ENTRIES["comm.calldepth_alibaba"]["expected"]
    assert capacity.links(services) == 4_837_800
    assert services * most_callees < capacity.links(services) / 200
    # 70 domains leave one link in a thousand: (2200 / 70)^2 = 988.
    assert capacity.links(services) / capacity.links(domains) == pytest.approx(1001.6, abs=0.1)
    # A binary tree of calls of that depth already touches 127 services.
    assert 2 ** (deepest + 1) - 1 == 127


def test_copysets_as_published():
    # Cidon et al., USENIX ATC 2013, abstract: 99.99 % to 0.15 % in a cluster of 5000 nodes that keeps 8000 chunks
    # a node, 1 % of which fail; 0.78 % with the scatter width of 10 that Facebook's cluster needs.
    assert capacity.copyset_loss_random(5000, 3, 8000, 0.01) == pytest.approx(0.999996, abs=1e-6)
    assert math.floor(1e4 * capacity.copyset_loss(5000, 3, 2, 0.01)) == 15
    assert round(1e4 * capacity.copyset_loss(5000, 3, 10, 0.01)) == 78


def test_birthdays_as_everybody_knows_them():
    # 2^64 identifiers: half a chance of a collision at 5.06e9; 2^32: at 77,163 (von Mises 1939's problem in bits).
    assert capacity.items_for_collision(64) == pytest.approx(5.06e9, rel=1e-3)
    assert capacity.items_for_collision(32) == pytest.approx(77_163, abs=1)
