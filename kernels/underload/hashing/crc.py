"""Cyclic redundancy checks used as hashes: CRC-32C (Castagnoli), and the CRC-32 of zlib, which nginx hashes with.

Source: Castagnoli, Braeuer and Herrmann, Optimization of cyclic redundancy-check codes with 24 and 32 parity bits, IEEE
Transactions on Communications 41(6), 1993; RFC 3720, appendix B.4. Eight bytes at a time by eight tables: Kounavis and
Berry, A systematic approach to building high performance software-based CRC generators, ISCC 2005.
"""

import numpy as np

from underload._jit import kernel
from underload.hashing._keys import hashed
from underload.hashing._words import BORROW, INLINE, LOW32, word64

__all__ = ["crc32", "crc32c"]

BYTE, ZERO = np.uint64(0xFF), np.uint64(0)
U8, U16, U24, U32, U40, U48, U56 = (np.uint64(n) for n in (8, 16, 24, 32, 40, 48, 56))


def _tables(polynomial):
    """Row k: the register after a byte and k zero bytes. `polynomial` is reversed, the lowest power first."""
    rows = np.zeros((8, 256), dtype=np.uint64)
    for byte in range(256):
        register = byte
        for _ in range(8):
            register = (register >> 1) ^ (polynomial if register & 1 else 0)
        rows[0, byte] = register
    for k in range(1, 8):
        rows[k] = (rows[k - 1] >> U8) ^ rows[0, (rows[k - 1] & BYTE).astype(np.int64)]
    return rows


CASTAGNOLI, ZLIB = _tables(0x82F63B78), _tables(0xEDB88320)


@kernel(**INLINE)
def _eight(table, register, word):
    word ^= register
    low = table[7, word & BYTE] ^ table[6, (word >> U8) & BYTE] ^ table[5, (word >> U16) & BYTE]
    low ^= table[4, (word >> U24) & BYTE] ^ table[3, (word >> U32) & BYTE]
    return low ^ table[2, (word >> U40) & BYTE] ^ table[1, (word >> U48) & BYTE] ^ table[0, word >> U56]


@kernel(**BORROW)
def _of_words(keys, table, out):
    for i in range(len(keys)):
        out[i] = np.uint32(_eight(table, LOW32, keys[i]) ^ LOW32)


@kernel(**BORROW)
def _of_strings(offsets, data, table, out):
    for i in range(len(out)):
        at, stop, register = offsets[i], offsets[i + 1], LOW32
        while stop - at >= 8:
            register = _eight(table, register, word64(data, at))
            at += 8
        for place in range(at, stop):
            register = (register >> U8) ^ table[0, (register ^ np.uint64(data[place])) & BYTE]
        out[i] = np.uint32(register ^ LOW32)


def crc32c(keys):
    """CRC-32C of each key, the one that processors compute in an instruction.

    Parameters
    ----------
    keys : uint64[n] or Strings
        A number is read as its 8 bytes, the lowest first.

    Returns
    -------
    uint32[n]

    Notes
    -----
    Linear over exclusive or: keys that differ in few bits give related hashes. Good against bit errors, poor as a
    mixer.
    """
    return hashed("keys", keys, np.uint32, _of_words, _of_strings, CASTAGNOLI)


def crc32(keys):
    """The CRC-32 of zlib, PNG and Ethernet of each key.

    Parameters
    ----------
    keys : uint64[n] or Strings

    Returns
    -------
    uint32[n]
    """
    return hashed("keys", keys, np.uint32, _of_words, _of_strings, ZLIB)
