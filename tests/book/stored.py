"""The stored chapters, as the tests of the book read them."""

import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))


def cells(path, kind=None):
    """The cells of a stored notebook, all or those of one type."""
    found = json.loads(path.read_text("utf8"))["cells"]
    return [cell for cell in found if kind in (None, cell["cell_type"])]


def source(cell):
    """The text of a cell."""
    return "".join(cell["source"])
