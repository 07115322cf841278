"""Every placement by its name, each made by ``registry[name](nodes)``."""

from underload import _check
from underload.hashing.anchor import Anchor
from underload.hashing.binomial import Binomial
from underload.hashing.bounded_loads import BoundedLoads
from underload.hashing.directory import Directory
from underload.hashing.dx import Dx
from underload.hashing.flip import Flip
from underload.hashing.jump import Jump
from underload.hashing.jumpback import JumpBack
from underload.hashing.jumpback_anchor import JumpBackAnchor
from underload.hashing.ketama import Ketama
from underload.hashing.maglev import Maglev
from underload.hashing.memento import Memento
from underload.hashing.modulo import FastRange, Modulo
from underload.hashing.multiprobe import MultiProbe
from underload.hashing.power import PowerCH
from underload.hashing.ranges import Ranges
from underload.hashing.rendezvous import Rendezvous
from underload.hashing.ring import Ring
from underload.hashing.skeleton import Skeleton
from underload.hashing.straw2 import Straw2

__all__ = ["registry", "restore"]


class Registry(dict):
    """A dictionary of the placements, each a class, by their names: ``registry["ring"](nodes)`` makes one."""


registry = Registry(
    (placement.name, placement)
    for placement in (
        Modulo,
        FastRange,
        Ranges,
        Directory,
        Ring,
        Ketama,
        BoundedLoads,
        MultiProbe,
        Rendezvous,
        Skeleton,
        Straw2,
        Maglev,
        Jump,
        PowerCH,
        Flip,
        Binomial,
        JumpBack,
        Anchor,
        Dx,
        Memento,
        JumpBackAnchor,
    )
)


def restore(state):
    """The placement that `save` gave the state of, whatever its algorithm.

    Parameters
    ----------
    state : dict of arrays
        What ``save()`` returned, or what ``np.load`` made of the file that ``np.savez`` wrote it to.

    Returns
    -------
    Placement
    """
    name = str(state["algorithm"]) if hasattr(state, "keys") and "algorithm" in state else None
    if name not in registry:
        _check.fail("state", name, "must be what save() returns")
    return registry[name].restore(state)
