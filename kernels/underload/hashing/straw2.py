"""CRUSH's straw2: every item of a bucket draws a straw, the longest one wins, and weights stretch the straws.

Source: Weil, Brandt, Miller and Maltzahn, CRUSH: controlled, scalable, decentralized placement of replicated data, SC
2006; straw2 is Weil's repair of 2014, in Ceph's mapper.c: ln(u) / weight with u of 16 bits from Jenkins's 32-bit hash
of (key, item, replica), in fixed point.

**Deviations.** One bucket, not a tree of them. Ceph puts ln together from two tables that are inexact in places; here
it is 2**44 log2(u + 1) rounded down. A key of 64 bits enters as the low half of its SplitMix64.
"""

import numpy as np

from underload import _check
from underload._jit import kernel
from underload._libm import log
from underload.hashing._labelled import Labelled
from underload.hashing._words import BORROW, GOLDEN, INLINE, mix

__all__ = ["Straw2"]

LANES = 64
SEED, X, Y = np.uint32(1315423911), np.uint32(231232), np.uint32(1232)
S3, S5, S8, S10, S12, S13, S15, S16 = (np.uint32(n) for n in (3, 5, 8, 10, 12, 13, 15, 16))
LOW16 = np.uint32(0xFFFF)


@kernel(**INLINE)
def _mixed(a, b, c):
    """Jenkins's mix of three uint32."""
    a = np.uint32((a - b - c) ^ (c >> S13))
    b = np.uint32((b - c - a) ^ np.uint32(a << S8))
    c = np.uint32((c - a - b) ^ (b >> S13))
    a = np.uint32((a - b - c) ^ (c >> S12))
    b = np.uint32((b - c - a) ^ np.uint32(a << S16))
    c = np.uint32((c - a - b) ^ (b >> S5))
    a = np.uint32((a - b - c) ^ (c >> S3))
    b = np.uint32((b - c - a) ^ np.uint32(a << S10))
    c = np.uint32((c - a - b) ^ (b >> S15))
    return a, b, c


@kernel(**INLINE)
def crush_hash(a, b, c):
    """Ceph's crush_hash32_3 of three uint32, as uint32."""
    h, x, y = np.uint32(SEED ^ a ^ b ^ c), X, Y
    a, b, h = _mixed(a, b, h)
    c, x, h = _mixed(c, x, h)
    y, a, h = _mixed(y, a, h)
    b, x, h = _mixed(b, x, h)
    y, c, h = _mixed(y, c, h)
    return h


@kernel(**BORROW)
def _logarithms(out):
    """2**44 log2(u + 1) - 2**48, rounded down, for u below 2**16; 0 for the largest."""
    for u in range(65536):
        out[u] = np.floor(log((u + 1.0) / 65536.0) * (2.0**44 / log(2.0)))


@kernel(**BORROW)
def _assign(keys, items, weights, logarithms, replica, lanes, straws, where, out):
    """Place keys on items.

    Parameters
    ----------
    keys : uint64[n]
    items : uint32[k]
        Labels.
    weights : float64[k]
        Whole multiples of 1/65536, times 65536.
    logarithms : float64[65536]
    replica : uint32
        0 for the first.
    lanes, straws, where : uint32[2, LANES], float64[LANES], int32[LANES]
        Scratch.
    out : int32[n]
    """
    for start in range(0, len(keys), LANES):
        count = min(LANES, len(keys) - start)
        for lane in range(LANES):
            lanes[0, lane] = np.uint32(mix(keys[start + min(lane, count - 1)] + GOLDEN))
            straws[lane], where[lane] = -np.inf, np.int32(0)
        for k in range(len(items)):
            item, weight = items[k], weights[k]
            for lane in range(LANES):
                lanes[1, lane] = crush_hash(lanes[0, lane], item, replica) & LOW16
            for lane in range(LANES):
                # Ceph divides integers; the quotient of these doubles, rounded towards 0, is that one (48 bits by 32).
                straw = np.ceil(logarithms[lanes[1, lane]] / weight)
                longer = straw > straws[lane]
                straws[lane] = straw if longer else straws[lane]
                where[lane] = np.int32(k) if longer else where[lane]
        for lane in range(count):
            out[start + lane] = np.int32(items[where[lane]])


class Straw2(Labelled):
    """CRUSH's straw2 bucket.

    Parameters
    ----------
    nodes : int or int[n]
        How many, or their labels.
    weights : float[n], optional
        Rounded to multiples of 1/65536, from 1/65536 to 65535.
    replica : int
        Which of the replicas is placed, from 0. Two replicas may fall on one node; CRUSH then tries the next number.

    Notes
    -----
    A straw has 16 bits, so that of many items several can draw the longest; the smallest label wins these ties, and
    gets more than its share by a factor of about n / 131072.
    """

    name = "straw2"
    weighted = True
    parameters = ("replica",)
    _ln = None

    def __init__(self, nodes, *, weights=None, replica=0):
        self._replica = _check.integer("replica", replica, most=2**32 - 1)
        super().__init__(nodes, weights)

    def _build(self):
        fixed = np.rint(self._weights * 65536)
        if fixed.min() < 1 or fixed.max() >= 2**32:
            _check.fail("weights", self._weights.tolist(), "must be from 1/65536 to 65535")
        if Straw2._ln is None:
            logarithms = np.empty(65536)
            _logarithms(logarithms)
            Straw2._ln = logarithms
        self._fixed, self._items = fixed, self._labels.astype(np.uint32)

    def _tables(self):
        return self._items, self._fixed, Straw2._ln

    def _assign(self, keys, out):
        scratch = np.empty((2, LANES), dtype=np.uint32), np.empty(LANES), np.empty(LANES, dtype=np.int32)
        _assign(keys, self._items, self._fixed, Straw2._ln, np.uint32(self._replica), *scratch, out)
