"""M/D/c against complex roots with 40 digits, its transition matrix, Erlang's sum and a simulation."""

import itertools
import math

import impatience_reference as reference
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate
from underload.queueing import MDc, MMc, pollaczek_khinchine_wait
from underload.queueing.mdc_walk import FIRST, sum_nodes
from underload.stats import replications


@pytest.mark.parametrize(
    ("servers", "exact"),
    # Crommelin 1932, as in tests/oracles/queueing.json.
    [(2, 2.1469232147158266), (10, 0.34458205037968115)],
)
def test_published(servers, exact):
    assert MDc(0.9 * servers, 1.0, servers).wait_mean == pytest.approx(exact, rel=2e-15)


@pytest.mark.parametrize("slack", [1e-13, 1e-6, 0.01, 0.5, 0.999])
def test_one_server(slack):
    queue = MDc.from_slack(slack, service_time=3.0)
    # Pollaczek-Khinchine: Lq = rho^2 / (2 (1 - rho)).
    assert queue.queue_mean == pytest.approx((1 - slack) ** 2 / (2 * slack), rel=1e-13)
    assert queue.wait_probability == pytest.approx(1 - slack, rel=1e-13)
    assert queue.state_probability(0) == pytest.approx(slack, rel=1e-12)


@pytest.mark.parametrize(
    ("slack", "servers"), [(1e-6, 2), (0.1, 2), (1.9, 2), (1.0, 10), (1e-3, 50), (9.0, 50), (30.0, 100), (1.0, 300)]
)
def test_roots(slack, servers):
    queue = MDc.from_slack(slack, servers=servers)
    mean, wait = reference.mdc_roots(servers - slack, slack, servers)
    assert float(abs(queue.queue_mean / mean - 1)) < 1e-13
    assert float(abs(queue.wait_probability / wait - 1)) < 1e-13


def test_a_thousand_servers_close_to_saturation():
    # Of 1000 roots with 40 digits, by `reference.mdc_roots(999, 1, 1000)`.
    queue = MDc(999.0, 1.0, 1000)
    assert queue.wait_mean == pytest.approx(0.48197744364646433, rel=1e-13)
    assert queue.wait_probability == pytest.approx(0.9565462256067297, rel=1e-13)


@pytest.mark.parametrize(("load", "servers"), [(0.6, 1), (1.5, 2), (6.0, 8), (2.0, 12)])
def test_states(load, servers):
    queue = MDc(load * 2, 0.5, servers)
    exact = reference.mdc_chain(load, servers, 150)
    np.testing.assert_allclose(queue.state_probability(np.arange(100)), exact[:100], rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("load", [0.1, 0.5, 0.95])
def test_the_wait_of_one_server(load):
    queue = MDc(load / 2, 2.0)
    for t in (0.0, 0.3, 1.0, 1.7, 5.5, 12.0, 30.25):
        exact = 1 - reference.md1_wait(load, t)
        if exact > 1e-25:  # 40 digits, of which the alternating sum loses up to 13
            assert float(abs(queue.wait_tail(2 * t) / exact - 1)) < 1e-12, t


@pytest.mark.parametrize(("slack", "servers"), [(0.3, 1), (0.1, 2), (2.0, 10), (0.5, 40), (4.0, 150)])
def test_the_tail_integrates_to_the_mean(slack, servers):
    # Two derivations: the mean by Little's law from the queue, the tail from Franx's sum, piece by piece.
    queue = MDc.from_slack(slack, servers=servers)
    pieces = itertools.pairwise(np.arange(0.0, 2.0 + 60.0 / slack))
    total = 0.0
    for low, high in pieces:
        total += integrate.quad(queue.wait_tail, low, high, epsabs=0, epsrel=1e-11)[0]
        if queue.wait_tail(high) < 1e-13 * queue.wait_mean:
            break
    assert total == pytest.approx(queue.wait_mean, rel=1e-10)


@given(servers=st.integers(1, 80), part=st.floats(0.3, 0.999), time=st.floats(0.01, 100))
@settings(derandomize=True, deadline=None, max_examples=15)
def test_tail_and_quantile(servers, part, time):
    queue = MDc(part * servers / time, time, servers)
    assert queue.wait_tail(0.0) == queue.wait_probability
    assert queue.response_tail(time * (1 - 1e-12)) == 1.0
    assert queue.response_tail(3 * time) == pytest.approx(queue.wait_tail(2 * time), rel=1e-12)
    tails = queue.wait_tail(np.linspace(0, 4 * time, 41))
    assert (np.diff(tails) <= 0).all()
    for q in (0.2, 0.9, 0.999):
        t = queue.wait_quantile(q)
        assert queue.response_quantile(q) == t + time
        if t > 0:
            assert queue.wait_tail(t) == pytest.approx(1 - q, rel=1e-11)
        else:
            assert queue.wait_probability <= 1 - q
    # Constant service waits between half as long as exponential service and as long (Cosmetatos 1975 and before).
    rival = MMc(part * servers / time, 1 / time, servers)
    assert 0.5 * (1 - 1e-12) <= queue.wait_mean / rival.wait_mean < 1
    assert queue.number_mean == pytest.approx(queue.arrival_rate * queue.response_mean, rel=1e-12)


def test_periods_far_out_are_skipped_without_a_trace():
    # The tail is exponential there: every service time costs the same factor, also across the first skipped period.
    queue = MDc.from_slack(1e-3, servers=3)
    logs = np.log(queue.wait_tail(np.arange(5.0, 60.0)))
    np.testing.assert_allclose(np.diff(logs), np.diff(logs)[0], rtol=1e-9)
    assert queue.wait_tail(1e300) == 0.0
    assert MDc.from_slack(1e-13).wait_tail(1e12) == pytest.approx(math.exp(-0.2), rel=1e-9)  # e^(-2 slack t)


def test_states_sum_to_the_means():
    queue = MDc(8.5, 1.0, 10)
    law = queue.state_probability(np.arange(400))
    assert law.sum() == pytest.approx(1.0, rel=1e-13)
    assert law @ np.arange(400) == pytest.approx(queue.number_mean, rel=1e-12)
    assert law @ np.minimum(np.arange(400), 10) == pytest.approx(8.5, rel=1e-12)
    assert law[10:].sum() == pytest.approx(queue.wait_probability, rel=1e-12)
    assert queue.state_probability(10**9) == 0.0


def test_light_traffic_keeps_its_digits():
    # At a load of 1e-3, two servers: a request waits if two others are present within the last service time, of which
    # the leading term is a^2 / 2, and the next -a^3 / 3 ...: 40 digits by the roots.
    queue = MDc.from_slack(2 - 1e-3, servers=2)
    with reference.mpmath.workdps(60):
        mean, wait = reference.mdc_roots(1e-3, reference.mpmath.mpf(2) - reference.mpmath.mpf(1e-3), 2)
    assert float(abs(queue.queue_mean / mean - 1)) < 1e-12
    assert float(abs(queue.wait_probability / wait - 1)) < 1e-12
    assert MDc(1e-190, 1.0, 7).wait_mean == 0.0


def test_blocks_sum_like_single_terms():
    # n^-1.5 e^(-n/3000), term by term up to e^-50 against the blocks of doubling length.
    nodes, weights = sum_nodes(1.0, 0.0258, 1)
    assert len(nodes) < FIRST + 20 * 12
    n = np.arange(1.0, 200000.0)
    expected = math.fsum(n**-1.5 * np.exp(-n / 3000))
    assert weights @ (nodes**-1.5 * np.exp(-nodes / 3000)) == pytest.approx(expected, rel=1e-14)


def cyclic_waits(rng, load, servers, customers):
    """Waits of M/D/c: constant services end in the order in which they start, so server k serves every c-th request."""
    arrivals = np.cumsum(rng.exponential(1 / load, customers)).reshape(-1, servers)
    surplus = np.arange(len(arrivals))[:, None] - arrivals  # services offered before, less time passed
    return (surplus - np.minimum.accumulate(surplus, axis=0)).ravel()


def test_simulated_tail():
    # 40 runs of 10^5; 0.9975 = 0.99 ** (1 / 4) splits 1 % over the four values (Sidak).
    queue, rng = MDc(4.5, 1.0, 5), np.random.default_rng(1)

    def run():
        waits = cyclic_waits(rng, 4.5, 5, 10**5)[1000:]
        return [waits.mean(), *((waits > t).mean() for t in (0.0, 0.4, 1.3))]

    runs = np.array([run() for _ in range(40)])
    for column, exact in zip(runs.T, [queue.wait_mean, *queue.wait_tail([0.0, 0.4, 1.3])], strict=True):
        interval = replications(column, confidence=0.9975)
        assert exact in interval
        assert interval.half_width < 0.04 * exact  # it would see an error of 4 %


def test_pollaczek_khinchine():
    queue = MDc(0.7, 1.2)
    expected = pollaczek_khinchine_wait(arrival_rate=0.7, service_mean=1.2, service_scv=0)
    assert queue.wait_mean == pytest.approx(expected, rel=1e-13)
