"""Open networks as a `System`, and the door to them; the mechanism is in `network`."""

import dataclasses
import math

import numpy as np

from underload import _check
from underload.queueing.erlang import check_stable
from underload.queueing.networks.jackson import from_graph, from_matrix, traffic, values
from underload.queueing.simulation.engine import run_system
from underload.queueing.simulation.network import Passengers, Stations, passes
from underload.queueing.simulation.sources import Source, stack
from underload.queueing.simulation.system import System
from underload.queueing.simulation.tally import new_tally
from underload.random import Deterministic, Distribution

__all__ = ["simulate_network"]

ROOM = 1024  # customers that an empty network has room for
REAL = {"arrival", "joined", "service", "worked"}


class Station(System):
    """A station of a network, for its share of the results."""

    shares_queue = True

    def __init__(self, network, servers):
        self.network, self.servers = network, servers

    def start(self, states):
        raise NotImplementedError("a station starts with its network")

    def relaxation(self, traffic):
        return self.network.relaxation(traffic)

    def _spare(self, traffic):
        return self.network._spare(traffic)


class NetworkSystem(System):
    """Stations with their servers.

    Attributes
    ----------
    names : tuple
    matrix : float64[K, K]
    rates : float64[K]
        Customers per unit of time at each station.
    sources : list of Source
        Service times.
    crew : int64[K]
        Servers.
    entries : int64[classes]
    outside : float
        Customers from outside per unit of time.
    """

    def __init__(self, names, matrix, rates, sources, crew, entries, outside):
        self.names, self.matrix, self.rates, self.sources, self.crew = names, matrix, rates, sources, crew
        self.entries, self.outside = entries, outside
        self.servers = int(crew.sum())
        self.loads = rates * [source.mean for source in sources]
        self.stations = tuple(Station(self, int(servers)) for servers in crew)

    def __repr__(self):
        return f"<network of {len(self.names)} stations>"

    def check(self, classes, traffic):
        for name, load, servers in zip(self.names, self.loads, self.crew.tolist(), strict=True):
            check_stable(servers - load, servers, station=repr(name), offered_load=float(load), servers=servers)

    def relaxation(self, traffic):
        """The sum of those of the stations, each as if its customers came as those from outside."""
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = traffic.gap_scv + np.array([source.scv for source in self.sources])
            each = spread / (1 - self.loads / self.crew) ** 2 * self.outside / self.rates
        return float(np.sum(each[self.rates > 0])) + float(self.loads.sum())

    def _spare(self, traffic):
        return int(min(self.crew - np.floor(self.loads)))

    def start(self, states):
        count, most = len(self.names), int(self.crew.max())
        passengers = Passengers(
            **{name: np.zeros(ROOM) if name in REAL else np.zeros(ROOM, np.int64) for name in Passengers._fields}
            | {"spare": np.arange(ROOM)}
        )
        services = stack(self.sources, streams_for(states[0], count))
        stations = Stations(
            np.full(count, math.inf),
            np.zeros((count, most)),
            np.zeros((count, most), dtype=np.int64),
            np.zeros(count, dtype=np.int64),
            self.crew,
            *(np.full(count, -1) for _ in range(2)),
            np.cumsum(self.matrix, axis=1),
            self.entries,
            np.zeros(1, dtype=np.int64),
            np.zeros(1),
            services,
            states[1],
        )
        visits = None

        def advance(gaps, kinds, services, number, tally):
            nonlocal passengers, visits
            if visits is None:
                advance.visits = visits = books_of_stations(tally, count)
            while stations.inside[0] + len(gaps) > len(passengers.spare):
                passengers = grown(passengers)
            passes(passengers, stations, gaps, kinds, number, tally, visits)

        return advance


def streams_for(state, count):
    """The random states of `count` stations: 2^128 draws apart, from the system's first stream on.

    That many lie between two streams of a run, so a network of more than one station borrows far ahead of all of them.
    """
    from underload.random import long_jump

    states = np.empty((count, 4), dtype=np.uint64)
    current = state.copy()
    for row in states:
        long_jump(current)
        row[:] = current
    return states


def books_of_stations(tally, count):
    """A `Tally` like that of the network, with the stations as classes."""
    batches, _, slots = tally.waits.shape
    return new_tally(tally.warmup, tally.size, (tally.scale, tally.first), tally.noise, (batches, count, slots))


def grown(passengers):
    """The same customers with twice the room."""
    room = len(passengers.spare)
    larger = {name: np.concatenate([column, np.zeros_like(column)]) for name, column in passengers._asdict().items()}
    return Passengers(**larger | {"spare": np.concatenate([passengers.spare, np.arange(room, 2 * room)])})


def simulate_network(routing, *, interarrivals=None, services=None, servers=None, **options):
    """Simulate an open network of first-come-first-served stations, from empty.

    Parameters
    ----------
    routing : float[K, K], scipy sparse or networkx.DiGraph
        As in `jackson`: the probability that a customer goes from one station to the next.
    interarrivals : list[K] or mapping
        Time between arrivals from outside at each station, as `simulate` takes it; None where nobody comes. Without it,
        the attribute `interarrival` of the graph's nodes.
    services : Distribution, list[K] or mapping
        Service time of each visit. Without it, the attribute `service` of the nodes.
    servers : int, list[K] or mapping
        Servers of each station, one where absent. Without it, the attribute `servers` of the nodes.
    **options
        `customers`, `warmup`, `seed`, `confidence`, `replications`, `threads`, `record` and `progress`, as in
        `simulate`; customers are those from outside.

    Returns
    -------
    Run
        Of the whole passage: `response` is from arrival to departure. Its `classes` are the stations of entry, its
        `stations` hold a `Run` of the visits to each station, by name.

    Raises
    ------
    ValueError
        If an argument breaks its rule, a customer may never leave, or a station, which is named, is not stable.
    """
    graph = routing if hasattr(routing, "nodes") and hasattr(routing, "edges") else None
    names, matrix = from_matrix(routing) if graph is None else from_graph(graph)
    count = len(names)
    outside = _per_station("interarrivals", interarrivals, graph, "interarrival", names)
    needs = _per_station("services", services, graph, "service", names)
    for name, need in zip(names, needs, strict=True):
        if not isinstance(need, Distribution):
            _check.fail(f"services[{name!r}]", need, "must be a Distribution")
    sources = [Source.of(f"services[{name!r}]", need) for name, need in zip(names, needs, strict=True)]
    crew = values("servers", servers, graph, "servers", names, 1)
    if len(crew) != count:
        _check.fail("servers", servers, f"must have one value for each of {count} stations")
    crew = np.array([_check.integer("servers", one, least=1) for one in crew.tolist()])
    entries = [k for k in range(count) if outside[k] is not None]
    if not entries:
        _check.fail("interarrivals", interarrivals, "must let customers come to at least one station")
    arriving = [Source.of(f"interarrivals[{names[k]!r}]", outside[k]) for k in entries]
    arrivals = np.zeros(count)
    arrivals[entries] = [1 / source.mean for source in arriving]
    rates = traffic(matrix, arrivals, names)
    total = math.fsum(arrivals)
    system = NetworkSystem(names, matrix.toarray(), rates, sources, crew, np.array(entries), total)
    work = Deterministic(float(system.loads.sum() / total))
    run = run_system(system, [outside[k] for k in entries], [work] * len(entries), **options)
    return dataclasses.replace(run, service=list(needs))


def _per_station(name, given, graph, attribute, names):
    """One object for each station, None where there is none."""
    if given is None and graph is not None:
        return [graph.nodes[node].get(attribute) for node in names]
    if hasattr(given, "keys"):
        for key in given:
            if key not in names:
                _check.fail(f"{name}[{key!r}]", given[key], "must belong to a station of the network")
        return [given.get(node) for node in names]
    if isinstance(given, Distribution):
        return [given] * len(names)
    if not isinstance(given, (list, tuple)) or len(given) != len(names):
        _check.fail(name, given, f"must be a list of one for each of {len(names)} stations, or a mapping")
    return list(given)
