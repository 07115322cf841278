"""Forked, redundant and hedged requests and open networks by simulation: against plain programs and theory."""

import concurrent.futures
import itertools

import networkx
import numpy as np
import parallel_simulation_reference as reference
import pytest
from underload import queueing, random
from underload.queueing import Forked, Hedging, Redundant, simulate, simulate_network
from underload.queueing.simulation.network_system import streams_for
from underload.random import Deterministic, Exponential, Gamma, Hyperexponential, Lognormal, Pareto
from underload.stats import replications

CUSTOMERS = 2000
GAP, WORK = Exponential(0.35), Lognormal(1.0, 2.0)


def draws(source, state):
    """Variates one after the other, for ever."""
    while True:
        yield random.variate(state, source.code, source.params)


def choices(state, servers, copies, customers):
    """The servers of each request: the first of a shuffle that goes on from one request to the next."""
    order, chosen = list(range(servers)), []
    for _ in range(customers):
        for j in range(copies):
            k = j + int(random.bounded(state, np.uint64(servers - j)))
            order[j], order[k] = order[k], order[j]
        chosen.append(order[:copies])
    return chosen


def requests(seed, servers, copies):
    """Gaps, services of all copies and their servers, as the simulator draws them."""
    states = random.streams(seed, 8)
    gaps = list(itertools.islice(draws(GAP, states[0]), CUSTOMERS))
    first, more = draws(WORK, states[1]), draws(WORK, states[2])
    works = [[next(first), *itertools.islice(more, copies - 1)] for _ in range(CUSTOMERS)]
    return gaps, works, choices(states[3], servers, copies, CUSTOMERS)


COPIES = {
    "redundant": Redundant(2),
    "redundant of three": Redundant(3),
    "to the end": Redundant(2, cancel="never"),
    "tied": Redundant(2, cancel="start"),
    "hedged": Hedging(delay=0.8),
    "hedged twice": Hedging(delay=0.5, copies=3),
    "hedged to the end": Hedging(delay=0.8, cancel="never"),
    "hedged and tied": Hedging(delay=0.8, cancel="start"),
    "one": Redundant(1),
}


@pytest.mark.parametrize("name", COPIES)
def test_every_request_with_copies_is_that_of_a_plain_program(name):
    policy, servers = COPIES[name], 6
    run = simulate(GAP, WORK, servers, customers=CUSTOMERS, warmup=0, seed=7, balancing=policy, record=True)
    gaps, works, chosen = requests(7, servers, policy.copies)
    model = reference.Copies(gaps, works, chosen, servers, policy.delay, policy.cancel)
    expected = np.array(model.run())
    until = np.cumsum(gaps)
    left = until + np.maximum(expected, run.record.response) < until[-1]  # later arrivals do not touch those
    assert left.sum() > CUSTOMERS - 60
    np.testing.assert_allclose(run.record.response[left], expected[left], rtol=0, atol=1e-8)
    begun = np.array([model.begun[i] for i in range(CUSTOMERS)]) - until
    np.testing.assert_allclose(run.record.wait[left], begun[left], rtol=0, atol=1e-8)
    # Servers have worked as long as the books say, but for what was going on at the end.
    work = sum(batch.service for batch in run.batches)
    assert work == pytest.approx(sum(model.busy), rel=0.03)


@pytest.mark.parametrize(("servers", "tasks"), [(4, 4), (6, 3), (5, 1)])
def test_every_forked_request_is_that_of_a_plain_program(servers, tasks):
    gap = Exponential(1.4 * tasks / servers)
    run = simulate(gap, WORK, servers, customers=CUSTOMERS, warmup=0, seed=3, balancing=Forked(tasks), record=True)
    states = random.streams(3, 8)
    gaps = list(itertools.islice(draws(gap, states[0]), CUSTOMERS))
    first, more = draws(WORK, states[1]), draws(WORK, states[2])
    works = [[next(first), *itertools.islice(more, tasks - 1)] for _ in range(CUSTOMERS)]
    all_of_them = [list(range(servers))] * CUSTOMERS
    chosen = choices(states[3], servers, tasks, CUSTOMERS) if tasks < servers else all_of_them
    expected = reference.fork_join(gaps, works, chosen, servers)
    np.testing.assert_allclose(run.record.response, expected, rtol=0, atol=1e-8)
    assert sum(batch.service for batch in run.batches) == pytest.approx(np.sum(works), rel=1e-12)


def mean_response(runs=10, customers=400_000, **system):
    def one(seed):
        return simulate(customers=customers, seed=seed, **system).response.mean

    with concurrent.futures.ThreadPoolExecutor() as pool:
        return replications(list(pool.map(one, range(runs))), confidence=0.999)


THEORY = {
    # Two tasks of M/M/1 at 0.5 (Flatto and Hahn 1984): (12 - 0.5) / 8 x 2.
    "forked": (2.875, Exponential(2.0), Exponential(1.0), 2, Forked()),
    # Redundancy-d, exponential, cancelled at completion (Gardner et al. 2017): sum over i = d..k of
    # 1 / (k (k - 1 choose d - 1) ... ), computed independently.
    "redundant, 2 of 4": (0.85, Exponential(0.5), Exponential(1.0), 4, Redundant(2)),
    "redundant, 3 of 10": (0.726513221218863, Exponential(1 / 7), Exponential(1.0), 10, Redundant(3)),
    # All of 2: one server of twice the speed, 1 / (2 - 1.6).
    "redundant, 2 of 2": (2.5, Exponential(1 / 1.6), Exponential(1.0), 2, Redundant(2)),
    # Hardly any load: 1 - e^-d / 2.
    "hedged": (0.6967346701436833, Exponential(1.0), Exponential(1.0), 2000, Hedging(delay=0.5)),
}


@pytest.mark.parametrize("name", THEORY)
def test_mean_response_agrees_with_theory(name):
    exact, interarrival, service, servers, policy = THEORY[name]
    interval = mean_response(interarrival=interarrival, service=service, servers=servers, balancing=policy)
    assert exact in interval
    assert interval.half_width < 0.02 * exact


def test_tied_requests_choose_the_shorter_wait():
    # Cancelled at the start, two copies at all of two servers are one queue for both: M/M/2.
    exact = queueing.MMc(arrival_rate=1.6, service_rate=1.0, servers=2).response_mean
    system = {"interarrival": Exponential(1 / 1.6), "service": Exponential(1.0), "servers": 2}
    assert exact in mean_response(balancing=Redundant(2, cancel="start"), **system)


def test_what_hedging_cannot_help():
    with pytest.raises(ValueError, match=r"^service array.* must be one Distribution, of which each copy draws"):
        simulate(np.ones(2000), np.full(2000, 0.5), 2, balancing=Redundant(2))
    with pytest.raises(ValueError, match=r"^copies 3 must be at most servers=2$"):
        simulate(Exponential(1.0), Exponential(0.5), 2, balancing=Redundant(3))
    with pytest.raises(ValueError, match=r"^utilization 1.2 must be below 1 "):
        simulate(Exponential(1.0), Exponential(1.2), 4, balancing=Forked())
    # Two whole copies of every request are twice the load, 1.67 of 2 servers.
    with pytest.raises(ValueError, match=r"^utilization 1.66667 must be below 1 .* copies=2\)$"):
        simulate(Exponential(0.6), Exponential(1.0), 2, balancing=Redundant(2, cancel="never"))
    # Copies of one length, both done before either is cancelled, are too: the queue grows, and the run says so.
    run = simulate(Exponential(0.6), Deterministic(1.0), 2, customers=30_000, balancing=Hedging(delay=1e-9))
    with pytest.raises(ValueError, match=r"^service .* is more than the servers can do, 1\.\d+ of it"):
        _ = run.response.interval


def test_copies_that_are_served_make_a_system_slow_to_forget():
    # Two servers at 0.95, of which 0.475 are the second copies: (1 + 1) / 0.05^2 + 1.9, of each server.
    run = simulate(Exponential(1.0), Exponential(0.95), 2, customers=10**6, balancing=Redundant(2, cancel="never"))
    assert run.relaxation == pytest.approx(2 * (2 / 0.05**2 + 1.9), rel=0.2)


class TestNetwork:
    ROUTES = [[0, 0.5, 0.5], [0, 0, 0.4], [0.2, 0, 0]]
    RATES = (1.4534883720930232, 0.36337209302325585, 1.0174418604651163)

    def test_every_customer_is_that_of_a_plain_program(self):
        needs = [Gamma(0.6, 0.5), Hyperexponential(2.2, 3.0), Lognormal(0.8, 1.0)]
        gaps = [Exponential(1.5), None, Exponential(3.0)]
        servers = [1, 3, 2]
        run = simulate_network(
            self.ROUTES,
            interarrivals=gaps,
            services=needs,
            servers=servers,
            customers=CUSTOMERS,
            warmup=0,
            seed=4,
            record=True,
        )
        states = random.streams(4, 10)
        iterators = [draws(need, state) for need, state in zip(needs, streams_for(states[2], 3), strict=True)]
        routes = np.cumsum(self.ROUTES, axis=1)

        def moves(k):
            place = np.searchsorted(routes[k], random.uniform(states[3]), side="right")
            return int(place) if place < 3 else None

        entries = [0 if kind == 0 else 2 for kind in run.record.kind]
        expected = np.array(reference.network(run.record.gap, entries, iterators, moves, servers))
        # Draws are shared by all who pass, so what happens after the last arrival does not touch those who left before.
        until = np.cumsum(run.record.gap)
        left = until + np.nan_to_num(expected, nan=np.inf) < until[-1]
        assert left.sum() > CUSTOMERS - 60
        np.testing.assert_allclose(run.record.response[left], expected[left], rtol=0, atol=1e-8)

    def test_agrees_with_jackson(self):
        exact = queueing.jackson(self.ROUTES, arrivals=[1, 0, 0], service_rates=self.RATES, servers=[1, 2, 1])
        run = simulate_network(
            self.ROUTES,
            interarrivals=[Exponential(1.0), None, None],
            services=[Exponential(1 / rate) for rate in self.RATES],
            servers=[1, 2, 1],
            customers=10**6,
            seed=1,
            confidence=0.998,
        )
        assert exact.response_mean in run.response.interval
        assert run.response.interval.half_width < 0.05 * exact.response_mean
        assert exact.number_mean in run.number.interval
        for k, station in run.stations.items():
            theory = exact.stations[k]
            assert theory.number_mean in station.number.interval
            assert theory.utilization in station.utilization.interval
            assert theory.wait_mean in station.wait.interval
            assert theory.arrival_rate in station.throughput
            assert station.number.interval.half_width < 0.2 * theory.number_mean
        assert run.utilization.mean == pytest.approx(exact.utilizations @ [1, 2, 1] / 4, rel=0.01)

    def test_a_graph_carries_its_own_stations(self):
        graph = networkx.DiGraph()
        graph.add_node("web", interarrival=Exponential(1.0), service=Exponential(0.5))
        graph.add_node("data", service=Exponential(0.4), servers=2)
        graph.add_edge("web", "data", probability=0.7)
        run = simulate_network(graph, customers=200_000, seed=2)
        assert set(run.stations) == {"web", "data"}
        assert 0.7 in run.stations["data"].throughput
        again = simulate_network(graph, customers=200_000, seed=2, replications=5, threads=2)
        other = simulate_network(graph, customers=200_000, seed=2, replications=5, threads=1)
        assert again.response.mean == other.response.mean
        assert again.stations["data"].wait.mean == other.stations["data"].wait.mean

    def test_refuses(self):
        good = {"interarrivals": [Exponential(2.0), None], "services": [Exponential(1.0)] * 2}
        routes = [[0, 1], [0, 0]]
        for argument, value, words in [
            ("interarrivals", [None, None], "interarrivals .* must let customers come to at least one station"),
            ("interarrivals", [Exponential(2.0)], "interarrivals .* list of one for each of 2 stations"),
            ("interarrivals", {"x": Exponential(1.0)}, r"interarrivals\['x'\] .* must belong to a station"),
            ("services", [Exponential(1.0), 3.0], r"services\[1\] 3.0 must be a Distribution"),
            ("servers", [1], "servers .* must have one value for each of 2 stations"),
            ("servers", [1, 0], "servers 0 must be a whole number from 1"),
            ("services", [Exponential(1.0), Exponential(2.5)], r"utilization 1.25 must be below 1 \(station=1"),
        ]:
            with pytest.raises(ValueError, match=f"^{words}"):
                simulate_network(routes, **good | {argument: value})
        with pytest.raises(ValueError, match="must let customers leave the network"):
            simulate_network([[0, 1], [1, 0]], **good)
        heavy = simulate_network(routes, **good | {"services": [Exponential(1.0), Pareto(0.5, 2.5)]})
        with pytest.raises(ValueError, match="must have a finite moment above 3"):
            _ = heavy.response.interval


def test_short_requests_far_apart_keep_their_digits():
    for policy in (Redundant(2), Hedging(delay=1e-20)):
        run = simulate(Exponential(1.0), Exponential(1e-20), 2, customers=2000, balancing=policy)
        assert run.response.mean == pytest.approx(0.5e-20 if policy == Redundant(2) else 0.816e-20, rel=0.1)
