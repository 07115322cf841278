"""Random numbers: streams, variates and distributions, the same bits on every platform and in a browser.

A kernel that draws takes its state, ``uint64[4]``, as an argument::

    state = random.seed_state(7)
    wait = random.exponential(state)

An analyst draws arrays from a distribution: ``random.Lognormal(mean=0.2, scv=4).sample(1000, seed=7)``.
"""

from .distributions import (
    Deterministic,
    Distribution,
    Exponential,
    Gamma,
    Hyperexponential,
    Lognormal,
    Pareto,
    Uniform,
    Weibull,
)
from .gamma import gamma
from .uniform import bounded, uniform, uniform_open
from .variate import variate
from .xoshiro import jump, long_jump, next_uint64, seed_state, streams
from .ziggurat import exponential, normal

__all__ = [
    "Deterministic",
    "Distribution",
    "Exponential",
    "Gamma",
    "Hyperexponential",
    "Lognormal",
    "Pareto",
    "Uniform",
    "Weibull",
    "bounded",
    "exponential",
    "gamma",
    "jump",
    "long_jump",
    "next_uint64",
    "normal",
    "seed_state",
    "streams",
    "uniform",
    "uniform_open",
    "variate",
]
