"""Deviations from the kernel options for kernels that draw; both were measured on a queue's loop of two variates.

Each time a kernel receives an array, Numba counts the reference up and down with an atomic instruction; with the
state and the parameters that is four to eight a variate, more than the variate itself costs. A kernel that borrows
its arrays does not count: the caller holds them. It cannot allocate, which no kernel that draws does.
"""

# Borrowed arrays: a gamma variate falls from 50 to 38 ns.
BORROW = {"_nrt": False}

# Inlined in the caller's loop as well, the state stays in registers: two exponential variates through `variate` fall
# from 23 to 9 ns. For kernels that are short, or whose branches are.
INLINE = {"_nrt": False, "forceinline": True}
