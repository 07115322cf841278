"""Pages without inline scripts, so that a host can forbid them: extensions' settings move into a file."""

import hashlib
import pathlib

from underload_site import offline

EARLY = 400  # after Sphinx's own scripts, before those that read the settings
NOT_READ = "DOCUMENTATION_OPTIONS.pagename"  # for scripts of the theme that the layout does without


def gather(app, pagename, templatename, context, doctree):
    """Replace the scripts that extensions wrote into a page by one file; pages with the same settings share it."""
    bodies = {}
    for script in context.get("script_files", ()):
        body = _body(script)
        if body and not offline.is_thebe(script) and not body.startswith(NOT_READ):
            bodies[body.rstrip("; \n")] = None
    if bodies:
        text = "".join(f"{body};\n" for body in bodies)
        name = f"settings-{hashlib.sha256(text.encode()).hexdigest()[:8]}.js"
        static = pathlib.Path(app.outdir) / "_static"
        static.mkdir(parents=True, exist_ok=True)
        (static / name).write_text(text, "utf8")
        app.add_js_file(name, priority=EARLY)
    context["script_files"] = [script for script in context.get("script_files", ()) if not _body(script)]


def _body(script):
    return (getattr(script, "attributes", None) or {}).get("body", "").strip()


def setup(app):
    """Register the step, after the extensions have added their scripts."""
    app.connect("html-page-context", gather, priority=890)
