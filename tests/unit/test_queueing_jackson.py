"""Open Jackson networks against fractions, chains by hand, and graphs."""

from fractions import Fraction

import networks_reference as slow
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from underload import queueing

SLOW = settings(derandomize=True, deadline=None, max_examples=40)


@given(
    weights=st.lists(st.lists(st.integers(0, 6), min_size=5, max_size=5), min_size=4, max_size=4),
    arrivals=st.lists(st.integers(0, 5), min_size=4, max_size=4),
)
@SLOW
def test_traffic_in_fractions(weights, arrivals):
    arrivals[0] += 1
    routing = [[w / 64 for w in row[:4]] for row in weights]  # rows sum to at most 24/64: exact floats, always an exit
    network = queueing.jackson(routing, arrivals=arrivals, service_rates=1000)
    exact = slow.traffic(routing, arrivals)
    assert network.arrival_rates == pytest.approx([float(rate) for rate in exact], rel=1e-14)
    assert network.visits == pytest.approx([float(rate / sum(arrivals)) for rate in exact], rel=1e-14)
    # Little's law for the whole network, and what leaves is what comes.
    assert network.number_mean == pytest.approx(network.arrival_rate * network.response_mean, rel=1e-12)
    exits = 1 - np.sum(routing, axis=1)
    assert network.arrival_rates @ exits == pytest.approx(network.throughput, rel=1e-13)


def test_rare_exits_keep_their_digits():
    # One customer in 10^12 leaves, after a walk between stations that differ in how often they are seen by 10^9.
    rare = 2.0**-40
    routing = [[0, 1 - 2.0**-30, 2.0**-30], [1, 0, 0], [1 - rare, 0, 0]]
    network = queueing.jackson(routing, arrivals=[2.0**-60, 0, 0], service_rates=[1e9, 1e9, 1.0])
    exact = slow.traffic(routing, [Fraction(2) ** -60, 0, 0])
    assert exact[2] == Fraction(2) ** -20
    np.testing.assert_allclose(network.arrival_rates, [float(rate) for rate in exact], rtol=1e-15)


def test_stations_by_hand():
    # web -> db (0.5) -> web (0.2): visits 1 / (1 - 0.1) = 10/9 and 5/9.
    graph = nx.DiGraph()
    graph.add_node("web", service_rate=10, arrivals=4)
    graph.add_node("db", service_rate=3, servers=2)
    graph.add_node("mail", service_rate=0.1, servers=float("inf"))
    graph.add_edge("web", "db", probability=0.5)
    graph.add_edge("db", "web", probability=0.2)
    graph.add_edge("db", "mail", probability=0.1)
    network = queueing.jackson(graph)
    assert network.names == ("web", "db", "mail")
    assert network.visits == pytest.approx([10 / 9, 5 / 9, 5 / 90], rel=1e-14)
    web, db = queueing.MMc(40 / 9, 10), queueing.MMc(20 / 9, 3, 2)
    assert network.station("web").response_mean == pytest.approx(web.response_mean, rel=1e-13)
    assert network.station("db").wait_quantile(0.99) == pytest.approx(db.wait_quantile(0.99), rel=1e-12)
    assert network.wait_means == pytest.approx([web.wait_mean, db.wait_mean, 0], rel=1e-13)
    assert network.number_mean == pytest.approx(web.number_mean + db.number_mean + 4 * 5 / 90 / 0.1, rel=1e-13)
    assert network.utilizations == pytest.approx([4 / 9, 10 / 27, 0], rel=1e-13)
    assert network.bottleneck == "web"
    assert network.headroom == pytest.approx(9 / 4, rel=1e-13)
    grown = queueing.jackson(graph, arrivals={"web": 4 * 9 / 4 * (1 - 1e-9)})
    assert grown.station("web").utilization == pytest.approx(1, rel=1e-8)
    with pytest.raises(ValueError, match=r"station 'web': utilization"):
        queueing.jackson(graph, arrivals={"web": 4 * 9 / 4 * (1 + 1e-9)})


def test_matrix_sparse_and_graph_agree():
    routing = np.array([[0, 0.5, 0.25], [0.125, 0.25, 0], [0.5, 0, 0]])
    arguments = {"arrivals": [1, 0, 2], "service_rates": [9, 8, 7], "servers": [1, 2, 3]}
    graph = nx.DiGraph()
    graph.add_nodes_from(range(3))
    graph.add_edges_from((i, j, {"probability": p}) for (i, j), p in np.ndenumerate(routing) if p)
    one = queueing.jackson(routing, **arguments)
    for other in (sparse.csc_array(routing), sparse.coo_matrix(routing), graph):
        np.testing.assert_array_equal(queueing.jackson(other, **arguments).number_means, one.number_means)


def test_a_customer_who_can_never_leave_is_refused():
    with pytest.raises(ValueError, match=r"routing must let customers leave the network, .* station 1"):
        queueing.jackson([[0, 0.5, 0], [0, 0, 1], [0, 1, 0]], arrivals=[1, 0, 0], service_rates=9)
    # 0.7 + 0.2 + 0.1 is below 1 in floats; that is rounding, not a way out.
    with pytest.raises(ValueError, match="leave the network"):
        queueing.jackson([[0.7, 0.2, 0.1]] * 3, arrivals=[1, 0, 0], service_rates=9)
    # A trap that nobody enters does no harm.
    network = queueing.jackson([[0, 0.5, 0], [0, 0, 0], [0, 0, 1]], arrivals=[1, 0, 0], service_rates=9)
    assert network.arrival_rates == pytest.approx([1, 0.5, 0])
    assert network.station(2).number_mean == 0


def test_a_row_above_one_is_refused():
    with pytest.raises(ValueError, match=r"routing from station 0 sums to 1.01"):
        queueing.jackson([[0.5, 0.51], [0, 0]], arrivals=[1, 0], service_rates=9)


def test_a_long_tandem():
    # 300 stations in a row, each repeating a visit with probability 1/2.
    count = 300
    routing = 0.5 * np.eye(count) + 0.5 * np.eye(count, k=1)
    network = queueing.jackson(routing, arrivals=np.eye(count)[0], service_rates=4)
    np.testing.assert_allclose(network.visits, 2, rtol=1e-13)
    assert network.response_mean == pytest.approx(count * 2 / (4 - 2), rel=1e-13)
