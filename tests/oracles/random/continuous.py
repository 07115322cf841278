"""Continuous distributions in SciPy's parameters: right, with a mean 1 % off, and with a wrong shape."""

import math

import numpy as np
from scipy import special, stats


def scaled(distribution, factor):
    """The same shape, `factor` times as large."""
    args, kwds = distribution.args, dict(distribution.kwds)
    kwds["loc"] = kwds.get("loc", 0) * factor
    kwds["scale"] = kwds.get("scale", 1) * factor
    return distribution.dist(*args, **kwds)


def expon(mean):
    return stats.expon(scale=mean)


def uniform(low, high):
    return stats.uniform(loc=low, scale=high - low)


def gamma(mean, scv):
    return stats.gamma(1 / scv, scale=mean * scv)


def lognormal(mean, scv):
    return stats.lognorm(math.sqrt(math.log(1 + scv)), scale=mean / math.sqrt(1 + scv))


def pareto(mean, shape):
    return stats.pareto(shape, scale=mean * (shape - 1) / shape)


def weibull(mean, shape):
    return stats.weibull_min(shape, scale=mean / special.gamma(1 + 1 / shape))


class Hyperexponential:
    """Balanced means, from the textbook's formula for the probability of the slow phase."""

    def __init__(self, mean, scv):
        p = (1 - math.sqrt((scv - 1) / (scv + 1))) / 2
        self.phases = [(p, expon(mean / (2 * p))), (1 - p, expon(mean / (2 * (1 - p))))]

    def cdf(self, x):
        return sum(weight * phase.cdf(x) for weight, phase in self.phases)


def edges(distribution, cells):
    """The boundaries of so many cells, about equally likely."""
    if isinstance(distribution, Hyperexponential):
        return np.sort(np.concatenate([edges(phase, cells // 2) for _, phase in distribution.phases]))
    return distribution.ppf(np.arange(1, cells) / cells)


def case(kind, build, arguments, wrong_shape=None, factor=1.01):
    if build is Hyperexponential:
        wrong_mean = build(arguments[0] * factor, arguments[1])
    else:
        wrong_mean = scaled(build(*arguments), factor)
    return kind, arguments, build(*arguments), wrong_mean, wrong_shape and build(*wrong_shape)


# Where the variance is large a mean is known less well: there it is 5 % off.
CASES = [
    case("Exponential", expon, (0.2,)),
    case("Uniform", uniform, (1, 3), (1, 3.02)),
    case("Gamma", gamma, (2, 0.01), (2, 0.0102)),
    case("Gamma", gamma, (2, 0.5), (2, 0.51)),
    case("Gamma", gamma, (2, 0.99), (2, 1.01)),
    case("Gamma", gamma, (2, 1.5), (2, 1.53)),
    case("Gamma", gamma, (2, 20), (2, 20.4), factor=1.05),
    case("Lognormal", lognormal, (3, 0.1), (3, 0.102)),
    case("Lognormal", lognormal, (3, 10), (3, 10.4)),
    case("Pareto", pareto, (6, 1.2), (6, 1.21)),
    case("Pareto", pareto, (6, 3), (6, 3.03)),
    case("Weibull", weibull, (5, 0.4), (5, 0.404), factor=1.02),
    case("Weibull", weibull, (5, 1), (5, 1.01)),
    case("Weibull", weibull, (5, 4), (5, 4.04)),
    case("Hyperexponential", Hyperexponential, (1, 1.2), (1, 1.25)),
    case("Hyperexponential", Hyperexponential, (1, 30), (1, 33)),
    ("Normal", (), stats.norm(), stats.norm(loc=0.01), stats.norm(scale=1.01)),
]


def name(case):
    return f"{case[0]}{case[1]}"
