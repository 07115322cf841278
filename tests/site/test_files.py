"""The built site as files: links lead somewhere, nothing comes from elsewhere, pages describe themselves."""

import collections
import html.parser
import os
import pathlib
import re
import urllib.parse

import pytest

ROOT = pathlib.Path(os.environ.get("UNDERLOAD_SITE", pathlib.Path(__file__).resolve().parents[2] / "_build" / "html"))
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.html") if "_static" not in path.parts)
FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "video": "src"}

pytestmark = pytest.mark.site


class Page(html.parser.HTMLParser):
    """What a page contains: tags with their attributes, ids, text of the title and of inline scripts and styles."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.title, self.inline, self._inside = [], [], "", [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag in ("title", "script", "style"):
            self._inside = tag

    def handle_endtag(self, tag):
        if tag == self._inside:
            self._inside = None

    def handle_data(self, data):
        if self._inside == "title":
            self.title += data
        elif self._inside:
            self.inline.append(data)

    def all(self, tag):
        """The attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]

    def meta(self, name):
        """The content of a meta tag, by name or property."""
        found = [a["content"] for a in self.all("meta") if name in (a.get("name"), a.get("property"))]
        assert len(found) == 1, f"{len(found)} meta tags {name!r}"
        return found[0]


@pytest.fixture(scope="module")
def pages():
    if not (ROOT / "index.html").exists():
        pytest.fail("run make book first: there is no _build/html/index.html")
    return {name: Page((ROOT / name).read_text("utf8")) for name in PAGES}


def test_there_is_a_site(pages):
    assert "index.html" in pages
    assert "search.html" in pages
    assert any(name.startswith("chapters/") for name in pages)


def test_internal_links_lead_somewhere(pages):
    broken = []
    for name, page in pages.items():
        for attribute, target in [
            (key, attributes[key]) for _, attributes in page.tags for key in ("href", "src") if key in attributes
        ]:
            parts = urllib.parse.urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            path = (ROOT / name).parent / urllib.parse.unquote(parts.path) if parts.path else ROOT / name
            path = pathlib.Path(os.path.normpath(path))
            if not path.is_file() or not path.is_relative_to(ROOT):
                broken.append(f"{name}: {attribute}={target}")
            elif parts.fragment and path.suffix == ".html":
                other = pages[path.relative_to(ROOT).as_posix()]
                if urllib.parse.unquote(parts.fragment) not in other.ids:
                    broken.append(f"{name}: no anchor {target}")
    assert broken == []


def test_ids_are_unique(pages):
    twice = {name: [i for i, n in collections.Counter(page.ids).items() if n > 1] for name, page in pages.items()}
    assert {name: ids for name, ids in twice.items() if ids} == {}


def test_nothing_is_fetched_from_elsewhere(pages):
    foreign = []
    for name, page in pages.items():
        for tag, attributes in page.tags:
            target = attributes.get(FETCHED.get(tag, ""), "") or ""
            if re.match(r"(https?:)?//", target) and attributes.get("rel") != "canonical":
                foreign.append(f"{name}: <{tag}> {target}")
        foreign += [
            f"{name}: {address}"
            for text in page.inline
            for address in re.findall(r"https?://[^\s\"')]+", text)
            if not address.startswith("http://www.w3.org/")
        ]
    for sheet in ROOT.rglob("*.css"):
        foreign += [
            f"{sheet.name}: {url}" for url in re.findall(r"url\([\"']?(https?://[^)]+)", sheet.read_text("utf8"))
        ]
    assert foreign == []


@pytest.mark.parametrize("name", PAGES)
def test_page_describes_itself(pages, name):
    page = pages[name]
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("h1")) == 1
    assert (
        page.title.startswith("Under Load: ") if name in ("index.html", "intro.html") else " · Under Load" in page.title
    )
    assert not re.match(r"\d", page.title)
    icons = [
        attributes["type"]
        for attributes in page.all("link")
        if attributes.get("rel") == "icon" and "type" in attributes
    ]
    assert "image/png" in icons
    if any((ROOT / "_sources").glob(f"{name.removesuffix('.html')}.*")):  # search and indices have no source
        assert len(page.meta("description")) > 30
        assert page.meta("og:title")
        image = urllib.parse.urlsplit(page.meta("og:image")).path.lstrip("/")
        assert (ROOT / image).is_file()


def test_every_chapter_says_how_to_cite_it(pages):
    for name in pages:
        if name.startswith("chapters/"):
            text = (ROOT / name).read_text("utf8")
            assert "@incollection{underload-" in text
            assert 'class="citation"' in text


def test_site_is_light():
    """A page needs no icon font and no framework; the largest script is MathJax (1.2 MB)."""
    heavy = {
        path.relative_to(ROOT).as_posix(): path.stat().st_size
        for pattern in ("*.js", "*.css")
        for path in (ROOT / "_static").rglob(pattern)
        if path.stat().st_size > 200_000 and "mathjax" not in path.parts
    }
    assert heavy == {}
    assert not list(ROOT.rglob("fontawesome*"))
