"""A figure of a chapter shown on another page, with a link to the chapter."""

import hashlib
import os
import pathlib
from binascii import a2b_base64

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from underload_site import late, pictures, shelf


class excerpt(nodes.General, nodes.Element):
    """A figure without a number: it has one in its own chapter."""


class excerpt_caption(nodes.General, nodes.TextElement):
    """Its caption."""


class excerpt_link(nodes.General, nodes.Element):
    """The way to the chapter."""


class Picture(SphinxDirective):
    """``{picture} chapters/03_queue wait``: the figure named `wait` of that chapter.

    The body is the caption; without one the chapter's own caption is used. ``:class:`` adds classes,
    ``:eager:`` loads the picture at once, for the first thing that a page shows.
    """

    required_arguments = 2
    has_content = True
    option_spec = {"class": directives.class_option, "eager": directives.flag}

    def run(self):
        """Read the stored picture and make it a figure of this page."""
        docname, name = self.arguments
        docname = docname.removesuffix(".ipynb")
        path = pathlib.Path(self.env.srcdir) / f"{docname}.ipynb"
        self.env.note_dependency(str(path))
        self.env.metadata[self.env.docname][late.KEY] = True
        try:
            output, metadata = find(path, name)
        except (LookupError, OSError) as error:
            raise self.error(f"no figure {name!r} in {docname}: {error}") from error
        figure = excerpt(classes=["excerpt", *self.options.get("class", [])])
        for theme, content in _contents(output):
            figure += self._image(theme, content, output, metadata)
        figure += self._caption(metadata, docname, name)
        return [figure]

    def _image(self, theme, content, output, metadata):
        raw = a2b_base64(content)
        pixels, height = pictures.png_size(raw)
        width = output.get("metadata", {}).get(pictures.PNG, {}).get("width", pixels)
        return pictures.themed_image(
            uri=self._store(raw),
            alt=metadata.get("image", {}).get("alt", ""),
            classes=["picture", *([f"only-{theme}"] if theme else [])],
            width=f"{float(width):.0f}",
            height=f"{float(width) * height / pixels:.0f}",
            loading="eager" if "eager" in self.options and theme != "dark" else "lazy",
        )

    def _store(self, raw):
        """Write the picture where myst-nb keeps its own; equal pictures share a file."""
        folder = pathlib.Path(self.env.mystnb_config.output_folder)
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{hashlib.sha256(raw).hexdigest()}.png"
        file.write_bytes(raw)
        return "/" + pathlib.PurePath(os.path.relpath(file, self.env.srcdir)).as_posix()

    def _caption(self, metadata, docname, name):
        text = self.content or [metadata["figure"].get("caption", "")]
        box = nodes.Element()
        if any(line.strip() for line in text):
            self.state.nested_parse(StringList(list(text), source=docname), self.content_offset, box)
        inline = box.children[0].children if box.children else []
        return excerpt_caption("", "", *inline, excerpt_link(docname=docname, anchor=name))


def _contents(output):
    dark = output.get("metadata", {}).get("underload", {}).get("dark")
    light = "".join(output["data"][pictures.PNG])
    return (("light", light), ("dark", dark)) if dark else (("", light),)


def find(path, name):
    """The PNG output and the mystnb metadata of the figure called `name` in a stored notebook."""
    for cell in shelf.read(path)["cells"]:
        metadata = cell.get("metadata", {}).get("mystnb", {})
        if metadata.get("figure", {}).get("name") != name:
            continue
        for output in cell.get("outputs", ()):
            if pictures.PNG in output.get("data", {}):
                return output, metadata
        raise LookupError("its cell has no stored picture")
    raise LookupError("no cell has this name in its mystnb metadata")


def resolve(app, doctree, docname):
    """Turn each way to the chapter into a link that names the chapter."""
    for node in list(doctree.findall(excerpt_link)):
        uri = late.link(app, docname, node["docname"], node["anchor"])
        title = app.env.titles.get(node["docname"])
        if uri and title is not None:
            number = app.env.toc_secnumbers.get(node["docname"], {}).get("")
            text = f"Chapter {number[0]}: {title.astext()}" if number else title.astext()
            link = nodes.reference("", text, internal=True, refuri=uri)
            node.replace_self(nodes.inline("", "", link, classes=["excerpt-from"]))
        else:
            late.warn(node, f"{node['docname']} is not in the book")
            node.parent.remove(node)


def _open(tag):
    def visit(translator, node):
        translator.body.append(translator.starttag(node, tag, ""))

    def depart(translator, node):
        translator.body.append(f"</{tag}>")

    return visit, depart


def _pass(translator, node):
    pass


def setup(app):
    """Register the directive and its nodes."""
    for node, tag in ((excerpt, "figure"), (excerpt_caption, "figcaption")):
        plain = (_pass, _pass)
        app.add_node(node, html=_open(tag), latex=plain, text=plain, man=plain, texinfo=plain)
    app.add_node(excerpt_link)
    app.add_directive("picture", Picture)
    app.connect("doctree-resolved", resolve)
