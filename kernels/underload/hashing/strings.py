"""Byte strings packed as Arrow packs them: one array of bytes, and the places where each string starts."""

import dataclasses

import numpy as np

from underload import _check

__all__ = ["Strings", "pack"]


@dataclasses.dataclass(frozen=True)
class Strings:
    """`n` byte strings; string i is ``data[offsets[i]:offsets[i + 1]]``.

    Parameters
    ----------
    offsets : int64[n + 1]
        Not decreasing, from 0 or more up to at most the number of bytes. Arrow's int32 offsets are taken too.
    data : uint8[bytes]

    Notes
    -----
    The layout of the large_string and large_binary arrays of Apache Arrow, so that a column of keys is used without a
    copy; validity bitmaps are not read.
    """

    offsets: np.ndarray
    data: np.ndarray

    def __post_init__(self):
        offsets, data = np.asarray(self.offsets), np.asarray(self.data)
        if offsets.ndim != 1 or offsets.dtype.kind not in "iu" or len(offsets) == 0:
            _check.fail("offsets", self.offsets, "must be a one-dimensional array of at least one whole number")
        if data.ndim != 1 or data.dtype != np.uint8:
            _check.fail("data", self.data, "must be a one-dimensional array of uint8")
        offsets = np.ascontiguousarray(offsets, dtype=np.int64)
        if offsets[0] < 0 or offsets[-1] > len(data) or np.any(offsets[1:] < offsets[:-1]):
            _check.fail("offsets", self.offsets, f"must not decrease and must lie from 0 to {len(data)}")
        object.__setattr__(self, "offsets", offsets)
        object.__setattr__(self, "data", np.ascontiguousarray(data))

    def __len__(self):
        return len(self.offsets) - 1

    def __getitem__(self, index):
        """String `index` as bytes; a slice as `Strings` over the same bytes."""
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step != 1:
                _check.fail("index", index, "must be a slice of step 1")
            return Strings(self.offsets[start : max(start, stop) + 1], self.data)
        index = range(len(self))[index]
        return self.data[self.offsets[index] : self.offsets[index + 1]].tobytes()


def pack(texts):
    """Strings of an iterable of str (as UTF-8) or bytes.

    Parameters
    ----------
    texts : iterable of str or bytes

    Returns
    -------
    Strings
    """
    if isinstance(texts, (str, bytes)):
        _check.fail("texts", texts, "must be an iterable of strings, not one string")
    pieces = []
    for i, text in enumerate(texts):
        if not isinstance(text, (str, bytes)):
            _check.fail(f"texts[{i}]", text, "must be str or bytes")
        pieces.append(text.encode() if isinstance(text, str) else text)
    offsets = np.zeros(len(pieces) + 1, dtype=np.int64)
    np.cumsum([len(piece) for piece in pieces], out=offsets[1:])
    return Strings(offsets, np.frombuffer(b"".join(pieces), dtype=np.uint8))
