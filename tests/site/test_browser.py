"""Every page of the built site in a real browser: errors, math, themes, phones, accessibility, search, keyboard."""

import re
import warnings

import pytest
from reader import CHAPTERS, DESKTOP, PAGES, PHONE, ROOT, Visit, assert_accessible, until

pytestmark = pytest.mark.site


@pytest.mark.parametrize("name", PAGES)
def test_page(visit, name):
    """One visit: errors, math and pictures in light, accessibility in both themes, then the width of a phone."""
    page = visit.open(name)
    _math_is_set(page)
    _one_picture_for_each_theme(page, "light")
    assert not any(url.split("/")[-1] in _sources(page, ".only-dark") for url in visit.requests)
    assert_accessible(page)
    page.get_by_role("button", name="Switch to dark").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(28, 27, 26)"
    _one_picture_for_each_theme(page, "dark")
    assert_accessible(page, rules=("color-contrast", "link-in-text-block"))
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
    until(page, "[...document.images].filter(i => i.offsetParent).every(i => i.complete)")
    shown = page.evaluate(
        """() => [...document.querySelectorAll("figure:has(.picture)")].filter(f => !f.querySelector(".live-on"))
          .map(f => [...f.querySelectorAll("img")]
          .filter(i => i.offsetParent && i.naturalWidth).map(i => [i.className, i.alt]))"""
    )
    for pictures in shown:
        assert len(pictures) == 1
        assert f"only-{theme}" in pictures[0][0]
        assert len(pictures[0][1]) > 10, "a figure needs a text alternative"
    assert page.evaluate("[...document.images].filter(i => i.offsetParent && !i.naturalWidth).map(i => i.src)") == []


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
    assert_accessible(page)
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
