"""A reader of the built site: the pages, a server on this machine, a browser, a tab that keeps what went wrong.

Chromium is looked for in UNDERLOAD_CHROMIUM, then on the path, then where playwright keeps its own. The server sends
the security policy that the book's guide recommends: what a page does against it is an error in its console.
"""

import contextlib
import functools
import http.server
import os
import pathlib
import re
import shutil
import threading

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, sync_playwright

BOOK = pathlib.Path(__file__).resolve().parents[2]
ROOT = pathlib.Path(os.environ.get("UNDERLOAD_SITE", BOOK / "_build" / "html"))
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


def policy():
    """The header that the guide tells a host to send."""
    return re.search(
        r"^Content-Security-Policy: (.*)$", (BOOK / "reference" / "guide.md").read_text("utf8"), re.MULTILINE
    )[1]


@contextlib.contextmanager
def served(folder=None, header=None):
    """The address of a folder, served to this machine only under a policy: the built site under the guide's."""
    if folder is None and not (ROOT / "index.html").exists():
        pytest.fail("run make book first: there is no _build/html/index.html")
    folder, header = folder or ROOT, header or policy()

    class Strict(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

        def end_headers(self):
            self.send_header("Content-Security-Policy", header)
            super().end_headers()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Strict, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def chromium():
    """The first Chromium that starts. Without one the tests are skipped, or fail where one is required."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = [path for path in (os.environ.get("UNDERLOAD_CHROMIUM"), *map(shutil.which, names)) if path]
    with sync_playwright() as playwright:
        for path in [*found, None]:  # None: the one that playwright installed
            try:
                browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            except Error:
                continue
            try:
                yield browser
            finally:
                browser.close()
            return
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
        """Go to a page and wait until its mathematics is set and its live figures are drawn, or have failed."""
        self.wrong.clear(), self.requests.clear()
        self.page.goto("about:blank")  # from one place of a page to another is no visit
        self.page.goto(self.base + name)
        self.page.evaluate("() => window.MathJax?.startup?.promise")
        until(self.page, "!document.querySelector('div.live:not([data-ready])')")
        return self.page


def until(page, expression, seconds=20):
    """Wait until an expression is true. Playwright's own way lets the page evaluate it, which the policy forbids."""
    for _ in range(20 * seconds):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {expression}")


def assert_accessible(page, rules=(), within=None, least=("serious", "critical")):
    """No finding of axe-core, by all its rules or by some, on a page or in a part of it.

    Findings of less impact than `least` are left out, and MathJax's own boxes are not looked into.
    """
    options = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    context = {"exclude": [["mjx-container"]]} | ({"include": [[within]]} if within else {})
    found = Axe().run(page, context=context, options=options).response["violations"]
    told = [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found
        if least is None or one["impact"] in least
        for node in one["nodes"]
    ]
    assert told == []
