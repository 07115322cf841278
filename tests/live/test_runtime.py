"""The runtime of live figures in a real browser: on a page of its own, under the strict policy that it promises."""

import base64
import contextlib
import json
import math
import pathlib

import numba_wasm
import pytest
from numba import njit
from reader import DESKTOP, PHONE, Visit, assert_accessible, chromium, served, until

HERE = pathlib.Path(__file__).parent
SCRIPTS = HERE.parents[1] / "live" / "js"
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; "
    "worker-src 'self'; base-uri 'none'; form-action 'none'"
)
FRAME = 16  # ms

pytestmark = pytest.mark.site


@njit
def scaled(xs, factor, out):
    for i in range(xs.size):
        out[i] = factor * xs[i]


@njit
def summed(matrix, counts, flag):
    total = 0.0
    for i in range(matrix.shape[0]):
        for j in range(matrix.shape[1]):
            total += matrix[i, j] * (i + 1)
    counts[0] += 1
    return total, counts[0], flag


@njit
def refuses(n):
    if n < 0:
        raise ValueError("n must not be negative")
    return n


@njit
def walked(state, steps, chunk, sums):
    """The mean of some random numbers, kept at the chunk's place; the state goes on."""
    if chunk < 0:
        raise ValueError("there is no such chunk")
    total = 0.0
    for _ in range(steps):
        state[0] = state[0] * 6364136223846793005 + 1442695040888963407
        total += (state[0] >> 11) / 9007199254740992.0
    sums[chunk] = total / steps
    return sums[chunk]


EXPORTS = {
    "scaled": (scaled, "void(f8[::1], f8, f8[::1])"),
    "summed": (summed, "Tuple((f8, i8, b1))(f8[:, ::1], i8[::1], b1)"),
    "refuses": (refuses, "i8(i8)"),
    "walked": (walked, "f8(u8[::1], i8, i8, f8[::1])"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The files of a page with live figures."""
    folder = tmp_path_factory.mktemp("runtime")
    built = numba_wasm.build(EXPORTS)
    told = {"manifest": built.manifest, "wasm": base64.b64encode(built.wasm).decode("ascii")}
    scripts = [*sorted(SCRIPTS.glob("*.js")), HERE / "runtime" / "figures.js"]
    worker = [SCRIPTS / "kernels.js", SCRIPTS / "worker.js"]
    (folder / "live.js").write_text("\n".join(path.read_text("utf8") for path in scripts), "utf8")
    (folder / "worker.js").write_text("\n".join(path.read_text("utf8") for path in worker), "utf8")
    (folder / "module.js").write_text(f"Live.module({json.dumps(told)});", "utf8")
    for path in (SCRIPTS / "live.css", HERE / "runtime" / "page.html", HERE / "runtime" / "page.css"):
        (folder / path.name).write_text(path.read_text("utf8"), "utf8")
    return folder


@pytest.fixture(scope="module")
def site(folder):
    with served(folder, POLICY) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


def opened(visit, name="page.html"):
    """The page, once its figures are drawn."""
    page = visit.open(name)
    page.wait_for_selector("#live-curve[data-ready]")
    page.wait_for_selector("#live-walk[data-ready]")
    return page


@contextlib.contextmanager
def visiting(browser, base, name="page.html", **options):
    """The page in a tab of its own; afterwards nothing has gone wrong."""
    with browser.new_context(**({"viewport": DESKTOP, "color_scheme": "light"} | options)) as context:
        visit = Visit(context, base)
        yield opened(visit, name)
        assert visit.wrong == []


@pytest.fixture(scope="module")
def tab(browser, site):
    with browser.new_context(viewport=DESKTOP, color_scheme="light") as context:
        yield Visit(context, site)


@pytest.fixture
def page(tab):
    """The page as it is opened, in the tab of most tests."""
    tab.page.goto("about:blank")  # a fragment alone would not load it again
    yield opened(tab)
    tab.page.set_viewport_size(DESKTOP)
    tab.page.emulate_media(media="screen")
    assert tab.wrong == []


def output(page, name, figure="curve"):
    return page.locator(f"#live-{figure} output[data-name={name}]").get_attribute("data-value")


def fragment(page):
    page.wait_for_timeout(400)  # it is written when the hand rests
    return page.evaluate("location.hash")


# Numbers as text -------------------------------------------------------------------------------------

TEXTS = {
    "Live.digits(1.25, 3)": "1.25",
    "Live.digits(1.2, 3)": "1.20",
    "Live.digits(12345, 3)": "12,300",
    "Live.digits(0.00001234, 2)": "1.2 × 10⁻⁵",
    "Live.digits(-0.5)": "−0.500",
    "Live.digits(Infinity)": "∞",
    "Live.digits(NaN)": "–",
    "Live.short(2.50, 3)": "2.5",
    "Live.count(1000)": "1,000",
    "Live.count(1.2e6)": "1.2 million",
    "Live.count(999999.9)": "1 million",
    "Live.count(3.456e9)": "3.46 billion",
    "Live.percent(0.9)": "90%",
    "Live.percent(0.12345)": "12.3%",
    "Live.percent(0.99999)": "100%",
    "Live.duration(0.003)": "3 ms",
    "Live.duration(8640)": "2.4 h",
    "Live.duration(11 * 86400)": "11 days",
    "Live.duration(1e-9)": "1 ns",
    "Live.duration(90)": "90 s",
    "Live.duration(365.25 * 86400 * 2.5)": "2.5 years",
    "Live.powerOfTen(-12)": "10⁻¹²",
    "Live.tickTexts(Live.ticks(0, 1)).join(' ')": "0 0.2 0.4 0.6 0.8 1.0",
    "Live.ticks(0, 1.0000000001).join(' ')": "0 0.2 0.4 0.6 0.8 1",
    "Live.ticks(-3, 7).join(' ')": "-2 0 2 4 6",
    "Live.ticks(5, 5).join(' ')": "5",
    "Live.tickTexts(Live.ticks(0, 4e6)).join(', ')": "0, 1 million, 2 million, 3 million, 4 million",
    "Live.tickTexts(Live.logTicks(1, 1000), true).join(' ')": "1 10 100 1,000",
    "Live.tickTexts(Live.logTicks(1, 100), true).join(' ')": "1 3 10 30 100",
    "Live.tickTexts(Live.logTicks(1, 1e9), true).join(' ')": "1 100 10⁴ 10⁶ 10⁸",
    "Live.tickTexts(Live.logTicks(2, 9), true).join(' ')": "2 4 6 8",
    "Live.logTicks(1e-300, 1e300).length": 5,
    "Live.niceDomain(0, 93).join(' ')": "0 100",
    "Live.niceDomain(3e-4, 70, true).join(' ')": "0.0002 100",
    "Live.niceDomain(Infinity, -Infinity).join(' ')": "0 1",
    "Live.roundValues(1000, 10000).join(' ')": "1000 1200 1500 2000 2500 3000 4000 5000 6000 8000 10000",
    "Live.roundValues(3, 7, [1, 2, 5]).join(' ')": "3 5 7",
}


def test_numbers_as_text(page):
    assert {expression: page.evaluate(expression) for expression in TEXTS} == TEXTS


def test_scales(page):
    places = page.evaluate(
        """() => {
          const line = Live.scale([0, 10], [100, 200]), log = Live.scale([1, 100], [0, 50], true);
          return [line(5), line.invert(150), line(NaN), line(Infinity), log(10), log.invert(25), log(0), log(-1)]
            .map((value) => (Number.isNaN(value) ? "gap" : value));
        }"""
    )
    assert places[:4] == [150, 5, "gap", "gap"]
    # 10 ** 1 is exact, and so is the middle of the range
    assert places[4:] == [25, 10, "gap", "gap"]


# Kernels ---------------------------------------------------------------------------------------------


def test_kernels_change_arrays_in_place_and_return_tuples(page):
    told = page.evaluate(
        """async () => {
          const kernels = await Live.kernels;
          const twice = Float64Array.of(1, 2, 3);
          kernels.scaled(twice, 2, twice);
          const counts = BigInt64Array.of(41n);
          const results = kernels.summed(Live.shape(Float64Array.of(1, 2, 3, 4), 2, 2), counts, true);
          const large = new Float64Array(2e6).fill(1), out = new Float64Array(2e6);
          kernels.scaled(large, 3, out);   // 32 MB: the memory grows
          return [[...twice], results, String(counts[0]), out[0], out.at(-1), kernels.refuses(5)];
        }"""
    )
    # (1 + 2) * 1 + (3 + 4) * 2 = 17
    assert told == [[2, 4, 6], [17, 42, True], "42", 3, 3, 5]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("refuses(-1)", "n must not be negative"),
        ("refuses(1.5)", "argument 1 must be an integer"),
        ("refuses(NaN)", "argument 1 must be an integer"),
        ("refuses()", "takes 1 arguments, not 0"),
        ("refuses('1')", "must be a number"),
        ("scaled([1], 2, [1])", "argument 1 must be a Float64Array"),
        ("summed(new Float64Array(4), BigInt64Array.of(0n), 1)", "must have 2 dimensions"),
    ],
)
def test_a_wrong_call_is_an_error(page, call, words):
    said = page.evaluate(f"Live.kernels.then((kernels) => kernels.{call}).then(String, (error) => error.message)")
    assert words in said


# The setting in the address ----------------------------------------------------------------------------


def test_a_link_reproduces_a_setting(browser, site):
    with visiting(browser, site, "page.html#live-curve?factor=3&law=square&points=0&users=2e6&again=2") as page:
        assert output(page, "last") == "11"  # 3 squared, and pressed twice
        assert output(page, "people") == "2000000"
        assert page.get_by_role("radio", name="square").is_checked()
        assert not page.get_by_role("checkbox", name="Points").is_checked()
        assert page.locator("#live-curve .live-value").first.inner_text() == "3"


def test_a_link_scrolls_to_its_figure(browser, site):
    with visiting(browser, site, "page.html#live-walk?steps=100000") as page:
        until(page, "Math.abs(document.getElementById('live-walk').getBoundingClientRect().top) < 60")
        assert page.evaluate("Live.figures.walk.values.steps") == 100000


@pytest.mark.parametrize(
    "text",
    [
        "#live-curve?factor=NaN&law=cubic&points=maybe&again=-1&users=",
        "#live-curve?%E0%A4%A&=&&factor&%",
        "#live-curve?factor=1e999",
        "#live-?factor=2",
        "#live-nowhere?factor=2",
        "#live-curve?rule=six",  # a legal setting that the figure cannot draw
        "#%",
    ],
)
def test_a_malformed_link_shows_the_start(browser, site, text):
    with visiting(browser, site, f"page.html{text}") as page:
        assert page.locator("#live-curve").get_attribute("data-ready") == "1"
        assert output(page, "last") == "1"


def test_values_from_a_link_are_legal(browser, site):
    with visiting(browser, site, "page.html#live-curve?factor=77&users=1234567") as page:
        assert page.evaluate("Live.figures.curve.values") | {"factor": 5, "users": 1.2e6} == page.evaluate(
            "Live.figures.curve.values"
        )


def test_only_what_differs_is_in_the_address(page):
    before = page.evaluate("history.length")
    page.get_by_label("Factor").first.focus()
    page.locator("#live-curve input[name=factor]").press("ArrowRight")
    assert fragment(page) == "#live-curve?factor=1.1"
    page.get_by_role("radio", name="square").check()
    assert fragment(page) == "#live-curve?factor=1.1&law=square"
    assert page.evaluate("history.length") == before
    page.locator("#live-curve").get_by_role("button", name="reset").click()
    assert fragment(page) == ""
    assert output(page, "last") == "1"


def test_a_link_in_the_text_sets_the_figure(page):
    page.locator("#there").click()
    until(page, "document.querySelector('#live-curve output[data-name=last]').dataset.value === '9'")
    page.evaluate("location.hash = '#live-curve'")
    until(page, "document.querySelector('#live-curve output[data-name=last]').dataset.value === '1'")


def test_the_link_is_copied(browser, site):
    with visiting(browser, site, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.evaluate("Live.set('curve', {factor: 2})")
        page.locator("#live-curve .live-link").click()
        until(page, "document.querySelector('#live-curve .live-copied').textContent === 'copied'")
        assert page.evaluate("navigator.clipboard.readText()") == f"{site}page.html#live-curve?factor=2"
        until(page, "document.querySelector('#live-curve [role=status]').textContent === 'Link copied.'")


# Controls, read-outs, voice ------------------------------------------------------------------------------


def test_sliders_land_on_exact_values(page):
    values = page.evaluate(
        """() => Array.from({length: 50}, (_, i) => {
          Live.set('curve', {factor: (i + 1) / 10});
          return Live.figures.curve.values.factor;
        })"""
    )
    assert values == [(i + 1) / 10 for i in range(50)]
    page.evaluate("Live.set('curve', {factor: 1})")
    slider = page.locator("#live-curve input[name=users]")
    slider.press("ArrowRight")
    until(page, "document.querySelector('#live-curve output[data-name=people]').dataset.value === '1200000'")
    assert slider.get_attribute("aria-valuetext") == "1.2 million"


def test_read_outs_keep_full_precision(page):
    assert page.evaluate("Live.set('curve', {factor: 0.3, law: 'square'}).last") == 0.3 * 0.3
    assert float(output(page, "last")) == 0.3 * 0.3
    assert page.locator("#live-curve output[data-name=last]").inner_text() == "0.0900"


def test_a_button_sets_controls_and_one_counts(page):
    page.get_by_role("button", name="Twice the factor").click()
    until(page, "document.querySelector('#live-curve output[data-name=last]').dataset.value === '2'")
    page.get_by_role("button", name="Another sample").click()
    until(page, "document.querySelector('#live-curve output[data-name=last]').dataset.value === '3'")
    assert fragment(page) == "#live-curve?factor=2&again=1"


def test_one_voice_when_the_hand_rests(page):
    page.wait_for_timeout(600)
    status = page.locator("#live-curve [role=status]")
    assert status.inner_text() == ""  # nobody asked yet
    slider = page.locator("#live-curve input[name=factor]")
    for _ in range(5):
        slider.press("ArrowRight")
    page.wait_for_timeout(100)
    assert status.inner_text() == ""
    until(page, "document.querySelector('#live-curve [role=status]').textContent === 'The last is 1.50 seconds.'")
    live = page.evaluate("[...document.querySelectorAll('output')].map((one) => one.getAttribute('aria-live'))")
    assert set(live) == {"off"}  # an output speaks of itself otherwise
    assert "The last is 1.50 seconds." in page.locator("#live-curve svg").first.get_attribute("aria-label")


def test_values_are_read_off_by_keyboard(page):
    chart = page.locator("#live-curve svg").first
    chart.focus()
    chart.press("End")
    tip = page.locator("#live-curve .live-tip").first
    assert tip.inner_text().split("\n") == ["load 1", "theory 1"]
    for _ in range(200):
        chart.press("ArrowLeft")
        if "simulation" in tip.inner_text():
            break
    assert "simulation 0.8 (0.7 to 0.9)" in tip.inner_text()
    until(page, "document.querySelector('#live-curve [role=status]').textContent.startsWith('load 0.7')")
    chart.press("Enter")  # picks: here, the factor
    chart.press("Home")
    assert "load 0" in tip.inner_text()
    chart.press("Escape")
    assert not tip.is_visible()


def test_values_are_read_off_by_pointer(page):
    box = page.locator("#live-curve svg").nth(1).bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.3)
    tip = page.locator("#live-curve .live-tip").nth(1)
    assert "keys 10" in tip.inner_text()
    assert "example 0.5" in tip.inner_text()
    page.mouse.move(5, 5)
    assert not tip.is_visible()


def test_a_chart_is_dragged(page):
    box = page.locator("#live-curve svg").first.bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 100, box["y"] + 60)
    page.mouse.up()
    page.wait_for_timeout(50)
    assert page.evaluate("Live.figures.curve.values.factor") == 5  # the largest there is


def test_a_slider_plays(page):
    page.locator("#live-curve").get_by_role("button", name="Play: Factor").click()
    until(page, "Live.figures.curve.values.factor === 5")
    page.locator("#live-curve").get_by_role("button", name="Play: Factor").wait_for()  # not "Pause" any more


def test_without_motion_a_slider_is_at_its_end_at_once(browser, site):
    with visiting(browser, site, reduced_motion="reduce") as page:
        value = page.evaluate(
            "document.querySelector('#live-curve .live-play').click(), Live.figures.curve.values.factor"
        )
        assert value == 5


def test_a_new_sample_plays_from_the_start(browser, site):
    prepare = """(() => {
      const { curve } = Live.figures;
      curve.controls.again.spec.replay = "factor";
      curve.set({ factor: 3 });
      globalThis.least = 3;
      (function watch() { least = Math.min(least, curve.values.factor); requestAnimationFrame(watch); })();
    })()"""
    for options, moves in (({}, True), ({"reduced_motion": "reduce"}, False)):
        with visiting(browser, site, **options) as page:
            page.evaluate(prepare)
            page.get_by_role("button", name="Another sample").click()
            until(page, "Live.figures.curve.values.factor === 5")
            assert page.evaluate("Live.figures.curve.values.again") == 1
            assert (page.evaluate("least") < 3) == moves


def test_what_moves_by_itself_is_neither_said_nor_a_setting(page):
    assert page.evaluate("filmed") == [10]  # nobody has seen it yet
    page.locator("#live-film").scroll_into_view_if_needed()
    until(page, "filmed.length > 2 && filmed.at(-1) === 10")
    assert page.evaluate("filmed[1]") < 10
    page.wait_for_timeout(600)
    assert page.locator("#live-film [role=status]").text_content() == ""
    assert fragment(page) == ""
    page.locator("#live-film input").press("ArrowLeft")
    until(page, "document.querySelector('#live-film [role=status]').textContent === 'place at 9 more or less.'")
    assert fragment(page) == "#live-film?time=9"
    page.locator("#live-film input").press("ArrowRight")
    assert fragment(page) == ""  # as at the start


@pytest.mark.parametrize(("options", "name"), [({"reduced_motion": "reduce"}, ""), ({}, "#live-film?time=5")])
def test_nothing_moves_by_itself(browser, site, options, name):
    with visiting(browser, site, f"page.html{name}", **options) as page:
        page.locator("#live-film").scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        assert len(page.evaluate("filmed")) == 1


def test_a_figure_says_things_in_its_own_words(page):
    label = page.locator("#live-film svg").get_attribute("aria-label")
    assert label == "place against time [s]. It goes up."
    assert output(page, "place", "film") == "10"
    assert page.locator("#live-film output[data-name=place]").inner_text() == "at 10"
    assert page.locator("#live-film .live-note").inner_text() == "more or less"


# Charts ------------------------------------------------------------------------------------------------


def test_a_curve_has_gaps_where_it_has_no_value(page):
    path = page.locator("#live-curve [data-key=gap] .live-line").get_attribute("d")
    assert path.count("M") == 2  # 1, 10; not 0 and NaN; then 1e4 alone; not infinity
    assert path.count("L") == 1


def test_marks_that_are_not_drawn_again_go(page):
    drawn = page.locator("#live-curve [data-key=simulation]")
    assert "live-hidden" not in drawn.get_attribute("class")
    page.get_by_role("checkbox", name="Points").uncheck()
    page.wait_for_timeout(100)
    assert "live-hidden" in drawn.get_attribute("class")
    assert page.locator("#live-curve .live-layer-labels text", has_text="simulation").count() == 0


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
def test_labels_stay_in_the_picture_and_are_large_enough(browser, site, viewport):
    with visiting(browser, site, viewport=viewport) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        for factor in (0.1, 1, 3, 5):
            page.evaluate("(factor) => Live.set('curve', {factor})", factor)
            outside = page.evaluate(
                """() => [...document.querySelectorAll('.live-plot svg')].flatMap((svg) => {
                  const a = svg.getBoundingClientRect();
                  return [...svg.querySelectorAll('text:not(.live-hidden)')].filter((text) => {
                    const b = text.getBoundingClientRect();
                    return b.width > 0 && (b.left < a.left - 2 || b.right > a.right + 2 || b.bottom > a.bottom + 2);
                  }).map((text) => text.textContent);
                })"""
            )
            assert outside == []
        sizes = page.evaluate(
            """() => [...document.querySelectorAll('.live-part *')]
              .filter((one) => one.textContent && !one.children.length)
              .map((one) => parseFloat(getComputedStyle(one).fontSize))"""
        )
        assert min(sizes) >= 11


def test_a_chart_follows_its_column(page):
    page.set_viewport_size(PHONE)
    until(page, "document.querySelector('#live-curve svg').viewBox.baseVal.width < 340")
    assert page.evaluate("document.querySelector('#live-curve svg').clientWidth") == page.evaluate(
        "document.querySelector('#live-curve svg').viewBox.baseVal.width"
    )


# Where it runs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(browser, site, scheme):
    with visiting(browser, site, color_scheme=scheme, bypass_csp=True) as page:  # the checker is put in from outside
        assert_accessible(page)


def test_redraws_within_a_frame(page):
    times = page.evaluate(
        """() => {
          for (let i = 0; i < 50; i++) Live.set('curve', {factor: 0.1 + i / 10});   // warm
          Live.times.length = 0;
          for (let i = 0; i < 50; i++) Live.set('curve', {factor: 0.1 + i / 10});
          return Live.times.map(({script}) => script);
        }"""
    )
    assert len(times) == 50
    assert sorted(times)[25] < FRAME


def test_moves_in_one_frame_are_one_redraw(page):
    count = page.evaluate(
        """() => new Promise((resolve) => {
          const slider = document.querySelector('#live-curve input[name=factor]');
          Live.times.length = 0;
          for (let i = 0; i < 10; i++) { slider.value = String(i); slider.dispatchEvent(new Event('input')); }
          requestAnimationFrame(() => requestAnimationFrame(() => resolve(Live.times.length)));
        })"""
    )
    assert count == 1


def test_print_shows_the_picture(page):
    assert not page.locator("#live-curve .twin").is_visible()
    page.emulate_media(media="print")
    assert page.locator("#live-curve .twin").is_visible()
    assert not page.locator("#live-curve .live-part").is_visible()


def test_without_scripts_the_picture_stays(browser, site):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site}page.html")
        assert page.locator("#live-curve .twin").is_visible()


def test_a_figure_that_fails_leaves_its_picture(page):
    for name, words in (("broken", "n must not be negative"), ("missing", "there is no live figure missing")):
        place = page.locator(f"#live-{name}")
        assert place.get_attribute("data-ready") == "error"
        assert place.locator(".twin").is_visible()
        assert place.locator(".live-part").count() == 0
        assert words in place.locator(".live-failed").inner_text()


def test_without_the_kernels_the_picture_stays(browser, folder, tmp_path):
    for path in folder.iterdir():
        (tmp_path / path.name).write_text(path.read_text("utf8"), "utf8")
    (tmp_path / "module.js").write_text('Live.module({manifest: {}, wasm: "AAAA"});', "utf8")
    with served(tmp_path, POLICY) as site, visiting(browser, site) as page:
        assert page.locator("#live-curve").get_attribute("data-ready") == "error"
        assert page.locator("#live-curve .twin").is_visible()
    (tmp_path / "module.js").write_text("", "utf8")
    with served(tmp_path, POLICY) as site, visiting(browser, site) as page:
        assert "did not arrive" in page.locator("#live-curve .live-failed").inner_text()


def test_a_setting_that_fails_is_said_and_forgotten(page):
    page.get_by_label("Rule", exact=True).select_option("six")
    message = page.locator("#live-curve .live-message")
    until(page, "document.querySelector('#live-curve .live-message').textContent !== ''")
    assert message.inner_text() == "No result for this setting: no sixth rule"
    assert math.isnan(float(output(page, "last")))  # an old number would be false
    page.get_by_label("Rule", exact=True).select_option("two")
    until(page, "document.querySelector('#live-curve output[data-name=last]').dataset.value === '1'")
    assert not message.is_visible()


# Long runs -----------------------------------------------------------------------------------------------


def finished(page):
    until(page, "!document.getElementById('live-walk').hasAttribute('data-running')", 60)


def expected_walk(steps):
    state, sums = 7, []
    for _ in range(20):
        total = 0.0
        for _ in range(steps):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            total += (state >> 11) / 2**53
        sums.append(total / steps)
    return state, sums


def test_a_long_run_keeps_its_state(page):
    page.get_by_role("button", name="Walk").click()
    finished(page)
    state, sums = expected_walk(1000)
    assert page.evaluate("String(lastState)") == str(state)
    assert output(page, "sum", "walk") == repr(sums[-1])
    assert output(page, "done", "walk") == "20"
    assert len(page.workers) == 1  # and not the substitute in the page
    assert fragment(page) == ""  # that it was started is no setting


def test_a_new_setting_ends_a_long_run(page):
    page.evaluate("Live.set('walk', {steps: 3000000})")
    page.get_by_role("button", name="Walk").click()
    until(page, "document.querySelector('#live-walk output[data-name=done]').dataset.value >= 1")
    frames = page.evaluate(
        """() => new Promise((resolve) => {   // the page lives while the worker works
          const began = performance.now();
          let frames = 0;
          const count = () => {
            if (performance.now() - began > 300) return resolve(frames);
            frames += 1;
            requestAnimationFrame(count);
          };
          requestAnimationFrame(count);
        })"""
    )
    assert frames >= 3
    page.evaluate("Live.set('walk', {steps: 1000})")
    assert page.locator("#live-walk").get_attribute("data-running") is None
    assert output(page, "done", "walk") == "0"
    page.get_by_role("button", name="Walk").click()
    finished(page)
    assert output(page, "sum", "walk") == repr(expected_walk(1000)[1][-1])


def test_a_long_run_is_stopped_by_its_button(page):
    page.evaluate("Live.set('walk', {steps: 3000000})")
    page.get_by_role("button", name="Walk").click()
    page.get_by_role("button", name="Stop").click()
    finished(page)
    page.get_by_role("button", name="Walk").wait_for()
    done = output(page, "done", "walk")
    page.wait_for_timeout(400)
    assert output(page, "done", "walk") == done != "20"


def test_a_long_run_that_fails_says_so(page):
    page.get_by_role("checkbox", name="Fail").check()
    page.wait_for_timeout(100)
    page.get_by_role("button", name="Walk").click()
    finished(page)
    until(page, "document.querySelector('#live-walk .live-message').textContent.includes('there is no such chunk')")


def test_it_all_works_from_a_folder(browser, folder):
    with visiting(browser, folder.as_uri() + "/", "page.html#live-curve?factor=2") as page:
        assert output(page, "last") == "2"
        page.evaluate("Live.set('curve', {factor: 3})")
        page.locator("#live-curve input[name=factor]").press("ArrowRight")
        assert fragment(page) == "#live-curve?factor=3.1"
        page.get_by_role("button", name="Walk").click()
        finished(page)
        assert output(page, "sum", "walk") == repr(expected_walk(1000)[1][-1])
        assert len(page.workers) == 1
