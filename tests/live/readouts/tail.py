"""What the chapter's own calls say at settings of the live figure of fan-out and hedging."""

import numpy as np
from underload import queueing, random

PAGE = "chapters/06_tail"

SETTINGS = [
    {},
    {"calls": 1, "hedge": "never"},
    {"calls": 69, "hedge": "98", "quantile": "95"},
    {"calls": 1000, "slow": 1000, "hedge": "50"},
    {"calls": 20, "slow": 20, "hedge": "90"},
]
# The library takes the normal law from SciPy and inverts by Brent's method; the page has its own law, and bisects.
TOLERANCE = {"once": 1e-12, "hedged": 1e-12, "late": 1e-12, "later": 1e-9, "extra": 1e-9}
USUAL, LEAVES = random.Lognormal(mean=20, scv=0.25), 60_000


def drawn(fan_out, requests, slow, delay):
    """Times that requests wait, as the chapter draws them."""

    def times(seed):
        rare = random.Uniform(0, 1).sample(requests * fan_out, seed + 1) < slow
        return np.where(rare, 200.0, USUAL.sample(requests * fan_out, seed))

    first, second = times(10 * fan_out), times(10 * fan_out + 5)
    answered = np.where(first > delay, np.minimum(first, delay + second), first)
    return answered.reshape(requests, fan_out).max(axis=1)


def expected(calls=100, slow=100, hedge="95", quantile="50"):
    """The read-outs, by the package's public functions."""
    leaf = queueing.Mixture([1 - 1 / slow, 1 / slow], [USUAL, random.Deterministic(200)])
    plan = leaf if hedge == "never" else queueing.Hedged.at_quantile(leaf, int(hedge) / 100)
    once, twice = queueing.FanOut(leaf, calls), queueing.FanOut(plan, calls)
    delay = np.inf if hedge == "never" else plan.delay
    return {
        "once": once.response_quantile(int(quantile) / 100),
        "hedged": twice.response_quantile(int(quantile) / 100),
        "late": once.response_tail(190),
        "later": twice.response_tail(190),
        "simulated": np.mean(drawn(calls, min(6000, LEAVES // calls), 1 / slow, delay) > 190),
        "extra": 0.0 if hedge == "never" else plan.extra_load,
    }
