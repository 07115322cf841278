"""How kernels that draw deviate from the package's options, and what it gains."""

# `_nrt`: each time a kernel receives an array, Numba counts the reference up and down with an atomic instruction; with
# the state and the parameters that costs more than the variate. A kernel that borrows its arrays does not count, as
# its caller holds them. It cannot allocate, which no kernel that draws does.
# `forceinline`: in the caller's loop the state stays in registers, and what depends on the parameters alone moves out.
#
# Measured in Lindley's loop, two exponential variates drawn by `variate`: 29 ns with neither, 25 inlined, 23 borrowed,
# 9 with both. A gamma variate in a loop: 17 and 10 ns without and with; a Poisson count of mean 3: 52 and 19; an item
# of Zipf's law: 60 and 24.
BORROW = {"_nrt": False}
INLINE = BORROW | {"forceinline": True}

# Hazard: a kernel that is compiled because an inlined one calls it inherits that it is inlined, so which callers have
# been compiled before decides how fast it is. For rare work in a hot loop, whose registers it would take, say no.
# Measured by the counting of departures, done for 128 at a time: a network of three stations takes 1.1 times as long
# as in C, and 1.45 if it is inlined.
OUTSIDE = BORROW | {"forceinline": False}
