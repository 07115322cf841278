"""Binary heaps of times in arrays: the least is at index 0.

The heap occupies ``heap[:size]``; the size is the caller's.
"""

import numpy as np

from underload._jit import kernel
from underload.random._options import INLINE

__all__ = ["pop", "push", "replace_least"]

# Hazard: in Numba an operation between uint64 and a literal is done in float64. Every constant is a uint64.
U0, U1 = np.uint64(0), np.uint64(1)


@kernel(**INLINE)
def replace_least(heap, key):
    """Replace the least item, heap[0], of a binary heap (float64[c]) by `key`, which sinks to its place.

    Unsigned indices spare the test for a negative one (8 %), and sinking with an early end beats sinking to a leaf and
    rising again (20 %), both measured at 10 to 1000 servers.
    """
    size = np.uint64(len(heap))
    hole, child = U0, U1
    while child < size:
        right = child + U1
        if right < size:
            child += np.uint64(heap[right] < heap[child])
        if heap[child] >= key:
            break
        heap[hole] = heap[child]
        hole = child
        child = (hole << U1) + U1
    heap[hole] = key


@kernel(**INLINE)
def push(heap, size, key):
    """Add `key`; the array must have room for it."""
    hole = size
    while hole > 0 and heap[(hole - 1) >> 1] > key:
        heap[hole] = heap[(hole - 1) >> 1]
        hole = (hole - 1) >> 1
    heap[hole] = key


@kernel(**INLINE)
def pop(heap, size):
    """Remove the least of `size` >= 1 items."""
    replace_least(heap[: size - 1], heap[size - 1])
