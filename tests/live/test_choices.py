"""The kernels of the figure of the power of choices against the public functions of the package, bit for bit."""

import numpy as np
import pytest
from book_kernels import choices
from readouts import choices as figure
from underload import queueing, random

LEVELS = 13


def film(looks, load, servers, moments, seed=1):
    """The film, its times, its shares and the responses."""
    moments = np.array(moments, dtype=np.int32)
    lengths, times = np.empty((len(moments), servers), dtype=np.int32), np.empty(len(moments))
    shares, responses = np.full((len(moments), LEVELS), 7.0), np.empty(moments[-1])
    choices.choices_film(looks, load, seed, moments, lengths, times, shares, responses)
    return lengths, times, shares, responses


@pytest.mark.parametrize("setting", figure.SETTINGS, ids=str)
def test_read_outs(setting):
    given = {"choices": "2", "load": 0.9, "servers": 100, "requests": 50_000, "again": 0} | setting
    looks = 0 if given["choices"] == "all" else int(given["choices"])
    last = given["requests"]
    lengths, _, shares, responses = film(
        looks, given["load"], given["servers"], [0, last, 50_000][: 2 + (last < 50_000)], 5 + given["again"]
    )
    tails = np.empty(LEVELS)
    found = {
        "theory": choices.choices_theory(looks, given["load"], tails),
        "mean": choices.choices_mean(responses[:last]),
        "longest": lengths[1].max(),
        "many": tails[5],
        "share": shares[1, 5],
    }
    assert found == figure.expected(**setting)


@pytest.mark.parametrize("looks", [0, 1, 3])
def test_every_picture_of_the_film(looks):
    moments, servers, load = [0, 1, 2, 3, 40, 300, 301, 5000, 8192, 9000], 20, 0.8
    lengths, times, shares, responses = film(looks, load, servers, moments, seed=6)
    policy = queueing.PowerOfChoices(looks) if looks else "jsq"
    system = random.Exponential(1 / (servers * load)), random.Exponential(1), servers
    run = queueing.simulate(*system, 9000, warmup=0, seed=6, balancing=policy, record=True)
    arrivals = np.cumsum(run.record.gap)
    assert times.tolist() == [0.0, *arrivals[np.array(moments[1:]) - 1]]
    assert responses.tolist() == run.record.response.tolist()
    assert np.array_equal(lengths, queueing.queue_lengths(times, *system, balancing=policy, seed=6))
    for time, now, found in zip(times, lengths, shares):
        last = int(time)
        looked = (
            queueing.queue_lengths(np.arange(last // 2 + 1, last + 1), *system, balancing=policy, seed=6)
            if last
            else now
        )
        assert found.tolist() == [np.mean(looked >= k) for k in range(LEVELS)]
    assert times[4] > 1
    assert np.all(shares[:, 0] == 1)


@pytest.mark.parametrize(("looks", "policy"), [(1, 1), (2, 2), (5, 5), (0, 10**6)])
def test_theory_is_that_of_the_package(looks, policy):
    tails = np.empty(LEVELS)
    many = queueing.Supermarket(0.95, policy)
    assert choices.choices_theory(looks, 0.95, tails) == many.response_mean
    assert tails.tolist() == many.state_tail(np.arange(LEVELS)).tolist()


def test_who_sees_all_of_very_many_servers_does_not_wait():
    tails = np.empty(LEVELS)
    assert choices.choices_theory(0, 0.99, tails) == 1
    assert tails[:3] == pytest.approx([1, 0.99, 0], rel=1e-15)
