"""Pooling: what shared servers save against the same servers split into groups.

Source: Smith and Whitt, Resource sharing for efficiency in traffic systems, Bell System Technical Journal 60(1), 1981.
"""

import dataclasses

from underload import _check
from underload.queueing.mmc import MMc
from underload.queueing.staffing import servers_for

__all__ = ["PooledServers", "Pooling", "pooling"]


@dataclasses.dataclass(frozen=True)
class PooledServers:
    """Servers that keep one promise, in all.

    Attributes
    ----------
    separate, pooled : int
        Of all groups together, and of one pool.
    ratio : float
        separate / pooled.
    """

    separate: int
    pooled: int

    @property
    def ratio(self):
        """How many times as many servers the groups need."""
        return self.separate / self.pooled


@dataclasses.dataclass(frozen=True)
class Pooling:
    """Groups of servers against one pool of all of them, at the same total load.

    Attributes
    ----------
    groups : int
        k.
    separate, pooled : MMc
        One of the k groups, and the pool.
    """

    groups: int
    separate: MMc
    pooled: MMc

    @property
    def wait_ratio(self):
        """How many times as long the mean wait in a group is; inf where the pool's is below the range of floats."""
        return _ratio(self.separate.wait_mean, self.pooled.wait_mean)

    @property
    def response_ratio(self):
        """How many times as long the mean response of a group is."""
        return self.separate.response_mean / self.pooled.response_mean

    @property
    def same_wait(self):
        """The servers of the groups, and the least of a pool that keeps their mean wait: `PooledServers`."""
        wait, pool = self.separate.wait_mean, self.pooled
        in_groups = self.groups * self.separate.servers
        if wait == 0:  # below the range of floats, or without load: nothing to match
            return PooledServers(in_groups, in_groups)
        needed = servers_for(arrival_rate=pool.arrival_rate, service_rate=pool.service_rate, wait_mean=wait)
        return PooledServers(in_groups, needed)

    def servers_for(self, **promises):
        """The least servers that keep promises, as the groups and as one pool.

        Parameters
        ----------
        **promises
            As of `underload.queueing.servers_for`.

        Returns
        -------
        PooledServers
        """
        each, all_ = (
            servers_for(arrival_rate=queue.arrival_rate, service_rate=queue.service_rate, **promises)
            for queue in (self.separate, self.pooled)
        )
        return PooledServers(self.groups * each, all_)


def pooling(arrival_rate, service_rate, servers=1, *, groups):
    """Compare k separate M/M/c queues with one pool of all their servers.

    Parameters
    ----------
    arrival_rate : float
        Of one group, requests per unit of time, > 0.
    service_rate : float
        Requests that one busy server completes per unit of time, > 0.
    servers : int
        Of one group.
    groups : int
        k >= 1.

    Returns
    -------
    Pooling

    Raises
    ------
    ValueError
        If an argument breaks its rule, a group is not stable, or the pool is beyond the limits of `MMc`.
    """
    groups = _check.integer("groups", groups, least=1)
    separate = MMc(_check.positive("arrival_rate", arrival_rate), service_rate, servers)
    pooled = MMc.from_slack(
        separate.slack * groups, service_rate=separate.service_rate, servers=separate.servers * groups
    )
    return Pooling(groups=groups, separate=separate, pooled=pooled)


def _ratio(numerator, denominator):
    return numerator / denominator if denominator > 0 else float("inf")
