"""Closed networks too large for the quick suite, against thirty digits."""

import networks_reference as slow
import pytest
from underload import queueing

pytestmark = pytest.mark.verify


def test_ten_thousand_servers():
    # 10^8 terms: rounding has every chance to add up.
    found = queueing.mva([1.0], 20_000, think_time=1, servers=10_500)
    throughput, number = slow.repairman(20_000, 10_500, 1, 1, digits=30)
    assert found.throughput == pytest.approx(float(throughput), rel=1e-12)
    assert found.number_mean[0] == pytest.approx(float(number), rel=1e-12)


def test_three_crowded_stations():
    demands, servers = [9.0, 20.0, 0.31], [30, 64, 1]
    found = queueing.mva(demands, 700, think_time=25, servers=servers)
    throughput, number, _ = slow.closed_digits(demands, [slow.speeds(c) for c in servers], 700, 25, digits=30)
    assert found.throughput == pytest.approx(float(throughput), rel=1e-13)
    assert found.number_mean == pytest.approx([float(n) for n in number], rel=1e-12)


def test_a_lattice_of_five_classes():
    # 6^5 populations of equal classes: as one class of 25.
    found = queueing.multiclass_mva([[0.4, 1.0, 0.7]] * 5, [5] * 5, think_time=3)
    one = queueing.mva([0.4, 1.0, 0.7], 25, think_time=3)
    assert found.throughput.sum() == pytest.approx(one.throughput, rel=1e-12)
