"""A site that asks no other server for anything: its own MathJax, and no trace of a remote script."""

import importlib.metadata
import pathlib
import re
import shutil

MATHJAX = pathlib.PurePosixPath("sphinx-mathjax-offline/static/mathjax")
FONTS = pathlib.PurePosixPath("output/chtml/fonts/woff-v2")
SCRIPT = "tex-chtml.js"


def copy_mathjax(app, exception):
    """Copy MathJax's TeX input, its HTML output and the fonts that it needs into the built site."""
    if exception or app.builder.format != "html":
        return
    source = pathlib.Path(importlib.metadata.distribution("sphinx-mathjax-offline").locate_file(MATHJAX))
    target = pathlib.Path(app.outdir) / "_static" / "mathjax"
    shutil.copytree(source / FONTS, target / FONTS, dirs_exist_ok=True)
    shutil.copyfile(source / SCRIPT, target / SCRIPT)


def drop_thebe(app, pagename, templatename, context, doctree):
    """Take out sphinx-thebe, which every page of a Jupyter Book carries.

    Its inline constant is emitted twice, an error in every console, and names a remote server.
    """
    context["script_files"] = [script for script in context.get("script_files", ()) if not is_thebe(script)]
    context["css_files"] = [sheet for sheet in context.get("css_files", ()) if not is_thebe(sheet)]
    if context.get("body"):
        pattern = r'<script type="text/x-thebe-config">.*?</script>\s*<script>kernelName = [^<]*</script>'
        context["body"] = re.sub(pattern, "", context["body"], flags=re.DOTALL)


def is_thebe(asset):
    """Whether a script or a style sheet belongs to sphinx-thebe."""
    body = (getattr(asset, "attributes", None) or {}).get("body", "")
    return "THEBE_JS_URL" in body or "sphinx-thebe" in str(getattr(asset, "filename", asset))


def setup(app):
    """Register the steps. Thebe is dropped after everything else has added its scripts."""
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("build-finished", copy_mathjax)
