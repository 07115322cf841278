"""The Universal Scalability Law: fit it, doubt it, use it.

`fit` gives a `USLFit` with its intervals (profile, Wald, bootstrap; for the parameters and for the peak), bands and
diagnoses, and answers at which load a throughput or a latency is reached. `compare` weighs the law against Amdahl's,
Gustafson's and weaker kinds of coherency, `forecast_check` asks whether the early points foretell the late ones,
`fit_series` shares parameters between series, `fit_many` fits many series fast. `from_csv` reads named columns,
`repeat_weights` takes weights from repetitions, `Law` is a law with parameters of your own.
"""

from underload.usl.bands import Band
from underload.usl.bootstrap import Bootstrap
from underload.usl.comparison import Average, Comparison, ModelRow, compare
from underload.usl.diagnosis import Diagnosis
from underload.usl.fitting import Estimates, fit, fit_many
from underload.usl.forecast import ForecastCheck, ForecastRow, forecast_check
from underload.usl.interval import Range
from underload.usl.law import Law, Overhead
from underload.usl.points import Points, from_csv, repeat_weights
from underload.usl.result import USLFit
from underload.usl.series import SeriesFit, fit_series

__all__ = [
    "Average",
    "Band",
    "Bootstrap",
    "Comparison",
    "Diagnosis",
    "Estimates",
    "ForecastCheck",
    "ForecastRow",
    "Law",
    "ModelRow",
    "Overhead",
    "Points",
    "Range",
    "SeriesFit",
    "USLFit",
    "compare",
    "fit",
    "fit_many",
    "fit_series",
    "forecast_check",
    "from_csv",
    "repeat_weights",
]
