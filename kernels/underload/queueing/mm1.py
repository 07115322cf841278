"""The queue M/M/1: M/M/c with one server."""

from underload.queueing.mmc import MMc

__all__ = ["MM1"]


class MM1(MMc):
    """The M/M/1 queue in its steady state, with the attributes and methods of `MMc`.

    Parameters
    ----------
    arrival_rate : float
        Requests per unit of time, >= 0.
    service_rate : float
        Requests that the busy server completes per unit of time, > 0.

    Raises
    ------
    ValueError
        If an argument breaks its rule or the utilization is not below 1.

    Notes
    -----
    The response is exponential with rate service_rate - arrival_rate, the number geometric.
    """

    def __init__(self, arrival_rate, service_rate):
        super().__init__(arrival_rate, service_rate, servers=1)

    @classmethod
    def from_slack(cls, slack, *, service_rate=1.0):
        """The queue with an exact distance to saturation.

        Parameters
        ----------
        slack : float
            1 - arrival_rate / service_rate, in (0, 1].
        service_rate : float
            As above.
        """
        return super().from_slack(slack, service_rate=service_rate, servers=1)
