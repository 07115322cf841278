"""Resharding a live system: the data are copied, then what was written meanwhile, then what was written meanwhile.

Round k copies what came in during round k - 1, so that the rounds shrink by the ratio of write rate to copy rate, and
do not end if that is 1 or more. It is the geometric series of live migration (Clark et al., Live migration of virtual
machines, NSDI 2005).
"""

import dataclasses
import math

from underload import _check

__all__ = ["Resharding", "reshard"]


@dataclasses.dataclass(frozen=True)
class Resharding:
    """A move of data under writes.

    Attributes
    ----------
    copied : float
        Bytes sent in all.
    time : float
        Until the pause ends; inf if copying never catches up.
    pause : float
        How long writes stop at the end, while the last round is copied; inf likewise.
    rounds : int
        Rounds before the pause, the first of them the whole data; 0 if copying never catches up.
    """

    copied: float
    time: float
    pause: float
    rounds: int


def reshard(data, copy_rate, write_rate, *, longest_pause):
    """Time to move data that are being written to.

    Parameters
    ----------
    data : float
        Bytes to move, > 0: all the data times the share that moves.
    copy_rate : float
        Bytes per unit of time: the least of what source and target can and what the throttle allows.
    write_rate : float
        Bytes written to the moving data per unit of time.
    longest_pause : float
        How long writes may stop at the end, > 0.

    Returns
    -------
    Resharding
        With r = write_rate / copy_rate, round k takes data r**k / copy_rate; rounds go on until the next one fits the
        pause.
    """
    data, copy_rate = _check.positive("data", data), _check.positive("copy_rate", copy_rate)
    write_rate = _check.nonnegative("write_rate", write_rate)
    longest_pause = _check.positive("longest_pause", longest_pause)
    first, ratio = data / copy_rate, write_rate / copy_rate
    if not 0 < first < math.inf:
        _check.fail("copy_rate", copy_rate, "must give a finite time > 0")
    if first <= longest_pause:
        return Resharding(data, first, first, 0)
    if ratio >= 1:
        return Resharding(math.inf, math.inf, math.inf, 0)
    if ratio == 0:
        return Resharding(data, first, 0.0, 1)
    rounds = max(1, math.ceil((math.log(longest_pause) - math.log(first)) / math.log(ratio) * (1 - 1e-15)))
    pause = first * ratio**rounds
    time = first * -math.expm1((rounds + 1) * math.log(ratio)) / (1 - ratio)
    return Resharding(time * copy_rate, time, pause, rounds)
