"""Draw the pictures that stand for the book elsewhere: `_static/favicon.png` and `_static/social-card.png`.

Both are made from the logo, the style sheets and a claim that the book settles, in Chromium. Run it
after changing one of them; the pictures are committed, since their faces depend on the machine.
"""

import os
import pathlib
import re
import shutil
import sys

from playwright.sync_api import sync_playwright
from underload import ledger
from underload.capacity import event_rate

ROOT = pathlib.Path(__file__).resolve().parents[1]
STATIC = ROOT / "_static"
CARD = """<!doctype html><html lang="en" data-theme="light"><style>{css}
body {{ width: 1200px; height: 630px; display: grid; grid-template-columns: 1fr 510px; gap: 60px;
        align-items: center; padding: 0 70px; overflow: hidden; }}
.mark {{ width: 84px; height: 84px; }}
h1 {{ margin: 34px 0 20px; font-size: 86px; line-height: 1; letter-spacing: -0.025em; white-space: nowrap; }}
h1 + p {{ margin: 0; font-size: 34px; line-height: 1.35; color: var(--quiet); }}
.verdict {{ zoom: 1.55; }}
</style><div>{mark}<h1>Under Load</h1><p>The folklore of scale,<br>computed.</p></div>
<div class="verdicts" style="margin:0">{verdict}</div></html>"""


def mark():
    """The logo, to be coloured by the page that holds it."""
    return re.sub(r"<style>.*?</style>", "", (STATIC / "logo.svg").read_text("utf8")).replace(
        "<svg", '<svg class="mark"', 1
    )


def card():
    """The social card as a page: the name of the book beside one of its verdicts."""
    css = "\n".join(path.read_text("utf8") for path in sorted(STATIC.glob("[1-7]-*.css")))
    rate = event_rate(1e-6, 100_000)
    verdict = ledger.settle("every-second", rate, because="One event in ten seconds.")
    return CARD.format(css=css, mark=mark(), verdict=verdict.card("#"))


def save(page, name):
    """Write what the page shows, all of it or nothing."""
    fresh = STATIC / f"{name}.tmp"
    fresh.write_bytes(page.screenshot(type="png", omit_background=True))
    os.replace(fresh, STATIC / name)


def main():
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=next(filter(None, found), None), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 32, "height": 32})
        page.set_content(f"<style>body{{margin:0}}</style>{(STATIC / 'favicon.svg').read_text('utf8')}")
        save(page, "favicon.png")
        page.set_viewport_size({"width": 1200, "height": 630})
        page.set_content(card())
        save(page, "social-card.png")
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
