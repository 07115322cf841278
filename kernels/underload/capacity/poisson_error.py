"""How far the Poisson law is from the binomial one that it stands for."""

import math

from underload import _check
from underload._jit import kernel
from underload._libm import expm1, log1p
from underload.capacity._stable import deviance_slope, log1p_rest, log_falling, poisson_weight, stirling_error

__all__ = ["barbour_hall_bound", "le_cam_bound", "total_variation"]


def le_cam_bound(probability, trials):
    """Bound on the total variation distance between a binomial law and the Poisson law of its mean.

    Parameters
    ----------
    probability : float
        Of an event, per trial.
    trials : int
        Number of independent trials.

    Returns
    -------
    float
        trials x probability^2.

    Notes
    -----
    Le Cam, "An approximation theorem for the Poisson binomial distribution", Pacific Journal of
    Mathematics 10 (1960), in the form of Barbour and Hall (1984), without their factor.
    """
    probability = _check.probability("probability", probability)
    return _check.integer("trials", trials) * probability * probability


def barbour_hall_bound(probability, trials):
    """The sharper bound (1 - exp(-mean)) / mean x trials x probability^2, with mean = trials x probability.

    Parameters
    ----------
    probability : float
        Of an event, per trial.
    trials : int
        Number of independent trials.

    Returns
    -------
    float
        It is at most `probability`, however many trials there are.

    Notes
    -----
    Barbour and Hall, "On the rate of Poisson convergence", Mathematical Proceedings of the Cambridge
    Philosophical Society 95 (1984), by the Stein-Chen method.
    """
    probability = _check.probability("probability", probability)
    trials = _check.integer("trials", trials)
    return -expm1(-trials * probability) * probability


def total_variation(probability, trials):
    """Total variation distance between Binomial(trials, probability) and Poisson(trials x probability).

    Parameters
    ----------
    probability : float
        Of an event, per trial.
    trials : int
        Number of independent trials.

    Returns
    -------
    float
        The largest difference in probability that the two laws give to any set of counts.

    Notes
    -----
    The sum over k of max(0, B(k) - P(k)) = P(k) (exp(L(k)) - 1), where the logarithm of the ratio,

        L(k) = log(n! / ((n-k)! n^k)) + (n-k) log(1-p) + n p,

    is positive only within about sqrt(mean) of the mean, or about 7 sqrt(mean (1-p)) if that is less,
    and is computed there without cancellation. Above a mean of 1e10 every h-th term may be taken, h times.
    Refused is a law so narrow that the rounding of its mean would show: more than 1e-6 of that reach.
    """
    probability = _check.probability("probability", probability)
    trials = float(_check.integer("trials", trials))
    mean = trials * probability
    if mean == 0:
        return 0.0
    if probability == 1:
        return 1 - poisson_weight(trials, mean)
    reach = min(3 * math.sqrt(mean) + 3, 8 * math.sqrt(mean * (1 - probability)) + 40)
    if math.ulp(mean) > 1e-6 * reach:
        _check.fail("trials", trials, "must leave the binomial law wider than the rounding of its mean")
    stride = max(1.0, math.floor(reach / 3e5))
    return _excess(
        trials, probability, max(0.0, math.floor(mean - reach)), min(trials, math.ceil(mean + reach)), stride
    )


@kernel
def _log_ratio(k, n, p):
    """log of the binomial over the Poisson weight of k, for 0 <= k <= n and 0 < p < 1."""
    if k <= 64 or n - k < 1:
        return log_falling(n, k) - n * p * log1p_rest(-p) - k * log1p(-p)
    excess = n * p - k
    slope = deviance_slope(excess / (n * (1 - p)))
    return stirling_error(n) - stirling_error(n - k) - 0.5 * log1p(-k / n) - excess * slope


@kernel
def _excess(n, p, low, high, stride):
    total = 0.0
    k = low
    while k <= high:
        ratio = _log_ratio(k, n, p)
        if ratio > 0:
            total += poisson_weight(k, n * p) * expm1(ratio)
        k += stride
    return total * stride
