"""How to cite a chapter: a plain line and a BibTeX entry at its foot."""

import re
from urllib.parse import urljoin, urlsplit

import underload

from underload_site import shelf

AUTHORS = "The Under Load authors"


def plain(title, book, year, version, url=""):
    """The citation as a sentence."""
    return f"{AUTHORS} ({year}). {title}. In {book}, version {version}." + (f" {url}" if url else "")


def bibtex(docname, title, book, year, version, url=""):
    """The citation as a BibTeX entry."""
    key = "underload-" + re.sub(r"[^a-z0-9]+", "-", docname.rsplit("/", 1)[-1].lower()).strip("-")
    fields = {"author": "{" + AUTHORS + "}", "title": title, "booktitle": book, "year": year}
    fields["note"] = f"Version {version}"
    if url:
        fields["url"] = url
    lines = [f"  {name:<9} = {{{value}}}" for name, value in fields.items()]
    return f"@incollection{{{key},\n" + ",\n".join(lines) + "\n}"


def page_url(baseurl, uri):
    """The address of a page, or "" while the book has none (hosts under .example are reserved)."""
    host = urlsplit(baseurl or "").hostname or ""
    return "" if not host or host.endswith(".example") else urljoin(baseurl, uri)


def add_citation(app, pagename, templatename, context, doctree):
    """Give the template of a chapter its citation."""
    if not pagename.startswith(f"{shelf.FOLDER}/") or doctree is None:
        return
    about = {
        "title": app.env.titles[pagename].astext(),
        "book": app.config.project,
        "year": re.search(r"\d{4}", app.config.copyright).group(),
        "version": underload.__version__,
        "url": page_url(app.config.html_baseurl, app.builder.get_target_uri(pagename)),
    }
    context["citation"] = {"plain": plain(**about), "bibtex": bibtex(pagename, **about)}


def setup(app):
    """Register the step."""
    app.connect("html-page-context", add_citation)
