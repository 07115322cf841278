"""The Sphinx extension at work: a small book, built with the settings, styles and templates of this one."""

import re

import pytest
from small_book import BOOLEAN, NUMERIC, OPEN, book, build, notebook
from underload import datasets, ledger
from underload_site import excerpt

FRONT = f"""---
description: A small book.
---
# Under Load

:::{{lead}}
One sentence.
:::

:::{{picture}} chapters/01_first wait
:eager:
:::

:::{{verdicts}}
{NUMERIC.id}
{BOOLEAN.id}
:::

:::::{{doors}}
::::{{door}} Read
:to: chapters/01_first
It starts here.
::::
:::::
"""


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    book(folder, FRONT)
    result = build(folder)
    assert result.returncode == 0, result.stdout + result.stderr
    return {path.name: path.read_text("utf8") for path in (folder / "_build" / "html").rglob("*.html")}


def test_chapter_shows_both_pictures_in_a_numbered_figure(html):
    figure = re.search(r"<figure.*?</figure>", html["01_first.html"], re.DOTALL)[0]
    images = re.findall(r"<img [^>]*>", figure)
    for image, theme, height in zip(images, ("light", "dark"), (300, 300)):
        assert f'class="picture only-{theme}"' in image
        assert 'alt="A rising curve."' in image
        assert f'width="660" height="{height}"' in image
        assert 'loading="lazy"' in image
    assert len(images) == len(set(re.findall(r'src="([^"]*)"', figure))) == 2
    assert "Fig. 1.1" in figure
    assert 'id="wait"' in figure


def test_chapter_card_comes_from_the_record_and_has_an_anchor(html):
    assert html["01_first.html"].count(f'id="verdict-{NUMERIC.id}"') == 1
    assert ledger.NOTEBOOK_STYLE not in html["01_first.html"]


def test_front_page_shows_cards_linked_to_their_chapter(html):
    front = html["intro.html"]
    assert front == html["index.html"]
    assert front.count('class="verdict verdict-') == 2
    assert f'href="chapters/01_first.html#verdict-{NUMERIC.id}"' in front
    assert f'id="verdict-{NUMERIC.id}"' not in front
    assert 'class="lead-in docutils container"' in front
    assert re.search(r'class="door-title"><a [^>]*href="chapters/01_first.html">Read</a>', front)
    assert '<meta name="description" content="A small book." />' in front


def test_picture_of_a_chapter_links_to_it(html):
    picture = re.search(r'<figure class="excerpt">.*?</figure>', html["intro.html"], re.DOTALL)[0]
    assert picture.count("<img ") == 2
    assert picture.count('loading="eager"') == 1
    assert "<em>grows</em>" in picture
    assert 'href="chapters/01_first.html#wait">Chapter 1: A chapter</a>' in picture


def test_claims_are_all_listed_in_the_order_of_the_source(html):
    table = re.search(r'<table class="claims.*?</table>', html["all.html"], re.DOTALL)[0]
    rows = re.findall(r"<tr class=\"(claim-[a-z]+).*?</tr>", table, re.DOTALL)
    order = list(ledger.catalogue())
    assert len(rows) == len(order)
    assert rows[order.index(NUMERIC.id)] == "claim-off"
    assert rows[order.index(BOOLEAN.id)] == "claim-false"
    assert rows[order.index(OPEN.id)] == "claim-open"
    assert table.count("not yet settled") == len(order) - 2
    assert f'href="chapters/01_first.html#verdict-{BOOLEAN.id}"' in table


def test_errata_hold_what_failed_and_what_the_catalogue_corrects(html):
    listed = re.search(r'<dl class="errata.*?</dl>', html["all.html"], re.DOTALL)[0]
    expected = [c for c in ledger.catalogue().values() if c.erratum or c.id in (NUMERIC.id, BOOLEAN.id)]
    assert listed.count("<dt>") == len(expected)


def test_every_dataset_is_told_with_its_columns(html):
    for name in datasets.names():
        about = datasets.manifest(name)
        place = f"data-{name.replace('_', '-')}"
        section = re.search(rf'<section class="dataset" id="{place}">.*?</section>', html["all.html"], re.DOTALL)[0]
        assert f'href="#{place}"' in section
        rows = sum(len(table["columns"]) + 1 for table in about.get("tables", {}).values())
        assert section.count("<tr") == rows


def test_strict_build_stops_at_what_is_not_there(tmp_path):
    wrong = {
        "```{verdict} no-such-claim\n```": "claim 'no-such-claim' is not in the catalogue",
        f"```{{verdict}} {OPEN.id}\n```": f"claim '{OPEN.id}' is not settled by any chapter",
        "```{picture} chapters/01_first nothing\n```": "no cell has this name",
        "```{door} Out\n:to: chapters/99_gone\n```": "which is not in the book",
    }
    book(tmp_path, "# Under Load\n\nA sentence.\n\n" + "\n\n".join(wrong) + "\n")
    result = build(tmp_path)
    said = " ".join((result.stdout + result.stderr).split())
    assert result.returncode != 0
    assert [message for message in wrong.values() if message not in said] == []


def test_excerpt_says_why_there_is_no_picture(tmp_path):
    notebook(tmp_path / "n.ipynb")
    output, metadata = excerpt.find(tmp_path / "n.ipynb", "wait")
    assert output["metadata"]["image/png"]["width"] == 660
    assert metadata["image"]["alt"] == "A rising curve."
    with pytest.raises(LookupError, match="no cell has this name"):
        excerpt.find(tmp_path / "n.ipynb", "queue")
