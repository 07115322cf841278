"""Queueing networks: many stations, and customers who move between them.

Open: `jackson` (routing as a matrix or a graph), `open_network` (several classes, by demands). Closed: `mva` (one
class, any servers or speeds), `multiclass_mva`, `mixed_network` with open and closed classes, `normalizing_constants`;
all exact. `approximate_mva` is an approximation whose cost does not grow with the population. From the demands alone:
`bottlenecks`, `balanced_job_bounds`. With finite room: `finite_cycle`.
"""

from underload.queueing.networks.approximate_mva import ApproximateNetwork, approximate_mva
from underload.queueing.networks.blocking import FiniteCycle, finite_cycle
from underload.queueing.networks.bounds import Bottlenecks, balanced_job_bounds, bottlenecks
from underload.queueing.networks.convolution import NormalizingConstants, normalizing_constants
from underload.queueing.networks.jackson import JacksonNetwork, jackson
from underload.queueing.networks.multiclass import MulticlassNetwork, multiclass_mva
from underload.queueing.networks.mva import ClosedNetwork, mva
from underload.queueing.networks.open_classes import MixedNetwork, OpenClasses, mixed_network, open_network

__all__ = [
    "ApproximateNetwork",
    "Bottlenecks",
    "ClosedNetwork",
    "FiniteCycle",
    "JacksonNetwork",
    "MixedNetwork",
    "MulticlassNetwork",
    "NormalizingConstants",
    "OpenClasses",
    "approximate_mva",
    "balanced_job_bounds",
    "bottlenecks",
    "finite_cycle",
    "jackson",
    "mixed_network",
    "multiclass_mva",
    "mva",
    "normalizing_constants",
    "open_network",
]
