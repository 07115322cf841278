"""`lgamma`, for positive arguments."""

import math

from .._jit import kernel
from .logarithm import log

__all__ = ["lgamma"]

# Where the gamma function is least, the logarithm there, and what rounding cut off from that.
LEAST, DEPTH, DEPTH_TAIL = 1.46163214496836224576e00, -1.21486290535849611461e-01, 3.63867699703950536541e-18

# lgamma(2 - y) = y A(y) - y / 2 on 0 <= y < 0.27.
A0, A1, A2 = 7.72156649015328655494e-02, 3.22467033424113591611e-01, 6.73523010531292681824e-02
A3, A4, A5 = 2.05808084325167332806e-02, 7.38555086081402883957e-03, 2.89051383673415629091e-03
A6, A7, A8 = 1.19270763183362067845e-03, 5.10069792153511336608e-04, 2.20862790713908385557e-04
A9, A10, A11 = 1.08011567247583939954e-04, 2.52144565451257326939e-05, 4.48640949618915160150e-05

# lgamma(LEAST + y) = DEPTH + y**2 T(y) on -0.23 < y < 0.27.
T0, T1, T2 = 4.83836122723810047042e-01, -1.47587722994593911752e-01, 6.46249402391333854778e-02
T3, T4, T5 = -3.27885410759859649565e-02, 1.79706750811820387126e-02, -1.03142241298341437450e-02
T6, T7, T8 = 6.10053870246291332635e-03, -3.68452016781138256760e-03, 2.25964780900612472250e-03
T9, T10, T11 = -1.40346469989232843813e-03, 8.81081882437654011382e-04, -5.38595305356740546715e-04
T12, T13, T14 = 3.15632070903625950361e-04, -3.12754168375120860518e-04, 3.35529192635519073543e-04

# lgamma(1 + y) = y U(y) / V(y) - y / 2 on 0 <= y < 0.23.
U0, U1, U2 = -7.72156649015328655494e-02, 6.32827064025093366517e-01, 1.45492250137234768737e00
U3, U4, U5 = 9.77717527963372745603e-01, 2.28963728064692451092e-01, 1.33810918536787660377e-02
V1, V2, V3 = 2.45597793713041134822e00, 2.12848976379893395361e00, 7.69285150456672783825e-01
V4, V5 = 1.04222645593369134254e-01, 3.21709242282423911810e-03

# lgamma(2 + y) = y S(y) / R(y) + y / 2 on 0 <= y < 1.
S0, S1, S2 = -7.72156649015328655494e-02, 2.14982415960608852501e-01, 3.25778796408930981787e-01
S3, S4, S5 = 1.46350472652464452805e-01, 2.66422703033638609560e-02, 1.84028451407337715652e-03
S6 = 3.19475326584100867617e-05
R1, R2, R3 = 1.39200533467621045958e00, 7.21935547567138069525e-01, 1.71933865632803078993e-01
R4, R5, R6 = 1.86459191715652901344e-02, 7.77942496381893596434e-04, 7.32668430744625636189e-06

# lgamma(x) = (x - 1/2) (log(x) - 1) + W(1 / x) for x >= 8.
W0, W1, W2 = 4.18938533204672725052e-01, 8.33333333333329678849e-02, -2.77777777728775536470e-03
W3, W4, W5 = 7.93650558643019558500e-04, -5.95187557450339963135e-04, 8.36339918996282139126e-04
W6 = -1.63092934096575273989e-03

OVERFLOW = 2.5599833278516383e305


@kernel
def _before_two(y):
    """lgamma(2 - `y`)."""
    z = y * y
    even = A0 + z * (A2 + z * (A4 + z * (A6 + z * (A8 + z * A10))))
    odd = z * (A1 + z * (A3 + z * (A5 + z * (A7 + z * (A9 + z * A11)))))
    return (y * even + odd) - 0.5 * y


@kernel
def _around_least(y):
    """lgamma(LEAST + `y`)."""
    z = y * y
    w = z * y
    p = T0 + w * (T3 + w * (T6 + w * (T9 + w * T12)))
    q = T1 + w * (T4 + w * (T7 + w * (T10 + w * T13)))
    r = T2 + w * (T5 + w * (T8 + w * (T11 + w * T14)))
    return DEPTH + (z * p + (DEPTH_TAIL + w * (q + y * r)))


@kernel
def _after_one(y):
    """lgamma(1 + `y`)."""
    p = y * (U0 + y * (U1 + y * (U2 + y * (U3 + y * (U4 + y * U5)))))
    q = 1.0 + y * (V1 + y * (V2 + y * (V3 + y * (V4 + y * V5))))
    return p / q - 0.5 * y


@kernel
def _below_two(x):
    """lgamma(`x`) for 0 < `x` < 2: directly from 0.9 on, below by gamma(x) = gamma(x + 1) / x."""
    if x >= 1.7316:
        return _before_two(2.0 - x)
    if x >= 1.23164:
        return _around_least(x - LEAST)
    if x > 0.9:
        return _after_one(x - 1.0)
    if x >= 0.7316:
        return _before_two(1.0 - x) - log(x)
    if x >= 0.23164:
        return _around_least(x - (LEAST - 1.0)) - log(x)
    return _after_one(x) - log(x)


@kernel
def lgamma(x):
    """The logarithm of gamma(`x`) for float64 `x` > 0; inf at 0, NaN below. Largest error measured: 2.4 ulp."""
    if not x > 0.0:
        return math.inf if x == 0.0 else math.nan
    if x == 1.0:  # not -0.0
        return 0.0
    if x < 2.0:
        return _below_two(x)
    if x < 8.0:
        whole = math.floor(x)
        y = x - whole
        product = 1.0
        for i in range(2, whole):  # gamma(x) = (x - 1) gamma(x - 1)
            product *= y + i
        p = y * (S0 + y * (S1 + y * (S2 + y * (S3 + y * (S4 + y * (S5 + y * S6))))))
        q = 1.0 + y * (R1 + y * (R2 + y * (R3 + y * (R4 + y * (R5 + y * R6)))))
        return 0.5 * y + p / q + log(product)
    if x > OVERFLOW:
        return math.inf
    if x > 1e17:  # the rest of the series is lost
        return x * (log(x) - 1.0)
    z = 1.0 / x
    y = z * z
    w = W0 + z * (W1 + y * (W2 + y * (W3 + y * (W4 + y * (W5 + y * W6)))))
    return (x - 0.5) * (log(x) - 1.0) + w
