"""Recordings of HAProxy and of a fan-out show what the chapters use them for: orders and ratios, no absolute speed."""

import functools
import re

import numpy as np
import pytest
from underload import datasets, queueing, random

RECORDED = {
    "haproxy_balance": ("policy", "weight", "load", "service_scv"),
    "fan_out": ("serving", "fan_out", "hedge", "loser"),
}
SERVERS = 8
table_of = functools.cache(datasets.load)


@pytest.mark.parametrize("name", RECORDED)
def test_a_recording_says_how_it_was_made(name):
    about = datasets.manifest(name)
    for key in ("title", "summary", "source", "licence", "made_on", "software", "priority", "seed"):
        assert about[key], key
    assert about["made_by"] == "record.py"
    assert about["servers"] == SERVERS
    assert {"cpu", "cores", "memory_gib", "kernel", "load_average_before", "load_average_after"} <= set(
        about["machine"]
    )
    text = (datasets.root() / name / "manifest.yml").read_text("utf8")
    assert not re.search(r"(?<![\w.])/(tmp|home|root|usr|var|mnt|srv|Users)\b", text)


@pytest.mark.parametrize(("name", "cell"), RECORDED.items())
def test_trials_were_interleaved(name, cell):
    table = table_of(name)
    repetitions = datasets.manifest(name)["repetitions"]
    assert repetitions >= 5
    tried = [tuple(table[column][row] for column in (*cell, "repetition")) for row in range(len(table))]
    cells = {trial[:-1] for trial in tried}
    assert len(set(tried)) == len(tried) == len(cells) * repetitions
    # A repetition ends before the next begins, and tries the cells in an order of its own.
    assert table["order"].tolist() == list(range(len(tried)))
    assert np.all(np.diff(table["repetition"]) >= 0)
    assert len({tuple(tried[i][:-1] for i in np.flatnonzero(table["repetition"] == r)) for r in range(repetitions)}) > 1


@pytest.mark.parametrize(("name", "kind"), [("haproxy_balance", 2), ("fan_out", 2)])
def test_rivals_had_the_same_customers(name, kind):
    table = table_of(name)
    asked = "service_asked_ms" if name == "haproxy_balance" else "asked_ms"
    size = "sent" if name == "haproxy_balance" else "requests"
    for seed in np.unique(table["seed"]):
        trials = table.where(seed=seed)
        assert len(trials) >= kind
        assert np.ptp(trials[asked]) == np.ptp(trials[size]) == 0


@pytest.mark.parametrize("name", RECORDED)
def test_the_bins_hold_every_request(name):
    table, bins = table_of(name), table_of(name, "responses.csv")
    counted = {"requests": "request", "leaves": "leaf"} if name == "fan_out" else {"requests": None}
    for column, what in counted.items():
        own = bins.where(what=what) if what else bins
        held = np.bincount(own["order"], own["count"], minlength=len(table))
        np.testing.assert_array_equal(held, table[column])
    assert np.all(table["errors"] == 0)


def test_the_noise_was_small():
    for name in RECORDED:
        table = table_of(name)
        # Services last 10 ms and more.
        assert np.all(table["woke_late_ms"] < 1)
        assert np.median(table["sent_late_ms"]) < 1


# Balancing

POLICIES, LOADS = ("random(1)", "roundrobin", "random(2)", "leastconn"), (0.5, 0.7, 0.8, 0.9)
EVEN, DEFAULT = 256, 1


def responses(policy, load, scv=1, weight=EVEN, column="mean_ms"):
    """A column by repetition."""
    return table_of("haproxy_balance").where(policy=policy, load=load, service_scv=scv, weight=weight)[column]


def median(policy, load, scv=1, weight=EVEN, column="mean_ms"):
    return float(np.median(responses(policy, load, scv, weight, column)))


@pytest.mark.parametrize("column", ["mean_ms", "p90_ms", "p99_ms"])
def test_near_saturation_the_better_informed_policy_wins(column):
    found = [median(policy, 0.9, column=column) for policy in POLICIES]
    assert found[0] > 1.3 * found[1]
    assert found[1] > 1.3 * found[2]
    assert found[2] > found[3]


def test_what_a_policy_is_worth_grows_with_the_load():
    worth = [median("random(1)", load) / median("leastconn", load) for load in LOADS]
    assert worth == sorted(worth)
    assert worth[0] < 2.5
    assert worth[-1] > 3


def test_no_policy_beats_one_common_queue():
    for load in LOADS:
        common = queueing.MMc(arrival_rate=load * SERVERS, service_rate=1.0, servers=SERVERS)
        for policy in POLICIES:
            # Paired with the mean service that was drawn, as a trial has few thousand customers.
            assert median(policy, load) > 0.97 * common.response_mean * 20


def test_a_server_chosen_by_chance_is_a_single_server_queue():
    # M/M/1 with an eighth of the arrivals; a trial at a load of 0.9 is too short to be stationary.
    for load in (0.5, 0.7):
        assert median("random(1)", load) == pytest.approx(20 / (1 - load), rel=0.2)


@pytest.mark.parametrize("policy", POLICIES)
def test_variable_services_make_everybody_wait_longer(policy):
    assert median(policy, 0.8, scv=4) > 1.1 * median(policy, 0.8)


def test_a_queue_in_order_explains_the_responses_whatever_the_policy():
    table = table_of("haproxy_balance")
    assert np.all(np.abs(table["mean_ms"] - table["replayed_ms"]) < 3)


def replayed(trial):
    """Mean response in ms of the customers that a row's seed draws, each in turn at the next server."""
    count, seed = int(trial["sent"][0]), int(trial["seed"][0])
    arrivals = np.cumsum(random.Exponential(1 / (400 * trial["load"][0])).sample(count, seed))
    scv = trial["service_scv"][0]
    law = random.Exponential(0.020) if scv == 1 else random.Lognormal(0.020, float(scv))
    services = np.rint(law.sample(count, seed + 1) * 1e6) / 1e6
    free, total, counted = [0.0] * SERVERS, 0.0, 0
    for index, (arrival, service) in enumerate(zip(arrivals.tolist(), services.tolist(), strict=True)):
        server = index % SERVERS
        free[server] = max(free[server], arrival) + service
        if arrival >= trial["warm_up_s"][0]:
            total += free[server] - arrival
            counted += 1
    assert counted == trial["requests"][0]
    return total / counted * 1e3


def test_round_robin_can_be_replayed_from_the_seed_alone():
    table = table_of("haproxy_balance").where(policy="roundrobin")
    for order in table["order"]:
        trial = table.where(order=order)
        # HAProxy, the network and waking up take about 1 ms; requests that overtake each other cost little.
        assert -0.5 < trial["mean_ms"][0] - replayed(trial) < 3


def shares(policy, weight):
    """Requests of each server, in all trials of all loads."""
    table = table_of("haproxy_balance").where(policy=policy, weight=weight)
    return np.array([list(map(int, counts.split())) for counts in table["by_server"]])


def test_shares_add_up_and_turns_are_equal():
    table = table_of("haproxy_balance")
    counts = np.array([list(map(int, row.split())) for row in table["by_server"]])
    np.testing.assert_array_equal(counts.sum(axis=1), table["sent"])
    np.testing.assert_array_equal(counts.min(axis=1), table["least_requests"])
    np.testing.assert_array_equal(counts.max(axis=1), table["most_requests"])
    assert np.all(np.ptp(shares("roundrobin", EVEN), axis=1) <= 1)


def test_the_default_weight_gives_random_uneven_shares():
    even, default = (shares("random(1)", weight).sum(axis=0) for weight in (EVEN, DEFAULT))
    # By chance, shares of 47,000 requests have a standard error of 1.2 % of an eighth.
    assert even.max() / even.mean() < 1.06
    # More than the server can serve at a load of 0.9.
    assert default.max() / default.mean() > 1 / 0.9
    assert median("random(1)", 0.9, weight=DEFAULT) > 1.5 * median("random(1)", 0.9)


def test_the_default_weight_favours_always_the_same_servers():
    counts = shares("random(1)", DEFAULT)
    half = len(counts) // 2
    assert np.corrcoef(counts[:half].sum(axis=0), counts[half:].sum(axis=0))[0, 1] > 0.9


def test_quantiles_agree_with_the_bins():
    table, bins = table_of("haproxy_balance"), table_of("haproxy_balance", "responses.csv")
    for order in table["order"]:
        own, row = bins.where(order=order), table.where(order=order)
        below = np.cumsum(own["count"]) / row["requests"][0]
        for column, q in (("p50_ms", 0.5), ("p90_ms", 0.9), ("p99_ms", 0.99)):
            bin_ = int(np.searchsorted(below, q))
            # A quantile interpolates between two requests, which may lie in neighbouring bins.
            assert own["above_ms"][max(bin_ - 1, 0)] < row[column][0] <= own["up_to_ms"][min(bin_ + 1, len(own) - 1)]


# Fan-out

FAN_OUTS = {"delay": (1, 8, 20, 50, 100), "queue": (1, 8, 20)}
SLOW, USUAL_MS = 0.01, {"delay": 20, "queue": 10}


def requests(serving, fan_out, column, hedge="none", loser="none"):
    """Median over the repetitions of a column."""
    trials = table_of("fan_out").where(serving=serving, fan_out=fan_out, hedge=hedge, loser=loser)
    return float(np.median(trials[column]))


def pooled(fan_out, hedge, loser, above_ms):
    """Requests of all repetitions without queues, and those of them that took longer; the limit is an edge of a bin."""
    trials = table_of("fan_out").where(serving="delay", fan_out=fan_out, hedge=hedge, loser=loser)
    bins = table_of("fan_out", "responses.csv").where(what="request")
    own = np.isin(bins["order"], trials["order"])
    longer = own & (bins["above_ms"] >= above_ms)
    return int(bins["count"][own].sum()), int(bins["count"][longer].sum())


def test_calls_conserve():
    table = table_of("fan_out")
    np.testing.assert_array_equal(table["leaves"], table["requests"] * table["fan_out"])
    assert np.all(table["copies_won"] <= table["copies"])
    hedged = table["hedge"] != "none"
    np.testing.assert_array_equal(table["copies"] > 0, hedged)
    np.testing.assert_array_equal(table["loser"] != "none", hedged)
    # What the servers spent without hedges is what was asked, and waking up.
    more = (table["spent_ms"] - table["asked_ms"])[~hedged]
    assert np.all((more > -0.01) & (more < 1))


@pytest.mark.parametrize("serving", FAN_OUTS)
def test_the_last_of_more_calls_comes_later(serving):
    for column in ("request_mean_ms", "request_p50_ms", "request_p90_ms"):
        found = [requests(serving, fan_out, column) for fan_out in FAN_OUTS[serving]]
        assert found == sorted(found)


@pytest.mark.parametrize("fan_out", FAN_OUTS["delay"])
def test_one_slow_call_in_a_hundred_slows_most_large_requests(fan_out):
    edges = table_of("fan_out", "responses.csv")["above_ms"]
    # Slow calls take 200 ms, others hardly ever a half of it.
    limit = edges[(edges > 120) & (edges < 190)].min()
    sent, slow = pooled(fan_out, "none", "none", limit)
    expected = 1 - (1 - SLOW) ** fan_out
    assert slow / sent == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / sent))


def test_the_99th_percentile_of_a_call_is_the_median_of_a_large_request():
    assert requests("delay", 100, "request_p50_ms") > requests("delay", 1, "leaf_p99_ms")
    assert requests("delay", 50, "request_p90_ms") > 3 * requests("delay", 50, "leaf_p95_ms")


@pytest.mark.parametrize("fan_out", FAN_OUTS["delay"])
def test_hedging_cuts_the_tail_for_a_twentieth_more_calls(fan_out):
    extra = requests("delay", fan_out, "copies", "service p95", "stopped") / requests("delay", fan_out, "leaves")
    assert 0.03 < extra < 0.08
    if fan_out >= 8:
        assert requests("delay", fan_out, "request_p95_ms", "service p95", "stopped") < 0.65 * requests(
            "delay", fan_out, "request_p95_ms"
        )
    if fan_out in (8, 20):
        assert requests("delay", fan_out, "request_p99_ms", "service p95", "stopped") < 0.65 * requests(
            "delay", fan_out, "request_p99_ms"
        )
    # Both copies are slow for one call in ten thousand, so one large request in a hundred is still slow.
    sent, slow = pooled(fan_out, "none", "none", 150)
    again, rest = pooled(fan_out, "service p95", "stopped", 150)
    assert rest / again < 0.2 * slow / sent + 0.01


@pytest.mark.parametrize("fan_out", [8, 20])
def test_where_calls_queue_a_hedge_helps_if_losers_are_stopped_and_hurts_if_not(fan_out):
    none = requests("queue", fan_out, "request_mean_ms")
    assert requests("queue", fan_out, "request_mean_ms", "service p95", "stopped") < 0.8 * none
    assert requests("queue", fan_out, "request_mean_ms", "service p95", "served") > 1.1 * none
    # Far from a twentieth: calls that wait are as late as slow ones.
    copies = requests("queue", fan_out, "copies", "service p95", "served")
    assert copies > 0.3 * requests("queue", fan_out, "leaves")
    # Stopping costs no more than not hedging; serving everything does.
    spent = requests("queue", fan_out, "spent_ms")
    assert requests("queue", fan_out, "spent_ms", "service p95", "stopped") < 1.1 * spent
    assert requests("queue", fan_out, "spent_ms", "service p95", "served") > 1.3 * spent


@pytest.mark.parametrize("fan_out", FAN_OUTS["queue"])
def test_a_hedge_after_the_95th_percentile_of_response_costs_a_twentieth_and_never_hurts(fan_out):
    copies = requests("queue", fan_out, "copies", "response p95", "served") / requests("queue", fan_out, "leaves")
    assert 0.02 < copies < 0.12
    for column, limit in (("request_mean_ms", 1.05), ("request_p99_ms", 1.0), ("spent_ms", 1.15)):
        hedged = requests("queue", fan_out, column, "response p95", "served")
        assert hedged < limit * requests("queue", fan_out, column)


def drawn(trial):
    """What a row's seed draws where there are no queues: request response times in ms, without the client's work."""
    count, leaves, seed = int(trial["requests"][0]), int(trial["leaves"][0]), int(trial["seed"][0])
    usual, late = USUAL_MS["delay"] / 1e3, trial["hedge_after_ms"][0] / 1e3
    first, second = (
        np.where(
            random.Uniform(0, 1).sample(leaves, seed + k + 1) < SLOW,
            10 * usual,
            random.Lognormal(usual, 0.25).sample(leaves, seed + k),
        )
        for k in (1, 3)
    )
    if late:
        first = np.where(first > late, np.minimum(first, late + second), first)
    return first.reshape(count, -1).max(axis=1) * 1e3


def test_requests_without_queues_can_be_replayed_from_the_seed_alone():
    table = table_of("fan_out").where(serving="delay")
    for order in table["order"]:
        trial = table.where(order=order)
        # The client sends the calls one by one and reads the answers so.
        client = trial["request_mean_ms"][0] - drawn(trial).mean()
        assert -0.1 < client < 3 + 0.05 * trial["fan_out"][0]
