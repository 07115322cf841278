"""Parts of a page that depend on other files of the book: built when the page is written.

A directive leaves a `late` node; its `build(app, docname)` makes the real nodes once every document is
known, so that links can be resolved. Pages that hold one are read again in every build, since what they
show may have changed although their own text has not.
"""

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

KEY = "underload_late"
LOG = logging.getLogger(__name__)


class late(nodes.General, nodes.Element):
    """Stands for what `build` will make."""


class LateDirective(SphinxDirective):
    """A directive whose nodes are built late; subclasses say how in `build`."""

    def run(self):
        """Leave the placeholder and remember the page."""
        self.env.metadata[self.env.docname][KEY] = True
        node = late(build=type(self).build, arguments=list(self.arguments), content=list(self.content))
        self.set_source_info(node)
        return [node]

    @staticmethod
    def build(app, docname, node):
        """The nodes of the finished part."""
        raise NotImplementedError


def replace(app, doctree, docname):
    """Put the finished parts in place."""
    for node in list(doctree.findall(late)):
        node.replace_self(node["build"](app, docname, node))


def outdated(app, env, added, changed, removed):
    """The pages to read again although they did not change."""
    return [name for name, meta in env.metadata.items() if KEY in meta and name in env.found_docs]


def link(app, docname, target, anchor=""):
    """A relative link from one document to another; "" when the target is not in the book."""
    if target not in app.env.found_docs:
        return ""
    uri = app.builder.get_relative_uri(docname, target)
    return f"{uri}#{anchor}" if anchor else uri


def warn(node, message):
    """A warning at the place of a directive; it stops a strict build."""
    LOG.warning(message, location=node, type="underload", subtype="ledger")


def setup(app):
    """Register the node and the two events."""
    app.add_node(late)
    app.connect("doctree-resolved", replace)
    app.connect("env-get-outdated", outdated)
