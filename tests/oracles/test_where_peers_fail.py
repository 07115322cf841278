"""Questions that well-known queueing software answers wrongly or not at all: overflow, NaN, negative throughput.

Which program fails at which is recorded beside each test; the truths were computed independently, most with mpmath.
"""

import math
import time

import numpy as np
import pytest
from underload import queueing
from underload.queueing import MG1, MM1, MDc, MMc, MMcK, MMcKN, simulate
from underload.random import Deterministic, Exponential, Hyperexponential, Pareto


def test_many_servers():
    # A thousand servers at 0.99: LINE 3.0.8 answers NaN, factorials overflow.
    assert MMc(990, 1, 1000).wait_mean == pytest.approx(0.0659080421880854, rel=1e-12)
    # At load 999,000 a million servers make 0.2233 wait: wait = C / slack.
    million = MMc.from_slack(1000, servers=10**6)
    assert million.wait_probability == pytest.approx(0.22330339029134408, rel=1e-11)
    assert million.wait_mean == pytest.approx(0.22330339029134408 / 1000, rel=1e-11)


@pytest.mark.parametrize(
    ("rate", "servers", "capacity", "number"),
    [
        (150, 171, 300, 150.42986668502812),  # LINE: OverflowError
        (900, 1000, 2000, 900.0053340296975),  # LINE: OverflowError; R queueing: not finite
        (1.000000001, 1, 1000, 500.00008349999996),  # R queueing: 567.866
        (1.2, 1, 5000, 4995.0),  # LINE: OverflowError; R queueing: an error
        (1.01, 1, 100_000, 99_900.0),
    ],
)
def test_finite_rooms(rate, servers, capacity, number):
    queue = MMcK(arrival_rate=rate, service_rate=1, servers=servers, capacity=capacity)
    assert queue.number_mean == pytest.approx(number, rel=1e-11)


@pytest.mark.parametrize(
    ("population", "servers", "throughput"),
    [
        (90, 8, 2.0),  # PDQ, "exact": -0.964; LINE: 1.419 with more customers in the queue than there are
        (500, 64, 16.0),  # LINE, "exact": 9.58; PDQ: 3.41
        (2000, 256, 64.0),  # LINE, "exact": 9.98, after 13 s; PDQ refuses
    ],
)
def test_closed_networks_with_many_servers(population, servers, throughput):
    # Think time 10, service 4: what c servers do, c / 4, limits all three.
    network = queueing.mva([4.0], population, think_time=10.0, servers=[servers])
    assert np.atleast_1d(network.throughput)[-1] == pytest.approx(throughput, rel=1e-10)
    sources = MMcKN(source_rate=0.1, service_rate=0.25, servers=servers, population=population)
    assert sources.throughput == pytest.approx(throughput, rel=1e-10)


def test_sharing_does_not_mind_variability():
    # M/H2/1-PS, scv 9, at 0.9: 10. LINE, "exact": 46, which is first come first served.
    queue = MG1(0.9, Hyperexponential(1.0, 9.0))
    assert queue.under("ps").response_mean == pytest.approx(10, rel=1e-12)
    assert queue.under("fcfs").response_mean == pytest.approx(46, rel=1e-12)


def test_ties_in_priority():
    # Two classes of one level are one class: first come, first served between them. LINE, "exact", serves one first.
    rates, works = [0.3, 0.3, 0.3], [Exponential(1.0)] * 3
    tied = queueing.priorities(rates, works, levels=[0, 0, 1])
    assert tied.wait_mean[0] == pytest.approx(tied.wait_mean[1], rel=1e-14)
    # Cobham's formula for the two levels of load 0.6 and 0.3: 0.9 / 0.4 and 0.9 / (0.4 x 0.1).
    assert tied.wait_mean[0] == pytest.approx(0.9 / 0.4, rel=1e-12)
    assert tied.wait_mean[2] == pytest.approx(0.9 / 0.04, rel=1e-12)


def test_deterministic_service():
    # M/D/10 at 0.9: a response of 1.344582; LINE, "exact": 1.31217.
    assert MDc(9.0, 1.0, 10).response_mean == pytest.approx(1.34458205037968115, rel=1e-12)


def test_quantiles_are_not_those_of_an_exponential():
    # M/M/10 at 0.9: p50, p99, p99.9. LINE: 1.157, 7.685, 11.53.
    exact = MMc(9, 1, 10).response_quantile(np.array([0.5, 0.99, 0.999]))
    assert exact == pytest.approx([1.3290918685778317, 6.249876698854015, 8.841056751119565], abs=1e-10)


def test_infinite_means_are_infinite():
    # M/Pareto(1.5)/1 at 0.7: infinite first come first served (LINE: 3.333), 1.768503 by SRPT (LINE: 1.87457).
    queue = MG1(0.7, Pareto(1.0, 1.5))
    assert queue.wait_mean == queue.response_mean == queue.number_mean == math.inf
    assert math.isfinite(queue.wait_quantile(0.99))
    assert queue.under("srpt").response_mean == pytest.approx(1.768503, abs=1e-6)
    run = simulate(Exponential(1 / 0.7), Pareto(1.0, 1.5), customers=10**4)
    with pytest.warns(RuntimeWarning, match="is infinite"):
        assert run.wait.mean > 0
    with pytest.raises(ValueError, match="finite moment"):
        _ = run.wait.interval


def test_a_hair_from_saturation():
    # M/M/1 at 1 - 1e-12. LINE keeps the mean, not the rate: 9.999e11, or 1.0 by another of its solvers.
    assert MM1.from_slack(1e-12, service_rate=1.0).response_mean == pytest.approx(1e12, rel=1e-12)
    # And as the float 1 - 1e-12 says it.
    assert MM1(1 - 1e-12, 1.0).response_mean == pytest.approx(1 / (1 - (1 - 1e-12)), rel=1e-12)


def test_a_hundred_thousand_servers_by_simulation():
    # LINE: 178 s and a mean response of 0.630, since it stops at departures; Ciw: no result in 97 s.
    simulate(Exponential(1e-5), Exponential(0.9), 10**5, customers=1000)
    start = time.process_time()
    run = simulate(Exponential(1e-5), Exponential(1.0 - 1e-9), 10**5, customers=2 * 10**5, warmup=0, seed=1)
    assert time.process_time() - start < 3  # 0.03 s on an idle machine
    assert math.fsum(b.response for b in run.batches) / 2e5 == pytest.approx(1.0, abs=0.01)


def test_two_class_closed_network():
    # Lazowska et al. 1984, p. 142: 3/19 and 2/19. R queueing approximates: 0.15398, 0.10406.
    demands = np.array([[1.0, 3.0], [2.0, 4.0]])
    network = queueing.multiclass_mva(demands, [1, 1])
    assert np.asarray(network.throughput) == pytest.approx([3 / 19, 2 / 19], rel=1e-12)


def test_a_finite_population():
    # R queueing: an error. 0.02 per source, five servers of rate 1, 200 sources.
    queue = MMcKN(source_rate=0.02, service_rate=1.0, servers=5, population=200)
    assert queue.number_mean == pytest.approx(5.468395, abs=5e-7)


def test_one_limited_polling():
    # Three queues of rate 1: Erlang-2, Erlang-3 and H2 services of mean 0.1, Erlang-2 walks of mean 0.2. The
    # pseudo-conservation law (Boxma and Groenendijk 1987) gives 473 / 120. LINE, "exact": 1.7417, and a test pins it.
    p, mean, scv = 0.99, 0.1, 2.0
    # Of an H2 with probability p of phase 1, mean m and scv: the two means solve p a + (1 - p) b = m and
    # 2 (p a^2 + (1 - p) b^2) = (1 + scv) m^2.
    spread = mean * math.sqrt((scv - 1) / 2)
    phases = [mean - spread * math.sqrt((1 - p) / p), mean + spread * math.sqrt(p / (1 - p))]
    services = [
        queueing.PhaseType.erlang(0.1, 2),
        queueing.PhaseType.erlang(0.1, 3),
        queueing.PhaseType([p, 1 - p], -np.diag(1 / np.array(phases))),
    ]
    polled = queueing.OneLimitedApproximation([1.0] * 3, services, queueing.PhaseType.erlang(0.2, 2))
    np.testing.assert_allclose(polled.wait_mean, 473 / 120, rtol=1e-12)


def test_a_seed_is_a_run_on_any_number_of_threads():
    runs = [
        simulate(Exponential(1.0), Deterministic(0.8), customers=5000, replications=6, threads=threads, seed=3)
        for threads in (1, 2, 4)
    ]
    assert len({run.wait.mean for run in runs}) == 1
