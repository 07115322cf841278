"""M/M/c against its textbook formulas, with 50 digits where they cancel."""

import math
import pathlib
import runpy
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate
from underload.queueing import MMc, pollaczek_khinchine_wait

ORACLE = runpy.run_path(str(pathlib.Path(__file__).parents[1] / "oracles" / "queueing_reference.py"))


@pytest.mark.parametrize("utilization", [0.0, 0.3, 0.9, 0.999])
def test_one_server(utilization):
    # M/M/1: W = rho / (1 - rho) / mu, R = 1 / (mu - lambda), both tails exponential.
    rate = 4.0
    queue = MMc(arrival_rate=utilization * rate, service_rate=rate)
    drain = rate - utilization * rate
    assert queue.utilization == pytest.approx(utilization)
    assert queue.wait_mean == pytest.approx(utilization / drain, rel=1e-14)
    assert queue.response_mean == pytest.approx(1 / drain, rel=1e-14)
    assert queue.number_mean == pytest.approx(utilization / (1 - utilization), rel=1e-12)
    t = np.array([0.0, 0.1, 3.0])
    np.testing.assert_allclose(queue.response_tail(t), np.exp(-drain * t), rtol=1e-13)
    np.testing.assert_allclose(queue.wait_tail(t), utilization * np.exp(-drain * t), rtol=1e-13)
    for q in (0.5, 0.99):
        assert queue.response_quantile(q) == pytest.approx(-math.log1p(-q) / drain, rel=1e-13)


def test_two_servers_by_hand():
    # lambda = 5, mu = 10, c = 2: a = 1/2, rho = 1/4. p0 = (1 - rho) / (1 + rho) = 3/5, C = 2 rho^2 / (1 + rho) = 1/10,
    # Lq = C rho / (1 - rho) = 1/30, Wq = Lq / lambda = 1/150.
    queue = MMc(arrival_rate=5, service_rate=10, servers=2)
    assert queue.wait_probability == pytest.approx(1 / 10, rel=1e-15)
    assert queue.queue_mean == pytest.approx(1 / 30, rel=1e-15)
    assert queue.wait_mean == pytest.approx(1 / 150, rel=1e-15)
    assert queue.number_mean == pytest.approx(1 / 30 + 1 / 2, rel=1e-15)


def test_saturation_is_exact_for_the_floats_given():
    # 1 - rho as a fraction of the floats, not of what they were rounded from.
    arrival = 1 - 1e-12
    queue = MMc(arrival_rate=arrival, service_rate=1)
    assert queue.response_mean == pytest.approx(1 / (1 - arrival), rel=3e-16)
    assert MMc.from_slack(1e-12).response_mean == pytest.approx(1e12, rel=1e-15)
    # 3 x 0.1 in floats is above 0.3: the utilization of 0.3 at three servers of rate 0.1 is below 1, by 2^-55 / 0.1.
    assert MMc(arrival_rate=0.3, service_rate=0.1, servers=3).slack == pytest.approx(
        float((3 * mpmath.mpf(0.1) - mpmath.mpf(0.3)) / mpmath.mpf(0.1)), rel=1e-15
    )


@pytest.mark.parametrize("servers", [1, 3, 40])
@pytest.mark.parametrize("slack", [1e-6, 0.5, 1 - 1e-4, 1.0, 2.5, 30.0])
def test_response_tail_and_quantile(servers, slack):
    check_response(servers, slack if slack < servers else slack / 40, rate=0.7)


SINGULAR = [sign * 10.0**-k for sign in (1, -1) for k in (1, 2, 4, 6, 8, 10, 12, 14, 15)]


@pytest.mark.parametrize("distance", [0.0, *SINGULAR])
def test_response_across_the_singularity(distance):
    # The rate at which a queue drains, slack x service rate, passes the service rate: the textbook form is 0 / 0 there.
    check_response(5, 1.0 + distance, rate=1.0)


def check_response(servers, slack, rate):
    queue = MMc.from_slack(slack, service_rate=rate, servers=servers)
    slowest = rate * min(slack, 1.0)
    for t in np.array([1e-9, 0.01, 0.7, 3.0, 40.0]) / slowest:
        exact = ORACLE["response_tail"](t, servers, slack, rate)
        # exp loses an absolute error of half an ulp of its argument, which reaches 40.
        assert float(abs(queue.response_tail(t) / exact - 1)) < 4e-14
    for q in (1e-6, 0.1, 0.5, 0.99, 1 - 1e-12):
        t = queue.response_quantile(q)
        exact = ORACLE["response_tail"](t, servers, slack, rate)
        step = (1e-12 + 4e-16 / q) * t
        ahead = ORACLE["response_tail"](t + step, servers, slack, rate)
        behind = ORACLE["response_tail"](t - step, servers, slack, rate)
        # The true quantile lies within 1e-12 of t; a small q loses what its complement 1 - q rounds off.
        assert ahead < 1 - mpmath.mpf(q) < behind, (q, t, exact)


def test_the_singularity_leaves_no_mark():
    # Nine neighbours around slack = 1: the quantile falls smoothly, so second differences stay at rounding.
    slacks = 1.0 + 1e-6 * np.arange(-4, 5)
    quantiles = np.array([MMc.from_slack(s, servers=5).response_quantile(0.99) for s in slacks])
    assert np.all(np.diff(quantiles) < 0)
    assert np.max(np.abs(np.diff(quantiles, 2))) < 1e-10


def test_wait_quantile():
    queue = MMc(arrival_rate=9, service_rate=1, servers=10)
    atom = 1 - queue.wait_probability
    assert queue.wait_quantile(0.0) == 0.0
    assert queue.wait_quantile(atom * (1 - 1e-9)) == 0.0
    assert 0 < queue.wait_quantile(atom + 1e-9) < 1e-8
    for q in (0.5, 0.99, 1 - 1e-12):
        assert queue.wait_tail(queue.wait_quantile(q)) == pytest.approx(1 - q, rel=1e-12)
    np.testing.assert_array_equal(queue.wait_quantile([0.2, 0.9]), [0.0, queue.wait_quantile(0.9)])


def test_shapes_and_types():
    queue = MMc(arrival_rate=9, service_rate=1, servers=10)
    assert type(queue.wait_tail(1)) is float
    assert type(queue.response_quantile(0.9)) is float
    assert queue.response_quantile(0.0) == 0.0
    assert queue.response_tail(0.0) == 1.0
    assert queue.response_tail([[0.0, 1.0]]).shape == (1, 2)
    assert queue == MMc(9.0, 1.0, 10)


@given(servers=st.integers(1, 200), part=st.floats(0.05, 0.99), rate=st.floats(0.01, 100))
@settings(derandomize=True, deadline=None, max_examples=20)
def test_means_are_the_integrals_of_the_tails(servers, part, rate):
    queue = MMc(arrival_rate=part * servers * rate, service_rate=rate, servers=servers)
    scale = 1 / (rate * min(1.0, queue.slack))
    for tail, mean in ((queue.response_tail, queue.response_mean), (queue.wait_tail, queue.wait_mean)):
        # Beyond 60 of the slower time constant lies e^-60.
        integral, _ = integrate.quad(tail, 0, 60 * scale, epsabs=0, epsrel=1e-10, limit=200)
        assert integral == pytest.approx(mean, rel=1e-8)
    assert queue.number_mean == pytest.approx(queue.arrival_rate * queue.response_mean, rel=1e-9)


def test_one_server_agrees_with_pollaczek_khinchine():
    queue = MMc(arrival_rate=0.8, service_rate=1.25)
    expected = pollaczek_khinchine_wait(arrival_rate=0.8, service_mean=0.8, service_scv=1)
    assert queue.wait_mean == pytest.approx(expected, rel=1e-14)


def test_an_unstable_queue_names_its_utilization():
    message = r"^utilization 1.02 must be below 1 \(arrival_rate=102, service_rate=100, servers=1\)$"
    with pytest.raises(ValueError, match=message):
        MMc(arrival_rate=102, service_rate=100, servers=1)


@pytest.mark.parametrize("servers", [1, 10, 1000, 10**6])
@pytest.mark.parametrize("gap", [1e-9, 0.5, "roots"])
def test_state_probabilities_to_the_last_digits(servers, gap):
    gap = min(3 * math.sqrt(servers), 0.75 * servers) if gap == "roots" else gap
    queue, load = MMc.from_slack(gap, servers=servers), servers - Fraction(gap)
    root, wait = math.sqrt(servers), ORACLE["erlang_c_digits"](servers, load)
    load = mpmath.mpf(load.numerator) / load.denominator
    full = wait * (servers - load) / servers
    for n in {max(0, int(servers + k * root)) for k in (-25, -5, -1, 0, 1, 5, 25)} | {0, servers - 1}:
        if n >= servers:
            exact = full * (load / servers) ** (n - servers)
        else:  # c! / n! / a^(c - n)
            exact = full * mpmath.exp(
                mpmath.loggamma(servers + 1) - mpmath.loggamma(n + 1) - (servers - n) * mpmath.log(load)
            )
        computed = queue.state_probability(n)
        assert computed < 1e-280 if exact < 1e-290 else abs(computed / exact - 1) < 1e-12, n


@given(servers=st.integers(1, 60), part=st.floats(0.01, 0.97))
@settings(derandomize=True, deadline=None, max_examples=25)
def test_the_states_add_up(servers, part):
    queue = MMc(part * servers, 1.0, servers)
    n = np.arange(servers + int(40 / -math.log(part)))  # beyond lies e^-40
    probability = queue.state_probability(n)
    assert probability.sum() == pytest.approx(1, rel=1e-12)
    assert probability @ n == pytest.approx(queue.number_mean, rel=1e-12)
    assert probability[servers:].sum() == pytest.approx(queue.wait_probability, rel=1e-12, abs=1e-16)
    # Balance over the cut between n and n + 1.
    np.testing.assert_allclose(
        probability[:-1] * queue.arrival_rate, probability[1:] * np.minimum(n[1:], servers), rtol=1e-11
    )


def test_states_without_load_and_far_below_it():
    assert MMc(0, 1, 3).state_probability([0, 1, 5]).tolist() == [1.0, 0.0, 0.0]
    # A queue before 1000 servers at a load of 1 is below the range of floats: Poisson.
    assert MMc(1.0, 1.0, 1000).state_probability(2) == pytest.approx(math.exp(-1) / 2, rel=1e-15)
    queue = MMc(9, 1, 10)
    assert queue.throughput == 9
    assert queue.blocking_probability == 0.0


@pytest.mark.parametrize(("rate", "servers"), [(1e17, 2), (1e300, 1), (2.0, 10**17)])
def test_loads_too_small_to_leave_a_mark_on_the_slack(rate, servers):
    # slack == servers: the ratio of the states is in the load alone.
    load = 1.0 / rate
    states = MMc(1.0, rate, servers).state_probability([0, 1, 2])
    assert states[:2] == pytest.approx([math.exp(-load), load * math.exp(-load)], rel=1e-14)
    assert states[2] == pytest.approx(load * load / min(servers, 2), rel=load + 1e-14)


def test_times_and_rates_whose_product_overflows():
    assert MMc(1.0, 1e300).response_tail([1e10, 1e300]) == pytest.approx([0.0, 0.0], abs=0.0)
    assert MMc(1.0, 1.7e308, 2).wait_tail(0.0) == MMc(1.0, 1.7e308, 2).wait_probability
    assert MMc.from_slack(0.1, service_rate=5e-324).wait_quantile(0.95) == math.inf  # 6e324
