"""What pooling saves, against the two queues computed apart and against published numbers."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underload.queueing import MM1, MMc, PooledServers, pooling, servers_for


def test_ten_busy_queues_or_one():
    # M/M/1 at 0.9: R = 1 / (1 - 0.9) = 10; M/M/10 at 9 erlangs: 1.66873... by Erlang C with 40 digits.
    compared = pooling(0.9, 1.0, groups=10)
    assert compared.separate.response_mean == pytest.approx(10, rel=1e-15)
    assert compared.pooled.response_mean == pytest.approx(1.6687315241076972, rel=1e-14)
    assert compared.response_ratio == pytest.approx(10 / 1.6687315241076972, rel=1e-14)
    assert compared.wait_ratio == pytest.approx(9 / 0.6687315241076972, rel=1e-14)


def test_private_pools_need_nine_times_the_connections():
    # 20 erlangs, of which 1 % may wait: C(32, 20) = 0.0066 and C(31, 20) = 0.0115; 3 for each 0.2 erlangs.
    compared = pooling(0.2, 1.0, 3, groups=100).servers_for(wait_probability=0.01)
    assert compared == PooledServers(separate=300, pooled=32)
    assert compared.ratio == 300 / 32


@given(part=st.floats(0.05, 0.97), servers=st.integers(1, 20), groups=st.integers(1, 30), rate=st.floats(0.01, 100))
@settings(derandomize=True, deadline=None, max_examples=25)
def test_a_pool_is_never_worse(part, servers, groups, rate):
    compared = pooling(part * servers * rate, rate, servers, groups=groups)
    whole = MMc(groups * part * servers * rate, rate, groups * servers)
    assert compared.pooled.wait_probability == pytest.approx(whole.wait_probability, rel=1e-9)
    assert compared.pooled.offered_load == pytest.approx(groups * compared.separate.offered_load, rel=1e-14)
    assert compared.wait_ratio >= 1 - 1e-12
    needed = compared.same_wait
    assert needed.separate == groups * servers
    if compared.separate.wait_mean > 0 and groups > 1:
        assert needed.pooled <= needed.separate
        assert MMc(compared.pooled.arrival_rate, rate, needed.pooled).wait_mean <= compared.separate.wait_mean


def test_near_saturation_the_wait_falls_with_the_number_of_groups():
    # C tends to 1, and the slack of the pool is k times that of a group.
    slack = 1e-9
    compared = pooling(MM1.from_slack(slack).arrival_rate, 1.0, groups=50)
    assert compared.wait_ratio == pytest.approx(50, rel=1e-6)


def test_where_nothing_waits_nothing_is_saved():
    compared = pooling(1.0, 1.0, 1000, groups=2)  # waits below the range of floats
    assert compared.wait_ratio == math.inf
    assert compared.same_wait == PooledServers(2000, 2000)


def test_promises_are_those_of_servers_for():
    compared = pooling(5.0, 2.0, 4, groups=3).servers_for(wait_quantile=(0.8, 0.1), response_mean=0.55)
    promised = {"service_rate": 2.0, "wait_quantile": (0.8, 0.1), "response_mean": 0.55}
    assert compared.separate == 3 * servers_for(arrival_rate=5.0, **promised)
    assert compared.pooled == servers_for(arrival_rate=15.0, **promised)
