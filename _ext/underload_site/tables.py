"""Docutils tables from rows of nodes."""

from docutils import nodes


def words(text, *classes):
    """A paragraph of plain text."""
    return nodes.paragraph("", text, classes=list(classes))


def anchor(text, uri):
    """A paragraph that is one link, or plain text where there is nothing to link to."""
    if not uri:
        return words(text)
    return nodes.paragraph("", "", nodes.reference("", text, internal=True, refuri=uri))


def table(headers, rows, widths, classes=()):
    """A table; each row is (cells, classes) and each cell one node."""
    group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in widths), cols=len(widths))
    group += nodes.thead("", _row([words(header) for header in headers]))
    group += nodes.tbody("", *(_row(cells, names) for cells, names in rows))
    return nodes.table("", group, classes=list(classes))


def _row(cells, classes=()):
    return nodes.row("", *(nodes.entry("", cell) for cell in cells), classes=list(classes))
