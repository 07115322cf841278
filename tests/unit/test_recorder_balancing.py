"""Recorders of balancing and fan-out: what is spoken, drawn, replayed and refused; nothing listens or sends."""

import asyncio
import importlib.util
import pathlib
import sys

import numpy as np
import pytest

DATA = pathlib.Path(__file__).resolve().parents[2] / "data"


def program(path):
    """A program of data/, imported under a name of its own: every dataset has a record.py."""
    spec = importlib.util.spec_from_file_location("data_" + path.replace("/", "_").removesuffix(".py"), DATA / path)
    module = importlib.util.module_from_spec(spec)
    before = sys.path[:]
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


balance, fan_out = program("haproxy_balance/record.py"), program("fan_out/record.py")
backends, open_loop, recorder = balance.backends, balance.open_loop, balance.recorder


# What is spoken


def test_a_request_says_how_it_is_served_and_for_how_long():
    assert backends.parse_target(b"GET /queue/20000 HTTP/1.1\r\nhost: farm\r\n\r\n") == ("queue", 0.02)
    assert backends.parse_target(b"GET /delay/7 HTTP/1.1\r\n\r\n") == ("delay", 7e-6)


@pytest.mark.parametrize(
    "request_", [b"POST /queue/1 HTTP/1.1", b"GET /sleep/1 HTTP/1.1", b"GET /queue HTTP/1.1", b"GET /queue/x HTTP/1.1"]
)
def test_any_other_request_is_refused(request_):
    with pytest.raises(ValueError, match=r"must be GET|unpack|invalid literal"):
        backends.parse_target(request_)


ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n3 0 2007"


def test_an_answer_is_read_when_it_is_complete():
    assert open_loop.parse_answer(ANSWER) == (200, b"3 0 2007")
    assert all(open_loop.parse_answer(ANSWER[:end]) is None for end in range(len(ANSWER)))
    assert open_loop.parse_answer(b"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n") == (503, b"")


def test_an_answer_without_a_length_is_refused():
    with pytest.raises(ValueError, match="must have one Content-Length"):
        open_loop.parse_answer(b"HTTP/1.1 200 OK\r\n\r\n")


# The server's queue, on a clock that the test moves


class Clock:
    """An event loop's clock and timers. Each timer fires `late` after it is due."""

    def __init__(self, late=0.0):
        self.now, self.late, self.timers = 0.0, late, []

    def time(self):
        return self.now

    def call_at(self, when, function, *arguments):
        timer = Timer(when, function, arguments)
        self.timers.append(timer)
        return timer

    def run(self, until):
        """Fire what is due by then."""
        while due := [timer for timer in self.timers if not timer.cancelled and timer.when + self.late <= until]:
            timer = min(due, key=lambda timer: timer.when)
            self.timers.remove(timer)
            self.now = max(self.now, timer.when + self.late)
            timer.function(*timer.arguments)
        self.now = until


class Timer:
    def __init__(self, when, function, arguments):
        self.when, self.function, self.arguments, self.cancelled = when, function, arguments, False

    def cancel(self):
        self.cancelled = True


class Customer:
    def __init__(self, clock):
        self.clock, self.answers = clock, []

    def answer(self, waited, served):
        self.answers.append((self.clock.now, waited, served))


@pytest.mark.parametrize("late", [0.0, 0.25])
def test_a_server_takes_one_at_a_time_and_a_late_awakening_costs_no_capacity(late):
    clock = Clock(late)
    line = backends.Line(clock)
    first, second, third = (Customer(clock) for _ in range(3))
    line.join(first, 4.0)
    clock.run(1.0)
    line.join(second, 2.0)
    clock.run(10.0)
    line.join(third, 1.0)
    clock.run(20.0)
    # The first is served in [0, 4], the second, who came at 1, in [4, 6], the third in [10, 11].
    assert first.answers == [(4.0 + late, 0.0, 4.0 + late)]
    assert second.answers == [(6.0 + late, 3.0, 2.0 + late)]
    assert third.answers == [(11.0 + late, 0.0, 1.0 + late)]
    assert line.spent == 7.0


def test_a_server_forgets_who_hangs_up():
    clock = Clock()
    line = backends.Line(clock)
    customers = served, waiting, patient = [Customer(clock) for _ in range(3)]
    for customer in customers:
        line.join(customer, 4.0)
    clock.run(1.0)
    line.leave(waiting)
    line.leave(served)
    clock.run(20.0)
    # The first had 1 of its 4; the last starts then.
    assert [customer.answers for customer in customers] == [[], [], [(5.0, 1.0, 4.0)]]
    assert line.spent == 5.0
    line.leave(patient)  # as when it closes its connection afterwards
    assert line.spent == 5.0


# Balancing


def test_customers_are_the_same_for_the_same_seed():
    arrivals, services = balance.customers(0.9, 1, 100, seed=7)
    assert len(arrivals) == len(services) == 36000
    assert np.all(np.diff(arrivals) > 0)
    # Standard errors of 36000 exponential variates: 0.5 % of their mean.
    assert arrivals[-1] == pytest.approx(100, rel=0.025)
    assert services.mean() == pytest.approx(0.020, rel=0.025)
    np.testing.assert_array_equal(services, np.rint(services * 1e6) / 1e6)
    again = balance.customers(0.9, 1, 10, seed=7)
    np.testing.assert_array_equal(arrivals[:3600], again[0])
    np.testing.assert_array_equal(services[:3600], again[1])
    variable = balance.customers(0.9, 4, 100, seed=7)[1]
    assert 1 < variable.std() / variable.mean() < 3
    assert not np.array_equal(services, balance.customers(0.9, 1, 100, seed=8)[1])


def test_customers_of_a_load_and_a_repetition_have_seeds_of_their_own():
    seeds = [
        balance.SEED + 1000 * repetition + 2 * kind + step
        for repetition in range(balance.REPETITIONS)
        for kind in range(len(balance.KINDS))
        for step in (0, 1)
    ]
    assert len(set(seeds)) == len(seeds)


def test_replay_serves_each_server_in_order():
    # Server 0: served in [0, 4] and, after waiting from 1, in [4, 6]. Server 1: served in [2, 3] and in [5, 6].
    found = balance.replay([0, 1, 2, 5], [4, 2, 1, 1], [0, 0, 1, 1])
    assert found.tolist() == [4, 5, 1, 1]


def test_the_configuration_has_a_proxy_for_each_policy_and_weight():
    lines = balance.configuration({("random(2)", 256): 5, ("leastconn", 1): 6}, [81, 82]).splitlines()
    assert lines[-10:] == [
        "listen random-2-weight-256",
        "    bind fd@5",
        "    balance random(2)",
        "    server s0 127.0.0.1:81 weight 256",
        "    server s1 127.0.0.1:82 weight 256",
        "listen leastconnweight-1",
        "    bind fd@6",
        "    balance leastconn",
        "    server s0 127.0.0.1:81 weight 1",
        "    server s1 127.0.0.1:82 weight 1",
    ]


def exchanged():
    """Ten customers a second apart, each served for 0.5 s by server i % 8, answered 1 ms late; the last one not."""
    arrivals, services = np.arange(10.0), np.full(10, 0.5)
    found = np.column_stack([np.full(10, 1e-4), services + 1e-3, np.arange(10) % 8, np.zeros(10), services + 2e-4])
    found[9] = [1e-4, *[np.nan] * 4]
    return arrivals, services, found


def test_a_row_counts_what_comes_after_the_warm_up_and_tells_errors():
    arrivals, services, found = exchanged()
    row, response = balance.measured(arrivals, services, 4.0, 8.5, found)
    assert response.tolist() == pytest.approx([501.0] * 5)
    assert {name: row[name] for name in ("requests", "errors", "least_requests", "most_requests", "by_server")} == {
        **{"requests": 5, "errors": 1, "least_requests": 1, "most_requests": 2, "by_server": "2 1 1 1 1 1 1 1"}
    }
    times = {"mean_ms": 501, "p99_ms": 501, "max_ms": 501, "service_asked_ms": 500, "service_ms": 500.2, "wait_ms": 0}
    times |= {"replayed_ms": 500, "sent_late_ms": 0.1, "woke_late_ms": 0.2, "answered_per_second": 9 / 8.5}
    assert {name: row[name] for name in times} == pytest.approx(times)


def balanced_row():
    arrivals, services, found = exchanged()
    row, response = balance.measured(arrivals[:9], services[:9], 0.0, 8.5, found[:9])
    row = {"repetition": 0, "order": 0, "policy": "roundrobin", "weight": 256, "load": 0.5, "service_scv": 1} | row
    own = {"seed": 1, "sent": 9, "warm_up_s": 0.0}
    watch = dict.fromkeys(open_loop.Watch.COLUMNS, 0.5) | {"started": "2026-11-24T12:00:00+00:00"}
    row |= own | watch
    return {name: row[name] for name in balance.COLUMNS}, response


def test_a_possible_row_of_balancing_is_accepted():
    row, response = balanced_row()
    recorder.validate(balance.described(balance.COLUMNS), [row])
    balance.check([row], repetitions=1)
    bins = [{"order": 0} | entry for entry in open_loop.histogram(response)]
    recorder.validate(balance.described(balance.BINS), bins)
    balance.check_bins(bins, [row])
    with pytest.raises(ValueError, match="must hold 9 requests"):
        balance.check_bins([bins[0] | {"count": 8}], [row])
    with pytest.raises(ValueError, match="must end at"):
        balance.check_bins(bins, [row | {"max_ms": 900.0}])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *[("errors", 1), ("p50_ms", 600.0), ("mean_ms", 510.0), ("mean_ms", 499.0), ("replayed_ms", 502.0)],
        *[("woke_late_ms", 1.5), ("woke_late_ms", -1.0), ("sent_late_ms", 3.5), ("cpu_busy", 1.1)],
        *[("most_requests", 3), ("replayed_ms", 400.0)],
    ],
)
def test_impossible_rows_of_balancing_are_refused(column, value):
    with pytest.raises(ValueError, match="must satisfy"):
        balance.check([balanced_row()[0] | {column: value}], repetitions=1)


def test_a_histogram_counts_every_time_once_on_a_scale_of_its_own():
    times = np.array([0.01, 0.1, 0.15, 20.0, 20.0, 5000.0])
    bins = open_loop.histogram(times)
    assert sum(entry["count"] for entry in bins) == 6
    for entry in bins:
        assert entry["count"] == ((times > entry["above_ms"]) & (times <= entry["up_to_ms"])).sum() > 0
    # The first bin holds everything up to 0.1 ms, each further one is 2**(1/8) times as wide as the one before.
    assert (bins[0]["above_ms"], bins[0]["up_to_ms"], bins[0]["count"]) == (0.0, 0.1, 2)
    assert all(entry["up_to_ms"] / entry["above_ms"] == pytest.approx(2**0.125) for entry in bins[1:])
    # Edges have the seven digits that are written.
    assert all(float(f"{entry['up_to_ms']:.7g}") == entry["up_to_ms"] for entry in bins)


# Fan-out


@pytest.mark.parametrize("serving", ["delay", "queue"])
def test_the_hedge_waits_for_the_95th_percentile_of_service(serving):
    services = fan_out.services(serving, 200_000, seed=3)
    # A proportion of 5 % of 200,000 has a standard error of 0.05 %.
    assert np.mean(services > fan_out.service_p95(serving)) == pytest.approx(0.05, abs=0.002)
    assert np.mean(services == fan_out.SLOW_S[serving]) == pytest.approx(0.01, abs=0.001)
    assert services.mean() == pytest.approx(fan_out.SERVICE_S[serving], rel=0.01)


def test_a_plan_sends_the_second_copy_elsewhere():
    drawn = fan_out.plan("queue", 8, 50, seed=4)
    leaves = 8 * len(drawn.arrivals)
    assert drawn.services.shape == drawn.servers.shape == (2, leaves)
    assert np.all(drawn.servers[0] != drawn.servers[1])
    # Each of 8 servers gets an eighth of over 10,000 calls: standard error 3 % of that.
    for servers in drawn.servers:
        assert np.all(np.abs(np.bincount(servers, minlength=8) / leaves * 8 - 1) < 0.12)
    assert not np.array_equal(*drawn.services)
    np.testing.assert_array_equal(drawn.services[0], fan_out.services("queue", leaves, 5))


class Doors:
    """Stands in for one server: keeps the calls, so that the test answers them."""

    def __init__(self):
        self.asked, self.cancelled = [], []

    def ask(self, target, answered):
        place = len(self.asked)
        self.asked.append((target, answered))
        return lambda: self.cancelled.append(place)


def two_leaves():
    services = np.array([[0.02, 0.2], [0.01, 0.03]])
    return fan_out.Plan(np.array([1.0]), services, np.zeros((2, 2), dtype=int))


def run_fan_out(hedge_after, script, stops=True):
    """One request of two leaf calls, on a door that the script answers."""

    async def main():
        door = Doors()
        client = fan_out.FanOut([door], two_leaves(), "delay", hedge_after, stops)
        door.finished = client.finished.done
        client.send(0, client.loop.time())
        await script(door)
        assert client.finished.done()
        return door, client

    return asyncio.run(main())


def test_a_request_without_hedges_is_done_with_its_last_leaf_call():
    async def script(door):
        door.asked[1][1](200, b"0 0 200100")
        door.asked[0][1](200, b"0 0 20100")

    door, client = run_fan_out(0.0, script)
    assert [target for target, _ in door.asked] == [b"/delay/20000", b"/delay/200000"]
    row, responses = fan_out.measured(two_leaves(), 0.2, client, taken=0.2202)
    assert (row["leaves"], row["errors"], row["slow"], row["copies"], row["copies_won"]) == (2, 0, 1, 0, 0)
    assert row["woke_late_ms"] == pytest.approx(0.1)
    assert row["spent_ms"] == pytest.approx(110.1)
    assert row["asked_ms"] == pytest.approx(110)
    assert [len(responses[what]) for what in ("request", "leaf")] == [1, 2]
    assert responses["request"][0] >= responses["leaf"].max()


def test_a_hedge_sends_a_copy_takes_the_first_answer_and_hangs_up_on_the_other():
    async def script(door):
        door.asked[0][1](200, b"0 0 20100")
        await asyncio.sleep(0.03)
        door.asked[2][1](200, b"0 0 30200")

    door, client = run_fan_out(0.01, script)
    # The leaf call that was answered in time has no copy.
    assert [target for target, _ in door.asked] == [b"/delay/20000", b"/delay/200000", b"/delay/30000"]
    assert door.cancelled == [1]
    row, responses = fan_out.measured(two_leaves(), 0.2, client, taken=0.1)
    assert (row["leaves"], row["copies"], row["copies_won"]) == (2, 1, 1)
    # Of the copy that won, 0.2 ms, and of the other leaf call, 0.1 ms.
    assert row["woke_late_ms"] == pytest.approx(0.15)
    assert responses["leaf"].max() > 10


def test_a_loser_that_is_served_is_waited_for_and_ignored():
    async def script(door):
        door.asked[0][1](200, b"0 0 20100")
        await asyncio.sleep(0.03)
        door.asked[1][1](200, b"0 0 200100")
        assert not door.finished()
        door.asked[2][1](200, b"0 0 30200")

    door, client = run_fan_out(0.01, script, stops=False)
    assert door.cancelled == []
    row, _ = fan_out.measured(two_leaves(), 0.2, client, taken=0.1)
    assert (row["leaves"], row["copies"], row["copies_won"]) == (2, 1, 0)


def test_a_broken_connection_is_an_error_and_no_response_time():
    async def script(door):
        door.asked[0][1](0, b"")
        door.asked[1][1](200, b"0 0 200100")

    _, client = run_fan_out(0.0, script)
    leaf = np.array(client.done) - np.array(client.sent)
    assert np.isnan(leaf).tolist() == [True, False]


def fan_out_row():
    async def script(door):
        door.asked[0][1](200, b"0 0 20100")
        door.asked[1][1](200, b"0 0 200100")

    _, client = run_fan_out(0.0, script)
    client.sent = [due - 0.2 for due in client.sent]  # as if the answers had taken their time
    client.due = [client.sent[0]]
    row, responses = fan_out.measured(two_leaves(), 0.2, client, taken=0.2202)
    own = {"serving": "delay", "fan_out": 2, "hedge": "none", "loser": "none", "hedge_after_ms": 0.0, "seed": 1}
    watch = dict.fromkeys(open_loop.Watch.COLUMNS, 0.5) | {"started": "2026-11-24T12:00:00+00:00"}
    row = {"repetition": 0, "order": 0} | own | row | watch
    bins = [
        {"order": 0, "what": what} | entry for what, times in responses.items() for entry in open_loop.histogram(times)
    ]
    return {name: row[name] for name in fan_out.COLUMNS}, bins


def test_a_possible_row_of_fan_out_is_accepted():
    row, bins = fan_out_row()
    recorder.validate(fan_out.described(fan_out.COLUMNS), [row])
    recorder.validate(fan_out.described(fan_out.BINS), bins)
    fan_out.check([row], repetitions=1)
    fan_out.check_bins(bins, [row])
    with pytest.raises(ValueError, match="leaf bins of trial 0 hold 2 and must hold 3"):
        fan_out.check_bins(bins, [row | {"leaves": 3}])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *[("errors", 1), ("leaves", 3), ("leaf_p99_ms", 1.0), ("request_p50_ms", 1000.0), ("request_mean_ms", 1.0)],
        *[("copies", 1), ("copies_won", 1), ("hedge_after_ms", 10.0), ("spent_ms", 120.0), ("spent_ms", 100.0)],
        *[("woke_late_ms", 1.5), ("sent_late_ms", 5.0), ("sending_ms", 1.0), ("cpu_other", 1.5), ("hedge", "x")],
    ],
)
def test_impossible_rows_of_fan_out_are_refused(column, value):
    with pytest.raises(ValueError, match="must satisfy"):
        fan_out.check([fan_out_row()[0] | {column: value}], repetitions=1)
