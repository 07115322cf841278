"""Rules for what balancing policies are given."""

import math

import numpy as np

from underload import _check

__all__ = ["freeze_speeds", "per_server", "speeds_of", "spread_of"]


def spread_of(policy):
    """Check and freeze the weights and speeds of a policy."""
    weights = _check.sample("weights", policy.weights, lowest=0)
    if not 0 < math.fsum(weights) < 1e300:
        _check.fail("weights", policy.weights, "must have a sum above 0 and below 1e300")
    object.__setattr__(policy, "weights", tuple(weights.tolist()))
    freeze_speeds(policy)


def freeze_speeds(policy):
    """Check and freeze the speeds of a policy, if it has any."""
    if policy.speeds is None:
        return
    speeds = _check.sample("speeds", policy.speeds)
    wrong = np.flatnonzero((speeds < 1e-100) | (speeds > 1e100))
    if len(wrong):
        _check.fail(f"speeds[{wrong[0]}]", speeds[wrong[0]], "must be between 1e-100 and 1e100")
    object.__setattr__(policy, "speeds", tuple(speeds.tolist()))


def per_server(policy, servers):
    """Weights (float64[n]) and speeds (float64[n] or None) of a policy for so many servers."""
    if len(policy.weights) != servers:
        _check.fail("weights", policy.weights, f"must be as many as there are servers ({servers})")
    return np.array(policy.weights), speeds_of(policy, servers)


def speeds_of(policy, servers):
    """Speeds (float64[n] or None) of a policy for so many servers."""
    if policy.speeds is None:
        return None
    if len(policy.speeds) != servers:
        _check.fail("speeds", policy.speeds, f"must be as many as there are servers ({servers})")
    return np.array(policy.speeds)
