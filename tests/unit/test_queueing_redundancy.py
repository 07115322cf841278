"""Redundancy-d against the chain of all orders of arrival, exact rationals, and its two ends."""

from fractions import Fraction
from math import comb

import parallel_reference as reference
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload.queueing import MMc, Redundancy


def exact(servers, copies, load):
    """The sum in rationals."""
    shares = (
        Fraction(servers * comb(servers - 1, copies - 1), comb(i - 1, copies - 1)) for i in range(copies, servers + 1)
    )
    return sum(1 / (share - load) for share in shares)


@pytest.mark.parametrize(("servers", "copies", "most"), [(3, 2, 6), (4, 3, 5), (4, 2, 4)])
def test_the_chain_of_all_orders_of_arrival(servers, copies, most):
    load = 0.1 * servers
    expected = reference.redundancy_mean(load, servers, copies, most)
    # A tenth of the load at each server: beyond `most` requests lies less than 0.1^most, times their number.
    assert Redundancy(load, 1.0, servers, copies).response_mean == pytest.approx(expected, rel=20 * most * 0.15**most)


def test_two_ends():
    one = Redundancy(arrival_rate=6.0, service_rate=2.0, servers=4, copies=1)
    assert one.response_mean == pytest.approx(MMc(1.5, 2.0).response_mean, rel=1e-14)
    all_of_them = Redundancy(arrival_rate=6.0, service_rate=2.0, servers=4, copies=4)
    assert all_of_them.response_mean == pytest.approx(MMc(6.0, 8.0).response_mean, rel=1e-14)
    idle = Redundancy(0.0, 2.0, 10, 5)
    assert idle.response_mean == pytest.approx(1 / 10, rel=1e-14)  # the fastest of five
    assert idle.number_mean == 0.0


@pytest.mark.parametrize("copies", [1, 2, 3, 50, 199, 200])
@pytest.mark.parametrize("slack", [1e-9, 0.5, 150.0])
def test_in_rationals(copies, slack):
    system = Redundancy.from_slack(slack, servers=200, copies=copies)
    assert system.response_mean == pytest.approx(float(exact(200, copies, 200 - Fraction(slack))), rel=1e-13)


def test_ten_thousand_servers():
    # Known to six digits from the limit: with d = 2 each term is 1 / (k (k - 1) / (i - 1) - load).
    k, load = 10**4, 9 * 10**3
    expected = sum(1 / (k * (k - 1) / (i - 1) - load) for i in range(2, k + 1))
    assert Redundancy(load, 1.0, k, 2).response_mean == pytest.approx(expected, rel=1e-11)
    assert 0 < Redundancy(9e6, 1.0, 10**7, 3).response_mean < expected


@given(servers=st.integers(2, 60), data=st.data(), part=st.floats(0.0, 0.999))
@settings(derandomize=True, deadline=None, max_examples=30)
def test_more_copies_are_faster_when_they_are_independent(servers, data, part):
    copies = data.draw(st.integers(1, servers - 1))
    fewer, more = (Redundancy(part * servers, 1.0, servers, d) for d in (copies, copies + 1))
    assert more.response_mean < fewer.response_mean
    assert fewer.response_mean == pytest.approx(float(exact(servers, copies, Fraction(part * servers))), rel=1e-11)
    assert fewer.number_mean == pytest.approx(fewer.arrival_rate * fewer.response_mean, rel=1e-12)
