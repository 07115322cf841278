"""The package's own fingerprint: what a cached kernel or a stored result must have been made with."""

import functools
import hashlib
import pathlib

PACKAGE = pathlib.Path(__file__).resolve().parent


@functools.cache
def package_stamp():
    """SHA-256 over the path and content of every source file of the package."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.digest()


# Now, not at first use: a file edited later must not be taken for the one that this process has loaded.
package_stamp()
