"""MAP/PH/1 against formulas of its special cases, a truncated chain, quadrature and a simulation."""

import math

import matrix_reference
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from underload.queueing import (
    MAPPH1,
    MPH1,
    PHM1,
    MarkovianArrivals,
    PhaseType,
    QuasiBirthDeath,
    pollaczek_khinchine_wait,
    stationary,
)
from underload.random import Hyperexponential

BURSTY = MarkovianArrivals([[-2.1, 0.1], [0.2, -0.5]], [[2.0, 0.0], [0.0, 0.3]])
MIXED = MarkovianArrivals(
    [[-3.0, 1.0, 0.5], [0.1, -0.4, 0.0], [0.0, 0.2, -1.0]], [[0.5, 1.0, 0], [0.1, 0.1, 0.1], [0, 0, 0.8]]
)
COXIAN = PhaseType.coxian([2.0, 0.5], [0.3])


def test_bursty_arrivals_with_many_digits():
    # R by plain iteration with 40 digits; the mean from x (I - R)^-2 R 1, x the law of level 0.
    with mpmath.workdps(40):
        hidden = mpmath.matrix([["-2.1", "0.1"], ["0.2", "-0.5"]])
        arrivals = mpmath.matrix([[2, 0], [0, "0.3"]])
        inverse, ratio = (hidden - 2 * mpmath.eye(2)) ** -1, mpmath.zeros(2)
        for _ in range(700):
            ratio = -(arrivals + 2 * ratio * ratio) * inverse
        balance, ahead = hidden + 2 * ratio, (mpmath.eye(2) - ratio) ** -1
        empty = mpmath.matrix([[-balance[1, 0] / balance[0, 0], 1]])
        number = sum(empty * ratio * ahead * ahead) / sum(empty * ahead)
    queue = MAPPH1(BURSTY, PhaseType.exponential(0.5))
    assert queue.number_mean == pytest.approx(float(number), rel=1e-14)
    assert queue.decay_rate == pytest.approx(float(max(abs(e) for e in mpmath.eig(ratio)[0])), rel=1e-13)


@pytest.mark.parametrize(("arrivals", "service"), [(BURSTY, PhaseType.erlang(0.4, 3)), (MIXED, COXIAN.fit(0.8, 2.5))])
def test_against_everything_in_one_matrix(arrivals, service):
    queue = MAPPH1(arrivals, service)
    law = matrix_reference.one_server(
        arrivals.D0, arrivals.D1, service.initial, service.rates, service.exits, levels=90
    )
    assert queue.decay_rate**90 < 1e-5
    n = np.arange(40)
    # The room for 90 jobs costs the other states what is beyond it; Gaussian elimination costs 1e-15 of all.
    beyond = queue.chain.level_tail(90)
    np.testing.assert_allclose(queue.state_probability(n), law[:40], rtol=10 * beyond + 1e-11, atol=1e-14)
    assert queue.chain.level_tail(39) == pytest.approx(law[40:].sum(), rel=1e-3)
    assert queue.state_probability(0) == pytest.approx(1 - queue.utilization, rel=1e-12)
    n = np.arange(2000)
    assert queue.state_probability(n) @ n == pytest.approx(queue.number_mean, rel=1e-12)


@pytest.mark.parametrize("slack", [0.9, 0.1, 1e-6, 1e-13])
@pytest.mark.parametrize("scv", [0.1, 0.6, 1.0, 30.0])
def test_poisson_arrivals_follow_pollaczek_and_khinchine(slack, scv):
    service = PhaseType.fit(3.0, scv)
    queue = MAPPH1.from_slack(slack, arrivals=MarkovianArrivals.poisson(1.0), service=service)
    expected = (1 - slack) / slack * (1 + scv) / 2 * 3.0
    assert queue.wait_mean == pytest.approx(expected, rel=1e-13)
    assert queue.wait_probability == pytest.approx(1 - slack, rel=1e-13)
    # The tail by its own chain: its mean is the same, though it never saw the levels.
    law = queue._work[1]
    tail = PhaseType.from_rates(law.initial, law.rates, law.exits)
    assert tail.mean * 3.0 == pytest.approx(queue.response_mean, rel=1e-12)


@pytest.mark.parametrize("slack", [0.5, 1e-3, 1e-9, 1e-13])
def test_one_phase_is_mm1(slack):
    queue = MAPPH1.from_slack(slack, arrivals=MarkovianArrivals.poisson(7.0), service=PhaseType.exponential(2.0))
    assert queue.number_mean == pytest.approx((1 - slack) / slack, rel=1e-14)
    drain = slack / 2.0
    assert queue.response_tail(3 / drain) == pytest.approx(math.exp(-3), rel=1e-13)
    assert queue.wait_tail(30 / drain) == pytest.approx((1 - slack) * math.exp(-30), rel=1e-12)
    assert queue.wait_quantile(0.999) == pytest.approx(math.log((1 - slack) / 0.001) / drain, rel=1e-12)
    assert queue.response_quantile([0.0, 0.5])[1] == pytest.approx(math.log(2) / drain, rel=1e-13)
    assert queue.state_probability(5) == pytest.approx(slack * (1 - slack) ** 5, rel=1e-13)


@pytest.mark.parametrize("scv", [0.25, 0.4, 7.0])
def test_renewal_arrivals_follow_the_root(scv):
    # GI/M/1: sigma = A*(mu (1 - sigma)), the wait is 0 or exponential.
    interarrival, rate = PhaseType.fit(1.0, scv), 1.25
    root = optimize.brentq(lambda z: z - interarrival.laplace(rate * (1 - z)), 0, 1 - 1e-5, xtol=1e-16, rtol=1e-15)
    queue, drain = PHM1(interarrival, rate), rate * (1 - root)
    assert queue.decay_rate == pytest.approx(root, rel=1e-13)
    assert queue.wait_probability == pytest.approx(root, rel=1e-13)
    assert queue.wait_mean == pytest.approx(root / drain, rel=1e-12)
    t = np.array([0.0, 1.0, 30.0])
    np.testing.assert_allclose(queue.wait_tail(t), root * np.exp(-drain * t), rtol=1e-12)
    np.testing.assert_allclose(queue.response_tail(t), np.exp(-drain * t), rtol=1e-12)
    assert queue.response_quantile(0.99) == pytest.approx(math.log(100) / drain, rel=1e-12)


@pytest.mark.parametrize(("arrivals", "service"), [(BURSTY, PhaseType.erlang(0.4, 3)), (MIXED, COXIAN)])
def test_tails_integrate_to_littles_means(arrivals, service):
    # The tails come from the fluid of work, the means from the levels of jobs: only the law links them.
    queue = MAPPH1.from_slack(0.2, arrivals=arrivals, service=service)
    nodes, weights = np.polynomial.legendre.leggauss(160)
    far = queue.response_quantile(1 - 1e-13) * 1.5
    t, weights = far * (nodes + 1) / 2, weights * far / 2
    assert queue.wait_mean == pytest.approx(weights @ queue.wait_tail(t), rel=1e-9)
    assert queue.response_mean == pytest.approx(weights @ queue.response_tail(t), rel=1e-9)
    assert queue.number_mean == pytest.approx(queue.arrival_rate * queue.response_mean, rel=1e-13)
    assert queue.wait_tail(0.0) == pytest.approx(queue.wait_probability, rel=1e-13)
    assert queue.wait_quantile(1 - queue.wait_probability - 1e-9) == 0.0


def test_the_wait_probability_from_the_levels():
    # An arrival waits unless it finds level 0: arrivals weigh the hidden states by their rates.
    queue = MAPPH1(MIXED, COXIAN.fit(0.7, 0.3))
    finds = queue.chain.level_law(0) @ MIXED.D1.sum(axis=1) / MIXED.arrival_rate
    assert queue.wait_probability == pytest.approx(1 - finds, rel=1e-13)


def test_bursty_waits_by_simulation():
    # Lindley's recursion over 20 replications of 20,000 jobs, each started with 2,000 that are not counted.
    queue, waits = MAPPH1(BURSTY, PhaseType.erlang(0.45, 2)), []
    rng = np.random.default_rng(11)
    for _ in range(20):
        waits.append(bursty_wait(rng, 22_000)[2_000:].mean())
    error = np.std(waits, ddof=1) / math.sqrt(len(waits))
    assert error / queue.wait_mean < 0.05
    # 4 standard errors of 20 replications: 1 in 1300 by chance, and the seed is fixed.
    assert abs(np.mean(waits) - queue.wait_mean) < 4 * error


def bursty_wait(rng, jobs):
    stays, state, clock, times = (10.0, 5.0), 0, 0.0, []
    while len(times) < jobs:
        stay = rng.exponential(stays[state])
        number = rng.poisson((2.0, 0.3)[state] * stay)
        times.extend(clock + np.sort(rng.uniform(0, stay, number)))
        state, clock = 1 - state, clock + stay
    steps = rng.gamma(2, 0.225, jobs)[:-1] - np.diff(times[:jobs])
    paths = np.concatenate([[0.0], np.cumsum(steps)])
    return paths - np.minimum.accumulate(paths)


def test_a_boundary_of_its_own():
    # Vacations: level 0 has one phase, away; above it the server is away or serves. Against the truncated chain.
    rate, back, serve, room = 0.6, 0.5, 1.0, 200
    local = [[0.0, back], [0.0, 0.0]]
    up, down = np.eye(2) * rate, [[0.0, 0.0], [0.0, serve]]
    with pytest.raises(ValueError, match="irreducible"):
        QuasiBirthDeath(up, local, down, [[0.0]], [[rate, 0.0]], [[0.0], [serve]])
    local[1][0] = 0.01  # and now and then the server leaves
    chain = QuasiBirthDeath(up, local, down, [[0.0]], [[rate, 0.0]], [[0.0], [serve]])
    whole = np.zeros((2 * room + 1, 2 * room + 1))
    for n in range(1, room + 1):
        away, busy = 2 * n - 1, 2 * n
        whole[away, busy], whole[busy, away] = back, 0.01
        whole[busy, max(0, busy - 2)] = serve
        if n < room:
            whole[away, away + 2] = whole[busy, busy + 2] = rate
    whole[0, 1] = rate
    law = stationary(whole - np.diag(whole.sum(axis=1)))
    levels = np.append(0, np.repeat(np.arange(1, room + 1), 2))
    assert law[-2:].sum() < 1e-13
    assert chain.level_mean == pytest.approx(law @ levels, rel=1e-10)
    np.testing.assert_allclose(chain.level_law(3), law[5:7], rtol=1e-11)
    assert chain.level_tail(0) == pytest.approx(1 - law[0], rel=1e-12)


@given(slack=st.floats(1e-8, 0.95), scv=st.floats(0.1, 20), burst=st.floats(0.0, 1.0), switch=st.floats(1e-3, 10))
@settings(derandomize=True, deadline=None, max_examples=10)
def test_identities(slack, scv, burst, switch):
    arrivals = MarkovianArrivals.mmpp([1.0, burst], [[0.0, switch], [0.3 * switch, 0.0]])
    queue = MAPPH1.from_slack(slack, arrivals=arrivals, service=PhaseType.fit(2.0, scv))
    chain = queue.chain
    # R and G as their defining equations have them.
    local = chain.local - np.diag((chain.local + chain.up + chain.down).sum(axis=1))
    zero = chain.up + chain.ratio @ local + chain.ratio @ chain.ratio @ chain.down
    assert np.abs(zero).max() < 1e-12 * np.abs(local).max()
    zero = chain.down + local @ chain.passage + chain.up @ chain.passage @ chain.passage
    assert np.abs(zero).max() < 1e-12 * np.abs(local).max()
    assert queue.utilization == pytest.approx(1 - slack, rel=1e-14)
    assert chain.level_tail(0) == pytest.approx(1 - slack, rel=1e-11)
    # Bursts never shorten the mean wait below Poisson's.
    poisson = (1 - slack) / slack * (1 + queue.service.scv) / 2 * 2.0
    assert queue.wait_mean >= poisson * (1 - 1e-10)
    assert queue.response_mean - queue.wait_mean == pytest.approx(2.0, rel=1e-6)


def test_given_rates_and_extreme_units():
    queue = MPH1(0.4, Hyperexponential(2.0, 9.0))
    expected = pollaczek_khinchine_wait(arrival_rate=0.4, service_mean=2.0, service_scv=9.0)
    assert queue.wait_mean == pytest.approx(expected, rel=1e-13)
    assert queue.service_rate == pytest.approx(0.5, rel=1e-15)
    fast = MPH1(4e150, PhaseType.exponential(2e-151))
    assert fast.wait_mean == pytest.approx(8e-151, rel=1e-13)
    assert fast.response_tail(1e-150) == pytest.approx(math.exp(-1), rel=1e-12)


def test_an_unstable_queue_names_its_utilization():
    with pytest.raises(ValueError, match=r"^utilization 1.2 must be below 1 \(arrival_rate=0.6, service_mean=2\)$"):
        MPH1(0.6, PhaseType.exponential(2.0))
