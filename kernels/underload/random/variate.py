"""One kernel that draws from any distribution: `variate(state, code, params)`, made to be inlined in a simulator."""

import math

from .._jit import kernel
from .._libm import exp, log
from ._options import INLINE
from .gamma import gamma
from .uniform import uniform
from .ziggurat import exponential, normal

__all__ = [
    "DETERMINISTIC",
    "EXPONENTIAL",
    "GAMMA",
    "HYPEREXPONENTIAL",
    "LOGNORMAL",
    "PARETO",
    "UNIFORM",
    "WEIBULL",
    "variate",
]

EXPONENTIAL, DETERMINISTIC, UNIFORM, GAMMA, LOGNORMAL, PARETO, WEIBULL, HYPEREXPONENTIAL = range(8)


@kernel(**INLINE)
def variate(state, code, params):
    """A variate of the distribution that `code` and `params` name.

    Parameters
    ----------
    state : uint64[4]
    code : int
        The `code` of a `Distribution`; an unknown one draws NaN.
    params : float64[4]
        Its `params`, unused entries 0. Which they are stands beside each branch.
    """
    if code == EXPONENTIAL:  # mean
        return params[0] * exponential(state)
    if code == DETERMINISTIC:  # value
        return params[0]
    if code == UNIFORM:  # low, width
        return params[0] + params[1] * uniform(state)
    if code == GAMMA:  # shape, scale
        return params[1] * gamma(state, params[0])
    if code == LOGNORMAL:  # mean and standard deviation of the logarithm
        return exp(params[0] + params[1] * normal(state))
    if code == PARETO:  # least value, 1 / shape
        return params[0] * exp(params[1] * exponential(state))
    if code == WEIBULL:  # scale, 1 / shape
        return params[0] * exp(params[1] * log(exponential(state)))
    if code == HYPEREXPONENTIAL:  # probability of the slow phase, its mean, mean of the fast phase
        mean = params[1] if uniform(state) < params[0] else params[2]
        return mean * exponential(state)
    return math.nan
