"""What a page with a live figure loads: one script, the kernels, one style sheet."""

import base64
import collections
import json
import pathlib

from sphinx.errors import ExtensionError
from sphinx.util import logging

from underload_live import module, places

FOLDER = "live"  # in the site's _static
LOG = logging.getLogger(__name__)


def figures(folder):
    """The script of each live figure, by the figure's name."""
    return {path.stem: path for path in sorted((folder / "js" / "figures").glob("*.js"))}


def script(folder):
    """For the page: the runtime in the order of its files' names, then the figures."""
    return _joined([*sorted((folder / "js").glob("*.js")), *figures(folder).values()])


def worker(folder):
    """For long runs beside the page: what calls kernels, and what answers the page."""
    return _joined([folder / "js" / "kernels.js", folder / "js" / "worker.js"])


def _joined(paths):
    return "\n".join(path.read_text("utf8").strip() + "\n" for path in paths)


def kernels(wasm, manifest):
    """The module as a script, so that a page opened from a folder can load it too."""
    told = {"manifest": manifest, "wasm": base64.b64encode(wasm).decode("ascii")}
    return f"Live.module({json.dumps(told, separators=(',', ':'), sort_keys=True)});\n"


def check(env, known):
    """Warn of figures that have no script, that stand twice on a page, or that no page shows."""
    pages = places.on_pages(env)
    for docname, names in pages.items():
        for name, times in collections.Counter(names).items():
            if name not in known:
                _warn(f"there is no live figure {name!r}: its script is missing", docname)
            if times > 1:
                _warn(f"the live figure {name!r} is on this page {times} times", docname)
    for name in sorted(known.keys() - {name for names in pages.values() for name in names}):
        _warn(f"no page shows the live figure {name!r}, which has a script: {known[name].name}")


def _warn(message, place=None):
    LOG.warning(message, location=place, type="underload", subtype="live")


def prepare(app, env):
    """Once all pages are read: check the figures and write the files. Returns the pages to write if these are new."""
    folder = pathlib.Path(app.srcdir) / app.config.live_folder
    check(env, figures(folder))
    pages = places.on_pages(env)
    if not pages or app.builder.format != "html":
        return []
    sources = [pathlib.Path(app.srcdir) / name for name in app.config.live_sources]
    try:
        wasm, manifest = module.load(folder, app.config.live_exports, sources, pathlib.Path(app.doctreedir) / FOLDER)
    except Exception as error:
        raise ExtensionError(f"the kernels of the live figures were not compiled: {error}", error) from error
    files = {
        "live.js": script(folder),
        "module.js": kernels(wasm, manifest),
        "worker.js": worker(folder),
        "live.css": (folder / "js" / "live.css").read_text("utf8"),
    }
    target = pathlib.Path(app.outdir) / "_static" / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    changed = [_write(target / name, text) for name, text in files.items()]
    return sorted(pages) if any(changed) else []


def _write(path, text):
    """Write a file and return whether its text is new."""
    if path.exists() and path.read_text("utf8") == text:
        return False
    path.write_text(text, "utf8")
    return True


def add(app, pagename, templatename, context, doctree):
    """Let a page that has live figures load the files."""
    if pagename in places.on_pages(app.env):
        app.add_css_file(f"{FOLDER}/live.css")
        for name in ("live.js", "module.js"):
            app.add_js_file(f"{FOLDER}/{name}", loading_method="defer")


def setup(app):
    """Register the steps."""
    app.connect("env-updated", prepare)
    app.connect("html-page-context", add)
