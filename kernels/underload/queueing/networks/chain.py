"""The long-run law of a finite Markov chain by an elimination without subtractions: every component keeps its digits.

Source: Grassmann, Taksar and Heyman, Regenerative analysis and steady state distributions for Markov chains, Operations
Research 33(5), 1985.
"""

import numpy as np

from underload._jit import kernel

__all__ = ["long_run"]


@kernel
def long_run(rates):
    """Relative probabilities of the states, float64[n], the largest about 1.

    Parameters
    ----------
    rates : float64[n, n]
        Transition rates or probabilities of an irreducible chain; the diagonal is not used. Destroyed.
    """
    n = len(rates)
    for k in range(n - 1, 0, -1):
        out = 0.0
        for j in range(k):
            out += rates[k, j]
        for i in range(k):
            if rates[i, k] > 0.0:
                rates[i, k] /= out
                for j in range(k):
                    rates[i, j] += rates[i, k] * rates[k, j]
    law = np.zeros(n)
    law[0] = 1.0
    for k in range(1, n):
        for i in range(k):
            law[k] += law[i] * rates[i, k]
        if law[k] > 1e100:  # a later state may be likelier than the first by more than a float can hold
            for i in range(k):
                law[i] /= law[k]
            law[k] = 1.0
    return law
