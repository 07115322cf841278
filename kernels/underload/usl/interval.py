"""An interval that may be open: what the data say of one parameter, or of the peak."""

import dataclasses

from scipy import special

__all__ = ["QUANTITIES", "Range", "student"]

QUANTITIES = ("rate", "contention", "coherency", "peak_load", "peak_throughput")


@dataclasses.dataclass(frozen=True)
class Range:
    """An estimate and its confidence interval, whose ends may be infinite.

    Attributes
    ----------
    name : str
        "rate", "contention", "coherency", "peak_load" or "peak_throughput".
    estimate, low, high : float
        `high` is inf where the data set no upper end: a peak that may not exist.
    confidence : float
        The probability, asked for, that such an interval covers the truth.
    method : str
        "profile", "wald", or the kind of bootstrap.
    """

    name: str
    estimate: float
    low: float
    high: float
    confidence: float
    method: str

    def __contains__(self, value):
        return self.low <= value <= self.high

    def __str__(self):
        percent = 100 * self.confidence
        return f"{self.name} {self.estimate:.4g} in [{self.low:.4g}, {self.high:.4g}] ({percent:g} %, {self.method})"


def student(freedom, confidence):
    """Student's two-sided quantile, from the lower tail: a confidence near 1 keeps its digits."""
    return float(-special.stdtrit(freedom, (1 - confidence) / 2))
