"""The Sphinx side of the book: what the site shows beyond the theme.

Each module is one concept and has its own `setup`. Directives: ``{lead}``, ``{picture}``, ``{verdict}``,
``{verdicts}``, ``{doors}``, ``{claims}``, ``{errata}``, ``{provenance}``.
"""

from underload_site import (
    citation,
    claims,
    docstrings,
    errata,
    excerpt,
    frontpage,
    inline,
    late,
    offline,
    page,
    pictures,
    provenance,
    verdicts,
)

PARTS = (
    docstrings,
    late,
    pictures,
    excerpt,
    verdicts,
    claims,
    errata,
    provenance,
    frontpage,
    citation,
    page,
    inline,
    offline,
)


def setup(app):
    """Register every part with Sphinx."""
    for part in PARTS:
        part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
