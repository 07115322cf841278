"""Write `_static/cover.png`, the figure of the README, from the output stored in chapter 4."""

import base64
import json
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
COVER = ROOT / "_static" / "cover.png"
CHAPTER, FIGURE = ROOT / "chapters" / "04_headroom.ipynb", "fig-postgres"


def stored():
    """The bytes of the picture in the chapter."""
    for cell in json.loads(CHAPTER.read_text("utf8"))["cells"]:
        if cell["metadata"].get("mystnb", {}).get("figure", {}).get("name") == FIGURE:
            return base64.b64decode(cell["outputs"][0]["data"]["image/png"])
    raise LookupError(f"{CHAPTER.name} has no figure {FIGURE}")


def main():
    fresh = COVER.with_suffix(".tmp")
    fresh.write_bytes(stored())
    os.replace(fresh, COVER)


if __name__ == "__main__":
    sys.exit(main())
