"""Simulated balancing: every member against a plain program, the contract of a system, and theory."""

import dataclasses
import functools
import itertools
import math

import balancing_reference as oracle
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from underload import random
from underload.queueing import (
    Affinity,
    JoinIdleQueue,
    LeastConnections,
    LeastWork,
    MMc,
    PowerOfChoices,
    Random,
    RoundRobinPolicy,
    ShortestQueue,
    StaleChoices,
    Weighted,
    WeightedRoundRobin,
    simulate,
)
from underload.queueing.simulation.balancing import BALANCING, balancing_system
from underload.queueing.simulation.engine import SYSTEM_STREAMS, _books
from underload.queueing.simulation.feeds import BLOCK
from underload.queueing.simulation.sources import Source
from underload.random import Exponential, Gamma, Hyperexponential, Pareto
from underload.stats.interval import adjusted_half_width


def weights_of(servers):
    return [1.0, 2.0, 5.0, 1.0, 0.5, 3.0, 2.0, 1.0][:servers]


# For each policy, by the number of servers: the policy, and the plain program that is told (servers, draw, coin).
MEMBERS = {
    "random": (lambda n: Random(), lambda n, draw, coin: oracle.Random(n, draw)),
    "round-robin": (lambda n: RoundRobinPolicy(), lambda n, draw, coin: oracle.RoundRobin(n)),
    "jsq": (lambda n: ShortestQueue(), lambda n, draw, coin: oracle.ShortestQueue(n, draw)),
    "power-of-two": (lambda n: PowerOfChoices(2), lambda n, draw, coin: oracle.PowerOfChoices(n, draw, 2)),
    "least-work": (lambda n: LeastWork(), lambda n, draw, coin: oracle.LeastWork(n)),
    "jiq": (lambda n: JoinIdleQueue(), lambda n, draw, coin: oracle.JoinIdleQueue(n, draw)),
    "leastconn": (lambda n: LeastConnections(), lambda n, draw, coin: oracle.LeastConnections(n)),
    "all, sampled": (lambda n: PowerOfChoices(n), lambda n, draw, coin: oracle.PowerOfChoices(n, draw, n)),
    "three draws": (
        lambda n: PowerOfChoices(3, replacement=True),
        lambda n, draw, coin: oracle.PowerOfChoices(n, draw, 3, True),
    ),
    "stale": (lambda n: StaleChoices(2, 1.7), lambda n, draw, coin: oracle.StaleChoices(n, draw, 2, 1.7)),
    "herd": (lambda n: StaleChoices(n, 3.0), lambda n, draw, coin: oracle.StaleChoices(n, draw, n, 3.0)),
    "stale draws": (
        lambda n: StaleChoices(2, 0.1, replacement=True),
        lambda n, draw, coin: oracle.StaleChoices(n, draw, 2, 0.1, True),
    ),
    "weighted": (lambda n: Weighted(weights_of(n)), lambda n, draw, coin: oracle.Weighted(weights_of(n), coin)),
    "weighted turns": (
        lambda n: WeightedRoundRobin(weights_of(n)),
        lambda n, draw, coin: oracle.SmoothRoundRobin(weights_of(n)),
    ),
    "affinity": (
        lambda n: Affinity(0.3, 1000, salt=5),
        lambda n, draw, coin: oracle.Weighted(oracle.zipf_shares(0.3, 1000, 5, n), coin),
    ),
}


def run_and_reference(member, servers, interarrival, service, customers, seed=3, speeds=None):
    """A recorded run, and the waits of the plain program with the same draws."""
    policy, program = MEMBERS[member]
    policy = policy(servers) if speeds is None else dataclasses.replace(policy(servers), speeds=speeds)
    run = simulate(
        interarrival, service, servers, customers=customers, warmup=0, seed=seed, balancing=policy, record=True
    )
    states = random.streams(seed, 3)
    services = [random.variate(states[1], service.code, service.params) for _ in range(customers)]
    draw, coin = functools.partial(random.bounded, states[2]), functools.partial(random.uniform, states[2])
    return run, oracle.balance(run.record.gap.tolist(), services, servers, program(servers, draw, coin), speeds)[0]


def highest_share(member, servers):
    system = balancing_system(MEMBERS[member][0](servers), servers)
    return float(np.max(getattr(system, "shares", np.full(servers, 1 / servers))))


@pytest.mark.parametrize(("servers", "service"), [(2, Exponential(1.0)), (7, Hyperexponential(1.0, 4.0))])
@pytest.mark.parametrize("member", MEMBERS)
def test_every_wait_equals_that_of_a_plain_program(member, servers, service):
    # The hottest server is busy 0.93 of the time, so that queues form.
    interarrival = Gamma(highest_share(member, servers) / 0.93, 0.5)
    run, expected = run_and_reference(member, servers, interarrival, service, 1500)
    assert run.record.wait.tolist() == expected
    assert np.count_nonzero(run.record.wait) > 100


@pytest.mark.parametrize("member", ["jsq", "leastconn", "power-of-two", "weighted", "weighted turns"])
def test_servers_of_different_speed(member):
    speeds = (1.0, 3.0, 2.5, 0.6)  # the weights are 1, 2, 5 and 1
    run, expected = run_and_reference(member, 4, Exponential(0.5), Exponential(1.0), 1500, speeds=speeds)
    assert run.record.wait.tolist() == expected
    # Service takes longer at a slow server: the mean lies between that of the fastest and the slowest.
    services = run.record.response - run.record.wait
    assert 1 / 3 < services.mean() < 1 / 0.6


@pytest.mark.parametrize("member", ["jsq", "leastconn", "power-of-two"])
def test_thousands_inside(member):
    # A burst of 40,000 at one moment, then a long lull and an ordinary stretch: the room for departures grows, twice.
    burst, calm = 40_000, 2000
    gaps = np.concatenate([np.zeros(burst), [1e6], random.Exponential(0.6).sample(calm, seed=1)])
    services = random.Exponential(1.0).sample(len(gaps), seed=2)
    assert burst > 4 * BLOCK
    policy, program = MEMBERS[member]
    run = simulate(gaps, services, 2, warmup=0, seed=3, balancing=policy(2), record=True)
    state = random.streams(3, 3)[2]
    expected = oracle.balance(gaps, services, 2, program(2, functools.partial(random.bounded, state), None))[0]
    assert run.record.wait.tolist() == expected


class TestContract:
    """What every system must do."""

    source = Exponential(0.26), Gamma(1.0, 1.5)
    members = [name for name in MEMBERS if "weighted" not in name]

    def run(self, member, **options):
        given = {"customers": 3000, "warmup": 0, "seed": 8, "balancing": MEMBERS[member][0](5)} | options
        return simulate(*self.source, 5, **given)

    @pytest.mark.parametrize("member", members)
    def test_everybody_leaves_once(self, member):
        run = self.run(member, record=True)
        assert sum(batch.served for batch in run.batches) == 3000
        assert np.all(run.record.wait >= 0)
        assert np.all(run.record.response > run.record.wait)
        assert math.fsum(batch.wait for batch in run.batches) == pytest.approx(run.record.wait.sum(), rel=1e-12)
        assert sum(batch.waits.count for batch in run.batches) == 3000

    @pytest.mark.parametrize("member", members)
    def test_replay_and_threads(self, member):
        first = self.run(member, record=True).record.wait
        assert np.array_equal(first, self.run(member, record=True).record.wait)
        runs = [self.run(member, replications=5, threads=threads) for threads in (1, 2, 4)]
        assert len({tuple(batch.wait for batch in run.batches) for run in runs}) == 1
        assert len({batch.wait for batch in runs[0].batches}) == 5

    @pytest.mark.parametrize("member", members)
    def test_chunks_do_not_matter(self, member):
        gaps, services = (one.sample(4000, seed=k) for k, one in enumerate(self.source))
        whole, parts = (self.passed(member, gaps, services, sizes) for sizes in ([4000], [1, 511, 0, 2488, 1000]))
        assert np.array_equal(whole, parts)
        # The same numbers as a trace.
        run = simulate(gaps, services, 5, warmup=0, seed=8, balancing=MEMBERS[member][0](5), record=True)
        assert np.array_equal(whole, run.record.wait)

    def passed(self, member, gaps, services, sizes):
        sources = [Source.of("interarrival", self.source[0])], [Source.of("service", self.source[1])]
        books = _books(sources, 0, 4000, 1, record=4000)
        advance = balancing_system(MEMBERS[member][0](5), 5).start(random.streams(8, 2 + SYSTEM_STREAMS)[2:])
        number = 0
        for size in sizes:
            part = slice(number, number + size)
            advance(gaps[part], np.zeros(size, dtype=np.int64), services[part].copy(), number, books)
            number += size
        assert books.open[0] == 0
        return books.wait_record

    def test_after_the_last_arrival(self):
        sources = [Source.of("interarrival", self.source[0])], [Source.of("service", self.source[1])]
        for member in set(self.members) - {"least-work"}:  # that is the system of one queue
            books = _books(sources, 0, 4000, 1, record=4000)
            advance = balancing_system(MEMBERS[member][0](5), 5).start(random.streams(8, 2 + SYSTEM_STREAMS)[2:])
            advance(np.array([0.1, 0.1, np.inf, np.inf]), np.zeros(4, dtype=np.int64), np.ones(4), 0, books)
            assert books.open[0] == 3998
            assert np.array_equal(books.response_record > 0, np.arange(4000) < 2)

    @pytest.mark.parametrize("member", [name for name in MEMBERS if name not in ("power-of-two", "stale")])
    def test_one_server(self, member):
        run = simulate(Exponential(1.0), Exponential(0.8), 1, seed=4, balancing=MEMBERS[member][0](1), record=True)
        plain = simulate(Exponential(1.0), Exponential(0.8), 1, seed=4, record=True)
        # Lindley's recursion keeps no clock; the clock here stands at 10^5 and resolves 1e-11.
        np.testing.assert_allclose(run.record.wait, plain.record.wait, atol=1e-8)

    def test_names(self):
        for name, policy in BALANCING.items():
            by_name, by_object = (simulate(*self.source, 5, customers=1000, balancing=b) for b in (name, policy))
            assert by_name.wait.mean == by_object.wait.mean
            assert name in MEMBERS
            assert MEMBERS[name][0](5) == policy
            assert name == "least-work" or type(policy).__name__ in repr(by_name.system)


def test_classes_of_customers():
    # Two classes pass through the same servers and are counted apart.
    gaps, services = [Exponential(1.0), Exponential(0.5)], [Exponential(0.5), Exponential(1.0)]
    run = simulate(gaps, services, 4, customers=20_000, balancing="jsq", seed=2, record=True)
    first, second = run.classes
    assert first.batches[0].served + second.batches[0].served == run.batches[0].served
    assert second.response.mean > first.response.mean
    kinds = run.record.kind[2000:]
    assert first.response.mean == pytest.approx(run.record.response[2000:][kinds == 0].mean(), rel=1e-12)


def same_waits(first, second):
    source = Exponential(0.25), Exponential(1.0), 5
    runs = [simulate(*source, customers=2000, seed=6, balancing=policy, record=True) for policy in (first, second)]
    return np.array_equal(*(run.record.wait for run in runs))


class TestRelations:
    @given(choices=st.integers(1, 5), exponent=st.integers(-300, -20), replacement=st.booleans())
    @settings(derandomize=True, deadline=None, max_examples=10)
    def test_a_board_that_is_always_fresh(self, choices, exponent, replacement):
        fresh, board = PowerOfChoices(choices, replacement), StaleChoices(choices, 10.0**exponent, replacement)
        assert same_waits(fresh, board)

    def test_a_board_that_never_changes(self):
        # Everybody is as short as at the start: the first of the sample is as good as any.
        assert same_waits(StaleChoices(4, 1e300, replacement=True), StaleChoices(4, 1e6, replacement=True))
        assert not same_waits(StaleChoices(4, 1e300, replacement=True), StaleChoices(4, 10.0, replacement=True))

    def test_members_that_coincide(self):
        assert same_waits(PowerOfChoices(1, replacement=True), Random())
        assert same_waits(WeightedRoundRobin([2.0] * 5), RoundRobinPolicy())
        assert not same_waits(WeightedRoundRobin([3, 3, 3, 3, 2]), RoundRobinPolicy())
        assert same_waits(LeastWork(), None)
        # A service twice as long at a server twice as fast takes the same time, to the last bit.
        for policy in (ShortestQueue, LeastConnections, PowerOfChoices):
            double = simulate(
                Exponential(0.25), Exponential(2.0), 5, seed=6, balancing=policy(speeds=[2.0] * 5), customers=2000
            )
            single = simulate(Exponential(0.25), Exponential(1.0), 5, seed=6, balancing=policy(), customers=2000)
            assert double.response.mean == single.response.mean
            assert double.utilization.mean == single.utilization.mean

    @given(weights=st.lists(st.integers(0, 9), min_size=1, max_size=8).filter(any))
    @settings(derandomize=True, deadline=None, max_examples=20)
    def test_a_round_of_weights(self, weights):
        # In a round each server gets as many customers as its weight says, and the next round is the same.
        gaps, services = [1.0] * 2 * sum(weights), [0.5] * 2 * sum(weights)
        program = oracle.SmoothRoundRobin(weights)
        chosen = np.array(oracle.balance(gaps, services, len(weights), program)[1]).reshape(2, -1)
        system = WeightedRoundRobin(weights).system(len(weights))
        farm = system_farm(system)
        mine = np.empty(chosen.size, dtype=np.int64)
        system.kernel(farm, mine)
        assert mine.tolist() == chosen.ravel().tolist()
        assert np.bincount(mine[: sum(weights)], minlength=len(weights)).tolist() == weights
        assert np.array_equal(chosen[0], chosen[1])

    def test_keys_stay_and_shares_add_up(self):
        for servers in (1, 3, 64):
            policy = Affinity(1.0, 500, salt=2**64 - 1)
            homes = policy.homes(servers)
            assert homes.tolist() == [oracle.split_mix(2**64 - 1, k) % servers for k in range(1, 501)]
            shares = oracle.zipf_shares(1.0, 500, 2**64 - 1, servers)
            np.testing.assert_allclose(policy.shares(servers), shares, rtol=1e-12)

    def test_draws_follow_the_weights(self):
        weights = np.array([0.0, 1.0, 0.0, 3.0, 6.0, 0.0])
        system = Weighted(weights).system(6)
        chosen = np.empty(10**5, dtype=np.int64)
        system.kernel(system_farm(system), chosen)
        counts = np.bincount(chosen, minlength=6)
        # Four standard deviations of a binomial count; a server without weight gets nobody.
        assert np.all(np.abs(counts - 10**4 * weights) <= 4 * np.sqrt(10**4 * weights))


def system_farm(system):
    """The empty farm of a policy that does not look at it."""
    from underload.queueing.simulation.balancing.farm import new_farm

    return new_farm(system.servers, random.seed_state(1), **system.given)


def erlang_root(servers, utilization):
    """sigma of E_n/M/1 at each of n servers in turn: the root of sigma = (n rho / (n rho + 1 - sigma))^n in (0, 1)."""
    f = lambda s: (servers * utilization / (servers * utilization + 1 - s)) ** servers - s  # noqa: E731
    return optimize.brentq(f, 0.0, 1 - 1e-6)


PAIRS = list(itertools.combinations(range(3), 2))
DRAWS = list(itertools.product(range(3), repeat=2))


def exact_responses():
    """Policy, servers, utilization and exact mean response, for exponential service of mean 1."""
    chain = functools.partial(oracle.chain_response, 3, 2.1, 25)
    return {
        "random": (Random(), 4, 0.7, 1 / 0.3),
        "in turn": (RoundRobinPolicy(), 4, 0.7, 1 / (1 - erlang_root(4, 0.7))),
        "least work": (LeastWork(), 3, 0.7, MMc(2.1, 1.0, 3).response_mean),
        "two queues": (ShortestQueue(), 2, 0.9, 5.474912821),  # Halfin 1985; the chain below gives the same digits
        "two queues by line": (LeastConnections(), 2, 0.9, 5.474912821),
        "shortest of three": (ShortestQueue(), 3, 0.7, chain(oracle.picks_jsq)),
        "three by line": (LeastConnections(), 3, 0.7, chain(oracle.picks_jsq)),
        "all sampled": (PowerOfChoices(3), 3, 0.7, chain(oracle.picks_jsq)),
        "two of three": (PowerOfChoices(2), 3, 0.7, chain(oracle.picks_of(PAIRS))),
        "two draws of three": (PowerOfChoices(2, replacement=True), 3, 0.7, chain(oracle.picks_of(DRAWS))),
        "idle first": (JoinIdleQueue(), 3, 0.7, chain(oracle.picks_jiq)),
        # Shares 1/2, 1/4, 1/4 of a load of 1.5.
        "by weight": (Weighted([2, 1, 1]), 3, 0.5, 0.5 / (1 - 0.75) + 0.5 / (1 - 0.375)),
        # Twice the customers for a server of twice the speed: 0.75 of each is used, at half the time.
        "by speed": (Weighted([2, 1], [2, 1]), 2, 1.125, 2 / 3 * 0.5 / 0.25 + 1 / 3 / 0.25),
    }


@pytest.fixture(scope="module")
def theory():
    return exact_responses()


def test_the_chain_knows_two_queues():
    assert oracle.chain_response(2, 1.8, 120, oracle.picks_jsq) == pytest.approx(5.474912821, abs=1e-8)


def mean_of_runs(policy, servers, utilization, customers, seed=1):
    """Means of 16 independent runs."""
    interarrival = Exponential(1 / (utilization * servers))
    options = {
        "customers": customers,
        "warmup": customers // 4,
        "replications": 16,
        "threads": 2,
        "seed": seed,
        "balancing": policy,
    }
    run = simulate(interarrival, Exponential(1.0), servers, **options)
    return np.array([batch.response / batch.served for batch in run.batches])


def test_mean_response_agrees_with_theory(theory):
    for name, (policy, servers, utilization, exact) in theory.items():
        # At 0.9 a run remembers ten times as long as at 0.7.
        means = mean_of_runs(policy, servers, utilization, 400_000 if utilization == 0.9 else 60_000)
        # Independent runs; 1 % is split over the cases (Sidak).
        half_width = adjusted_half_width(means, 0.99 ** (1 / len(theory)), correlated=False)
        assert abs(means.mean() - exact) <= half_width, name
        # Sharp enough to tell one policy from another: jsq, two draws, two of three and idle first differ by 5 %.
        assert half_width < 0.05 * exact, name


def test_the_shortest_of_two_is_not_the_longest(theory):
    # The check above sees a wrong policy: one draw less, a stale board, random ties do not pass for the right one.
    _, servers, utilization, exact = theory["shortest of three"]
    for wrong in (PowerOfChoices(2), StaleChoices(3, 0.5), JoinIdleQueue(), Random()):
        means = mean_of_runs(wrong, servers, utilization, 60_000)
        assert abs(means.mean() - exact) > 2 * adjusted_half_width(means, 0.999, correlated=False)


def test_many_servers_come_near_the_mean_field():
    # Sum over i >= 1 of 0.9^(2^i - 2): the response with two choices of infinitely many servers (Mitzenmacher 2001).
    limit = math.fsum(0.9 ** (2**i - 2) for i in range(1, 12))
    assert limit == pytest.approx(2.614057, abs=1e-6)
    # n servers are 4.43 / n above it with replacement, 3.08 / n without, to O(1 / n^2).
    refined = oracle.refined_mean_field(0.9)
    assert refined == pytest.approx((limit, 4.4294, 3.0831), abs=1e-4)
    # Gast and Van Houdt 2017, table 1: a mean queue of 2.7513 for ten servers; they simulated 2.8040, 5.3 / n^2 more.
    assert 0.9 * (limit + refined[1] / 10) == pytest.approx(2.7513, abs=1e-4)
    for servers, replacement, customers in ((25, False, 200_000), (25, True, 200_000), (500, False, 500_000)):
        means = mean_of_runs(PowerOfChoices(2, replacement), servers, 0.9, customers)
        half_width = adjusted_half_width(means, 0.99 ** (1 / 3), correlated=False)
        excess = refined[1 if replacement else 2] / servers
        assert abs(means.mean() - limit - excess) <= half_width + 10 / servers**2
        assert half_width < max(0.6 * excess, 0.02 * limit)  # at 25 servers the limit alone would fail


class TestHonesty:
    def test_overload_is_refused(self):
        source = Exponential(0.5), Exponential(1.0)
        for policy in (Weighted([1, 1, 3]), WeightedRoundRobin([1, 1, 3])):
            with pytest.raises(ValueError, match=r"^utilization 1\.2 must be below 1 .*server=2, share=0\.6"):
                simulate(*source, 3, balancing=policy)
        with pytest.raises(ValueError, match=r"^utilization .* must be below 1 .*server="):
            simulate(*source, 3, balancing=Affinity(2.0, 1000))
        for name in BALANCING:
            with pytest.raises(ValueError, match=r"^utilization 1 must be below 1"):
                simulate(*source, 2, balancing=name)
        # Of four servers three are slow. Those who sample two of the slow, half of all, bring 1 of work for 0.9.
        slow = PowerOfChoices(2, speeds=[10, 0.3, 0.3, 0.3])
        with pytest.raises(ValueError, match=r"^utilization 1\.11111 must be below 1 .*servers=3"):
            simulate(*source, 4, balancing=slow)
        assert simulate(*source, 4, balancing=ShortestQueue([10, 0.3, 0.3, 0.3])).response.mean < 2

    def test_relaxation_by_hand(self):
        def relaxation(policy, scv=1.0):
            return simulate(Exponential(1 / 9), Gamma(1.0, scv), 10, customers=1000, balancing=policy).relaxation

        # One of ten customers: 2 / 0.1^2 + 0.9 of its own. In turn its gaps have an scv of 0.1.
        assert relaxation("random") == pytest.approx(2009)
        assert relaxation("round-robin") == pytest.approx(1109)
        # The hottest server has 0.1 of the customers, the others have less.
        assert relaxation(Weighted([1.0] * 10)) == pytest.approx(2009)
        # All share 2 / 0.1^2 + 9; surplus queues 9 / (0.1 ln d); four refreshes of one mean service time are 36.
        assert relaxation("power-of-two") == pytest.approx(209 + 90 / math.log(2))
        assert relaxation("jsq") == pytest.approx(209 + 90 / math.log(10))
        assert relaxation(StaleChoices(2, 1.0)) == pytest.approx(245 + 90 / math.log(2))
        assert relaxation(PowerOfChoices(1)) == pytest.approx(2009)
        assert relaxation("jsq", scv=5.0) == pytest.approx(609 + 270 / math.log(10))

    def test_moments(self):
        # Blind: each server is a queue of its own, and needs the third moment. Two choices avoid one held server.
        source = Exponential(0.25), Pareto(1.0, 2.5)
        for policy in (Random(), RoundRobinPolicy(), JoinIdleQueue(), PowerOfChoices(1)):
            with pytest.raises(ValueError, match="finite moment above 3"):
                _ = simulate(*source, 10, balancing=policy).response.interval
        for policy in (ShortestQueue(), PowerOfChoices(2), StaleChoices(2, 1.0), LeastConnections()):
            assert simulate(*source, 10, balancing=policy).response.interval.half_width > 0
