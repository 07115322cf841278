"""Live figures: pictures of the book that a browser replaces by what the same kernels compute there.

Each module is one concept and has its own `setup`. `places` marks the pictures, `module` compiles the kernels and
`assets` gives the pages what they need. In a notebook, ``figures.figure(live="name")`` marks a picture; in a page,
the directive ``{live} name`` does. Settings: ``live_folder`` holds the compiler, the kernels' list and the scripts,
and ``live_sources`` names the folders whose changes make a compiled module out of date.
"""

from underload_live import assets, places


def setup(app):
    """Register every part with Sphinx, after the extension whose pictures are marked."""
    app.setup_extension("underload_site")
    app.add_config_value("live_folder", "live", "html")
    app.add_config_value("live_exports", "book_kernels", "html")
    app.add_config_value("live_sources", ["kernels"], "html")
    for part in (places, assets):
        part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
