"""A histogram that keeps any quantile to a chosen relative error, in fixed memory, and merges without loss.

The mechanism: the edges of the bins grow by a constant factor, so that a bin knows each of its values to the same
relative error. A histogram is an array of counts; merging adds them, in any order.

Source: Masson, Rim and Lee, DDSketch, PVLDB 12(12), 2019.

Deviations: the range is fixed, so that recording never allocates (DDSketch gives up the guarantee at the low end
when it runs out of bins; here what lies outside the range is counted, and asking for it is an error); the quantile
is the one of `quantile`, the smallest value that at least ``q n`` values do not exceed.
"""

import math
import struct
import zlib

import numpy as np

from .. import _check
from .binning import BELOW, FIRST_BIN, INVALID, ROUNDING, ZERO, C, bin_of, edges_of, record_all, slot_of, value_of
from .quantiles import rank_of

__all__ = ["Histogram"]

MAGIC = b"underld1"
HEADER = struct.Struct("<8sI")  # and the CRC-32 of what follows
SHAPE = struct.Struct("<ddd")


class Histogram:
    """Counts of non-negative values in bins of constant relative width.

    Parameters
    ----------
    relative_error : float
        The most that a quantile is off, relative to the value that it stands for; in [1e-5, 0.5].
    lowest, highest : float
        The range in which that holds, in the unit of the values; 0 is counted apart, exactly.

    Attributes
    ----------
    counts : int64[slots]
        Invalid values, zeros, values below the range, the bins, values above the range. The default has 2,098 slots.
    scale : float
    first : int
        What `record` needs to find a bin.

    Raises
    ------
    ValueError
        For a relative error outside its range, or a range that is not ``1e-300 <= lowest < highest <= 1e300``.

    Notes
    -----
    One thread, one histogram: give each worker its own and merge them.
    """

    def __init__(self, relative_error=0.01, lowest=1e-9, highest=1e9):
        self.relative_error = _check.real("relative_error", relative_error)
        if not 1e-5 <= self.relative_error <= 0.5:
            _check.fail("relative_error", relative_error, "must lie between 1e-5 and 0.5")
        self.lowest = _check.positive("lowest", lowest)
        self.highest = _check.positive("highest", highest)
        if self.lowest < 1e-300:
            _check.fail("lowest", lowest, "must be >= 1e-300")
        if not self.lowest < self.highest <= 1e300:
            _check.fail("highest", highest, f"must lie above lowest={self.lowest:g}, up to 1e300")
        error = self.relative_error - ROUNDING
        self.scale = 1 / (C * (math.log1p(error) - math.log1p(-error)))
        self.first = int(bin_of(self.lowest, self.scale))
        bins = int(bin_of(self.highest, self.scale) - self.first) + 1
        self.counts = np.zeros(FIRST_BIN + bins + 1, dtype=np.int64)

    def _shape(self):
        return self.relative_error, self.lowest, self.highest

    def __eq__(self, other):
        if not isinstance(other, Histogram):
            return NotImplemented
        return self._shape() == other._shape() and np.array_equal(self.counts, other.counts)

    __hash__ = None

    def __repr__(self):
        error, lowest, highest = self._shape()
        return f"<Histogram of {self.counts.sum()} values, {error:g} relative error in [{lowest:g}, {highest:g}]>"

    def add(self, values):
        """Count values.

        Parameters
        ----------
        values : float64[n] or float
            Finite and >= 0; those outside the range are counted as such.

        Raises
        ------
        ValueError
            For a negative value or one that is not finite; then nothing was counted.
        """
        values = np.atleast_1d(values)
        record_all(self.counts, self.scale, self.first, _check.sample("values", values, least=0, lowest=0))

    def merge(self, other):
        """A new histogram of the values of both: the same in any order and grouping.

        Raises
        ------
        ValueError
            If the two differ in relative error or range.
        """
        if not isinstance(other, Histogram) or other._shape() != self._shape():
            _check.fail("other", other, f"must be like {self!r}")
        merged = Histogram(*self._shape())
        np.add(self.counts, other.counts, out=merged.counts)
        return merged

    @property
    def count(self):
        """How many values were counted."""
        if self.counts[INVALID]:
            _check.fail("counts[0]", self.counts[INVALID], "must be 0: a simulator recorded negative values or NaN")
        return int(self.counts.sum())

    def quantile(self, q):
        """The smallest value that at least ``q n`` values do not exceed, within the relative error.

        Parameters
        ----------
        q : float or float64[m]
            In [0, 1].

        Returns
        -------
        float or float64[m]

        Raises
        ------
        ValueError
            For an empty histogram, a `q` outside [0, 1], or a quantile outside the range.
        """
        if np.ndim(q):
            return np.array([self.quantile(one) for one in _check.sample("q", q)])
        q = _check.probability("q", q)
        if self.count == 0:
            _check.fail("count", 0, "must be at least 1 for a quantile")
        slot = slot_of(self.counts, rank_of(q, self.count))
        if slot == ZERO:
            return 0.0
        if slot == BELOW or slot == len(self.counts) - 1:
            side = f"below lowest={self.lowest:g}" if slot == BELOW else f"above highest={self.highest:g}"
            _check.fail("q", q, f"asks for a value {side}: give the histogram a wider range")
        return float(value_of(slot, self.scale, self.first))

    def bins(self):
        """The bins that hold values: their lower and upper edges (float64[m]) and counts (int64[m]).

        Zeros are a bin from 0 to 0. What lies outside the range is not listed.
        """
        slots = FIRST_BIN + np.flatnonzero(self.counts[FIRST_BIN:-1])
        low, high = self._edges(slots)
        counts = self.counts[slots]
        if self.counts[ZERO]:
            low, high, counts = np.r_[0.0, low], np.r_[0.0, high], np.r_[self.counts[ZERO], counts]
        return low, high, counts

    def _edges(self, slots):
        low, high = np.empty(len(slots)), np.empty(len(slots))
        edges_of(slots, self.scale, self.first, low, high)
        return low, high

    @classmethod
    def from_counts(cls, counts, relative_error=0.01, lowest=1e-9, highest=1e9):
        """The histogram whose `counts` were filled elsewhere, such as by `record` in a simulator.

        Raises
        ------
        ValueError
            If `counts` is not an array of whole numbers >= 0 with a slot for each bin.
        """
        histogram = cls(relative_error, lowest, highest)
        counts = _check.counts("counts", counts)
        if len(counts) != len(histogram.counts):
            _check.fail("counts", counts, f"must have {len(histogram.counts)} slots")
        histogram.counts[:] = counts
        return histogram

    def to_bytes(self):
        """The histogram as bytes: checksum, shape, and the counts compressed."""
        body = SHAPE.pack(*self._shape()) + zlib.compress(self.counts.astype("<i8").tobytes())
        return HEADER.pack(MAGIC, zlib.crc32(body)) + body

    @classmethod
    def from_bytes(cls, content):
        """The histogram that `to_bytes` wrote.

        Raises
        ------
        ValueError
            If the bytes are damaged or something else.
        """
        body = content[HEADER.size :] if isinstance(content, bytes) else b""
        if len(body) < SHAPE.size or content[: HEADER.size] != HEADER.pack(MAGIC, zlib.crc32(body)):
            _check.fail("content", content, "must be what Histogram.to_bytes wrote")
        counts = np.frombuffer(zlib.decompress(body[SHAPE.size :]), dtype="<i8")
        return cls.from_counts(counts, *SHAPE.unpack_from(body))
