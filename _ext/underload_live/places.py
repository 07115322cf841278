"""Where live figures stand: a frame around the picture that shows when no script runs."""

import dataclasses

from docutils import nodes
from sphinx.util.docutils import SphinxDirective
from underload_site import renderers

PNG = "image/png"


class live(nodes.General, nodes.Element):
    """The frame; its content is the picture."""


class MarkedPicture:
    """myst-nb renderer for pictures that say which live figure they stand for."""

    mime_priority_overrides = ()

    @staticmethod
    def handle_mime(renderer, data, inline):
        """A frame around what is rendered without the mark; None for an output that has none."""
        mark = data.output_metadata.get("underload", {})
        if inline or data.mime_type != PNG or "live" not in mark:
            return None
        rest = {key: value for key, value in mark.items() if key != "live"}
        plain = dataclasses.replace(data, output_metadata=data.output_metadata | {"underload": rest})
        return [frame(mark["live"], renderer.render_mime_type(plain))]


def frame(name, content):
    """The frame of the figure called `name`."""
    return live("", *content, name=name, classes=["live"], ids=[f"live-{name}"])


class Live(SphinxDirective):
    """``{live} name``: its content is a ``{picture}`` or an image, which the live figure replaces."""

    required_arguments = 1
    has_content = True

    def run(self):
        """Frame the pictures and leave what is around them, such as a caption, where it is."""
        box = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, box)
        pictures = list(box.findall(nodes.image))
        if not pictures:
            raise self.error(f"live figure {self.arguments[0]!r} needs a picture as its content")
        parent = pictures[0].parent
        if isinstance(parent, nodes.paragraph):  # a frame is a block, which no paragraph may hold
            pictures, parent = [parent], parent.parent
        place = parent.index(pictures[0])
        for picture in pictures:
            parent.remove(picture)
        around = frame(self.arguments[0], pictures)
        self.set_source_info(around)
        parent.insert(place, around)
        return box.children


def collect(app, doctree):
    """Remember the figures of a page that was read."""
    names = [node["name"] for node in doctree.findall(live)]
    if names:
        on_pages(app.env)[app.env.docname] = names


def on_pages(env):
    """The names of the live figures on each page that has some."""
    if not hasattr(env, "live_figures"):
        env.live_figures = {}
    return env.live_figures


def purge(app, env, docname):
    """Forget a page that is read anew."""
    on_pages(env).pop(docname, None)


def merge(app, env, docnames, other):
    """Take over what another process read."""
    on_pages(env).update({name: figures for name, figures in on_pages(other).items() if name in docnames})


def _open(translator, node):
    translator.body.append(translator.starttag(node, "div", **{"data-live": node["name"]}))


def _close(translator, node):
    translator.body.append("</div>\n")


def _pass(translator, node):
    pass


def setup(app):
    """Register the renderer, the directive, the node and the events."""
    renderers.register(MarkedPicture)
    paper = (_pass, _pass)
    app.add_node(live, html=(_open, _close), latex=paper, text=paper, man=paper, texinfo=paper)
    app.add_directive("live", Live)
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
