"""Renderers of notebook outputs, registered for this build only.

An entry point would do the same, but then every other user of myst-nb in the environment would have to
be able to import this package, which is on the path only while the book is built.
"""

from myst_nb.core.render import load_mime_renders


def register(renderer):
    """Let `renderer` handle notebook outputs before those do that were registered earlier, and the built-in ones."""
    renderers = load_mime_renders()
    if renderer not in renderers:
        renderers.insert(0, renderer)
