"""Published and independently computed values about queues."""

import json
import pathlib

import numpy as np
import pytest
from underload import queueing, random

ENTRIES = json.loads((pathlib.Path(__file__).parent / "queueing.json").read_text("utf8"))
QUANTILES = [0.5, 0.95, 0.99, 0.999]


def _mmc(p):
    return queueing.MMc(arrival_rate=p["lam"], service_rate=p["mu"], servers=p["c"])


def _mmc_means(p):
    queue = _mmc(p)
    return [queue.number_mean, queue.queue_mean, queue.response_mean, queue.wait_mean]


def _repairman(p):
    closed = queueing.closed_mmc(p["N"], service_rate=1 / p["S"], servers=p["c"], think_time=p["Z"])
    return [closed.throughput, closed.throughput * closed.response_mean]


def _sources(p):
    closed = queueing.closed_mmc(p["N"], service_rate=p["mu"], servers=p["c"], think_time=1 / p["lam_per_source"])
    rate = closed.throughput
    return [rate * closed.response_mean, rate * closed.wait_mean, closed.response_mean]


def _pooling(_):
    shared = queueing.MMc(arrival_rate=9, service_rate=1, servers=10)
    return [queueing.MMc(arrival_rate=0.9, service_rate=1).response_mean, shared.response_mean]


def _slowdown(p):
    return [queueing.MMc(arrival_rate=u, service_rate=1).response_mean for u in p["rho"]]


def _clock_arrivals(p):
    queue = queueing.GIMc(random.Deterministic(1 / p["lam"]), p["mu"])
    return [queue.sigma, queue.wait_mean]


BY_MODEL = {
    "M/D/c": lambda p: queueing.MDc(p["lam"], p["D"], p["c"]).wait_mean,
    "D/M/1": _clock_arrivals,
    "Erlang B": lambda p: queueing.erlang_b(p["c"], p["a"]),
    "Erlang C": lambda p: queueing.erlang_c(p["c"], p["a"]),
    "M/M/c": _mmc_means,
    "M/M/c FCFS response time": lambda p: _mmc(p).response_quantile(QUANTILES),
    "M/M/c//N": _sources,
    "delay Z=10 + multi-server S=4": _repairman,
    "Erlang B dimensioning": lambda p: queueing.servers_for(
        arrival_rate=p["offered"], service_rate=1, blocking_probability=p["blocking"]
    ),
    "min c for ErlangC<20%": lambda p: queueing.servers_for(
        arrival_rate=p["a"], service_rate=1, wait_probability=p["target"]
    ),
    "beta with [1+beta*Phi/phi]^-1 = alpha": lambda p: queueing.halfin_whitt_beta(p["alpha"]),
    "interactive response-time law X=N/(Z+R)": lambda p: queueing.throughput(p["N"], p["R_s"], p["Z_s"]),
    "X=N/(Z+R)": lambda p: queueing.throughput(p["N"], p["R_s"], p["Z_s"]),
    "1/(1-rho)": _slowdown,
    "mean response at rho=.9: 10 x M/M/1 vs M/M/10 (mu=1)": _pooling,
    "M/M/1 apply queue mean lag 1/(mu-lam) s": lambda p: queueing.MMc(p["lam"], p["mu"]).response_mean,
}
INVERSE = {"Erlang B inverse"}


def _select(models):
    entries = [entry for entry in ENTRIES if entry["model"] in models]
    return pytest.mark.parametrize("entry", entries, ids=[entry["id"] for entry in entries])


def test_every_entry_is_used():
    assert {entry["model"] for entry in ENTRIES} == {*BY_MODEL, *INVERSE}


@_select(BY_MODEL)
def test_value(entry):
    tolerance = {"rel": 0.0, "abs": 0.0} | entry["tolerance"]
    computed = BY_MODEL[entry["model"]](entry["params"])
    np.testing.assert_allclose(computed, entry["expected"], rtol=tolerance["rel"], atol=tolerance["abs"])


@_select(INVERSE)
def test_load_for_a_blocking_probability(entry):
    # The published load is rounded to 0.001.
    p = entry["params"]
    load = queueing.arrival_rate_for(servers=p["c"], service_rate=1, blocking_probability=p["blocking"])
    assert load == pytest.approx(entry["expected"], abs=entry["tolerance"]["abs"] / 2)
