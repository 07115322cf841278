"""The kernels of the figure of staffing and waiting against the public functions of the package, bit for bit."""

import math

import numpy as np
import pytest
from book_kernels import waiting
from readouts import waiting as figure
from underload import queueing

ARRIVALS, SERVICES = ["constant", "poisson", "bursty"], list(figure.SERVICES)
SETTINGS = [(1, 0.1), (1, 0.9), (2, 0.98), (10, 0.9), (30, 0.7), (100, 0.95)]


def ends(wait, q=None):
    """The ends of the interval of the mean wait or of a quantile, or NaN where the run refuses one."""
    try:
        interval = wait.interval if q is None else wait.quantile(q)
    except ValueError:
        return math.nan, math.nan
    return interval.low, interval.high


@pytest.mark.parametrize("service", range(len(SERVICES)))
@pytest.mark.parametrize("arrivals", range(len(ARRIVALS)))
def test_a_run_is_the_run_of_the_package(arrivals, service):
    for servers, utilization in SETTINGS:
        gap, work = figure.laws(servers, utilization, ARRIVALS[arrivals], SERVICES[service])
        run = queueing.simulate(gap, work, servers, customers=60_000, seed=1)
        times, tails = np.empty(50), np.empty(50)
        found = waiting.waiting_run(servers, utilization, arrivals, service, 60_000, times, tails)
        waits = run.wait.histogram
        assert found[0] == run.wait.mean
        np.testing.assert_array_equal(found[1:3], ends(run.wait))
        assert found[3] == waits.quantile(0.99)
        np.testing.assert_array_equal(found[4:6], ends(run.wait, 0.99))
        assert found[6] == (waits.count - waits.counts[1]) / waits.count
        low, _, counts = waits.bins()
        # Each of the times is the end of a bin, so that what lies beyond it is counted exactly.
        beyond = [counts[low > t * (1 - 1e-9)].sum() / waits.count for t in times]
        np.testing.assert_array_equal(tails, beyond)


def test_intervals_are_seen_and_refused():
    # At utilization 0.9 the 54,000 waits that count are 268 relaxations: enough for the mean, too few for a quantile.
    found = waiting.waiting_run(1, 0.9, 1, 2, 60_000, np.empty(1), np.empty(1))
    assert np.isfinite(found[1:3]).all()
    assert np.isnan(found[4:6]).all()
    assert np.isfinite(waiting.waiting_run(1, 0.1, 1, 2, 60_000, np.empty(1), np.empty(1))).all()
    assert np.isnan(waiting.waiting_run(1, 0.98, 1, 2, 60_000, np.empty(1), np.empty(1))[1:3]).all()


def test_the_long_run_is_the_same_run_and_longer():
    times, tails = np.empty(5), np.empty(5)
    found = waiting.waiting_longer(4, 0.8, 1, 2, 1, times, tails)
    gap, work = figure.laws(4, 0.8, "poisson", "1")
    run = queueing.simulate(gap, work, 4, customers=500_000, seed=1)
    assert found[0] == waiting.RUNS[1] == 500_000
    assert waiting.RUNS[5] == max(waiting.RUNS) == 10_000_000
    assert found[1:4] == (run.wait.mean, run.wait.interval.low, run.wait.interval.high)
    quantile = run.wait.quantile(0.99)
    assert found[4:7] == (quantile.mean, quantile.low, quantile.high)
    assert found[7] == run.wait_probability.mean


@pytest.mark.parametrize(("servers", "utilization"), SETTINGS)
@pytest.mark.parametrize(("arrivals", "service"), [(1, 2), (1, 0), (2, 4), (0, 1), (0, 0)])
def test_theory_is_that_of_the_package(servers, utilization, arrivals, service):
    expected = figure.expected(servers, utilization, ARRIVALS[arrivals], SERVICES[service])
    mean, p99, probability = waiting.waiting_theory(servers, utilization, arrivals, service)
    queue = queueing.MMc(utilization * servers, 1, servers)
    assert (mean, p99, probability) == (expected["theory"], expected["theory99"], queue.wait_probability)
    means, quantiles = np.empty(1), np.empty(1)
    waiting.waiting_curves(servers, arrivals, service, np.array([utilization]), means, quantiles)
    assert (means[0], quantiles[0]) == (mean, p99)
    times, tails = np.array([0.0, 0.3, 2.0, 50.0]), np.empty(4)
    waiting.waiting_law(servers, utilization, arrivals, service, times, tails)
    stretch = (waiting.GAP_SCV[arrivals] + waiting.SERVICE_SCV[service]) / 2
    np.testing.assert_array_equal(tails, queue.wait_tail(times / stretch) if stretch else 0)


def test_memoryless_queues_are_exact_and_single_servers_have_exact_means():
    queue = queueing.MMc(9, 1, 10)
    exact = queue.wait_mean, queue.wait_quantile(0.99), queue.wait_probability
    assert waiting.waiting_theory(10, 0.9, 1, 2) == exact
    for place, law in enumerate(waiting.SERVICES):
        mean = queueing.pollaczek_khinchine_wait(arrival_rate=0.9, service_mean=1, service_scv=law.scv)
        # The two formulas round in different orders, a few times each.
        assert waiting.waiting_theory(1, 0.9, 1, place)[0] == pytest.approx(mean, rel=1e-14)
