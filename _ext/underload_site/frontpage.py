"""Parts of a page that set its tone: the question under a title, the doors of the front page."""

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from underload_site import late


class Lead(SphinxDirective):
    """``{lead}``: the chapter's question, in a larger size."""

    has_content = True
    name_class = "lead-in"

    def run(self):
        """A block with a class; its text is parsed as usual."""
        block = nodes.container(classes=[self.name_class])
        self.set_source_info(block)
        self.state.nested_parse(self.content, self.content_offset, block)
        return [block]


class Hero(Lead):
    """``{hero}``: the first screen of the front page: a sentence and a figure."""

    name_class = "hero"


class Doors(Lead):
    """``{doors}``: holds ``{door}`` blocks side by side."""

    name_class = "doors"


class Door(SphinxDirective):
    """``{door} Read`` with ``:to: chapters/01_load``: a title that is a link, and a sentence."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"to": directives.unchanged_required}

    def run(self):
        """A block whose title becomes a link once all documents are known."""
        door = nodes.container(classes=["door"])
        title = late.late(build=_title, arguments=[self.arguments[0], self.options.get("to", "")], content=[])
        self.set_source_info(title)
        door += title
        self.state.nested_parse(self.content, self.content_offset, door)
        return [door]


def _title(app, docname, node):
    text, target = node["arguments"]
    uri = target
    if target and "://" not in target and not target.startswith("#"):
        document, _, anchor = target.partition("#")
        uri = late.link(app, docname, document.removeprefix("/"), anchor)
        if not uri:
            late.warn(node, f"door {text!r} leads to {document}, which is not in the book")
    inside = nodes.reference("", text, internal=True, refuri=uri) if uri else nodes.Text(text)
    return [nodes.paragraph("", "", inside, classes=["door-title"])]


def setup(app):
    """Register the directives."""
    for name, directive in (("lead", Lead), ("hero", Hero), ("doors", Doors), ("door", Door)):
        app.add_directive(name, directive)
