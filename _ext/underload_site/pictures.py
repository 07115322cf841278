"""Figures that are drawn twice, in ink on paper and in light on dark, shown one at a time.

`underload.figures.figure` stores the light picture as the output and the dark one in its metadata. The
page holds both; the stylesheet hides one, and a hidden lazy image is neither fetched nor read aloud.
"""

import dataclasses
import html
import posixpath
import struct
from binascii import a2b_base64
from urllib.parse import quote

from docutils import nodes

from underload_site import renderers

PNG = "image/png"


class themed_image(nodes.image):
    """An image for one theme, with its size, so that the page does not move while it loads."""


class ThemedPicture:
    """myst-nb renderer for ``image/png`` outputs that carry a dark twin."""

    mime_priority_overrides = ()

    @staticmethod
    def handle_mime(renderer, data, inline):
        """Two images for an output with a dark twin; None leaves the output to the other renderers."""
        dark = data.output_metadata.get("underload", {}).get("dark")
        if inline or data.mime_type != PNG or not dark:
            return None
        return [
            _image(renderer.render_image(dataclasses.replace(data, content=content))[0], content, theme)
            for theme, content in (("light", data.content), ("dark", dark))
        ]


def _image(image, content, theme):
    """The image that myst-nb made of the PNG, dressed for one theme."""
    width, height = png_size(a2b_base64(content))
    shown = float(image.get("width", width))
    return themed_image(
        uri=image["uri"],
        alt=image.get("alt", ""),
        classes=["picture", f"only-{theme}", *image["classes"]],
        width=f"{shown:.0f}",
        height=f"{shown * height / width:.0f}",
    )


def png_size(content):
    """Width and height of a PNG in pixels, from its header."""
    if content[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("content must be a PNG")
    return struct.unpack(">II", content[16:24])


def _visit(translator, node):
    uri = node["uri"]
    if uri in translator.builder.images:
        uri = posixpath.join(translator.builder.imgpath, quote(translator.builder.images[uri]))
    attributes = {
        "class": " ".join(node["classes"]),
        "src": uri,
        "alt": node["alt"],
        "width": node["width"],
        "height": node["height"],
        "loading": node.get("loading", "lazy"),
        "decoding": "async",
    }
    translator.body.append("<img " + " ".join(f'{k}="{html.escape(v)}"' for k, v in attributes.items()) + " />")


def _pass(translator, node):
    pass


def _only_light(translator, node):
    if "only-dark" in node["classes"]:
        raise nodes.SkipNode
    translator.visit_image(node)


def _depart_light(translator, node):
    translator.depart_image(node)


def setup(app):
    """Register the renderer and its node."""
    renderers.register(ThemedPicture)
    paper = (_only_light, _depart_light)
    app.add_node(themed_image, html=(_visit, _pass), latex=paper, text=paper, man=paper, texinfo=paper)
