"""Elementary functions of the package's own, so that every number is the same bits on every platform.

The C library, NumPy and a browser differ in the last bit of these functions; plain IEEE additions, multiplications,
divisions and square roots do not. The methods and polynomials are those of FDLIBM 5.3 (Sun Microsystems, 1993;
K. C. Ng); each docstring states the largest error measured, in units in the last place of the result.

Hazard: a compiler that contracts ``a * b + c`` into one rounding changes the bits. The kernels compile without it.
"""

from .error import erf, erfc
from .exponential import exp, expm1
from .gamma import lgamma
from .logarithm import log, log1p
from .powers import log2, power
from .trigonometry import cos, sin

__all__ = ["cos", "erf", "erfc", "exp", "expm1", "lgamma", "log", "log1p", "log2", "power", "sin"]
