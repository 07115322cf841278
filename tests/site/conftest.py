"""The built site as a reader finds it: served, in a browser, in one tab for all tests of a file."""

import pytest
from reader import DESKTOP, Visit, chromium, served


@pytest.fixture(scope="module")
def site():
    with served() as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def tab(browser, site):
    """A tab of a reader on a desktop whose system is light, and still: what plays by itself is hard to question."""
    with browser.new_context(viewport=DESKTOP, color_scheme="light", reduced_motion="reduce") as context:
        yield Visit(context, site)


@pytest.fixture
def visit(tab):
    """The tab as a new reader finds it: a test that fails leaves nothing behind."""
    yield tab
    tab.page.set_viewport_size(DESKTOP)
    tab.page.emulate_media(media="screen")
    tab.page.evaluate("localStorage.clear()")
