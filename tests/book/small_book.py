"""A small book for tests: one chapter and one reference page, with the settings, styles and templates of this one."""

import base64
import json
import math
import pathlib
import shutil
import struct
import subprocess
import sys

import yaml
from underload import ledger

ROOT = pathlib.Path(__file__).resolve().parents[2]
NUMERIC = next(c for c in ledger.catalogue().values() if c.stated is not True and math.isfinite(c.stated[1]))
BOOLEAN = next(c for c in ledger.catalogue().values() if c.stated is True)
OPEN = next(c for c in ledger.catalogue().values() if c.id not in (NUMERIC.id, BOOLEAN.id))


def png(width, height):
    """The first bytes of a PNG, as a notebook stores them: all that the extension reads."""
    header = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\x02\x00\x00\x00"
    return base64.b64encode(header).decode("ascii")


def notebook(path, **mark):
    """A chapter with a drawn figure and two verdicts, as an execution stores it; `mark` joins the figure's metadata."""
    metadata = {"image/png": {"width": 660}, "underload": {"dark": png(1320, 601), **mark}}
    drawn = {"data": {"image/png": png(1320, 600), "text/plain": "<figure wait>"}, "metadata": metadata}
    about = {"figure": {"name": "wait", "caption": "It *grows*."}, "image": {"alt": "A rising curve."}}
    low = NUMERIC.stated[0] or 1.0
    verdicts = [
        ledger.settle(NUMERIC.id, low / 100, because="A hundredth."),
        ledger.settle(BOOLEAN.id, False, because="It is not so."),
    ]
    outputs = [(drawn, about)] + [({"data": v._repr_mimebundle_(), "metadata": {}}, {}) for v in verdicts]
    cells = [{"cell_type": "markdown", "id": "t", "metadata": {}, "source": "# A chapter\n\nIts question?"}]
    for i, (output, about) in enumerate(outputs):
        cell = {"cell_type": "code", "id": f"c{i}", "metadata": {"mystnb": about} if about else {}, "source": "1"}
        cells.append(cell | {"execution_count": i + 1, "outputs": [{"output_type": "display_data"} | output]})
    path.write_text(
        json.dumps(
            {"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}
        ),
        "utf8",
    )


def book(folder, front, **mark):
    """The sources of the book, with this front page."""
    for name in ("_ext", "_static", "_templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "_config.yml", folder)
    (folder / "references.bib").write_text("", "utf8")
    (folder / "chapters").mkdir()
    notebook(folder / "chapters" / "01_first.ipynb", **mark)
    (folder / "intro.md").write_text(front, "utf8")
    (folder / "all.md").write_text(
        "# All\n\nEvery one.\n\n```{claims}\n```\n\n```{errata}\n```\n\n```{provenance}\n```\n", "utf8"
    )
    chapters = [{"file": "chapters/01_first"}, {"file": "all"}]
    toc = {"format": "jb-book", "root": "intro", "options": {"numbered": True}, "chapters": chapters}
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc), "utf8")


def build(folder):
    """Build it as strictly as this one."""
    command = [
        pathlib.Path(sys.executable).parent / "jupyter-book",
        "build",
        folder,
        "-W",
        "-n",
        "--keep-going",
        "--all",
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)
