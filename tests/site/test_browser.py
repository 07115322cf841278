"""Every page of the built site in a real browser: errors, math, themes, phones, accessibility, search, keyboard.

Chromium is looked for in UNDERLOAD_CHROMIUM, then on the path, then where playwright keeps its own.
"""

import functools
import http.server
import os
import pathlib
import re
import shutil
import threading
import warnings

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, sync_playwright

ROOT = pathlib.Path(os.environ.get("UNDERLOAD_SITE", pathlib.Path(__file__).resolve().parents[2] / "_build" / "html"))
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.html") if "_static" not in path.parts)
CHAPTERS = [name for name in PAGES if name.startswith("chapters/")]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}

pytestmark = pytest.mark.site


@pytest.fixture(scope="module")
def site():
    """The address of the built site, served to this machine only."""
    if not (ROOT / "index.html").exists():
        pytest.fail("run make book first: there is no _build/html/index.html")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(ROOT)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser():
    names = ("chromium", "chromium-browser", "google-chrome")
    found = [path for path in (os.environ.get("UNDERLOAD_CHROMIUM"), *map(shutil.which, names)) if path]
    with sync_playwright() as playwright:
        for path in [*found, None]:  # None: the one that playwright installed
            try:
                browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            except Error:
                continue
            yield browser
            browser.close()
            return
    _without_browser()


def _without_browser():
    words = "NO CHROMIUM FOUND: no page was opened. Install chromium, or set UNDERLOAD_CHROMIUM to its path"
    if os.environ.get("UNDERLOAD_REQUIRE_BROWSER") == "1":
        pytest.fail(words)
    pytest.skip(words)


class Visit:
    """One tab that keeps what went wrong, and fetches nothing but the site."""

    def __init__(self, context, base):
        self.base, self.wrong, self.requests = base, [], []
        self.page = context.new_page()
        self.page.set_default_timeout(20_000)
        context.route(re.compile(r"^(?!data:|blob:)"), self._only_here)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.wrong.append(f"page error: {error}"))
        self.page.on("requestfailed", lambda request: self.wrong.append(f"failed: {request.url} {request.failure}"))
        self.page.on("response", self._response)

    def _only_here(self, route):
        self.requests.append(route.request.url)
        if route.request.url.startswith(self.base):
            route.continue_()
        else:
            self.wrong.append(f"another origin: {route.request.url}")
            route.abort()

    def _console(self, message):
        if message.type in ("error", "warning"):
            self.wrong.append(f"console {message.type}: {message.text}")

    def _response(self, response):
        if response.status >= 400:
            self.wrong.append(f"{response.status}: {response.url}")

    def open(self, name):
        """Go to a page and wait until its mathematics is set."""
        self.wrong.clear(), self.requests.clear()
        self.page.goto(self.base + name)
        self.page.evaluate("() => window.MathJax?.startup?.promise")
        return self.page


@pytest.fixture(scope="module")
def tab(browser, site):
    """A tab of a reader on a desktop whose system is light."""
    with browser.new_context(viewport=DESKTOP, color_scheme="light") as context:
        yield Visit(context, site)


@pytest.fixture
def visit(tab):
    """The tab as a new reader finds it: a test that fails leaves nothing behind."""
    yield tab
    tab.page.set_viewport_size(DESKTOP)
    tab.page.evaluate("localStorage.clear()")


@pytest.mark.parametrize("name", PAGES)
def test_page(visit, name):
    """One visit: errors, math and pictures in light, accessibility in both themes, then the width of a phone."""
    page = visit.open(name)
    _math_is_set(page)
    _one_picture_for_each_theme(page, "light")
    assert not any(url.split("/")[-1] in _sources(page, ".only-dark") for url in visit.requests)
    _accessible(page)
    page.get_by_role("button", name="Switch to dark").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(28, 27, 26)"
    _one_picture_for_each_theme(page, "dark")
    _accessible(page, rules=("color-contrast", "link-in-text-block"))
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert visit.wrong == []


def _math_is_set(page):
    left = page.evaluate(
        """() => {
          const errors = [...document.querySelectorAll("mjx-merror, [data-mjx-error]")].map(e => e.outerHTML);
          const unset = [...document.querySelectorAll(".math")].filter(e => !e.querySelector("mjx-container"));
          const words = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
          const raw = [];
          while (words.nextNode()) {
            const {data, parentElement} = words.currentNode;
            if (/\\\\[([]|\\\\begin\\{/.test(data) && !parentElement.closest("code, pre")) raw.push(data);
          }
          return [...errors, ...unset.map(e => e.textContent), ...raw];
        }"""
    )
    assert left == []


def _sources(page, selector):
    return page.eval_on_selector_all(selector, "all => all.map(e => (e.src || '').split('/').pop())")


def _one_picture_for_each_theme(page, theme):
    page.evaluate("document.querySelectorAll('img').forEach(i => { if (i.offsetParent) i.loading = 'eager'; })")
    page.wait_for_function("[...document.images].filter(i => i.offsetParent).every(i => i.complete)")
    shown = page.evaluate(
        """() => [...document.querySelectorAll("figure:has(.picture)")].map(f => [...f.querySelectorAll("img")]
          .filter(i => i.offsetParent && i.naturalWidth).map(i => [i.className, i.alt]))"""
    )
    for pictures in shown:
        assert len(pictures) == 1
        assert f"only-{theme}" in pictures[0][0]
        assert len(pictures[0][1]) > 10, "a figure needs a text alternative"
    assert page.evaluate("[...document.images].filter(i => i.offsetParent && !i.naturalWidth).map(i => i.src)") == []


def _accessible(page, rules=()):
    """No serious finding of axe-core, by all its rules or by some. MathJax's own boxes are not looked into."""
    options = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = Axe().run(page, context={"exclude": [["mjx-container"]]}, options=options).response["violations"]
    serious = [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
    assert serious == []


def test_dark_is_kept_and_comes_without_a_flash(visit):
    page = visit.open(CHAPTERS[0])
    page.get_by_role("button", name="Switch to dark").click()
    page.goto(visit.base + CHAPTERS[-1], wait_until="commit")
    page.wait_for_selector("body")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.get_by_role("button", name="Switch to light").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(253, 252, 249)"


def test_system_theme_is_followed_without_scripts(browser, site):
    with browser.new_context(color_scheme="dark", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(site + CHAPTERS[0])
        assert page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(28, 27, 26)"
        assert page.locator(".only-light:visible").count() == 0


def test_search_finds_a_chapter_and_quotes_it(visit):
    title = visit.open(CHAPTERS[0]).locator("h1").inner_text()
    word = max(re.findall(r"[A-Za-z]+", title), key=len)
    page = visit.open(f"search.html?q={word}")
    hit = page.locator("#search-results li", has=page.locator(f"a[href*='{CHAPTERS[0]}']")).first
    hit.locator("p.context").wait_for()
    assert len(hit.locator("p.context").inner_text()) > 40
    assert visit.wrong == []


def test_keyboard_reaches_text_contents_and_toggle(visit):
    page = visit.open(CHAPTERS[0])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.closest('nav, header')?.className"))
    assert "bar" in reached
    assert "contents" in reached
    assert page.locator(":focus").evaluate("e => getComputedStyle(e).outlineStyle") != "none"


def test_contents_open_on_a_phone(visit):
    page = visit.open(CHAPTERS[0])
    page.set_viewport_size(PHONE)
    link = page.locator("#contents a[href$='.html']").first
    assert not link.is_visible()
    page.get_by_role("button", name="Contents").focus()
    page.keyboard.press("Enter")
    link.wait_for(state="visible")
    _accessible(page)
    page.keyboard.press("Escape")
    link.wait_for(state="hidden")


def test_citation_opens_and_copies(visit):
    page = visit.open(CHAPTERS[0])
    page.get_by_text("Cite this chapter").click()
    entry = page.locator(".citation pre").last
    assert entry.inner_text().startswith("@incollection{")
    page.locator(".citation .highlight").last.hover()
    assert page.locator(".citation button.copybtn").last.is_visible()


def test_pages_work_from_a_folder(browser):
    """Opened as files, pages are styled, their links lead on and their mathematics is set."""
    with warnings.catch_warnings(), browser.new_context(viewport=DESKTOP) as context:
        visit = Visit(context, ROOT.as_uri() + "/")
        with_math = [name for name in PAGES if 'class="math' in (ROOT / name).read_text("utf8")]
        for name in with_math[:2]:
            _math_is_set(visit.open(name))
            assert visit.wrong == []
        page = visit.open("index.html")
        page.locator(".door a").first.click()
        page.wait_for_selector("h1")
        assert visit.wrong == []
