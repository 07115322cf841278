"""Claims and their verdicts.

The catalogue ``data/claims/catalogue.yml`` holds what people say about scale, each claim with an id,
a section, the chapter that settles it, and what it states. A chapter settles a claim by handing over
what it computed; the verdict follows from the two numbers and is never typed.
"""

import dataclasses
import functools
import html
import json
import math
import pathlib

import yaml

from underload import _check, datasets

__all__ = ["MIME", "Claim", "Verdict", "catalogue", "claim", "restore", "settle", "verdicts"]

MIME = "application/vnd.underload.verdict+json"
# For a notebook, where the site's stylesheet is not at hand; a viewer that drops it still shows a readable card.
NOTEBOOK_STYLE = (
    "<style>.verdict{border-top:2px solid;border-bottom:1px solid;margin:.5em 0;max-width:42em}"
    ".verdict dl{display:flex;flex-wrap:wrap;gap:.3em 2.5em;margin:0}"
    ".verdict dt,.verdict dd{float:none;margin:0;width:auto}"
    ".verdict dt,.verdict-section{display:block;font-size:80%;font-weight:400;opacity:.7}"
    ".verdict-claim{font-size:110%}</style>"
)
MARKS = {"holds": "●", "holds if": "◐", "off": "≠", "false": "✕"}


@dataclasses.dataclass(frozen=True)
class Claim:
    """One sentence that people repeat.

    Attributes
    ----------
    id : str
        Its name in a chapter.
    section : str
        Where it stands in the order of the source.
    chapter : int
        The chapter that settles it.
    text : str
        The claim in our words.
    stated : bool or (float, float)
        The interval of values that the claim allows, or True for a claim that is either so or not.
    unit : str
        The unit of the stated value.
    tolerance : float
        Relative error that the claim's own rounding allows, such as 0.05 for "about 36".
    erratum : str
        What the source gets wrong, when it does.
    """

    id: str
    section: str
    chapter: int
    text: str
    stated: object
    unit: str = ""
    tolerance: float = 0.0
    erratum: str = ""

    @property
    def stated_text(self):
        """What the claim states, for a reader."""
        if self.stated is True:
            return "true"
        low, high = self.stated
        if math.isinf(high):
            return f"at least {number(low)} {self.unit}".strip()
        span = number(low) if low == high else f"{number(low)} to {number(high)}"
        return f"{span} {self.unit}".strip()


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What a chapter found about a claim: `kind` is "holds", "holds if", "off" or "false"."""

    claim: Claim
    computed: str
    kind: str
    words: str
    because: str

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": self._text(), "text/html": NOTEBOOK_STYLE + self.card(), MIME: self.record()}

    def record(self):
        """The verdict as plain data: what the appendix and the tests read."""
        return {
            "id": self.claim.id,
            "computed": self.computed,
            "kind": self.kind,
            "words": self.words,
            "because": self.because,
        }

    def _text(self):
        return f"{self.claim.text}\n  stated: {self.claim.stated_text} | computed: {self.computed} | {self.words}"

    def card(self, link=""):
        """The verdict as an HTML card that reads well without a stylesheet.

        Parameters
        ----------
        link : str
            Where the claim is settled, for a card on another page. The card of the chapter itself has no
            link; it has the id ``verdict-<claim id>`` instead.
        """
        claim = self.claim
        text = _prose(claim.text)
        heading = f'<span class="verdict-section">Claim {html.escape(claim.section)}</span> '
        heading += f'<a href="{html.escape(link)}">{text}</a>' if link else text
        word = self.kind if self.kind == "holds if" else self.words
        verdict = f'<span class="verdict-mark" aria-hidden="true">{MARKS[self.kind]}</span> <b>{html.escape(word)}</b>'
        if word != self.words:
            verdict += f' <span class="verdict-condition">{_prose(self.words.removeprefix(word).strip())}</span>'
        place = "" if link else f' id="verdict-{claim.id}"'
        return (
            f'<div class="verdict verdict-{self.kind.replace(" ", "-")}"{place} role="group" aria-label="Verdict">'
            f'<p class="verdict-claim">{heading}</p><dl>'
            + _reading("stated", _prose(claim.stated_text))
            + _reading("computed", _prose(self.computed))
            + _reading("verdict", verdict, part="word")
            + f'</dl><p class="verdict-because">{_prose(self.because)}</p></div>'
        )


def _prose(text):
    """Text as HTML in which a line never starts with a percent sign."""
    return html.escape(text).replace(" %", "&nbsp;%")


def _reading(label, value, part=None):
    return f'<div class="verdict-{part or label}"><dt>{label}</dt><dd>{value}</dd></div>'


def number(value, digits=3):
    """A number for a reader: a few significant digits, or all of a whole number below a million."""
    if math.isinf(value):
        return "infinite"
    if value == 0:
        return "0"
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2])
    if exponent >= 15 or exponent < -4:
        mantissa = f"{value / 10**exponent:.{digits}g}"
        raised = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{mantissa} × 10{raised}"
    if value == round(value) and abs(value) < 1e6:
        return f"{value:,.0f}"
    value = float(f"{value:.{digits}g}")
    for size, word in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if abs(value) >= size:
            return f"{_rounded(value / size, digits)}{word}"
    return _rounded(value, digits)


def _rounded(value, digits):
    """Significant digits without an exponent and without trailing zeros after the point."""
    places = digits - 1 - math.floor(math.log10(abs(value)))
    text = f"{round(value, places):,.{max(0, places)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@functools.cache
def catalogue():
    """Every claim, in the order of the source, by id."""
    entries = yaml.safe_load((datasets.root() / "claims" / "catalogue.yml").read_text("utf8"))
    claims = {}
    for entry in entries:
        stated = entry["stated"]
        if stated is not True:
            low, high = stated if isinstance(stated, list) else (stated, stated)
            entry["stated"] = (float(low), float(high))
        if entry["id"] in claims:
            _check.fail("id", entry["id"], "must name one claim of the catalogue only")
        claims[entry["id"]] = Claim(**entry)
    return claims


def claim(id):
    """One claim of the catalogue."""
    if id not in catalogue():
        _check.fail("id", id, "must be a claim of data/claims/catalogue.yml")
    return catalogue()[id]


def settle(id, computed, *, because, condition=None):
    """Compare a claim with what was computed; as the last line of a cell this shows the verdict card.

    Parameters
    ----------
    id : str
        A claim of the catalogue.
    computed : float or bool
        A number in the unit that the claim states, or whether the claim is so.
    because : str
        One sentence: why.
    condition : str, optional
        What must also be true. It turns *holds* into *holds if*; a claim that fails cannot have one.

    Returns
    -------
    Verdict

    Raises
    ------
    ValueError
        For an unknown claim, a value of the wrong kind, or a condition on a claim that fails.
    """
    stated_claim = claim(id)
    kind, words, shown = _judge(stated_claim, computed)
    if condition is not None:
        if not isinstance(condition, str) or not condition:
            _check.fail("condition", condition, "must be words that follow 'holds if'")
        if kind != "holds":
            _check.fail("condition", condition, f"needs a claim that holds; this one is {words}")
        kind, words = "holds if", f"holds if {condition}"
    return Verdict(stated_claim, shown, kind, words, because)


def _judge(stated_claim, computed):
    if stated_claim.stated is True:
        _check.flag("computed", computed)
        return ("holds", "holds", "true") if computed else ("false", "false", "false")
    value = _check.real("computed", computed)
    low, high = stated_claim.stated
    # As many digits as the claim itself has, so that the two can be compared.
    digits = max(3, *(len(f"{end:.12g}".replace(".", "").strip("0")) for end in (low, high) if math.isfinite(end)))
    shown = f"{number(value, digits)} {stated_claim.unit}".strip()
    slack = 1 + stated_claim.tolerance
    if low / slack <= value <= high * slack:
        return "holds", "holds", shown
    if value <= 0:
        return "off", "off by an infinite factor", shown
    factor = low / value if value < low else value / high
    if factor < 1.1:
        return "off", f"off by {number(100 * (factor - 1), 2)} %", shown
    return "off", f"off by {number(round(factor, 1) if factor < 10 else factor)}", shown


def verdicts(notebook):
    """The verdicts stored in the outputs of a notebook, in order.

    Parameters
    ----------
    notebook : path
        An executed ``.ipynb`` file.

    Returns
    -------
    list of Verdict
    """
    cells = json.loads(pathlib.Path(notebook).read_text("utf8"))["cells"]
    records = [
        output["data"][MIME] for cell in cells for output in cell.get("outputs", ()) if MIME in output.get("data", ())
    ]
    return [restore(record) for record in records]


def restore(record):
    """The verdict that a stored record holds."""
    return Verdict(claim(record["id"]), record["computed"], record["kind"], record["words"], record["because"])
