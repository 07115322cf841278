"""Re-run chapters and store their outputs, or prove that the stored outputs are current.

    python tools/notebooks.py                      re-execute every chapter, two at a time
    python tools/notebooks.py chapters/01_*.ipynb  only these
    python tools/notebooks.py --check              execute, change nothing, report differences

A stored notebook is in one normal form: no timestamps, no machine's metadata, sorted keys. In a
check everything must be the same to the byte, except pictures: their decoded pixels may differ a
little, since another processor may round a last bit differently.
"""

import argparse
import base64
import concurrent.futures
import copy
import io
import json
import os
import pathlib
import sys
import tempfile

import nbformat
import numpy as np
from nbclient import NotebookClient
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[1]
CHAPTERS = ROOT / "chapters"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
PIXEL_TOLERANCE = 0.002  # share of pixels that may differ visibly from the stored picture
VISIBLE = 24  # of 255, in any channel


def normal(notebook):
    """The one text form of a notebook."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        for noise in ("execution", "collapsed", "scrolled", "ExecuteTime", "trusted"):
            cell.metadata.pop(noise, None)
        if "outputs" in cell:
            cell.outputs = _merged(cell.outputs)
    plain = json.loads(nbformat.writes(notebook))
    return json.dumps(plain, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _merged(outputs):
    """Outputs without transient parts; text that a kernel happened to send in pieces is one piece."""
    merged = []
    for output in outputs:
        output.pop("transient", None)
        before = merged[-1] if merged else {}
        if output.output_type == "stream" and output.get("name") == before.get("name"):
            before.text += output.text
        else:
            merged.append(output)
    return merged


def execute(path, timeout=300):
    """A freshly executed copy of a notebook."""
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # keeps a debugger's warning out of stderr
    notebook = nbformat.read(path, 4)
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    return notebook


def store(path):
    """Execute a notebook and replace the file, whole or not at all. Returns whether it changed."""
    text = normal(execute(path))
    if text == path.read_text("utf8"):
        return False
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".tmp", delete=False, encoding="utf8") as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)
    return True


def check(path):
    """Differences between the stored outputs and a fresh execution, as sentences."""
    stored = path.read_text("utf8")
    if stored != normal(nbformat.reads(stored, 4)):
        return [f"{path.name}: not in normal form; run `make notebooks`"]
    return differences(path.name, json.loads(stored), json.loads(normal(execute(path))))


def differences(name, stored, fresh):
    """Compare two notebooks in normal form: text to the byte, pictures by their pixels."""
    found = []
    for number, (old, new) in enumerate(zip(stored["cells"], fresh["cells"], strict=True)):
        old_pictures, new_pictures = _take_pictures(old), _take_pictures(new)
        if old != new:
            found.append(f"{name}, cell {number}: the output changed")
        elif len(old_pictures) != len(new_pictures):
            found.append(f"{name}, cell {number}: the number of pictures changed")
        else:
            shares = [_changed_share(a, b) for a, b in zip(old_pictures, new_pictures)]
            if any(share > PIXEL_TOLERANCE for share in shares):
                found.append(f"{name}, cell {number}: {max(shares):.2%} of a picture's pixels changed")
    return found


def _take_pictures(cell):
    """Remove the pictures of a cell's outputs and return them decoded from base64."""
    pictures = []
    for output in cell.get("outputs", []):
        data, metadata = output.get("data", {}), output.get("metadata", {})
        if "image/png" in data:
            pictures.append(base64.b64decode("".join(data.pop("image/png"))))
        if "dark" in metadata.get("underload", {}):
            pictures.append(base64.b64decode(metadata["underload"].pop("dark")))
    return pictures


def _changed_share(old, new):
    if old == new:
        return 0.0
    a, b = (np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=int) for png in (old, new))
    if a.shape != b.shape:
        return 1.0
    return float((np.abs(a - b).max(axis=2) > VISIBLE).mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    paths = [path.resolve() for path in arguments.notebooks] or sorted(CHAPTERS.glob("*.ipynb"))
    failures = 0
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs) as pool:
        jobs = {pool.submit(check if arguments.check else store, path): path for path in paths}
        for job in concurrent.futures.as_completed(jobs):
            path = jobs[job]
            try:
                result = job.result()
            except Exception as error:
                failures += 1
                print(f"{path.name}: {error}", file=sys.stderr)
                continue
            if arguments.check:
                failures += bool(result)
                print(*(result or [f"{path.name}: current"]), sep="\n")
            else:
                print(f"{path.name}: {'stored' if result else 'unchanged'}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
