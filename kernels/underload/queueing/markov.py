"""Finite Markov chains in continuous time: where they are after a time, on average over it, and in the long run.

The long run is found by elimination without subtraction (`elimination`), transients by uniformisation
(`uniformisation`); small chains over long horizons are squared instead.
"""

import math

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from underload import _check
from underload.queueing.elimination import check_law, check_matrix, eliminate, propagator
from underload.queueing.uniformisation import CLOCK, mix_over_time

__all__ = ["accumulated", "birth_death_generator", "stationary", "transient"]

MOST_STATES = 4096  # of a dense elimination: n^3 / 3 operations


def _check_generator(generator):
    """The transition rates as a scipy sparse matrix without diagonal."""
    if sparse.issparse(generator):
        rates = generator.tocsr().astype(np.float64)
        if rates.shape[0] != rates.shape[1] or not np.all(np.isfinite(rates.data)):
            _check.fail("generator", rates.shape, "must be a square matrix of finite numbers")
    else:
        rates = sparse.csr_matrix(check_matrix("generator", generator))
    diagonal = rates.diagonal()
    rates = (rates - sparse.diags_array(diagonal)).tocsr()
    rates.eliminate_zeros()
    if rates.nnz and rates.data.min() < 0:
        _check.fail("generator", rates.data.min(), "must have no negative rate off its diagonal")
    out = np.asarray(rates.sum(axis=1)).ravel()
    bad = np.flatnonzero(np.abs(out + diagonal) > 1e-9 * out)
    if len(bad):
        _check.fail(f"generator[{bad[0]}]", out[bad[0]] + diagonal[bad[0]], "must be a row that sums to 0")
    if not math.isfinite(out.max()):
        _check.fail("generator", out.max(), "must have finite sums of rates")
    return rates


def _closed_class(rates):
    """The states of the one closed class of a sparse matrix of rates, or None where there are several."""
    number, label = csgraph.connected_components(rates, directed=True, connection="strong")
    edges = rates.tocoo()
    leaves = np.zeros(number, dtype=bool)
    leaves[label[edges.row[label[edges.row] != label[edges.col]]]] = True
    return np.flatnonzero(label == np.flatnonzero(~leaves)[0]) if (~leaves).sum() == 1 else None


def _long_run(rates, states):
    dense = rates[states][:, states].toarray()
    law = np.zeros(rates.shape[0])
    law[states] = eliminate(dense / dense.max()) if len(states) > 1 else 1.0
    return law


def stationary(generator):
    """The long-run probabilities of the states of a chain.

    Parameters
    ----------
    generator : float64[n, n] or scipy sparse
        Transition rates, with the diagonal that makes rows sum to 0; n up to 4096 in the closed class.

    Returns
    -------
    float64[n]
        Each component within a few n ulp, however small; 0 in states that are left for good.

    Raises
    ------
    ValueError
        Also where the long run depends on the beginning, because several classes of states cannot be left.

    Notes
    -----
    Grassmann, Taksar and Heyman, Regenerative analysis and steady state distributions for Markov chains, Operations
    Research 33(5), 1985.
    """
    rates = _check_generator(generator)
    states = _closed_class(rates)
    if states is None:
        _check.fail("generator", f"of {rates.shape[0]} states", "must have one closed class of states")
    if len(states) > MOST_STATES:
        _check.fail("generator", len(states), f"must have at most {MOST_STATES} recurrent states")
    return _long_run(rates, states)


def transient(generator, initial, times):
    """The probabilities of the states of a chain after a time.

    Parameters
    ----------
    generator : float64[n, n] or scipy sparse
    initial : int or float64[n]
        The state, or the law over states, at time 0.
    times : float or float64[m]
        >= 0, in the unit of time of the rates.

    Returns
    -------
    float64[n] or float64[m, n]
        What the Poisson series leaves out is below 1e-14 in total; rounding adds at most an ulp or two per jump of the
        fastest state, in practice 1e-13 over a million jumps.

    Raises
    ------
    ValueError
        Also where the chain has not settled after 2e10 multiplications.
    """
    return _over_time(generator, initial, times, lead=0.0)


def accumulated(generator, initial, times):
    """The expected time that a chain spends in each state up to a time; arguments and result as in `transient`."""
    return _over_time(generator, initial, times, lead=1.0)


def _over_time(generator, initial, times, lead):
    rates = _check_generator(generator)
    n = rates.shape[0]
    law = check_law("initial", initial, n)
    at = _check.sample("times", np.atleast_1d(times), lowest=0.0)
    fastest = float(np.asarray(rates.sum(axis=1)).max())
    jumps = CLOCK * fastest * float(at.max())
    if not math.isfinite(jumps):
        _check.fail("times", at.max(), f"must be fewer jumps of the fastest state ({fastest:g} per unit of time)")
    squaring = n**3 * (14 + math.log2(1 + jumps)) * len(at)
    if fastest == 0:
        out = np.outer(at if lead else np.ones(len(at)), law)
    elif not lead and n <= 2000 and squaring < (rates.nnz + n) * jumps:
        dense = rates.toarray()
        out = np.array([law @ propagator(dense, t) for t in at])
    else:
        states = _closed_class(rates)
        known = states is not None and len(states) <= MOST_STATES and len(states) ** 3 <= max(2e7, rates.nnz * jumps)
        out = mix_over_time(rates, law, at, lead, _long_run(rates, states) if known else np.empty(0))
    return out if np.ndim(times) else out[0]


def birth_death_generator(births, deaths):
    """The generator of a birth-death chain, sparse.

    Parameters
    ----------
    births : float64[n - 1]
        Rates from state k to k + 1, >= 0.
    deaths : float64[n - 1]
        Rates from state k + 1 to k, >= 0.

    Returns
    -------
    scipy sparse array [n, n]
    """
    births = _check.sample("births", births, lowest=0.0)
    deaths = _check.sample("deaths", deaths, lowest=0.0)
    if len(births) != len(deaths):
        _check.fail("deaths", len(deaths), f"must be as many as births ({len(births)})")
    out = np.append(births, 0.0) + np.append(0.0, deaths)
    return sparse.diags_array([births, -out, deaths], offsets=[1, 0, -1], format="csr")
