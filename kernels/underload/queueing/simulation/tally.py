"""What a simulation keeps: sums and histograms for each batch of customers and each class, and records if asked.

A customer belongs to the batch of its arrival, whenever it leaves, and a run ends when all who count have left: nobody
is left out for being slow.
"""

import typing

import numpy as np

from underload._jit import kernel
from underload.random._options import INLINE, OUTSIDE
from underload.stats.binning import ZERO, record, record_all

__all__ = ["ABANDONED", "BALKED", "BLOCKED", "FIELDS", "Tally", "completed", "lost", "new_tally", "served"]
__all__ += ["served_block", "settle_all"]

# The columns of `Tally.sums`.
WAIT, RESPONSE, SERVICE, LOST_WAIT, SERVED, BLOCKED, BALKED, ABANDONED = range(8)
FIELDS = 8
# The rows of `Tally.noted` are the first three of these columns. The columns of `Tally.held`:
COUNT, FIRST = range(2)
NOTED = 128
U1 = np.uint64(1)


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
    noise : float
        A wait below it, which is below the range of the histograms, is rounding: it counts as none.
    noted : float64[classes, 3, NOTED]
        Waits, responses and service times of customers of one batch who have left and are not counted yet: to count
        many at once, outside of the loop over the events, makes that loop a quarter faster (SRPT, and a network).
    held : int64[classes, 2]
        How many they are, and the first customer of their batch.
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
    noise: float
    noted: np.ndarray
    held: np.ndarray


def new_tally(warmup, size, shape, noise, counts, record=0):
    """An empty `Tally`.

    Parameters
    ----------
    warmup, size, noise
        See `Tally`.
    shape : float, int
        Scale and first bin of the histograms.
    counts : int, int, int
        Batches, classes and slots.
    record : int
        How many customers are recorded.
    """
    batches, classes, _ = counts
    held = np.zeros((classes, 2), dtype=np.int64)
    held[:, FIRST] = warmup
    return Tally(
        warmup,
        size,
        *shape,
        np.zeros((batches, classes, FIELDS)),
        *(np.zeros(counts, dtype=np.int64) for _ in range(2)),
        np.full(1, size * batches),
        *(np.zeros(record) for _ in range(2)),
        np.zeros(record, dtype=np.int64),
        noise,
        np.zeros((classes, 3, NOTED)),
        held,
    )


@kernel(**INLINE)
def batch_of(tally, customer):
    """The batch of a customer, or -1."""
    batch = (customer - tally.warmup) // tally.size if customer >= tally.warmup else -1
    return batch if batch < len(tally.sums) else -1


@kernel(**OUTSIDE)
def settle(tally, kind):
    """Count the customers of a class who are only noted."""
    n, first = tally.held[kind, COUNT], tally.held[kind, FIRST]
    batch = (first - tally.warmup) // tally.size
    waits, responses, services = tally.noted[kind, WAIT], tally.noted[kind, RESPONSE], tally.noted[kind, SERVICE]
    row = tally.sums[batch, kind]
    wait, response, service = row[WAIT], row[RESPONSE], row[SERVICE]
    longer = np.uint64(0)
    for i in range(n):
        wait += waits[i]
        response += responses[i]
        service += services[i]
        # Those who wait are brought together, so that no branch has to be predicted.
        waits[longer] = waits[i]
        longer += np.uint64(not 0.0 <= waits[i] < tally.noise)
    row[WAIT], row[RESPONSE], row[SERVICE] = wait, response, service
    row[SERVED] += n
    tally.waits[batch, kind, ZERO] += n - np.int64(longer)
    record_all(tally.waits[batch, kind], tally.scale, tally.first, waits[:longer])
    record_all(tally.responses[batch, kind], tally.scale, tally.first, responses[:n])
    tally.held[kind, COUNT] = 0


def settle_all(tally):
    """Count everybody who is only noted, at the end of a run."""
    for kind in range(len(tally.held)):
        settle(tally, kind)


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
    k = np.uint64(kind)
    j = np.uint64(tally.held[k, COUNT])
    if not 0 <= customer - tally.held[k, FIRST] < tally.size or j == NOTED:
        batch = batch_of(tally, customer)
        if batch < 0:
            return
        settle(tally, kind)
        tally.held[k, FIRST] = tally.warmup + batch * tally.size
        j = np.uint64(0)
    tally.noted[k, WAIT, j], tally.noted[k, RESPONSE, j], tally.noted[k, SERVICE, j] = wait, response, service
    tally.held[k, COUNT] = j + U1
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
