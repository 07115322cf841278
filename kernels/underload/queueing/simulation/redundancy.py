"""Redundant and hedged requests as balancing policies; the mechanism is in `copies`."""

import dataclasses
import math

import numpy as np

from underload import _check
from underload.queueing.erlang import check_stable
from underload.queueing.simulation.copies import AT_COMPLETION, AT_START, NEVER, Requests, Servers, passes
from underload.queueing.simulation.feeds import BLOCK, fill
from underload.queueing.simulation.sources import stack
from underload.queueing.simulation.system import System

__all__ = ["Hedging", "Redundant"]

CANCEL = {"never": NEVER, "completion": AT_COMPLETION, "start": AT_START}
ROOM = 1024  # requests that an empty system has room for
PER_TASK = {"choice", "status", "following", "need"}
REAL = {"arrival", "first", "work", "need", "keys"}


def empty(copies, room=ROOM):
    """`Requests` without any."""

    def column(name):
        size = 2 * room * (copies + 1) if name in ("keys", "events") else room * (copies if name in PER_TASK else 1)
        return np.zeros(size) if name in REAL else np.zeros(size, dtype=np.int64)

    return Requests(**{name: column(name) for name in Requests._fields} | {"spare": np.arange(room)})


def grown(requests):
    """The same requests with twice the room."""
    room = len(requests.spare)
    larger = {name: np.concatenate([column, np.zeros_like(column)]) for name, column in requests._asdict().items()}
    return Requests(**larger | {"spare": np.concatenate([requests.spare, np.arange(room, 2 * room)])})


class CopiesSystem(System):
    """Servers with a queue each, and requests that are sent to several of them."""

    repeats_work = True

    def __init__(self, servers, policy, services=None):
        self.servers, self.policy, self.services = servers, policy, services

    def __repr__(self):
        return f"<{self.policy} over {self.servers} servers>"

    def serving(self, services):
        if len(services) > 1 or services[0].length is not None:
            _check.fail("service", services[0].spec, "must be one Distribution, of which each copy draws its own time")
        return CopiesSystem(self.servers, self.policy, services[0])

    def check(self, classes, traffic):
        sent = 1 if self.policy.delay or self.policy.cancel != "never" else self.policy.copies
        load = traffic.load * sent  # what else is served twice depends on the queues
        given = {"interarrival_mean": traffic.gap_mean, "service_mean": traffic.service_mean, "servers": self.servers}
        check_stable(self.servers - load, self.servers, **given, copies=self.policy.copies)

    def relaxation(self, traffic):
        """That of one server's queue, in requests of the whole system; inf if they bring more than it can do."""
        return self.servers * super().relaxation(traffic) if traffic.load < self.servers else math.inf

    def _spare(self, traffic):
        return 1

    def start(self, states):
        policy, c = self.policy, self.servers
        idle = [np.full(c, -1) for _ in range(3)]
        counts, order = np.zeros(2, dtype=np.int64), np.arange(c)
        rules = policy.copies, CANCEL[policy.cancel], policy.delay
        servers = Servers(*idle, np.zeros(c), counts, np.zeros(1), order, states[1], *rules)
        requests = empty(policy.copies)
        more, works = stack([self.services], states[:1]), np.empty((BLOCK, policy.copies - 1))

        def advance(gaps, kinds, services, number, tally):
            nonlocal requests
            n = len(gaps)
            fill(more, 0, works[:n].reshape(-1))
            while counts[0] + n > len(requests.spare) or counts[1] > len(requests.keys) // 2:
                requests = grown(requests)
            passes(requests, servers, works[:n], gaps, kinds, services, number, tally)

        return advance


@dataclasses.dataclass(frozen=True)
class Redundant:
    """Each request is sent at once to `copies` servers chosen at random; the first to answer counts.

    Parameters
    ----------
    copies : int
    cancel : str
        When the other copies are cancelled: "completion", "start" or "never".

    Notes
    -----
    Copies need independent service times. Cancelled at the completion, exponential services lose no capacity; what
    varies less loses some, and the queue may grow at a load below 1: such a run gives no interval. How long a run must
    be is judged as if nobody were sent twice; near the load where copies run away with the servers, give it more.
    """

    copies: int = 2
    cancel: str = "completion"
    delay = 0.0

    def __post_init__(self):
        object.__setattr__(self, "copies", _check.integer("copies", self.copies, least=1, most=64))
        _check.choice("cancel", self.cancel, CANCEL)

    def system(self, servers):
        """The `System` of so many servers."""
        if self.copies > servers:
            _check.fail("copies", self.copies, f"must be at most servers={servers}")
        return CopiesSystem(servers, self)


@dataclasses.dataclass(frozen=True)
class Hedging(Redundant):
    """A request goes to one server at random, and to another each time that `delay` has passed without an answer.

    Parameters
    ----------
    delay : float
        > 0.
    copies : int
        The most that are sent, the first included.
    cancel : str
        As in `Redundant`.
    """

    delay: float = dataclasses.field(default=math.nan)

    def __post_init__(self):
        super().__post_init__()
        object.__setattr__(self, "delay", _check.positive("delay", self.delay))
