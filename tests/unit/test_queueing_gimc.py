"""GI/M/c against its embedded chain, phases, M/M/c, and transforms with 30 digits."""

import math
import pickle

import impatience_reference as reference
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg
from underload.queueing import GIMc, MMc
from underload.queueing.interarrival import Arrivals
from underload.random import (
    Deterministic,
    Exponential,
    Gamma,
    Hyperexponential,
    Lognormal,
    Pareto,
    Uniform,
    Weibull,
)

LAWS = [
    Deterministic(1.0),
    Exponential(1.0),
    Uniform(0.0, 2.0),
    Uniform(0.9, 1.1),
    Gamma(1.0, 0.25),
    Gamma(1.0, 7.0),
    Hyperexponential(1.0, 9.0),
    Lognormal(1.0, 0.04),
    Lognormal(1.0, 30.0),
    Pareto(1.0, 1.4),
    Pareto(1.0, 2.5),
    Pareto(1.0, 60.0),
    Weibull(1.0, 0.3),
    Weibull(1.0, 8.0),
]
NAMES = [repr(law).replace("mean=1.0, ", "") for law in LAWS]


@pytest.mark.parametrize("law", [LAWS[i] for i in (2, 4, 6, 8, 9, 12)], ids=[NAMES[i] for i in (2, 4, 6, 8, 9, 12)])
def test_transforms(law):
    # At one argument; tests/verify/test_queueing_gimc.py has all laws at four.
    for computed, exact in reference.transform_checks(law, Arrivals("interarrival", law), 0.3):
        assert computed == pytest.approx(exact, rel=1e-12)


def test_published():
    # D/M/1 at 0.9, as in tests/oracles/queueing.json: sigma = exp(-(1 - sigma) / 0.9).
    queue = GIMc(Deterministic(1 / 0.9), 1.0)
    assert queue.sigma == pytest.approx(0.8068998328558034, rel=1e-14)
    assert queue.wait_probability == queue.sigma
    assert queue.wait_mean == pytest.approx(4.178659422149825, rel=1e-14)


@pytest.mark.parametrize("law", LAWS, ids=NAMES)
@pytest.mark.parametrize("slack", [1e-9, 0.1, 0.9])
def test_sigma_solves_its_equation(law, slack):
    queue = GIMc.from_slack(slack, interarrival=law)
    s = (1 - queue.sigma) * queue.service_rate
    # 1 - sigma keeps 1e-16 / (1 - sigma) digits only, and the transform is flat there.
    assert float(Arrivals("interarrival", law).transform(np.float64(s))) == pytest.approx(queue.sigma, rel=3e-14)
    assert 0 < queue.sigma <= 1
    assert queue.wait_mean < math.inf
    # Jensen: no arrivals make the wait shorter than a clock's.
    clock = GIMc.from_slack(slack, interarrival=Deterministic(1.0))
    assert queue.wait_mean >= clock.wait_mean * (1 - 1e-12)


@pytest.mark.parametrize(("load", "servers"), [(0.5, 1), (9.0, 10), (9.3, 10), (95.0, 100), (500.0, 1000)])
def test_poisson_arrivals_make_it_m_m_c(load, servers):
    exact = MMc(load, 1, servers)
    for law in (Exponential(1 / load), Gamma(1 / load, 1.0), Weibull(1 / load, 1.0), Hyperexponential(1 / load, 1.0)):
        queue = GIMc(law, 1.0, servers)
        assert queue.sigma == pytest.approx(load / servers, rel=1e-13)
        for name in ("wait_probability", "wait_mean", "response_mean", "queue_mean", "number_mean", "utilization"):
            assert getattr(queue, name) == pytest.approx(getattr(exact, name), rel=2e-12), name
        for name in ("wait_tail", "response_tail"):
            assert getattr(queue, name)(0.7) == pytest.approx(getattr(exact, name)(0.7), rel=1e-11)
        for name in ("wait_quantile", "response_quantile"):
            assert getattr(queue, name)(0.99) == pytest.approx(getattr(exact, name)(0.99), rel=1e-11)


def test_deep_saturation():
    # Wq (1 - rho) -> (ca + cs) / 2 in service times: a clock waits half as long, here to 12 digits.
    for law, limit in ((Deterministic(1.0), 0.5), (Gamma(1.0, 3.0), 2.0), (Uniform(0.0, 2.0), 2 / 3)):
        assert GIMc.from_slack(1e-13, interarrival=law).wait_mean * 1e-13 == pytest.approx(limit, rel=1e-12)


def chain(nodes, weights, rate, servers, size=160):
    """What arrivals find: the embedded chain of pure deaths, by matrix exponentials, for times `nodes`."""
    death = np.diag(-rate * np.minimum(np.arange(size + 1), servers)) + np.diag(
        rate * np.minimum(np.arange(1, size + 1), servers), -1
    )
    step = sum(w * linalg.expm(death * x) for x, w in zip(nodes, weights, strict=True))[1:, :size]
    step[:, -1] += 1 - step.sum(axis=1)
    balance = step.T - np.eye(size)
    balance[0] = 1.0
    return np.linalg.solve(balance, np.eye(size)[0])


@pytest.mark.parametrize("servers", [1, 2, 6, 13])
@pytest.mark.parametrize("kind", ["clock", "uniform"])
def test_embedded_chain(servers, kind):
    if kind == "clock":
        law, nodes, weights = Deterministic(1.0), [1.0], [1.0]
    else:
        law, (x, w) = Uniform(0.5, 1.5), np.polynomial.legendre.leggauss(12)
        nodes, weights = 1 + x / 2, w / 2
    queue = GIMc(law, 1.25 / servers, servers)
    found = chain(nodes, weights, 1.25 / servers, servers)
    n = np.arange(servers - 1, 60)
    np.testing.assert_allclose(queue.arrival_state_probability(n), found[n], rtol=1e-8, atol=1e-15)
    assert queue.wait_probability == pytest.approx(found[servers:].sum(), rel=1e-11)


def erlang_arrivals(phases, load, servers, size=250):
    """P(n in the system) over time in E_k/M/c, from its generator on (number, phase)."""
    n, k = size, phases
    generator = np.zeros((n * k, n * k))
    for i in range(n):
        for phase in range(k):
            here = i * k + phase
            there = here + 1 if phase < k - 1 else min(i + 1, n - 1) * k
            generator[here, there] += load * k
            if i > 0:
                generator[here, here - k] += min(i, servers)
    generator -= np.diag(generator.sum(axis=1))
    balance = generator.T.copy()
    balance[0] = 1.0
    return np.linalg.solve(balance, np.eye(n * k)[0]).reshape(n, k).sum(axis=1)


@pytest.mark.parametrize(("phases", "load", "servers"), [(3, 0.8, 1), (2, 3.0, 4), (4, 8.0, 10)])
def test_phases(phases, load, servers):
    law = erlang_arrivals(phases, load, servers)
    queue = GIMc(Gamma(1 / load, 1 / phases), 1.0, servers)
    n = np.arange(servers if servers > 1 else 0, 80)
    np.testing.assert_allclose(queue.state_probability(n), law[n], rtol=1e-8, atol=1e-15)
    assert queue.number_mean == pytest.approx(law @ np.arange(len(law)), rel=1e-10)
    assert queue.queue_mean == pytest.approx(law @ np.maximum(np.arange(len(law)) - servers, 0), rel=1e-10)


@given(load=st.floats(0.05, 0.999), servers=st.integers(1, 60), scv=st.floats(0.05, 20))
@settings(derandomize=True, deadline=None, max_examples=25)
def test_laws_hang_together(load, servers, scv):
    queue = GIMc(Gamma(1 / (load * servers), scv), 1.0, servers)
    assert 0 <= queue.wait_probability <= 1
    for q in (0.3, 0.99):
        t = queue.wait_quantile(q)
        assert queue.wait_tail(t) == pytest.approx(1 - q if t > 0 else queue.wait_probability, rel=1e-11)
        assert queue.response_tail(queue.response_quantile(q)) == pytest.approx(1 - q, rel=1e-11)
    mean = queue.wait_probability / (servers * (1 - queue.sigma))
    assert queue.wait_mean == pytest.approx(mean, rel=1e-15 + 3e-16 / (1 - queue.sigma))
    steadier = GIMc(Gamma(1 / (load * servers), scv / 2), 1.0, servers)
    assert steadier.wait_mean <= queue.wait_mean


def test_heavy_tailed_arrivals():
    # Infinite variance between arrivals, yet every mean is finite.
    queue = GIMc(Pareto(1.0, 1.4), 1.25, 1)
    assert 0.8 < queue.wait_probability < 1
    assert math.isfinite(queue.wait_mean)
    with pytest.raises(ValueError, match="shape of at least"):
        GIMc(Pareto(1.0, 1.01), 1.25)
    with pytest.raises(ValueError, match=r"^slack .* heavy a tail"):
        _ = GIMc.from_slack(1e-16, interarrival=Pareto(1.0, 1.05)).wait_mean


def test_a_station_can_be_sent_to_another_process():
    for law in (Gamma(1.0, 3.0), Pareto(1.0, 2.5), Deterministic(1.0)):
        queue = GIMc(law, 1.0, 2)
        sent = pickle.loads(pickle.dumps(queue))
        assert sent == queue
        assert sent.wait_mean == queue.wait_mean
