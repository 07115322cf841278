"""What a number from a simulation or a measurement is worth: intervals, warm-up, quantiles, histograms.

Output of one long run is autocorrelated, so ``s / sqrt(n)`` is not its error. Choose by what the data are:

- one long run: `mser5` for the warm-up, then `batch_means`, `batch_quantile`;
- independent runs or measurements: `replications`, `quantile` (and `quantile_sample_size` before measuring);
- cycles between empty moments: `regenerative`;
- more values than fit in memory, or values from many workers: `Histogram`, and its kernel `record`.
"""

from .batch_means import batch_means
from .binning import record
from .histogram import Histogram
from .interval import Interval
from .quantiles import batch_quantile, quantile, quantile_sample_size
from .regenerative import regenerative
from .replications import replications
from .warmup import mser5

__all__ = [
    "Histogram",
    "Interval",
    "batch_means",
    "batch_quantile",
    "mser5",
    "quantile",
    "quantile_sample_size",
    "record",
    "regenerative",
    "replications",
]
