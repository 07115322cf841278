"""The laws that are fitted and compared, in one form: throughput = rate x load / D(load), with D = 1 at load 1.

D = 1 + contention (N - 1) + coherency (N - 1) h(N), where h says with how many others each one must agree: N - all of
them (Gunther's Universal Scalability Law) -, sqrt(N) - a row of a grid, as in a quorum -, ln N - a tree. Without the
last term this is Amdahl's law. Gustafson's grows the work with the machine: D = N / (N - contention (N - 1)).

Sources: Gunther, Guerrilla Capacity Planning, 2007, chapters 4 to 6; Amdahl 1967; Gustafson 1988; Maekawa, A sqrt(N)
algorithm for mutual exclusion, ACM TOCS 3(2), 1985, for the grid.
"""

import math
import typing

import numpy as np

from underload import _check

__all__ = ["MODELS", "Model", "coherency_cost", "slowdown"]


class Model(typing.NamedTuple):
    """One law.

    Attributes
    ----------
    parameters : tuple of str
        Of "rate", "contention", "coherency", those that the law has.
    partners : callable or None
        h(N) of the coherency term.
    turning : callable or None
        g(t) with (1 - contention) / coherency = g(t) at the load t of the highest throughput.
    """

    parameters: tuple
    partners: typing.Callable | None = None
    turning: typing.Callable | None = None


THREE = ("rate", "contention", "coherency")

# Adding a law of this form is one line here.
MODELS = {
    "usl": Model(THREE, lambda load: load, lambda t: t * t),
    "sqrt": Model(THREE, np.sqrt, lambda t: 0.5 * math.sqrt(t) * (t + 1)),
    "log": Model(THREE, np.log, lambda t: math.log(t) + t - 1),
    "amdahl": Model(THREE[:2]),
    "gustafson": Model(THREE[:2]),
    "linear": Model(THREE[:1]),
}


def check_model(name, value):
    """The name of a law."""
    return _check.choice(name, value, tuple(MODELS))


def coherency_cost(load, model):
    """(N - 1) h(N): what one unit of coherency adds to D; 0 in a law without."""
    partners = MODELS[model].partners
    return (load - 1) * partners(load) if partners else 0.0 * load


def slowdown(load, contention, coherency, model):
    """D(load): the rate at load 1, as a multiple of that at this load, per unit of load."""
    if model == "gustafson":
        useful = load - contention * (load - 1)
        return np.where(useful > 0, load / np.where(useful > 0, useful, 1.0), -1.0)
    return 1 + contention * (load - 1) + coherency * coherency_cost(load, model)
