"""Every live figure of the built site: over its picture, in the reader's hands, and equal to what the chapter computed.

`tests/live/readouts/<figure>.py` says what the read-outs must be at some settings, by the package's public functions.
"""

import importlib
import json
import math
import pathlib
import re
import statistics

import pytest
import reader
from reader import DESKTOP, PHONE, ROOT, Visit, assert_accessible, until

READOUTS = pathlib.Path(__file__).resolve().parents[1] / "live" / "readouts"
FRAME = 16  # ms in which a browser draws at 60 frames a second
MOVES = 50  # of a slider
SMALLEST = 11  # px of a letter on a phone


def placed():
    """The page and the name of each live figure."""
    pages = [name for name in reader.PAGES if name != "index.html"]  # a copy of the front page
    return [
        (name, figure)
        for name in pages
        for figure in re.findall(r'<div class="live" data-live="([^"]*)"', (ROOT / name).read_text("utf8"))
    ]


FIGURES = placed()
pytestmark = pytest.mark.site
each_figure = pytest.mark.parametrize(("name", "figure"), FIGURES, ids=[figure for _, figure in FIGURES])


@pytest.fixture
def place(visit, name, figure):
    """The figure's frame on its page, drawn."""
    visit.open(name)
    frame = visit.page.locator(f"#live-{figure}")
    assert frame.get_attribute("data-ready") == "1", frame.inner_text()
    return frame


def outputs(frame):
    """The read-outs in full precision, as the page keeps them."""
    pairs = frame.locator("output[data-name]").evaluate_all("all => all.map(e => [e.dataset.name, e.dataset.value])")
    return dict(pairs)


def values(page, figure):
    """Where the controls stand."""
    return page.evaluate("name => ({ ...Live.figures[name].values })", figure)


@each_figure
def test_the_picture_stays_where_no_script_runs(browser, site, name, figure):
    with browser.new_context(viewport=DESKTOP, color_scheme="light", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(site + name)
        assert page.locator(f"#live-{figure} img:visible").count() == 1
        assert page.locator(f"#live-{figure} .live-part").count() == 0


@each_figure
def test_it_takes_the_place_of_its_picture_and_asks_only_the_site(visit, place):
    assert place.locator(".live-part").is_visible()
    assert place.locator("img:visible").count() == 0
    assert place.locator("xpath=ancestor::figure[1]//figcaption").is_visible()
    assert all(url.startswith(visit.base) for url in visit.requests)
    assert visit.wrong == []


@each_figure
def test_it_works_from_a_folder(browser, name, figure):
    with browser.new_context(viewport=DESKTOP) as context:
        visit = Visit(context, ROOT.as_uri() + "/")
        page = visit.open(name)
        assert page.locator(f"#live-{figure}").get_attribute("data-ready") == "1"
        assert visit.wrong == []


@each_figure
def test_the_picture_is_printed(visit, place):
    visit.page.emulate_media(media="print")
    assert place.locator(".live-part").is_hidden()
    assert place.locator("img:visible").count() == 1


@each_figure
def test_everybody_can_use_it(visit, place, figure):
    assert_accessible(visit.page, within=f"#live-{figure}", least=None)
    visit.page.get_by_role("button", name="Switch to dark").click()
    assert_accessible(visit.page, within=f"#live-{figure}", least=None)


@each_figure
def test_it_fits_a_phone_and_can_be_read_there(browser, site, name, figure):
    with browser.new_context(viewport=PHONE, color_scheme="light") as context:
        visit = Visit(context, site)
        page = visit.open(name)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        words = page.locator(f"#live-{figure} .live-part").evaluate(
            """part => {
              const found = [], walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
              while (walker.nextNode()) {
                const text = walker.currentNode, parent = text.parentElement, range = document.createRange();
                range.selectNodeContents(text);
                const { left, right, width, height } = range.getBoundingClientRect();
                const seen = width * height > 4 && parent.checkVisibility() && !parent.closest(".live-unseen");
                if (!text.data.trim() || !seen) continue;
                const scale = parent.getScreenCTM ? parent.getScreenCTM().a : 1;
                found.push([text.data, scale * parseFloat(getComputedStyle(parent).fontSize), left, right]);
              }
              return found;
            }"""
        )
        assert words
        assert [word for word, size, _, _ in words if size < SMALLEST] == []
        assert [word for word, _, left, right in words if left < 0 or right > PHONE["width"]] == []


@each_figure
def test_the_keyboard_moves_the_first_control_and_a_link_keeps_the_setting(visit, place, name, figure):
    page = visit.page
    before = values(page, figure)
    control = place.locator(".live-controls :is(input, select, textarea, button:not(.live-play)):visible").first
    control.focus()
    kind = control.evaluate("e => e.type")
    for key in {"range": ("ArrowLeft", "ArrowRight"), "radio": ("ArrowDown", "ArrowUp")}.get(kind, ("Enter", "Space")):
        page.keyboard.press(key)
        if values(page, figure) != before:
            break
    moved = values(page, figure)
    assert moved != before
    link = place.locator("a.live-link").get_attribute("href")
    assert link.startswith(f"#live-{figure}?")
    until(page, f"location.hash === {json.dumps(link)}")  # it follows the drawing when the hand rests
    shown = outputs(place)
    again = visit.open(name + link)
    assert values(again, figure) == moved
    assert outputs(again.locator(f"#live-{figure}")) == shown
    assert again.locator(f"#live-{figure}").evaluate("e => e.getBoundingClientRect().top < innerHeight")


@each_figure
def test_a_move_takes_less_than_a_frame(visit, place, figure):
    session = visit.page.context.new_cdp_session(visit.page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    for slider in place.locator("input[type=range]").evaluate_all("all => all.map(e => e.name)"):
        before = processor_time(session)
        median = script_time(visit.page, figure, slider)
        # On a busy machine the clock also counts the time that others had; the processor's mean is the figure's own.
        assert min(median, (processor_time(session) - before) / MOVES) < FRAME, slider
    session.detach()
    assert visit.wrong == []


def processor_time(session):
    """What the page's scripts have taken of the processor so far, in ms."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1000 * next(one["value"] for one in metrics if one["name"] == "ScriptDuration")


def script_time(page, figure, slider):
    """The median of the script's time for a move of a slider, in ms."""
    times = page.evaluate(
        """async ([name, slider, moves]) => {
          const frame = () => new Promise(requestAnimationFrame);
          const input = document.querySelector(`#live-${name} input[name=${slider}]`);
          const before = Live.times.length, start = input.value;
          const move = async (value) => {
            input.value = String(value);
            input.dispatchEvent(new Event("input", { bubbles: true }));
            await frame(), await frame();
          };
          for (let i = 0; i < moves; i++) await move(Math.round(input.max * Math.abs(Math.sin(i + 1))));
          await move(start);
          return Live.times.slice(before).filter((one) => one.figure === name).map((one) => one.script);
        }""",
        [figure, slider, MOVES],
    )
    assert len(times) >= MOVES
    return statistics.median(times)


@each_figure
def test_what_it_says_the_library_says(visit, place, name, figure):
    if not (READOUTS / f"{figure}.py").exists():
        assert outputs(place) == {}, f"tests/live/readouts/{figure}.py must say what these are"
        return
    about = importlib.import_module(f"readouts.{figure}")
    assert name.removesuffix(".html") == about.PAGE
    initial = values(visit.page, figure)
    for setting in about.SETTINGS:
        visit.page.evaluate("([name, values]) => { Live.set(name, values); }", [figure, {**initial, **setting}])
        taken = values(visit.page, figure)
        assert {key: taken[key] for key in setting} == setting, "a control has no such value"
        shown = outputs(place)
        for key, wanted in about.expected(**setting).items():
            assert shown.get(key) is not None, f"{key} at {setting} is not there"
            _agree(shown[key], wanted, getattr(about, "TOLERANCE", {}).get(key, 0), f"{key} at {setting}")


def _agree(shown, wanted, tolerance, where):
    """A read-out equals a number exactly, unless its figure says why not; or a text."""
    if isinstance(wanted, str):
        assert shown == wanted, where
    elif math.isnan(wanted):
        assert shown == "NaN", where
    else:
        number = math.inf if shown == "Infinity" else float(shown)
        assert number == wanted or abs(number - wanted) <= tolerance * abs(wanted), f"{where}: {shown}, not {wanted!r}"


def test_there_are_live_figures():
    assert FIGURES
