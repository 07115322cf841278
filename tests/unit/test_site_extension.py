"""The parts of the Sphinx extension, each alone."""

import pathlib
import re
import struct
import sys
import types

import pytest
from docutils import nodes
from underload import figures

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "_ext"))

from underload_site import citation, docstrings, page, pictures, provenance, renderers  # noqa: E402


def png(width, height):
    """The first bytes of a PNG: all that the extension reads."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\x02\x00\x00\x00"


@pytest.mark.parametrize(("position", "theme"), [(0, "light"), (1, "dark")])
def test_page_and_figures_share_one_palette(position, theme):
    css = (ROOT / "_static" / "1-palette.css").read_text("utf8")
    pairs = dict(re.findall(r"--([a-z]+): light-dark\((#[0-9a-f]{6}, #[0-9a-f]{6})\)", css))
    for role, hue in figures.PALETTE[theme].items():
        assert pairs[role].split(", ")[position] == hue


def test_png_size_reads_the_header():
    assert pictures.png_size(png(1320, 660)) == (1320, 660)
    with pytest.raises(ValueError, match="must be a PNG"):
        pictures.png_size(b"GIF89a" + bytes(20))


def test_attributes_that_share_a_line_are_listed_one_by_one():
    lines = [
        "A range.",
        "",
        "Attributes",
        "----------",
        "low, high : float",
        "    Ends.",
        "unit",
        "",
        "Notes",
        "-----",
        "a, b",
    ]
    docstrings.split_attributes(None, "class", "x", None, None, lines)
    assert lines[4:9] == ["low : float", "    Ends.", "high : float", "    Ends.", "unit"]
    assert lines[-3:] == ["Notes", "-----", "a, b"]


def test_registering_twice_renders_once():
    from myst_nb.core.render import load_mime_renders

    class Renderer:
        pass

    renderers.register(Renderer)
    renderers.register(Renderer)
    assert load_mime_renders().count(Renderer) == 1
    load_mime_renders().remove(Renderer)


@pytest.mark.parametrize(
    ("inline", "mime", "dark"), [(True, "image/png", "x"), (False, "text/html", "x"), (False, "image/png", "")]
)
def test_other_outputs_are_left_to_myst_nb(inline, mime, dark):
    data = types.SimpleNamespace(mime_type=mime, output_metadata={"underload": {"dark": dark}})
    assert pictures.ThemedPicture.handle_mime(None, data, inline) is None


def test_citation_names_the_chapter_and_only_a_real_address():
    about = {"title": "A queue forgives", "book": "Under Load", "year": "2026", "version": "0.1.0"}
    assert citation.plain(**about) == ("The Under Load authors (2026). A queue forgives. In Under Load, version 0.1.0.")
    entry = citation.bibtex("chapters/03_queue", url="https://book.org/q.html", **about)
    assert entry.startswith("@incollection{underload-03-queue,\n")
    assert "  url       = {https://book.org/q.html}\n}" in entry
    assert citation.page_url("https://underload.example/", "chapters/03_queue.html") == ""
    assert citation.page_url("", "chapters/03_queue.html") == ""
    assert citation.page_url("https://book.org/v1/", "chapters/q.html") == "https://book.org/v1/chapters/q.html"


def test_contents_hold_the_sections_of_the_page_under_its_title():
    here = '<a class="current reference internal" href="#">3 A\\b</a>'
    chapters = f'<ul class="current"><li class="toctree-l1 current">{here}</li></ul>'
    toc = '<ul>\n<li><a href="#">A</a><ul>\n<li><a href="#s">S</a></li>\n</ul>\n</li>\n</ul>\n'
    shown = page._contents({"toctree": lambda **options: chapters, "toc": toc})
    assert '<span class="number">3</span> A\\b</a><ul>\n<li><a href="#s">S</a></li>\n</ul></li></ul>' in shown
    assert (
        page._contents({"toctree": lambda **options: chapters, "toc": "<ul><li><a>A</a></li></ul>"}).count("<ul") == 1
    )


def test_words_of_a_manifest_mark_code_and_addresses():
    paragraph = provenance.prose("Made by `build.py`\n from https://example.org/a, twice.")
    assert [type(child).__name__ for child in paragraph] == ["Text", "literal", "Text", "reference", "Text"]
    assert paragraph[3]["refuri"] == "https://example.org/a"
    assert paragraph.astext() == "Made by build.py from https://example.org/a, twice."
    # A setting that only begins like an address is text.
    assert not list(provenance.prose("http-reuse always").findall(nodes.reference))
