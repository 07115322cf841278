"""How the book draws: one style in light and dark, three marks, figures and tables in a cell.

A figure is a function that draws on axes; the decorator runs it once in ink on paper and once in
light on dark, and shows both as one output::

    @figures.figure(height=3.2)
    def wait(ax):
        figures.theory(ax, load, model, label="M/M/1")
        figures.simulation(ax, load, intervals)
        figures.measurement(ax, load, measured)

Theory is a line in ink, simulation is points with intervals, measurement is crosses: everywhere. An
open circle is an exact value or a worked example.
"""

import base64
import contextlib
import io
import pathlib
import re

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager
from matplotlib.figure import Figure

__all__ = [
    "PALETTE",
    "band",
    "colour",
    "figure",
    "measurement",
    "note",
    "point",
    "simulation",
    "table",
    "themed",
    "theory",
]

# One role, one colour. The hues keep their order in grey and for red-green blindness: ink is darkest,
# then measurement (blue), then simulation (orange).
PALETTE = {
    "light": {
        "paper": "#fdfcf9",
        "ink": "#22211f",
        "muted": "#77736b",
        "hairline": "#c9c4b9",
        "simulation": "#d1571b",
        "measurement": "#20639b",
        "third": "#2f8f6b",
        "fourth": "#8c4a97",
    },
    "dark": {
        "paper": "#1c1b1a",
        "ink": "#e9e5dc",
        "muted": "#a09a8e",
        "hairline": "#4a4741",
        "simulation": "#ee7f3c",
        "measurement": "#9ccdf5",
        "third": "#62c79c",
        "fourth": "#cf94d8",
    },
}
WIDTH = 5.76  # the text column in inches of 100 CSS pixels
CSS_PIXELS_PER_INCH = 100
DENSITY = 2  # device pixels in a CSS pixel
FONT = "Source Sans Pro"

_theme = "light"


def colour(role):
    """The colour of a role in the theme being drawn: ink, muted, simulation, measurement, third, fourth."""
    return PALETTE[_theme][role]


def _font_size(css_pixels):
    return css_pixels * 72 / CSS_PIXELS_PER_INCH


def _style(theme):
    colours = PALETTE[theme]
    return {
        "figure.facecolor": colours["paper"],
        "axes.facecolor": colours["paper"],
        "savefig.facecolor": colours["paper"],
        "font.family": FONT,
        "font.size": _font_size(13.2),
        "axes.labelsize": _font_size(13.2),
        "axes.titlesize": _font_size(13.2),
        "axes.titleweight": "semibold",
        "axes.titlelocation": "left",
        "axes.titlecolor": colours["ink"],
        "xtick.labelsize": _font_size(12.4),
        "ytick.labelsize": _font_size(12.4),
        "text.color": colours["ink"],
        "axes.labelcolor": colours["muted"],
        "xtick.color": colours["hairline"],
        "ytick.color": colours["hairline"],
        "xtick.labelcolor": colours["muted"],
        "ytick.labelcolor": colours["muted"],
        "axes.edgecolor": colours["hairline"],
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": False,
        "axes.unicode_minus": True,
        "xtick.minor.visible": False,
        "ytick.minor.visible": False,
        "xtick.major.size": 3,
        "ytick.major.size": 3,
        "lines.linewidth": 1.6,
        "lines.solid_capstyle": "round",
        "legend.frameon": False,
        "axes.prop_cycle": mpl.cycler(
            color=[colours[role] for role in ("ink", "simulation", "measurement", "third", "fourth")]
        ),
        "mathtext.fontset": "custom",
        "mathtext.rm": FONT,
        "mathtext.it": f"{FONT}:italic",
        "mathtext.bf": f"{FONT}:bold",
        "mathtext.cal": FONT,
    }


@contextlib.contextmanager
def themed(theme):
    """Draw in one theme inside the block: ``"light"`` or ``"dark"``."""
    global _theme
    before, _theme = _theme, theme
    _register_font()
    try:
        with mpl.rc_context(_style(theme)):
            yield
    finally:
        _theme = before


def _register_font():
    if FONT in font_manager.fontManager.get_font_names():
        return
    import font_source_sans_pro

    folder = pathlib.Path(font_source_sans_pro.__file__).parent / "files"
    for weight in ("Regular", "It", "Semibold", "Bold"):
        font_manager.fontManager.addfont(str(folder / f"SourceSansPro-{weight}.ttf"))


# Marks ---------------------------------------------------------------------------------------


def _label(ax, x, y, label, role, offset=(6, 0), **options):
    options = {"ha": "left", "va": "center"} | options
    ax.annotate(
        label, (x, y), xytext=offset, textcoords="offset points", color=colour(role), annotation_clip=False, **options
    )


def theory(ax, x, y, label=None, role="ink", at=-1, offset=(6, 0), style="-", **options):
    """A model: a line, labelled directly at point number `at`."""
    (line,) = ax.plot(x, y, style, color=colour(role), zorder=3)
    if label:
        _label(ax, np.asarray(x)[at], np.asarray(y)[at], label, role, offset, **options)
    return line


def simulation(ax, x, intervals, label=None, role="simulation", scale=1, at=-1, offset=(6, 0), **options):
    """A simulation: points with their intervals, one `underload.stats.Interval` for each `x`, times `scale`."""
    mean, low, high = (scale * np.array([getattr(i, end) for i in intervals]) for end in ("mean", "low", "high"))
    error = np.array([mean - low, high - mean])
    ax.errorbar(x, mean, yerr=error, fmt="o", ms=4.2, color=colour(role), elinewidth=1.1, capsize=0, zorder=4)
    if label:
        _label(ax, np.asarray(x)[at], mean[at], label, role, offset, **options)


def measurement(ax, x, y, label=None, role="measurement", at=-1, offset=(6, 0), **options):
    """A real system: crosses."""
    ax.plot(x, y, "x", ms=5.5, mew=1.5, color=colour(role), zorder=5)
    if label:
        _label(ax, np.asarray(x)[at], np.asarray(y)[at], label, role, offset, **options)


def point(ax, x, y, label=None, role="ink", at=-1, offset=(9, 7), **options):
    """An exact value or a worked example: open circles."""
    ax.plot(x, y, "o", ms=5, mew=1.4, mfc=ax.get_facecolor(), color=colour(role), zorder=4)
    if label:
        _label(ax, np.asarray(x)[at], np.asarray(y)[at], label, role, offset, **options)


def band(ax, x, low, high, role="muted"):
    """A region between two curves."""
    ax.fill_between(x, low, high, color=colour(role), alpha=0.15, lw=0, zorder=1)


def note(ax, x, y, text, role="muted", offset=(0, 0), **options):
    """Words placed at a data point."""
    _label(ax, x, y, text, role, offset, **options)


# Output --------------------------------------------------------------------------------------


def _png(draw, theme, width, height, panels):
    from PIL import Image

    with themed(theme):
        fig = Figure(figsize=(width, height), layout="constrained")
        axes = np.ravel(fig.subplots(*panels))
        draw(*axes)
        for ax in axes:
            ax.minorticks_off()
        raw = io.BytesIO()
        fig.savefig(raw, format="png", dpi=DENSITY * CSS_PIXELS_PER_INCH)
    # A figure has few colours: a palette makes the stored notebook four times smaller.
    small = io.BytesIO()
    Image.open(raw).convert("RGB").quantize(96, dither=Image.Dither.NONE).save(small, "png", optimize=True)
    return base64.b64encode(small.getvalue()).decode("ascii")


def figure(height=3.3, width=WIDTH, panels=(1, 1), live=None):
    """Draw the decorated function now, in light and dark, as one output of the cell.

    Parameters
    ----------
    height, width : float
        Size in inches of 100 CSS pixels.
    panels : (int, int)
        Rows and columns; the function receives one axes for each panel.
    live : str, optional
        Name of the figure that takes the place of this picture on the site, where scripts run. Everywhere
        else the picture stays. Lower case letters, digits and single hyphens.
    """
    if live is not None and not (isinstance(live, str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", live)):
        raise ValueError(f"live {live!r} must be a name of lower case letters, digits and single hyphens")
    mark = {} if live is None else {"live": live}

    def show(draw):
        from IPython.display import display

        light, dark = (_png(draw, theme, width, height, panels) for theme in ("light", "dark"))
        display(
            {"image/png": light, "text/plain": f"<figure {draw.__name__}>"},
            metadata={"image/png": {"width": round(width * CSS_PIXELS_PER_INCH)}, "underload": {"dark": dark} | mark},
            raw=True,
        )
        return draw

    return show


def table(rows, headers, formats=()):
    """Show rows as a Markdown table: it renders in a notebook, on a code host and on the site.

    Parameters
    ----------
    rows : sequence of sequences
    headers : sequence of str
        Column names with their unit.
    formats : sequence of str
        A format for each column, such as ``",.0f"``; "" leaves the cell as it is.
    """
    from IPython.display import Markdown, display
    from tabulate import tabulate

    formats = tuple(formats) + ("",) * (len(headers) - len(formats))
    cells = [[format(cell, spec) if spec else str(cell) for cell, spec in zip(row, formats)] for row in rows]
    numeric = [all(not isinstance(row[i], str) for row in rows) for i in range(len(headers))]
    text = tabulate(
        cells,
        headers=list(headers),
        tablefmt="pipe",
        disable_numparse=True,
        colalign=["right" if n else "left" for n in numeric],
    )
    display(Markdown(text))
