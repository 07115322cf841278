"""The extension that places live figures, in a small book with a compiler that only pretends."""

import base64
import json
import re
import textwrap

import pytest
from small_book import book, build
from underload_live import module

COMPILER = '''
import collections
import pathlib

Module = collections.namedtuple("Module", "wasm manifest")


def build(exports):
    """Note that it ran, and refuse what is no kernel."""
    with open(pathlib.Path(__file__).parents[2] / "runs.txt", "a") as file:
        file.write("run ")
    for name, (kernel, signature) in exports.items():
        if kernel is None:
            raise TypeError(f"{name}: needs what is not there in a browser")
    return Module(b"wasm", {"kernels": {name: {} for name in exports}})
'''

FRONT = """# Under Load

A sentence.

```{live} landing
:::{picture} chapters/01_first wait
:::
```
"""
FIGURES = {"wait": 'Live.figure("wait", {});', "landing": 'Live.figure("landing", {});'}


def live_book(folder, front=FRONT, figures=FIGURES, exports='{"wait": (1, "f8(f8)")}', mark="wait"):
    """The small book, its chapter's picture marked, with a folder of live figures."""
    book(folder, front, **({"live": mark} if mark else {}))
    files = {
        "numba_wasm/__init__.py": textwrap.dedent(COMPILER),
        "book_kernels/__init__.py": f"EXPORTS = {exports}\n",
        "js/kernels.js": "globalThis.Live = {};",
        "js/chart.js": "// chart",
        "js/worker.js": "// worker",
        "js/live.css": ".live {}",
        **{f"js/figures/{name}.js": text for name, text in figures.items()},
    }
    for name, text in files.items():
        (folder / "live" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "live" / name).write_text(text, "utf8")
    (folder / "kernels").mkdir()
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = live_book(tmp_path_factory.mktemp("live"))
    result = build(folder)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder


@pytest.fixture(scope="module")
def site(folder):
    return folder / "_build" / "html"


def test_a_frame_holds_both_pictures_and_not_the_caption(site):
    for page, name in (("chapters/01_first.html", "wait"), ("intro.html", "landing")):
        figure = re.search(r"<figure.*?</figure>", (site / page).read_text("utf8"), re.DOTALL)[0]
        frame = re.search(rf'<div class="live" data-live="{name}" id="live-{name}">(.*?)</div>', figure, re.DOTALL)[1]
        assert frame.count("<img ") == 2
        assert "only-light" in frame
        assert "only-dark" in frame
        assert "figcaption" not in frame
        assert "<em>grows</em>" in figure


def test_only_pages_with_a_live_figure_load_it(site):
    for page, prefix in (("chapters/01_first.html", "../"), ("intro.html", "")):
        text = (site / page).read_text("utf8")
        scripts = [f'<script defer="defer" src="{prefix}_static/live/{name}?v=' for name in ("live.js", "module.js")]
        assert 0 < text.index(scripts[0]) < text.index(scripts[1])
        assert text.count(f'href="{prefix}_static/live/live.css?v=') == 1
    for page in ("all.html", "search.html", "genindex.html"):
        assert "_static/live/" not in (site / page).read_text("utf8")


def test_the_files_are_the_runtime_the_figures_and_the_kernels(site):
    live = {path.name: path.read_text("utf8") for path in (site / "_static" / "live").iterdir()}
    assert live.keys() == {"live.js", "module.js", "worker.js", "live.css"}
    parts = ["// chart", "globalThis.Live", "// worker", 'figure("landing"', 'figure("wait"']
    assert sorted(parts, key=live["live.js"].index) == parts
    assert live["worker.js"].split("\n") == ["globalThis.Live = {};", "", "// worker", ""]
    told = json.loads(re.fullmatch(r"Live\.module\((.*)\);\n", live["module.js"])[1])
    assert base64.b64decode(told["wasm"]) == b"wasm"
    assert told["manifest"] == {"kernels": {"wait": {}}}


def test_kernels_are_compiled_again_only_when_a_source_has_changed(folder, site):
    runs = folder / "runs.txt"
    assert runs.read_text() == "run "
    assert build(folder).returncode == 0
    assert runs.read_text() == "run "
    (folder / "kernels" / "new.py").write_text("x = 1\n", "utf8")
    (folder / "live" / "js" / "chart.js").write_text("// another chart", "utf8")
    assert build(folder).returncode == 0
    assert runs.read_text() == "run run "
    assert "// another chart" in (site / "_static" / "live" / "live.js").read_text("utf8")


def test_a_book_without_live_figures_compiles_nothing(tmp_path):
    live_book(tmp_path, front="# Under Load\n\nA sentence.\n", figures={}, mark=None)
    assert build(tmp_path).returncode == 0
    assert not (tmp_path / "runs.txt").exists()
    assert not (tmp_path / "_build" / "html" / "_static" / "live").exists()


def test_strict_build_stops_at_a_figure_without_script_or_place_or_twice_on_a_page(tmp_path):
    twice = FRONT + "\n```{live} landing\n![An image](_static/cover.png)\n```\n\n```{live} empty\nwords\n```\n"
    live_book(tmp_path, twice, {"landing": "", "unused": ""})
    said = build(tmp_path)
    assert said.returncode != 0
    words = " ".join((said.stdout + said.stderr).split())
    for warning in (
        "01_first.ipynb: WARNING: there is no live figure 'wait'",
        "intro.md: WARNING: the live figure 'landing' is on this page 2 times",
        "WARNING: no page shows the live figure 'unused'",
        "live figure 'empty' needs a picture",
    ):
        assert warning in words


def test_a_kernel_that_cannot_be_compiled_stops_the_build(tmp_path):
    live_book(tmp_path, exports='{"wait": (None, "f8(f8)")}')
    said = build(tmp_path)
    assert said.returncode != 0
    words = " ".join((said.stdout + said.stderr).split())
    assert "were not compiled: wait: needs what is not there in a browser" in words


def test_a_stamp_sees_names_and_contents(tmp_path):
    (tmp_path / "a.py").write_text("1", "utf8")
    (tmp_path / "notes.txt").write_text("1", "utf8")
    first = module.stamp([tmp_path])
    (tmp_path / "notes.txt").write_text("2", "utf8")
    assert module.stamp([tmp_path]) == first
    (tmp_path / "a.py").write_text("2", "utf8")
    second = module.stamp([tmp_path])
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert len({first, second, module.stamp([tmp_path])}) == 3
