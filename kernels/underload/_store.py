"""Finished calls of a sweep, kept in a folder."""

import hashlib
import os
import pathlib
import pickle
import tempfile

from ._fingerprint import fingerprint
from ._stamp import package_stamp

__all__ = ["Store"]

MAGIC = b"underload sweep 1\n"


class Store:
    """A folder with one file for each finished call, named by everything that the result depends on.

    A file holds a first line, the SHA-256 of its name and content, and the pickled result. It appears whole, by
    renaming; one that is damaged all the same is as good as absent.
    """

    def __init__(self, folder, function):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.function = fingerprint(function, package_stamp())

    def _path(self, task):
        key = fingerprint(self.function, task.index, task.point, task.replication, task.seed)
        return self.folder / f"{key.hex()}.result"

    def load(self, task):
        """A tuple of the one stored result, or an empty one."""
        path = self._path(task)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return ()
        start = len(MAGIC) + 32
        if content[:start] != MAGIC + _checksum(path, content[start:]):
            return ()
        try:
            return (pickle.loads(content[start:]),)
        except Exception:  # the class of the result has moved, or gone
            return ()

    def save(self, task, result):
        path = self._path(task)
        payload = pickle.dumps(result, protocol=5)
        handle, temporary = tempfile.mkstemp(dir=self.folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(MAGIC + _checksum(path, payload) + payload)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise


def _checksum(path, payload):
    return hashlib.sha256(path.name.encode() + payload).digest()
