"""The kernels as a WebAssembly module, compiled anew only when something that it is made of has changed."""

import hashlib
import importlib
import json
import pathlib
import sys

import llvmlite
import numba

KINDS = {".py", ".ll", ".csv", ".yml"}  # tables too: kernels may hold them as constants


def load(folder, exports, sources, cache):
    """The bytes and the manifest of the module, from the cache or from the compiler.

    Parameters
    ----------
    folder : path
        Holds the package ``numba_wasm`` and the package `exports`, whose ``EXPORTS`` lists the kernels.
    exports : str
    sources : sequence of paths
        Folders of other sources that the kernels use.
    cache : path
        A folder of this build; the last module is kept there.

    Returns
    -------
    (bytes, dict)
    """
    name = stamp([folder, *sources])
    wasm, manifest = cache / f"{name}.wasm", cache / f"{name}.json"
    if not manifest.exists():
        built = _build(folder, exports)
        cache.mkdir(parents=True, exist_ok=True)
        for old in cache.iterdir():
            old.unlink()
        wasm.write_bytes(built.wasm)
        manifest.write_text(json.dumps(built.manifest), "utf8")  # last: its presence says that both are whole
    return wasm.read_bytes(), json.loads(manifest.read_text("utf8"))


def stamp(folders):
    """A digest of the sources in some folders and of the compilers."""
    digest = hashlib.sha256(f"{sys.version_info} {numba.__version__} {llvmlite.__version__}".encode())
    for folder in map(pathlib.Path, folders):
        for path in sorted(path for path in folder.rglob("*") if path.suffix in KINDS):
            digest.update(f"\0{path.relative_to(folder).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _build(folder, exports):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    compiler = importlib.import_module("numba_wasm")
    return compiler.build(importlib.import_module(exports).EXPORTS)
