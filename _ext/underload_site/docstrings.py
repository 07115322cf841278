"""Attributes that share a line of a docstring (``low, high : float``) are listed one by one in the reference."""

import re

SHARED = re.compile(r"^(\w+(?:, \w+)+)( : .*)?$")


def split_attributes(app, what, name, obj, options, lines):
    """Repeat the type and the description of each shared entry of an Attributes section, before napoleon reads it."""
    if "Attributes" not in lines:
        return
    start = lines.index("Attributes") + 2
    end = next((i for i in range(start + 1, len(lines)) if re.match(r"^-{3,}$", lines[i])), len(lines) + 1) - 1
    section, entries = lines[start:end], []
    for line in section:
        if line and not line.startswith(" "):
            entries.append([line])
        elif entries:
            entries[-1].append(line)
    whole = []
    for head, *body in entries:
        shared = SHARED.match(head)
        names = shared[1].split(", ") if shared else [head]
        kind = (shared[2] or "") if shared else ""
        for each in names:
            whole += [each + kind, *body]
    lines[start:end] = whole


def setup(app):
    """Register the step ahead of napoleon's."""
    app.connect("autodoc-process-docstring", split_attributes, priority=100)
