"""Binary heaps of times that say whose they are: the least is at index 0.

Two arrays hold the heap, `keys` (float64[m]) and `slots` (int64[m]), in their first `size` places; the size is the
caller's. Ties: of equal keys any is first, the same one in every run.
"""

import numpy as np

from underload._jit import kernel
from underload.random._options import INLINE

__all__ = ["pop_keyed", "push_keyed", "replace_least_keyed"]

# Hazard: in Numba an operation between uint64 and a literal is done in float64. Every constant is a uint64.
U0, U1 = np.uint64(0), np.uint64(1)


@kernel(**INLINE)
def replace_least_keyed(keys, slots, size, key, slot):
    """Replace the least of `size` items by (key, slot), which sinks to its place."""
    end = np.uint64(size)
    hole, child = U0, U1
    while child < end:
        right = child + U1
        if right < end:
            child += np.uint64(keys[right] < keys[child])
        if keys[child] >= key:
            break
        keys[hole], slots[hole] = keys[child], slots[child]
        hole = child
        child = (hole << U1) + U1
    keys[hole], slots[hole] = key, slot


@kernel(**INLINE)
def push_keyed(keys, slots, size, key, slot):
    """Add (key, slot) to `size` items; the arrays must have room for it."""
    hole = np.uint64(size)
    while hole > U0:
        parent = (hole - U1) >> U1
        if keys[parent] <= key:
            break
        keys[hole], slots[hole] = keys[parent], slots[parent]
        hole = parent
    keys[hole], slots[hole] = key, slot


@kernel(**INLINE)
def pop_keyed(keys, slots, size):
    """Remove the least of `size` >= 1 items."""
    last = size - 1
    replace_least_keyed(keys, slots, last, keys[last], slots[last])
