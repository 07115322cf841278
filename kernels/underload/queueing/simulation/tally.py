"""What a simulation keeps: sums and histograms for each batch of customers and each class, and records if asked.

A customer belongs to the batch of its arrival, whenever it leaves, and a run ends when all who count have left: nobody
is left out for being slow.
"""

import typing

import numpy as np

from underload._jit import kernel
from underload.random._options import INLINE
from underload.stats.binning import record, record_all

__all__ = ["ABANDONED", "BALKED", "BLOCKED", "FIELDS", "Tally", "completed", "lost", "served", "served_block"]

# The columns of `Tally.sums`.
WAIT, RESPONSE, SERVICE, LOST_WAIT, SERVED, BLOCKED, BALKED, ABANDONED = range(8)
FIELDS = 8


class Tally(typing.NamedTuple):
    """The books of a run.

    Attributes
    ----------
    warmup, size : int
        The first customer that counts, and how many make a batch.
    scale, first : float, int
        Of the histograms.
    sums : float64[batches, classes, FIELDS]
    waits, responses : int64[batches, classes, slots]
        Histograms: of the waits of all who were let in, and of the responses of those served.
    open : int64[1]
        Customers who count and have not left yet.
    wait_record, response_record : float64[m]
        For each of the first m customers, warm-up included; a response of inf is of one not served. m is 0 if nobody
        asked.
    kind_record : int64[m]
    """

    warmup: int
    size: int
    scale: float
    first: int
    sums: np.ndarray
    waits: np.ndarray
    responses: np.ndarray
    open: np.ndarray
    wait_record: np.ndarray
    response_record: np.ndarray
    kind_record: np.ndarray


@kernel(**INLINE)
def batch_of(tally, customer):
    """The batch of a customer, or -1."""
    batch = (customer - tally.warmup) // tally.size if customer >= tally.warmup else -1
    return batch if batch < len(tally.sums) else -1


@kernel(**INLINE)
def served(tally, customer, kind, wait, service):
    """Count a customer who leaves after service by one server: `completed` where the response is wait + service."""
    completed(tally, customer, kind, wait, wait + service, service)


@kernel(**INLINE)
def completed(tally, customer, kind, wait, response, service):
    """Count a customer who leaves after service.

    Parameters
    ----------
    tally : Tally
    customer : int64
        Its number in order of arrival, from 0.
    kind : int64
        Its class.
    wait, response : float64
        Time in the system without service, and in all.
    service : float64
        What servers have worked for it.
    """
    if customer < len(tally.wait_record):
        tally.wait_record[customer] = wait
        tally.response_record[customer] = response
        tally.kind_record[customer] = kind
    batch = batch_of(tally, customer)
    if batch < 0:
        return
    row = tally.sums[batch, kind]
    row[WAIT] += wait
    row[RESPONSE] += response
    row[SERVICE] += service
    row[SERVED] += 1.0
    record(tally.waits[batch, kind], tally.scale, tally.first, wait)
    record(tally.responses[batch, kind], tally.scale, tally.first, response)
    tally.open[0] -= 1


@kernel(**INLINE)
def lost(tally, customer, kind, outcome, wait):
    """Count a customer who leaves without service: `outcome` is BLOCKED, BALKED or ABANDONED (after `wait`)."""
    if customer < len(tally.wait_record):
        tally.wait_record[customer] = wait
        tally.response_record[customer] = np.inf
        tally.kind_record[customer] = kind
    batch = batch_of(tally, customer)
    if batch < 0:
        return
    tally.sums[batch, kind, outcome] += 1.0
    if outcome == ABANDONED:
        tally.sums[batch, kind, LOST_WAIT] += wait
        record(tally.waits[batch, kind], tally.scale, tally.first, wait)
    tally.open[0] -= 1


@kernel
def served_block(tally, customer, kinds, waits, services):
    """`served` for successive customers of one batch, from `customer` on; `waits` (float64[n]) become responses."""
    n = len(waits)
    batch = batch_of(tally, customer)
    if batch < 0 or len(tally.wait_record) > 0 or tally.sums.shape[1] > 1:
        for i in range(n):
            served(tally, customer + i, kinds[i], waits[i], services[i])
        return
    record_all(tally.waits[batch, 0], tally.scale, tally.first, waits)
    row = tally.sums[batch, 0]
    wait, response, service = row[WAIT], row[RESPONSE], row[SERVICE]
    for i in range(n):
        wait += waits[i]
        service += services[i]
        waits[i] += services[i]
        response += waits[i]
    row[WAIT], row[RESPONSE], row[SERVICE] = wait, response, service
    row[SERVED] += n
    record_all(tally.responses[batch, 0], tally.scale, tally.first, waits)
    tally.open[0] -= n
