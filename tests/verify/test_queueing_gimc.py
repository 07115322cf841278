"""The transforms behind GI/M/c against quadrature, for every law at four arguments."""

import impatience_reference as reference
import pytest
from underload.queueing.interarrival import Arrivals
from underload.random import Deterministic, Exponential, Gamma, Hyperexponential, Lognormal, Pareto, Uniform, Weibull

pytestmark = pytest.mark.verify

LAWS = [
    Deterministic(1.0),
    Exponential(1.0),
    Uniform(0.0, 2.0),
    Uniform(0.9, 1.1),
    Gamma(1.0, 0.25),
    Gamma(1.0, 1.0),
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


@pytest.mark.parametrize("law", LAWS, ids=repr)
@pytest.mark.parametrize("s", [1e-3, 0.1, 3.0, 25.0])
def test_transforms(law, s):
    if isinstance(law, Exponential):
        law_by_phase, arrivals = Gamma(1.0, 1.0), Arrivals("interarrival", law)
    else:
        law_by_phase, arrivals = law, Arrivals("interarrival", law)
    for computed, exact in reference.transform_checks(law_by_phase, arrivals, s):
        # The quadrature has 22 digits, of which 6 cancel in the deficit at s = 1e-3.
        assert computed == pytest.approx(exact, rel=2e-12)
