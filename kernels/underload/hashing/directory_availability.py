"""What a directory does to availability: it is in series with every shard, except for what routers still remember."""

import math

from underload import _check

__all__ = ["directory_availability", "remembered"]


def directory_availability(directory, shard, *, remembered=0.0):
    """Availability of one key behind a directory.

    Parameters
    ----------
    directory, shard : float
        Availabilities, independent of each other.
    remembered : float
        Share of the requests that find their shard without the directory while it is down. 1 is static stability:
        routers go on with what they know.

    Returns
    -------
    float
        shard (directory + (1 - directory) remembered)
    """
    directory, shard = _check.probability("directory", directory), _check.probability("shard", shard)
    kept = _check.probability("remembered", remembered)
    return shard * (directory + (1 - directory) * kept)


def remembered(hit_ratio, lifetime, outage_mean):
    """Share of requests during outages of a directory that a cache with a fixed lifetime still routes.

    Parameters
    ----------
    hit_ratio : float
        Of the cache before an outage.
    lifetime : float
        Of an entry, > 0; ages are uniform when the outage begins, and nothing is renewed in it.
    outage_mean : float
        Mean of the outages, which are exponential, > 0.

    Returns
    -------
    float
        hit_ratio (1 - (m/T) (1 - exp(-T/m))): at s into an outage 1 - s/T of the entries are left, and the time of all
        outages together has a part exp(-s/m) ds/m at s.
    """
    hit_ratio = _check.probability("hit_ratio", hit_ratio)
    x = _check.positive("lifetime", lifetime) / _check.positive("outage_mean", outage_mean)
    if x < 1e-4:  # 1 - (1 - exp(-x)) / x without its cancellation
        return hit_ratio * (x / 2 - x * x / 6)
    return hit_ratio * (1 + math.expm1(-x) / x)
