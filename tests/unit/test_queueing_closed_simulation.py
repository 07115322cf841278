"""The closed simulator: request by request against an event simulation, and against theory where there is one."""

import collections
import concurrent.futures
import heapq
import random as plain_random

import numpy as np
import pytest
from underload import random
from underload.queueing import asymptotic_bounds, closed_mmc, simulate_closed
from underload.queueing.simulation.closed import Loop, closed_responses
from underload.random import Deterministic, Exponential, Gamma, Hyperexponential, Lognormal, Pareto, Uniform
from underload.stats import Histogram, batch_means, replications


def event_simulation(first_thinks, thinks, services, servers):
    """A closed loop by an event list. Request k, in order of arrival, has services[k], and thinks[k] after it.

    Returns the arrival and the completion time of each request, in order of arrival.
    """
    complete, arrive = 0, 1  # at the same moment a server falls free before a customer arrives
    events = [(time, arrive, customer) for customer, time in enumerate(first_thinks)]
    heapq.heapify(events)
    queue, idle = collections.deque(), servers
    request_of, arrival, completion = {}, {}, {}
    while len(completion) < len(services):
        now, kind, customer = heapq.heappop(events)
        if kind == arrive:
            request = len(arrival)
            if request == len(services):  # the run is over, but earlier requests may still be at the servers
                continue
            request_of[customer] = request
            arrival[request] = now
            queue.append(customer)
        else:
            idle += 1
            request = request_of.pop(customer)
            completion[request] = now
            heapq.heappush(events, (now + thinks[request], arrive, customer))
        while queue and idle:
            idle -= 1
            served = queue.popleft()
            heapq.heappush(events, (now + services[request_of[served]], complete, served))
    order = range(len(services))
    return [arrival[k] for k in order], [completion[k] for k in order]


def kernel_responses(first_thinks, thinks, services, servers):
    loop = Loop(np.sort(first_thinks), np.zeros(min(servers, len(first_thinks))))
    responses = np.empty(len(services))
    closed_responses(loop, np.array(thinks), np.array(services), responses)
    return responses


@pytest.mark.parametrize("customers", [1, 2, 7, 40])
@pytest.mark.parametrize("servers", [1, 2, 5, 50])
@pytest.mark.parametrize("think_mean", [0.0, 0.3, 5.0])
def test_every_request_equals_that_of_an_event_simulation(customers, servers, think_mean):
    draws = plain_random.Random(f"{customers} {servers} {think_mean}")
    first, thinks, services = (
        [mean * draws.expovariate(1.0) for _ in range(n)]
        for n, mean in ((customers, think_mean), (400, think_mean), (400, 1.0))
    )
    arrivals, completions = event_simulation(first, thinks, services, servers)
    responses = kernel_responses(first, thinks, services, servers)
    # Equal but for the rounding of clocks below 10^4: one adds the wait and the service, one subtracts two times.
    np.testing.assert_allclose(responses, np.subtract(completions, arrivals), rtol=0, atol=1e-11)


def test_ties_change_no_response():
    # Whole-numbered times: customers arrive together, and at the moment at which servers fall free.
    draws = plain_random.Random(5)
    first, thinks, services = ([float(draws.randint(0, 3)) for _ in range(n)] for n in (9, 500, 500))
    arrivals, completions = event_simulation(first, thinks, services, servers=2)
    assert kernel_responses(first, thinks, services, servers=2).tolist() == np.subtract(completions, arrivals).tolist()


def test_by_hand():
    # Two customers, one server, services of 2, thinks of 1: arrivals at 1, 1; then 4 (served 1-3), 6 (3-5), ...
    # The server never rests: customer A waits from 4 to 5, B from 6 to 7, and so on, responding in 3.
    assert kernel_responses([1.0, 1.0], [1.0] * 6, [2.0] * 6, 1).tolist() == [2, 4, 3, 3, 3, 3]


# 2703 of 3003 requests are left after a tenth: ten batches of 270, which hold 38 rounds of seven or 2 of a hundred.
@pytest.mark.parametrize(("customers", "size"), [(7, 266), (100, 200)])
@pytest.mark.parametrize("servers", [1, 3])
def test_a_run_keeps_what_its_requests_say(customers, size, servers):
    think, service = Uniform(0.0, 4.0), Gamma(1.0, 0.5)
    run = simulate_closed(customers, think, service, servers, requests=3003, seed=4)
    assert [batch.requests for batch in run.batches] == [size] * 10
    states = random.streams(4, 2)
    first, thinks, services = (
        np.array([random.variate(state, source.code, source.params) for _ in range(n)])
        for state, source, n in ((states[0], think, customers), (states[0], think, 3004), (states[1], service, 3004))
    )
    arrivals, completions = event_simulation(first, thinks, services, servers)
    arrivals, completions = np.array(arrivals), np.array(completions)
    starts = completions - services
    for number, batch in enumerate(run.batches):
        a = 3003 - size * (10 - number)
        b = a + size
        assert batch.response == pytest.approx(np.sum(completions[a:b] - arrivals[a:b]), rel=1e-11)
        assert batch.service == pytest.approx(services[a:b].sum(), rel=1e-12)
        assert batch.think == pytest.approx(thinks[a:b].sum(), rel=1e-12)
        assert batch.elapsed == pytest.approx(arrivals[b] - arrivals[a], rel=1e-11)
        overlap = np.minimum(completions, arrivals[b]) - np.maximum(starts, arrivals[a])
        assert batch.busy == pytest.approx(np.maximum(overlap, 0).sum(), rel=1e-9)
    first = 3003 - 10 * size
    measured, gaps = (completions - arrivals)[first:3003], np.diff(arrivals[first:])
    assert run.requests == 10 * size
    for mine, series in ((run.throughput, gaps), (run.response_mean, measured)):
        plain = batch_means(series)
        rate = 1 / plain.mean if series is gaps else 1.0
        assert mine.mean == pytest.approx(rate if series is gaps else plain.mean, rel=1e-11)
        # The error of 1 / m is that of m, divided by its square; so many digits are left after a difference of clocks.
        assert mine.half_width == pytest.approx(plain.half_width * rate**2, rel=1e-7)
    assert run.response_histogram.count == 10 * size
    for q in (0.1, 0.5, 0.95):
        # The histogram's relative error.
        assert run.response_quantile(q).mean == pytest.approx(
            np.quantile(measured, q, method="inverted_cdf"), rel=0.0101
        )


def test_same_seed_same_bits():
    def numbers(seed):
        run = simulate_closed(20, Lognormal(5.0, 2.0), Exponential(1.0), 3, requests=5000, seed=seed)
        return run.throughput, run.response_mean, run.utilization, run.response_quantile(0.9)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(numbers, range(6))) == [numbers(seed) for seed in range(6)]
    assert numbers(1) != numbers(2)


RUNS, REQUESTS = 16, 60_000


def independent(customers, think, service, servers, cases):
    """Throughput, response and utilization of independent runs; 1 % is split over the cases and three (Sidak)."""

    def one(seed):
        run = simulate_closed(customers, think, service, servers, requests=REQUESTS, seed=seed)
        return run.throughput.mean, run.response_mean.mean, run.utilization

    with concurrent.futures.ThreadPoolExecutor() as pool:
        columns = np.transpose(list(pool.map(one, range(RUNS))))
    return [replications(column, confidence=0.99 ** (1 / (3 * cases))) for column in columns]


# Customers, servers and the mean think time in mean service times: idle, at the knee and saturated.
LOOPS = [(1, 1, 1.0), (5, 1, 8.0), (20, 1, 10.0), (30, 3, 9.0), (60, 4, 14.0), (100, 100, 1.0), (200, 8, 20.0)]


@pytest.mark.parametrize(("customers", "servers", "think"), LOOPS)
def test_agrees_with_the_repairman(customers, servers, think):
    exact = closed_mmc(customers, service_rate=1.0, servers=servers, think_time=think)
    found = independent(customers, Exponential(think), Exponential(1.0), servers, len(LOOPS))
    for interval, value in zip(found, (exact.throughput, exact.response_mean, exact.utilization), strict=True):
        assert abs(interval.mean - value) <= interval.half_width + 1e-9 * value  # always busy: no width at all
        assert interval.half_width < 0.03 * value


THINKS = [Deterministic(10.0), Uniform(0.0, 20.0), Gamma(10.0, 0.25), Hyperexponential(10.0, 4.0)]


@pytest.mark.parametrize("think", THINKS, ids=lambda think: type(think).__name__)
@pytest.mark.parametrize(("customers", "servers"), [(9, 1), (30, 3)])
def test_only_the_mean_of_the_think_time_matters(think, customers, servers):
    # A station without a queue has a product form whatever its service times (Baskett, Chandy, Muntz and Palacios
    # 1975), so that with exponential service the law of the machine-repairman queue stands.
    exact = closed_mmc(customers, service_rate=1.0, servers=servers, think_time=10.0)
    found = independent(customers, think, Exponential(1.0), servers, 2 * len(THINKS))
    for interval, value in zip(found, (exact.throughput, exact.response_mean, exact.utilization), strict=True):
        assert value in interval
        assert interval.half_width < 0.02 * value


def test_the_service_time_does_matter():
    # What the tests above would not accept: another service time of the same mean.
    exact = closed_mmc(9, service_rate=1.0, think_time=10.0)
    smooth, rough = (
        independent(9, Exponential(10.0), service, 1, cases=1) for service in (Deterministic(1.0), Gamma(1.0, 4.0))
    )
    assert smooth[1].high < exact.response_mean < rough[1].low
    assert smooth[0].low > exact.throughput > rough[0].high


GENERAL = [
    (1, None, Lognormal(1.0, 2.0), 1),
    (12, Uniform(0.0, 6.0), Gamma(1.0, 0.3), 2),
    (12, None, Hyperexponential(1.0, 4.0), 12),
    (40, Lognormal(20.0, 3.0), Exponential(1.0), 3),
    (50, Pareto(30.0, 3.0), Deterministic(1.0), 1),
]


@pytest.mark.parametrize(("customers", "think", "service", "servers"), GENERAL)
def test_laws_that_need_no_distribution(customers, think, service, servers):
    run = simulate_closed(customers, think, service, servers, requests=10**5, seed=3, confidence=0.999)
    mean_think, mean_service = (
        sum(getattr(batch, name) for batch in run.batches) / run.requests for name in ("think", "service")
    )
    # N = X (R + Z) and U = X S / c with the means that were drawn: what is under way at both ends is at most a cycle
    # of each customer.
    edge = 3 * customers / run.requests
    rate = run.throughput.mean
    assert rate * (run.response_mean.mean + mean_think) == pytest.approx(customers, rel=edge)
    assert run.utilization == pytest.approx(rate * mean_service / servers, rel=edge)
    bounds = asymptotic_bounds(customers, demand=service.mean, think_time=think.mean if think else 0.0, servers=servers)
    assert run.throughput.low <= bounds.throughput_high
    assert run.throughput.half_width < 0.1 * bounds.throughput_high
    assert run.utilization <= 1


def test_without_thought_the_servers_never_rest():
    run = simulate_closed(6, None, Exponential(2.0), servers=2, requests=50_000, seed=1, confidence=0.99)
    assert run.think == Deterministic(0.0)
    assert run.utilization == 1
    assert 1.0 in run.throughput
    # N / X: each of the six is always waiting or served.
    assert 6.0 in run.response_mean


def test_customers_in_step():
    # Nobody waits and everybody moves at once: whole rounds per batch leave no noise.
    run = simulate_closed(7, Deterministic(3.0), Deterministic(1.0), servers=9, requests=1000)
    assert run.throughput.mean == pytest.approx(7 / 4)
    assert run.throughput.half_width < 1e-9
    assert run.response_mean.mean == 1
    assert run.utilization == pytest.approx(7 / 4 / 9)
    assert run.response_quantile(0.5).mean == pytest.approx(1, rel=0.01)


def test_more_servers_than_customers_take_no_memory():
    few, many = (simulate_closed(3, Exponential(1.0), Exponential(1.0), c, requests=1000) for c in (3, 10**12))
    assert many.throughput == few.throughput
    assert many.response_mean == few.response_mean
    assert many.utilization == pytest.approx(few.utilization * 3 / 10**12)


def test_intervals_cover_the_truth():
    exact = closed_mmc(12, service_rate=1.0, think_time=10.0)

    def covered(seed):
        run = simulate_closed(12, Exponential(10.0), Exponential(1.0), requests=20_000, seed=seed)
        return exact.throughput in run.throughput, exact.response_mean in run.response_mean

    with concurrent.futures.ThreadPoolExecutor() as pool:
        throughput, response = np.mean(list(pool.map(covered, range(200))), axis=0)
    # 0.95 less two deviations of 200 trials.
    assert throughput >= 0.92
    assert response >= 0.92


def test_warmup_is_left_out():
    # All think for 50 at first: with that idle stretch, half a round of 20 or more, the throughput would be low.
    run = simulate_closed(50, Deterministic(50.0), Exponential(1.0), servers=50, requests=1000, seed=1)
    assert run.throughput.mean == pytest.approx(50 / 51, rel=0.01)


@pytest.mark.parametrize(("name", "shape"), [("think", 2.0), ("service", 1.5)])
def test_infinite_variance_gives_no_interval(name, shape):
    times = {"think": Exponential(5.0), "service": Exponential(1.0), name: Pareto(1.0, shape)}
    run = simulate_closed(4, **times, requests=2000)
    for ask in (lambda: run.throughput, lambda: run.response_mean, lambda: run.response_quantile(0.5)):
        with pytest.raises(ValueError, match=rf"^{name} Pareto.* must have a finite variance"):
            ask()
    # The sample itself is there for the curious.
    assert 0 < run.utilization < 1
    assert all(batch.response >= batch.service > 0 for batch in run.batches)


def test_responses_below_the_range_are_zero():
    # A gamma of shape 0.02: half of the service times are below 0.5 ** 50 * 50 = 4e-14 of the mean, but above 0.
    service = Gamma(1.0, 50.0)
    assert 0 < np.median(service.sample(1000, seed=1)) < 1e-9
    run = simulate_closed(1, None, service, requests=1000)
    assert isinstance(run.response_histogram, Histogram)
    assert run.response_quantile(0.5).mean == 0
