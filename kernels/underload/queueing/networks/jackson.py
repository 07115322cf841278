"""Open Jackson networks: Poisson arrivals, exponential service, and customers who are routed by chance. Exact.

The traffic equations lambda = gamma + P' lambda are solved as the long-run law of a chain in which one more state
stands for the outside, by an elimination without subtractions: rare exits keep their digits. Each station is then an
M/M/c queue of its own.

Source: Jackson, Networks of waiting lines, Operations Research 5(4), 1957; Jobshop-like queueing systems, Management
Science 10(1), 1963.
"""

import dataclasses
import math

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from underload import _check
from underload.queueing.elimination import eliminate
from underload.queueing.infinite import MMInf
from underload.queueing.mmc import MMc
from underload.queueing.networks import stations

__all__ = ["JacksonNetwork", "jackson"]

MOST_STATIONS = 3000  # the elimination takes n^3 / 3 steps: some ten seconds
ROUNDING = 4e-16  # how far a row's sum may miss 1, for each of its entries, and still be 1


@dataclasses.dataclass(frozen=True, eq=False)
class JacksonNetwork:
    """An open Jackson network in its steady state.

    Attributes
    ----------
    names : tuple
        The stations, in order: the nodes of the graph, or 0, 1, ...
    stations : tuple of MMc or MMInf
        Each by itself, with its `utilization`, `wait_mean`, `response_mean`, `number_mean` and their laws.
    visits : float64[K]
        Mean visits of a request to each station.
    arrival_rate : float
        Requests from outside per unit of time.
    """

    names: tuple
    stations: tuple
    visits: np.ndarray
    arrival_rate: float

    def station(self, name):
        """The station of that name."""
        if name not in self.names:
            _check.fail("name", name, f"must be one of the stations {', '.join(map(repr, self.names[:20]))}")
        return self.stations[self.names.index(name)]

    def _each(self, attribute):
        return np.array([getattr(station, attribute) for station in self.stations])

    @property
    def arrival_rates(self):
        """Customers per unit of time at each station, from outside or not: float64[K]."""
        return self._each("arrival_rate")

    @property
    def utilizations(self):
        """Fraction of the time that a server of each station is busy; 0 for infinitely many: float64[K]."""
        return np.array([getattr(station, "utilization", 0.0) for station in self.stations])

    @property
    def number_means(self):
        """Mean number of customers at each station: float64[K]."""
        return self._each("number_mean")

    @property
    def wait_means(self):
        """Mean wait of one visit to each station: float64[K]."""
        return self._each("wait_mean")

    @property
    def response_means(self):
        """Mean time of one visit to each station: float64[K]."""
        return self._each("response_mean")

    @property
    def throughput(self):
        """Requests that leave the network per unit of time."""
        return self.arrival_rate

    @property
    def number_mean(self):
        """Mean number of requests in the network."""
        return math.fsum(self.number_means)

    @property
    def response_mean(self):
        """Mean time from a request's arrival to its departure from the network."""
        return math.fsum(self.visits * self.response_means)

    @property
    def bottleneck(self):
        """The name of the station with the highest utilization, the first of several."""
        return self.names[int(np.argmax(self.utilizations))]

    @property
    def headroom(self):
        """The factor below which all arrivals from outside may grow together; inf without finite stations in use."""
        busiest = float(self.utilizations.max())
        return 1 / busiest if busiest > 0 else math.inf


def traffic(routing, arrivals, names):
    """Customers per unit of time at each station.

    Parameters
    ----------
    routing : scipy sparse [K, K]
    arrivals : float64[K]
    names : tuple
    """
    rows, count = routing.tocsr(), len(arrivals)
    exits = np.empty(count)
    for i in range(count):
        row = rows.data[rows.indptr[i] : rows.indptr[i + 1]]
        exits[i] = math.fsum([1.0, *(-row)])
        if abs(exits[i]) <= ROUNDING * len(row):
            exits[i] = 0.0
        if exits[i] < 0:
            raise ValueError(f"routing from station {names[i]!r} sums to {math.fsum(row):.17g}, must be at most 1")
    here = reached(rows, np.flatnonzero(arrivals))
    leaving = reached(rows.T.tocsr(), np.flatnonzero(exits))
    for i in np.flatnonzero(here & ~leaving):
        raise ValueError(f"routing must let customers leave the network, but none leave after station {names[i]!r}")
    used = np.flatnonzero(here)
    total = math.fsum(arrivals)
    rates = np.zeros((len(used) + 1, len(used) + 1))
    rates[0, 1:], rates[1:, 0] = arrivals[used] / total, exits[used]
    rates[1:, 1:] = rows[used][:, used].toarray()
    law = eliminate(rates)
    found = np.zeros(count)
    found[used] = law[1:] / law[0] * total
    return found


def reached(edges, starts):
    """The states that can be reached from any of several: bool[K]."""
    count = edges.shape[0]
    first = sparse.csr_array((np.ones(len(starts)), (np.zeros(len(starts), dtype=int), starts)), shape=(1, count))
    whole = sparse.block_array([[None, first], [sparse.csr_array((count, 1)), edges]], format="csr")
    found = np.zeros(count + 1, dtype=bool)
    found[csgraph.breadth_first_order(whole, 0, return_predecessors=False)] = True
    return found[1:]


def from_graph(graph):
    """Names and routing of a networkx graph."""
    names = tuple(graph.nodes)
    place = {name: i for i, name in enumerate(names)}
    if not graph.is_directed() or graph.is_multigraph() or not names:
        _check.fail("routing", graph, "must be a directed graph with stations and single edges")
    edges = [(place[a], place[b], p, f"routing[{a!r}, {b!r}]") for a, b, p in graph.edges(data="probability")]
    data = [_check.probability(label, p) for _, _, p, label in edges]
    rows, columns = [edge[0] for edge in edges], [edge[1] for edge in edges]
    return names, sparse.csr_array((data, (rows, columns)), shape=(len(names), len(names)))


def from_matrix(routing):
    """Names and routing of an array or a sparse matrix."""
    given = routing.toarray() if sparse.issparse(routing) else np.asarray(routing)
    if given.dtype.kind not in "iuf" or given.ndim != 2 or given.size == 0 or len(given) != given.shape[1]:
        _check.fail("routing", routing, "must be a square matrix of probabilities")
    return tuple(range(len(given))), sparse.csr_array(_check.each(_check.probability, "routing", given))


def values(name, given, graph, attribute, names, default=None):
    """A value for each station: given as a mapping or in order, or an attribute of the graph's nodes."""
    if given is None and graph is not None:
        given = {node: graph.nodes[node].get(attribute, default) for node in names}
    if given is None:
        given = default
    if hasattr(given, "keys"):
        for key in given:
            if key not in names:
                _check.fail(f"{name}[{key!r}]", given[key], "must belong to a station of the network")
        given = [given.get(node, default) for node in names]
        missing = [node for node, value in zip(names, given, strict=True) if value is None]
        if missing:
            _check.fail(f"{name}[{missing[0]!r}]", None, "must be given")
    if given is None:
        _check.fail(name, given, "must be given")
    return np.full(len(names), given) if np.ndim(given) == 0 and name != "arrivals" else np.asarray(given)


def jackson(routing, *, arrivals=None, service_rates=None, servers=None):
    """An open Jackson network. Exact.

    Parameters
    ----------
    routing : float[K, K], scipy sparse or networkx.DiGraph
        Probability that a customer goes from one station to the next; what a row lacks to 1 leaves the network. Edges
        of a graph have it as their attribute `probability`. At most 3000 stations.
    arrivals : float[K] or mapping
        Customers from outside per unit of time at each station, each >= 0, not all 0. A mapping goes by name and may
        leave out 0. Without it, the attribute `arrivals` of the graph's nodes, 0 where absent.
    service_rates : float, float[K] or mapping
        Requests that one busy server completes per unit of time, each > 0. Without it, the attribute `service_rate`
        of the nodes.
    servers : float, float[K] or mapping, optional
        Servers of each station: whole numbers, or inf where nobody queues. One where absent. Without it, the attribute
        `servers` of the nodes.

    Returns
    -------
    JacksonNetwork

    Raises
    ------
    ValueError
        If an argument breaks its rule, a customer may never leave, or a station, which is named, is not stable.

    Notes
    -----
    A row of the routing whose sum misses 1 by rounding alone counts as 1. See the head of this module.
    """
    graph = routing if hasattr(routing, "nodes") and hasattr(routing, "edges") else None
    names, matrix = from_matrix(routing) if graph is None else from_graph(graph)
    count = len(names)
    if count > MOST_STATIONS:
        _check.fail("routing", count, f"must have at most {MOST_STATIONS} stations")
    named = graph is not None or hasattr(arrivals, "keys")
    outside = values("arrivals", arrivals, graph, "arrivals", names, 0.0 if named else None)
    outside = stations.per_station("arrivals", outside, count)
    if not 0 < outside.sum() < math.inf:
        _check.fail("arrivals", outside.tolist(), "must have a finite sum > 0")
    speed = values("service_rates", service_rates, graph, "service_rate", names)
    speed = stations.per_station("service_rates", speed, count)
    crew = stations.servers_of(values("servers", servers, graph, "servers", names, 1), count)
    rate = traffic(matrix, outside, names)
    total = math.fsum(outside)
    return JacksonNetwork(names, tuple(map(build, names, rate, speed, crew)), rate / total, total)


def build(name, arrival_rate, service_rate, servers):
    """A station by itself; an error names it."""
    try:
        if servers == math.inf:
            return MMInf(arrival_rate=float(arrival_rate), service_rate=float(service_rate))
        return MMc(arrival_rate=float(arrival_rate), service_rate=float(service_rate), servers=int(servers))
    except ValueError as error:
        raise ValueError(f"station {name!r}: {error}") from None
