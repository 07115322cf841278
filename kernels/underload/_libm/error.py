"""`erf` and `erfc`."""

from .._jit import kernel
from ._bits import head
from .exponential import exp

__all__ = ["erf", "erfc"]

# erf(x) = x + x P(x**2) / Q(x**2) on |x| < 0.84375.
P0, P1, P2 = 1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02
P3, P4 = -5.77027029648944159157e-03, -2.37630166566501626084e-05
Q1, Q2, Q3 = 3.97917223959155352819e-01, 6.50222499887672944485e-02, 5.08130628187576562776e-03
Q4, Q5 = 1.32494738004321644526e-04, -3.96022827877536812320e-06

# erf(1 + s) = MIDDLE + A(s) / B(s) on -0.15625 < s < 0.25.
MIDDLE = 8.45062911510467529297e-01
A0, A1, A2 = -2.36211856075265944077e-03, 4.14856118683748331666e-01, -3.72207876035701323847e-01
A3, A4, A5 = 3.18346619901161753674e-01, -1.10894694282396677476e-01, 3.54783043256182359371e-02
A6 = -2.16637559486879084300e-03
B1, B2, B3 = 1.06420880400844228286e-01, 5.40397917702171048937e-01, 7.18286544141962662868e-02
B4, B5, B6 = 1.26171219808761642112e-01, 1.36370839120290507362e-02, 1.19844998467991074170e-02

# erfc(x) = exp(-x**2 - 0.5625 + R(1 / x**2) / S(1 / x**2)) / x from 1.25 to 1 / 0.35, and with other ones to 28.
R0, R1, R2 = -9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e01
R3, R4, R5 = -6.23753324503260060396e01, -1.62396669462573470355e02, -1.84605092906711035994e02
R6, R7 = -8.12874355063065934246e01, -9.81432934416914548592e00
S1, S2, S3 = 1.96512716674392571292e01, 1.37657754143519042600e02, 4.34565877475229228821e02
S4, S5, S6 = 6.45387271733267880336e02, 4.29008140027567833386e02, 1.08635005541779435134e02
S7, S8 = 6.57024977031928170135e00, -6.04244152148580987438e-02
T0, T1, T2 = -9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e01
T3, T4, T5 = -1.60636384855821916062e02, -6.37566443368389627722e02, -1.02509513161107724954e03
T6 = -4.83519191608651397019e02
U1, U2, U3 = 3.03380607434824582924e01, 3.25792512996573918826e02, 1.53672958608443695994e03
U4, U5, U6 = 3.19985821950859553908e03, 2.55305040643316442583e03, 4.74528541206955367215e02
U7 = -2.24409524465858183362e01


@kernel
def _near_zero(x):
    """erf(`x`) / `x` - 1 for |`x`| < 0.84375."""
    z = x * x
    p = P0 + z * (P1 + z * (P2 + z * (P3 + z * P4)))
    q = 1.0 + z * (Q1 + z * (Q2 + z * (Q3 + z * (Q4 + z * Q5))))
    return p / q


@kernel
def _near_one(x):
    """erf(`x`) - MIDDLE for 0.84375 <= `x` < 1.25."""
    s = x - 1.0
    a = A0 + s * (A1 + s * (A2 + s * (A3 + s * (A4 + s * (A5 + s * A6)))))
    b = 1.0 + s * (B1 + s * (B2 + s * (B3 + s * (B4 + s * (B5 + s * B6)))))
    return a / b


@kernel
def _far(x):
    """erfc(`x`) for 1.25 <= `x` < 28."""
    s = 1.0 / (x * x)
    if x < 2.857142857142857:
        r = R0 + s * (R1 + s * (R2 + s * (R3 + s * (R4 + s * (R5 + s * (R6 + s * R7))))))
        q = 1.0 + s * (S1 + s * (S2 + s * (S3 + s * (S4 + s * (S5 + s * (S6 + s * (S7 + s * S8)))))))
    else:
        r = T0 + s * (T1 + s * (T2 + s * (T3 + s * (T4 + s * (T5 + s * T6)))))
        q = 1.0 + s * (U1 + s * (U2 + s * (U3 + s * (U4 + s * (U5 + s * (U6 + s * U7))))))
    # The square of z is exact, and x**2 is z**2 less the product in the second exponential.
    z = head(x)
    return exp(-z * z - 0.5625) * exp((z - x) * (z + x) + r / q) / x


@kernel
def erf(x):
    """The error function of `x` (float64), 2 / sqrt(pi) times the integral of exp(-t**2) from 0 to `x`.

    Largest error measured: 0.87 ulp.
    """
    size = abs(x)
    if not size >= 0.84375:  # NaN too
        return x + x * _near_zero(x)
    if size < 1.25:
        value = MIDDLE + _near_one(size)
    elif size < 6.0:
        value = 1.0 - _far(size)
    else:
        value = 1.0
    return value if x > 0.0 else -value


@kernel
def erfc(x):
    """1 - erf(`x`) without cancellation; 0 from 28 on. Largest error measured: 2.4 ulp."""
    size = abs(x)
    if not size >= 0.84375:  # NaN too
        y = _near_zero(x)
        return 1.0 - (x + x * y) if x < 0.25 else 0.5 - ((x - 0.5) + x * y)
    if size < 1.25:
        value = _near_one(size)
        return (1.0 - MIDDLE) - value if x > 0.0 else 1.0 + (MIDDLE + value)
    if x < -6.0:
        return 2.0
    if x >= 28.0:
        return 0.0
    return _far(size) if x > 0.0 else 2.0 - _far(size)
