"""The frame of a page: its contents, its assets, and what it says about itself."""

import html
import pathlib
import re
import shutil

from underload.figures import PALETTE

TAGLINE = "the folklore of scale, computed"
# Style sheets and scripts of the theme that the book's own layout does without.
UNUSED = (
    "styles/sphinx-book-theme.css",
    "scripts/sphinx-book-theme.js",
    "pygments.css",
    "mystnb.",
    "exercise.css",
    "design-tabs.js",
)


def settle_config(app, config):
    """The address of the site is set once; our style sheets are read in the order of their names."""
    config.ogp_site_url = config.html_baseurl
    config.html_css_files = sorted(config.html_css_files, key=str)


def early(app, pagename, templatename, context, doctree):
    """Words for the layout, before the extensions that write metadata read them."""
    if pagename in app.env.titles:
        context["title"] = app.env.titles[pagename].astext()
    description = (context.get("meta") or {}).get("description")
    if description:
        context["meta"] = context["meta"] | {"og:description": description}
        context["metatags"] += f'\n<meta name="description" content="{html.escape(description)}" />'
    context["tagline"] = TAGLINE
    context["paper"] = {theme: colours["paper"] for theme, colours in PALETTE.items()}


def late(app, pagename, templatename, context, doctree):
    """What depends on the rest of the context: the contents, and only the assets that the layout uses."""
    if context.get("body"):  # docutils gives an entry a role that may not stand in the list around it
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')
    context["mark"] = _mark(app)
    context["contents"] = _contents(context)
    for kind in ("script_files", "css_files"):
        context[kind] = [asset for asset in context.get(kind, ()) if not _unused(asset)]


def _unused(asset):
    name = str(getattr(asset, "filename", asset))
    return any(end in name for end in UNUSED)


def _mark(app):
    """The logo as inline SVG: there, the page's own style sheet colours it."""
    svg = (pathlib.Path(app.srcdir) / "_static" / "logo.svg").read_text("utf8")
    svg = re.sub(r"<(style|title)>.*?</\1>", "", svg, flags=re.DOTALL).replace(' role="img"', "")
    return svg.strip().replace("<svg", '<svg class="mark" aria-hidden="true"', 1)


def _contents(context):
    """The chapters, with the sections of this page under its own title, and numbers apart from titles."""
    chapters = context["toctree"](maxdepth=2, collapse=True, includehidden=True) or ""
    nested = re.fullmatch(r"\s*<ul>\s*<li>.*?</a>(<ul>.*</ul>)\s*</li>\s*</ul>\s*", context.get("toc") or "", re.DOTALL)
    if nested:
        here = r'<a class="current reference internal" href="#">.*?</a>'
        chapters = re.sub(here, lambda link: link[0] + nested[1], chapters, count=1)
    return re.sub(r'(<a class="[^"]*" href="[^"]*">)([0-9.]+) ', r'\1<span class="number">\2</span> ', chapters)


def front_door(app, exception):
    """The front page is also what the folder itself shows, instead of a redirect."""
    if exception or app.builder.name != "html":
        return
    folder, root = pathlib.Path(app.outdir), app.config.root_doc
    if root != "index":
        shutil.copyfile(folder / f"{root}.html", folder / "index.html")


def prune(app, exception):
    """Take what no page uses out of the built site: the theme's scripts, styles and icon fonts, and Thebe."""
    if exception or app.builder.name != "html":
        return
    static = pathlib.Path(app.outdir) / "_static"
    for name in ("scripts", "styles", "vendor", "locales", "images"):
        shutil.rmtree(static / name, ignore_errors=True)
    for path in static.iterdir():
        if path.is_file() and (_unused(path.name) or re.search("webpack-macros|sphinx-thebe", path.name)):
            path.unlink()


def setup(app):
    """Register the steps."""
    app.connect("config-inited", settle_config)
    app.connect("html-page-context", early, priority=100)
    app.connect("html-page-context", late, priority=910)
    app.connect("build-finished", front_door, priority=900)
    app.connect("build-finished", prune, priority=900)
