"""Random numbers: streams, variates and distributions, the same bits on every platform and in a browser.

A kernel that draws takes its state, ``uint64[4]``, as an argument::

    state = random.seed_state(7)
    wait = random.exponential(state)

An analyst draws arrays from a distribution: ``random.Lognormal(mean=0.2, scv=4).sample(1000, seed=7)``.
"""

from .distribution import Distribution
from .distributions import (
    Deterministic,
    Exponential,
    Gamma,
    Hyperexponential,
    Lognormal,
    Pareto,
    Uniform,
    Weibull,
)
from .gamma import gamma
from .poisson import poisson
from .samples import sample_integers, sample_normal, sample_poisson
from .uniform import bounded, uniform, uniform_open
from .variate import variate
from .xoshiro import jump, long_jump, next_uint64, seed_state, streams
from .ziggurat import exponential, normal
from .zipf import Zipf, zipf

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
    "Zipf",
    "bounded",
    "exponential",
    "gamma",
    "jump",
    "long_jump",
    "next_uint64",
    "normal",
    "poisson",
    "sample_integers",
    "sample_normal",
    "sample_poisson",
    "seed_state",
    "streams",
    "uniform",
    "uniform_open",
    "variate",
    "zipf",
]
