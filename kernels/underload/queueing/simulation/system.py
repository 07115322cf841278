"""What every simulated system is to the engine: servers, a start, and how long it remembers."""

import abc
import dataclasses
import math

from underload import _check
from underload.queueing.erlang import check_stable

__all__ = ["System", "Traffic", "one_server"]


@dataclasses.dataclass(frozen=True)
class Traffic:
    """What arrives: means and squared coefficients of variation of interarrival and service times, and the load.

    Of a process the scv of its gaps is the limit of its index of dispersion, and `memory` is how many customers it
    takes to forget its state.
    """

    gap_mean: float
    gap_scv: float
    service_mean: float
    service_scv: float
    memory: float = 0.0

    @property
    def load(self):
        """Offered load, in erlangs."""
        return self.service_mean / self.gap_mean


class System(abc.ABC):
    """A system that customers pass through.

    Attributes
    ----------
    servers : int
        In all.
    loses : bool
        Whether customers may leave without service, so that servers may always be busy in a steady state.
    shares_queue : bool
        Whether no server is idle while somebody waits, and everybody uses one server.
    repeats_work : bool
        Whether servers may work on a customer more than once, so that only a run tells the load.
    """

    servers = 1
    loses = False
    shares_queue = False
    repeats_work = False

    @abc.abstractmethod
    def start(self, states):
        """An empty system.

        Parameters
        ----------
        states : uint64[6, 4]
            Random streams for the system's own draws.

        Returns
        -------
        callable
            ``advance(gaps, kinds, services, number, tally)`` lets a block of n customers pass, from `number` on, all of
            one batch of the `Tally`: their interarrival times (float64[n]), classes (int64[n]) and service times
            (float64[n]). Whoever leaves is counted, at once or in a later call. A gap of inf says that nobody comes any
            more: all who are inside leave, and the call returns. n is at most `feeds.BLOCK`.
        """

    def serving(self, services):
        """This system, told the `Source` of the service times of each class; some draw more than one for a customer."""
        return self

    def __repr__(self):
        return f"<{type(self).__name__} of {self.servers} server{'s' * (self.servers != 1)}>"

    def check(self, classes, traffic):
        """Raise unless the system can serve so many `classes` (int) of this `Traffic`."""
        given = {"interarrival_mean": traffic.gap_mean, "service_mean": traffic.service_mean, "servers": self.servers}
        check_stable(self.servers - traffic.load, self.servers, **given)

    def relaxation(self, traffic):
        """Customers over which the system forgets its state.

        The heavy-traffic value (gap_scv + service_scv) / (1 - utilization)^2 (Whitt, Planning queueing simulations,
        Management Science 35(11), 1989), plus those that arrive in a service time.
        """
        return (traffic.gap_scv + traffic.service_scv) / (1 - traffic.load / self.servers) ** 2 + traffic.load

    def least_moment_of_mean(self, traffic):
        """The moment of the service time above which one must be finite for an interval of the mean wait."""
        return max(2.0, 1 + 2 / self._spare(traffic))

    def least_moment_of_finite_mean(self, traffic):
        """The same for the mean wait to be finite at all."""
        return 1 + 1 / self._spare(traffic)

    def _spare(self, traffic):
        """Servers that the load leaves free, as a whole number: the long jobs that it takes to block the system."""
        return self.servers - math.floor(traffic.load)


def one_server(system):
    """Raise unless the system has one server."""
    if system.servers != 1:
        _check.fail("servers", system.servers, f"must be 1 for {type(system).__name__}")
