"""Malformed calls of `underload.random`: (function, arguments, the argument that is wrong)."""

import math

import numpy as np
from underload import random

NAN, INF = math.nan, math.inf

# What no positive number is.
NOT_POSITIVE = [NAN, INF, -INF, -1, 0, "1", None, True, 1j, [1.0], np.ones(2)]
NOT_A_COUNT = [NAN, INF, -1, 1.5, "10", None, True, [3]]
NOT_A_SEED = [NAN, INF, -1, 2**64, 0.5, "7", None, True]

ONE_MEAN = random.Exponential(1)
ITEMS = random.Zipf(1, 10)

BAD_CALLS = [
    *[(random.seed_state, {"seed": bad}, "seed") for bad in NOT_A_SEED],
    *[(random.streams, {"seed": bad, "n": 2}, "seed") for bad in NOT_A_SEED],
    *[(random.streams, {"seed": 1, "n": bad}, "n") for bad in [*NOT_A_COUNT, 0]],
    *[(random.Exponential, {"mean": bad}, "mean") for bad in NOT_POSITIVE],
    *[(random.Deterministic, {"mean": bad}, "mean") for bad in [NAN, INF, -1, "1", None, True, np.ones(2)]],
    *[(random.Uniform, {"low": bad, "high": 2}, "low") for bad in [NAN, INF, -1, "1", None, True]],
    *[(random.Uniform, {"low": 1, "high": bad}, "high") for bad in [NAN, INF, -1, 1, 0.5, "2", None, True]],
    *[(random.Gamma, {"mean": bad, "scv": 1}, "mean") for bad in NOT_POSITIVE],
    *[(random.Gamma, {"mean": 1, "scv": bad}, "scv") for bad in [*NOT_POSITIVE, 1e-10, 1e10]],
    *[(random.Lognormal, {"mean": bad, "scv": 1}, "mean") for bad in NOT_POSITIVE],
    *[(random.Lognormal, {"mean": 1, "scv": bad}, "scv") for bad in [*NOT_POSITIVE, 1e-10, 1e10]],
    *[(random.Pareto, {"mean": bad, "shape": 2}, "mean") for bad in NOT_POSITIVE],
    *[(random.Pareto, {"mean": 1, "shape": bad}, "shape") for bad in [*NOT_POSITIVE, 1, 0.99]],
    *[(random.Weibull, {"mean": bad, "shape": 2}, "mean") for bad in NOT_POSITIVE],
    *[(random.Weibull, {"mean": 1, "shape": bad}, "shape") for bad in [*NOT_POSITIVE, 0.009, 101]],
    *[(random.Hyperexponential, {"mean": bad, "scv": 2}, "mean") for bad in NOT_POSITIVE],
    *[(random.Hyperexponential, {"mean": 1, "scv": bad}, "scv") for bad in [*NOT_POSITIVE, 0.99, 1e10]],
    (random.Gamma, {"mean": 1e300, "scv": 1e9}, "mean"),
    (random.Weibull, {"mean": 1e-300, "shape": 0.01}, "mean"),
    (random.Weibull, {"mean": 1e-200, "shape": 0.01}, "mean"),
    (random.Uniform, {"low": 0, "high": 5e-324}, "high"),
    *[(ONE_MEAN.sample, {"n": bad, "seed": 1}, "n") for bad in NOT_A_COUNT],
    *[(ONE_MEAN.sample, {"n": 3, "seed": bad}, "seed") for bad in NOT_A_SEED],
    *[(ONE_MEAN.cdf, {"x": bad}, "x") for bad in [NAN, [1, NAN], "1", None, 1j, True, [[1], [1, 2]]]],
    *[(random.sample_normal, {"n": bad, "seed": 1}, "n") for bad in NOT_A_COUNT],
    *[(random.sample_normal, {"n": 3, "seed": bad}, "seed") for bad in NOT_A_SEED],
    *[
        (random.sample_poisson, {"mean": bad, "n": 3, "seed": 1}, "mean")
        for bad in [NAN, INF, -1, 1e13, "1", None, True]
    ],
    *[(random.sample_poisson, {"mean": 2, "n": bad, "seed": 1}, "n") for bad in NOT_A_COUNT],
    *[(random.sample_poisson, {"mean": 2, "n": 3, "seed": bad}, "seed") for bad in NOT_A_SEED],
    *[(random.sample_integers, {"below": bad, "n": 3, "seed": 1}, "below") for bad in [*NOT_A_COUNT, 0, 2**63]],
    *[(random.sample_integers, {"below": 6, "n": bad, "seed": 1}, "n") for bad in NOT_A_COUNT],
    *[(random.sample_integers, {"below": 6, "n": 3, "seed": bad}, "seed") for bad in NOT_A_SEED],
    *[(random.Zipf, {"exponent": bad, "items": 10}, "exponent") for bad in [NAN, INF, -0.1, "1", None, True, 1j]],
    *[(random.Zipf, {"exponent": 1, "items": bad}, "items") for bad in [*NOT_A_COUNT, 0, 2**53 + 1]],
    *[(ITEMS.sample, {"n": bad, "seed": 1}, "n") for bad in NOT_A_COUNT],
    *[(ITEMS.sample, {"n": 3, "seed": bad}, "seed") for bad in NOT_A_SEED],
    *[(ITEMS.probability, {"k": bad}, "k") for bad in [NAN, 1.5, [1, 2.5], "1", None, 1j, True]],
    *[(ITEMS.cdf, {"k": bad}, "k") for bad in [NAN, 1.5, [1, 2.5], "1", None, 1j, True]],
]
