"""What nbval does not see: cells without a count, skipped cells, pictures, files outside the contents."""

import base64
import pathlib
import re

import notebooks as tool
import pytest
import stored as book
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]


each_chapter = pytest.mark.parametrize("path", book.CHAPTERS, ids=lambda path: path.stem)


def test_the_contents_list_every_chapter():
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text("utf8"))
    listed = [entry["file"] for part in contents["parts"] for entry in part["chapters"]]
    assert [f"chapters/{path.stem}" for path in book.CHAPTERS] == [
        name for name in listed if name.startswith("chapters/")
    ]
    assert book.CHAPTERS


@each_chapter
def test_cells_ran_in_order(path):
    # nbval compares nothing in a cell whose execution_count is null.
    counts = [cell["execution_count"] for cell in book.cells(path, "code")]
    assert counts == list(range(1, len(counts) + 1))


@each_chapter
def test_no_cell_escapes_the_comparison(path):
    for cell in book.cells(path, "code"):
        tags = set(cell["metadata"].get("tags", ()))
        assert not tags & {"nbval-skip", "nbval-ignore-output", "raises-exception"}
        assert not re.search("NBVAL_(SKIP|IGNORE_OUTPUT|RAISES_EXCEPTION)", book.source(cell))


@each_chapter
def test_no_error_and_no_warning_is_stored(path):
    for cell in book.cells(path, "code"):
        for output in cell["outputs"]:
            assert output["output_type"] != "error"
            assert output.get("name") != "stderr"


@each_chapter
def test_figures_are_complete(path):
    figures = 0
    for cell in book.cells(path, "code"):
        pictures = [output for output in cell["outputs"] if "image/png" in output.get("data", {})]
        if not pictures:
            assert "mystnb" not in cell["metadata"] or "figure" not in cell["metadata"]["mystnb"]
            continue
        (output,) = pictures
        about = cell["metadata"]["mystnb"]
        assert about["figure"]["name"].startswith("fig-")
        assert about["figure"]["caption"].endswith(".")
        assert len(about["image"]["alt"]) > 40
        for png in (output["data"]["image/png"], output["metadata"]["underload"]["dark"]):
            raw = base64.b64decode(png)
            assert raw.startswith(b"\x89PNG\r\n\x1a\n")
            assert len(raw) > 3000
        figures += 1
    assert figures >= 3


@each_chapter
def test_stored_in_normal_form(path):
    import nbformat

    text = path.read_text("utf8")
    assert text == tool.normal(nbformat.reads(text, 4))


@each_chapter
def test_no_clock_is_read(path):
    # A time or a speed measured while the page is made would differ in every run and on every machine.
    for cell in book.cells(path, "code"):
        assert not re.search(r"perf_counter|time\.time|process_time|%time|datetime\.now", book.source(cell))


@each_chapter
def test_visible_code_is_short(path):
    for cell in book.cells(path, "code"):
        if {"hide-input", "hide-cell"} & set(cell["metadata"].get("tags", ())):
            continue
        lines = [line for line in book.source(cell).splitlines() if line.strip()]
        assert len(lines) <= 15, lines[0]
        assert max(map(len, lines)) <= 68, "a code block on the page is not wider"


@each_chapter
def test_more_prose_than_code(path):
    prose = sum(len(book.source(cell)) for cell in book.cells(path, "markdown"))
    visible = sum(
        len(book.source(cell))
        for cell in book.cells(path, "code")
        if not {"hide-input", "hide-cell"} & set(cell["metadata"].get("tags", ()))
    )
    assert prose > 2 * visible


@each_chapter
def test_one_title_that_asks_or_says_something(path):
    text = "\n".join(book.source(cell) for cell in book.cells(path, "markdown"))
    assert len(re.findall(r"^# ", text, flags=re.M)) == 1
    for section in (
        "## When this lies to you",
        "## Exercises",
        "## Further reading",
        "*After this chapter you can decide*",
    ):
        assert section in text


@each_chapter
def test_dollars_are_mathematics(path):
    # "costs $5 and $6" silently becomes a formula.
    for cell in book.cells(path, "markdown"):
        text = re.sub(r"\$\$.*?\$\$", "", book.source(cell), flags=re.S)
        for formula in re.findall(r"(?<!\\)\$([^$]*)\$", text):
            assert "\n" not in formula
            assert len(formula) < 80
        assert text.replace("\\$", "").count("$") % 2 == 0


def test_the_comparison_of_pictures_sees_a_change():
    # The tool must call a moved curve a change, and a flipped last bit none.
    import io

    import numpy as np
    from PIL import Image

    def png(pixels):
        raw = io.BytesIO()
        Image.fromarray(pixels).save(raw, "png")
        return raw.getvalue()

    white = np.full((100, 200, 3), 255, dtype=np.uint8)
    off_by_one, moved = white.copy(), white.copy()
    off_by_one[::2] -= 1
    moved[50, :] = 0
    assert tool._changed_share(png(white), png(off_by_one)) == 0
    assert tool._changed_share(png(white), png(moved)) > tool.PIXEL_TOLERANCE
    assert tool._changed_share(png(white), png(white[:50])) == 1


def test_text_sent_in_pieces_is_stored_as_one():
    from nbformat import v4

    pieces = [v4.new_output("stream", name="stdout", text=text) for text in ("a\n", "b\n")]
    notebook = v4.new_notebook(cells=[v4.new_code_cell("", id="x", outputs=pieces)])
    whole = [v4.new_output("stream", name="stdout", text="a\nb\n")]
    assert tool.normal(notebook) == tool.normal(v4.new_notebook(cells=[v4.new_code_cell("", id="x", outputs=whole)]))


def test_the_comparison_of_text_sees_a_change():
    stored = {"cells": [{"outputs": [{"data": {"text/plain": "0.1"}}]}]}
    fresh = {"cells": [{"outputs": [{"data": {"text/plain": "0.2"}}]}]}
    assert tool.differences("x", stored, fresh)
    assert not tool.differences("x", stored, stored)


def test_the_comparison_of_pictures_sees_a_live_figure_come_and_go():
    def marked(**mark):
        output = {"data": {"image/png": ""}, "metadata": {"underload": {"dark": "", **mark}}}
        return {"cells": [{"outputs": [output]}]}

    assert not tool.differences("x", marked(live="wait"), marked(live="wait"))
    assert tool.differences("x", marked(live="wait"), marked())
    assert tool.differences("x", marked(live="wait"), marked(live="queue"))
