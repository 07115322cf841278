"""Where every dataset comes from, as its manifest says."""

import re

from docutils import nodes
from sphinx.util.docutils import SphinxDirective
from underload import datasets

from underload_site import late
from underload_site.tables import table, words

SHOWN_APART = ("title", "summary", "tables")


class Provenance(SphinxDirective):
    """``{provenance}``: a section for each dataset, which can be referred to as ``data-<name>``."""

    def run(self):
        """Build the sections while reading, so that they enter the table of contents."""
        self.env.metadata[self.env.docname][late.KEY] = True
        return [self._section(name, datasets.manifest(name)) for name in datasets.names()]

    def _section(self, name, manifest):
        section = nodes.section(names=[f"data-{name}"], classes=["dataset"])
        self.state.document.note_explicit_target(section)
        section += nodes.title("", str(manifest.get("title", name)))
        if manifest.get("summary"):
            section += prose(manifest["summary"])
        section += _facts({key: value for key, value in manifest.items() if key not in SHOWN_APART})
        for file, entry in manifest.get("tables", {}).items():
            section += nodes.paragraph("", "", nodes.literal("", f"{name}/{file}"), classes=["dataset-file"])
            section += _columns(entry.get("columns", {}))
        return section


def _facts(facts):
    items = [
        nodes.field("", nodes.field_name("", str(key).replace("_", " ")), nodes.field_body("", *_value(value)))
        for key, value in facts.items()
    ]
    return nodes.field_list("", *items, classes=["dataset-facts"]) if items else []


def _value(value):
    """Nodes for what YAML can hold: a mapping, a list, or one value."""
    if isinstance(value, dict):
        return [_facts(value)]
    if isinstance(value, list) and all(isinstance(item, int | float) for item in value):
        return [words(", ".join(map(str, value)))]
    if isinstance(value, list):
        return [nodes.bullet_list("", *(nodes.list_item("", *_value(item)) for item in value))]
    return [prose(value)]


def prose(value):
    """A paragraph in which `code` and addresses are marked as such."""
    paragraph = nodes.paragraph()
    for part in re.split(r"(`[^`]+`|https?://[^\s,;)]+[^\s,;).])", " ".join(str(value).split())):
        if part.startswith("`"):
            paragraph += nodes.literal("", part.strip("`"))
        elif re.match("https?://", part):
            paragraph += nodes.reference("", part, refuri=part)
        elif part:
            paragraph += nodes.Text(part)
    return paragraph


def _columns(columns):
    """Name, unit and, where the manifest has one, the meaning of each column."""
    meanings = {name: about.get("about") or about.get("description") for name, about in columns.items()}
    told = any(meanings.values())
    rows = []
    for name, about in columns.items():
        cells = [nodes.paragraph("", "", nodes.literal("", name)), words(str(about.get("unit") or "–"))]
        rows.append((cells + [prose(meanings[name] or "")] * told, ()))
    headers = ("Column", "Unit", "Meaning")
    return table(headers[: 2 + told], rows, (28, 18, 54)[: 2 + told], classes=["dataset-columns"])


def setup(app):
    """Register the directive."""
    app.add_directive("provenance", Provenance)
