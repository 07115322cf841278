"""Closed networks of one class: throughput, queues and residence times at any population. Exact.

Where every station has one server, or is a pure delay, by mean value analysis: a customer who arrives at a station sees
the network with one customer less. With several servers or speeds that depend on the queue, the classical recursion
subtracts probabilities from 1 and loses all digits; here those stations go through sums of positive terms, the
normalizing constants of `convolution`.

Source: Reiser and Lavenberg, Mean-value analysis of closed multichain queueing networks, Journal of the ACM 27(2),
1980; the loss of digits after Chandy and Sauer, Computational algorithms for product form queueing networks,
Communications of the ACM 23(10), 1980.
"""

import dataclasses

import numpy as np

from underload import _check
from underload._jit import kernel
from underload.queueing.networks import convolution, stations, wide
from underload.queueing.networks.wide import quotient

__all__ = ["ClosedNetwork", "mva"]


@kernel
def recurse(demand, think, throughput, number):
    """Mean value analysis of K stations with one server each.

    Parameters
    ----------
    demand : float64[K]
    think : float64
        Time without waiting, think + sum of the demands > 0.
    throughput, number : float64[N + 1], float64[N + 1, K]
        Output, at n = 0, ..., N customers; the rows at 0 are to be 0.

    Notes
    -----
    R_k(n) = D_k (1 + Q_k(n - 1)), X(n) = n / (Z + sum of R_k(n)), Q_k(n) = X(n) R_k(n). Nothing is subtracted.
    """
    for n in range(1, len(throughput)):
        cycle = think
        for k in range(len(demand)):
            number[n, k] = demand[k] * (1.0 + number[n - 1, k])
            cycle += number[n, k]
        throughput[n] = n / cycle
        for k in range(len(demand)):
            number[n, k] *= throughput[n]


@kernel
def follow(demand, throughput, number):
    """The mean number at one station with one server into float64[N + 1], from the throughputs (float64[N + 1])."""
    number[0] = 0.0
    for n in range(1, len(throughput)):
        number[n] = throughput[n] * demand * (1.0 + number[n - 1])


@kernel
def fill_marginal(weight, power, ratio, given, level, whole, height, probability):
    """The probabilities of j = 0, ..., N customers at a station into float64[N + 1].

    `weight` and `power` are f(0), ..., f(m), and f(j + 1) = ratio f(j) beyond; `given` and `level` the constants of the
    network without the station; `whole` and `height` the constant of all at N.
    """
    last = len(given) - 1
    mantissa, exponent = weight[0], power[0]
    for j in range(last + 1):
        if j < len(weight):
            mantissa, exponent = weight[j], power[j]
        else:
            mantissa, exponent = wide.normal(mantissa * ratio, exponent)
        probability[j] = quotient(mantissa * given[last - j], exponent + level[last - j], whole, height)


@dataclasses.dataclass(frozen=True, eq=False)
class ClosedNetwork:
    """A closed network of one class in its steady state, for each population.

    Attributes
    ----------
    population : int or int64[n]
        Customers.
    throughput : float or float64[n]
        X, requests per unit of time.
    response_mean : float or float64[n]
        Mean time of a request at all stations, without the think time.
    number_mean : float64[K] or float64[n, K]
        Mean number of customers at each station.
    utilization : float64[K] or float64[n, K]
        Fraction of the time that a server of the station is busy; 0 for infinitely many servers. With `rates`, the
        probability that the station is not empty.
    residence_mean : float64[K] or float64[n, K]
        Mean time that a request spends at each station, over all its visits.
    visits : float64[K] or None
        Visits of a request to each station.
    """

    population: int | np.ndarray
    throughput: float | np.ndarray
    response_mean: float | np.ndarray
    number_mean: np.ndarray
    utilization: np.ndarray
    residence_mean: np.ndarray
    visits: np.ndarray | None = None
    _model: stations.Closed | None = dataclasses.field(default=None, repr=False)

    def _visits(self):
        return self.visits if self.visits is not None else np.ones(self.number_mean.shape[-1])

    @property
    def station_throughput(self):
        """Visits per unit of time to each station: the forced flow law. Without `visits`, one visit each."""
        return np.multiply.outer(self.throughput, self._visits())

    @property
    def visit_response_mean(self):
        """Mean time of one visit to each station; 0 at a station without visits."""
        visits = self._visits()
        return np.divide(self.residence_mean, visits, out=np.zeros_like(self.residence_mean), where=visits > 0)

    def state_probability(self, station):
        """The law of the number at one station, at the largest population N: float64[N + 1].

        Parameters
        ----------
        station : int
            Its place among the demands.
        """
        station = _check.integer("station", station, most=self.number_mean.shape[-1] - 1)
        return marginal(self._model, int(np.max(self.population)), station)


def marginal(model, most, station):
    """P(j of `most` customers are at the station), float64[most + 1]."""
    probability = np.zeros(most + 1)
    if model.demand[station] == 0:
        probability[0] = 1.0
        return probability
    waitless = model.waitless(most, but=station)
    without = convolution.delay(waitless, most)
    for k in model.queueing(most):
        if k != station:
            without = convolution.attach(model.ratios(k, most), without)
    ratios = model.ratios(station, most)
    whole = convolution.attach(ratios, without)
    fill_marginal(*convolution.weights(ratios), ratios[-1], *without, whole[0][-1], whole[1][-1], probability)
    return probability


def solve(model, most, chosen):
    """Throughput [n], number and probability of a busy station [n, K] at the `chosen` populations up to `most`."""
    waiting, count = model.queueing(most), len(model.demand)
    simple = [k for k in waiting if model.limit(k, most) == 1]
    complex_ = [k for k in waiting if model.limit(k, most) > 1]
    number, busy = np.zeros((len(chosen), count)), np.zeros((len(chosen), count))
    throughput = np.zeros(most + 1)
    if not complex_:
        numbers = np.zeros((most + 1, len(simple)))
        single = np.array([model.ratios(k, most)[0] for k in simple])
        recurse(single, model.waitless(most), throughput, numbers)
        number[:, simple] = numbers[chosen]
    else:
        constants = convolution.delay(model.waitless(most), most)
        for k in simple:
            constants = convolution.attach(model.ratios(k, most), constants)
        ratios, whole = [model.ratios(k, most) for k in complex_], None
        for k, ratio, without in zip(complex_, ratios, convolution.without_each(ratios, constants), strict=True):
            whole = convolution.attach(ratio, without) if whole is None else whole
            both = convolution.occupancy(ratio, without, whole)
            busy[:, k], number[:, k] = both[0][chosen], both[1][chosen]
        convolution.fill_throughput(*whole, throughput)
        numbers = np.empty(most + 1)
        for k in simple:
            follow(model.ratios(k, most)[0], throughput, numbers)
            number[:, k] = numbers[chosen]
    rate = throughput[chosen]
    for k in range(count):
        if model.is_delay(k, most):
            number[:, k] = rate * model.demand[k]
        if model.rates[k] is None:
            busy[:, k] = rate * model.demand[k] / model.servers[k]
        elif k in simple:
            busy[:, k] = rate * model.ratios(k, most)[0]
    return rate, number, busy


def mva(demands, population, *, think_time=0.0, servers=None, rates=None, visits=None, method="exact"):
    """Throughput, queues and residence times of a closed network of one class.

    Parameters
    ----------
    demands : float[K]
        Service time that one request needs of each station over all its visits, each >= 0, not all 0 unless
        `think_time` is positive. Demands other than 0 lie within 200 orders of magnitude of each other.
    population : int or int[n]
        N >= 1, at most 10^6 customers.
    think_time : float
        Mean time between the end of a request and the customer's next, >= 0.
    servers : float or float[K], optional
        Servers of each station: whole numbers, or inf where nobody queues. One by default.
    rates : list of None or float[m], optional
        For a station whose speed depends on its queue: its speeds with 1, 2, ..., m customers, relative to the one
        that `demands` refer to. The last one holds for more customers.
    visits : float[K], optional
        Visits of a request to each station, >= 0, for what is reported per visit.
    method : str
        "exact", or the approximations "schweitzer" or "linearizer": see `approximate_mva`.

    Returns
    -------
    ClosedNetwork
        For one population, or a row for each of several. An `ApproximateNetwork` from the approximations.

    Notes
    -----
    The exact values hold for product-form networks: first come, first served with exponential service, or processor
    sharing or no queueing with service of any distribution, think times of any distribution. The relative error stays
    below 1e-12 up to 10^4 customers.
    """
    if _check.choice("method", method, ("exact", "schweitzer", "linearizer")) != "exact":
        if rates is not None or visits is not None:
            _check.fail("method", method, "must be 'exact' where rates or visits are given")
        from underload.queueing.networks.approximate_mva import approximate_mva

        return approximate_mva(demands, population, think_time=think_time, servers=servers, method=method)
    model = stations.closed(demands, think_time, servers, rates)
    chosen = stations.populations("population", population)
    if visits is not None:
        visits = stations.per_station("visits", visits, len(model.demand))
    rate, number, busy = solve(model, int(chosen.max()), chosen)
    residence = number / rate[:, None] * model.unit
    columns = (chosen, rate / model.unit, residence.sum(axis=1), number, busy, residence)
    if np.ndim(population) == 0:
        columns = (*(column[0].item() for column in columns[:3]), *(column[0] for column in columns[3:]))
    return ClosedNetwork(*columns, visits, model)
