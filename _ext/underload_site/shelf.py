"""The notebooks of the book as they are stored: which file is which chapter, and what each one settled."""

import dataclasses
import functools
import json
import pathlib

from underload import ledger

FOLDER = "chapters"


@dataclasses.dataclass(frozen=True)
class Settled:
    """A verdict and the document that holds it."""

    docname: str
    verdict: ledger.Verdict


def notebooks(srcdir):
    """Chapter files in reading order."""
    return sorted((pathlib.Path(srcdir) / FOLDER).glob("*.ipynb"))


def docname(srcdir, path):
    """The name Sphinx has for a file."""
    return path.relative_to(srcdir).with_suffix("").as_posix()


def settled(srcdir):
    """Every verdict that the chapters stored, by claim id; where two chapters settle one claim, the first."""
    found = {}
    for path in notebooks(srcdir):
        for verdict in _verdicts(path, path.stat().st_mtime_ns):
            found.setdefault(verdict.claim.id, Settled(docname(srcdir, path), verdict))
    return found


@functools.cache
def _verdicts(path, modified):
    return ledger.verdicts(path)


def read(path):
    """A notebook as plain data."""
    return json.loads(pathlib.Path(path).read_text("utf8"))


def number(docname):
    """The chapter number that a file name starts with."""
    return str(int(docname.rsplit("/", 1)[-1].split("_")[0]))


def chapter(env, number):
    """The document that is chapter `number`, or None while it is not in the book."""
    found = [name for name in env.found_docs if name.startswith(f"{FOLDER}/{number:02d}_")]
    return min(found, default=None)
