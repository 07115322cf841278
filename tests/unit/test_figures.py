"""The style: two themes from one function, the palette's promises, tables as Markdown."""

import base64
import io

import numpy as np
import pytest
from PIL import Image
from underload import figures, stats


@pytest.fixture
def shown(monkeypatch):
    """What a cell would display."""
    outputs = []
    monkeypatch.setattr("IPython.display.display", lambda data, **more: outputs.append((data, more)))
    return outputs


def decoded(png):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB"), dtype=int)


def luminance(colour):
    """Relative luminance as WCAG 2.1 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_one_function_gives_a_light_and_a_dark_picture(shown):
    themes = []

    @figures.figure(height=2)
    def wave(ax):
        themes.append(figures.colour("ink"))
        figures.theory(ax, [0, 1], [0, 1], label="line")
        figures.simulation(
            ax, [0, 1], [stats.Interval(0, 0.1, 0.95, 9), stats.Interval(1, 0.1, 0.95, 9)], label="points"
        )
        figures.measurement(ax, [0, 1], [1, 0], label="crosses")
        figures.band(ax, [0, 1], [0, 0], [1, 1])

    ((data, more),) = shown
    light, dark = decoded(data["image/png"]), decoded(more["metadata"]["underload"]["dark"])
    assert light.shape == dark.shape == (400, 1152, 3)
    assert light.mean() > 200
    assert dark.mean() < 80
    assert themes == [figures.PALETTE["light"]["ink"], figures.PALETTE["dark"]["ink"]]
    assert data["text/plain"] == "<figure wave>"


def test_the_same_bytes_every_time(shown):
    def line(ax):
        figures.theory(ax, np.arange(50), np.sqrt(np.arange(50)))

    figures.figure()(line)
    figures.figure()(line)
    assert shown[0] == shown[1]


def test_panels_arrive_as_arguments(shown):
    @figures.figure(panels=(1, 2))
    def two(left, right):
        assert left is not right

    assert shown


def test_a_picture_can_say_which_live_figure_it_stands_for(shown):
    figures.figure(live="waiting-2")(lambda ax: None)
    figures.figure()(lambda ax: None)
    marked, plain = (more["metadata"]["underload"] for _, more in shown)
    assert marked == {"dark": plain["dark"], "live": "waiting-2"}
    assert plain.keys() == {"dark"}


@pytest.mark.parametrize("name", ["", "Waiting", "two words", "-x", "x-", "a--b", "a_b", "é", "a\n", 3])
def test_a_live_figure_has_a_plain_name(name):
    with pytest.raises(ValueError, match=r"live .* must be a name"):
        figures.figure(live=name)


def test_the_style_does_not_leak():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    with figures.themed("dark"):
        assert mpl.rcParams["figure.facecolor"] == figures.PALETTE["dark"]["paper"]
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_can_be_read(theme):
    # WCAG 2.1 AA: 4.5 for words, 3 for marks.
    palette = figures.PALETTE[theme]
    for role in ("ink", "muted"):
        assert contrast(palette[role], palette["paper"]) >= 4.5
    for role in ("simulation", "measurement", "third", "fourth"):
        assert contrast(palette[role], palette["paper"]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_three_marks_differ_in_grey(theme):
    palette = figures.PALETTE[theme]
    for a, b in (("ink", "simulation"), ("ink", "measurement"), ("simulation", "measurement")):
        assert contrast(palette[a], palette[b]) >= 1.25


def test_table_is_markdown_with_right_aligned_numbers(shown):
    figures.table([("a", 1234.5), ("b", 2.0)], ("name", "value [s]"), ("", ",.1f"))
    ((markdown, _),) = shown
    lines = markdown.data.splitlines()
    assert lines[2].split("|")[2].strip() == "1,234.5"
    assert lines[1].endswith(":|")
