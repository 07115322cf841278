"""No number in a sentence that the page did not compute.

Every number written in digits in the prose of a chapter must occur among the numbers that its cells print
or contain, after rounding to the precision that the sentence shows. Formulas, roles, links and chapter
numbers are left out, and so are sentences that cite a source: their numbers are the source's.
"""

import math
import re

import pytest
import stored as book
from underload import ledger

each_chapter = pytest.mark.parametrize("path", book.CHAPTERS, ids=lambda path: path.stem)

NUMBER = re.compile(r"(?<![\w.])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?![\w])")
# A number in a sentence that ends in a citation is the source's.
CITED = re.compile(r"[^.?!\n]*(?:\.\d[^.?!\n]*)*\{cite:[pt]\}`[^`]*`")
LEFT_OUT = [
    r"```.*?```",  # code
    r"`[^`]*`",
    r"\$\$.*?\$\$",  # formulas
    r"\$[^$]*\$",
    r"\{[a-z:]+\}`[^`]*`",  # roles
    r"\]\([^)]*\)",  # link targets
    r"[Cc]hapters? \d+(?:(?:,| and|–) \d+)*",
    r"PostgreSQL \d+",
    r"UUID version \d",
    r"^\*\*\d+\.\*\*",  # the number of an exercise
    r"^#+ .*$",
]


def written(path):
    """The numbers in the prose, as (text, value, decimals)."""
    for cell in book.cells(path, "markdown"):
        text = CITED.sub(" ", book.source(cell))
        for pattern in LEFT_OUT:
            text = re.sub(pattern, " ", text, flags=re.S | re.M)
        for match in NUMBER.finditer(text):
            whole, decimals = match.group(1).replace(",", ""), match.group(2) or ""
            yield text[max(0, match.start() - 40) : match.end() + 20].replace("\n", " "), whole + decimals


def computed(path):
    """All numbers in the code and the text outputs of a page, and in the claims that it settles."""
    texts = []
    for cell in book.cells(path, "code"):
        texts.append(book.source(cell))
        for output in cell["outputs"]:
            texts.append("".join(output.get("text", "")))
            for kind, data in output.get("data", {}).items():
                if kind == ledger.MIME:
                    texts += [data["computed"], ledger.claim(data["id"]).text, ledger.claim(data["id"]).stated_text]
                elif kind.startswith("text/"):
                    texts.append("".join(data))
    found = re.findall(r"\d[\d,_]*(?:\.\d+)?(?:e[+-]?\d+)?", " ".join(texts))
    return {float(number.replace(",", "").replace("_", "")) for number in found if re.match(r"\d", number)}


def supported(text, numbers):
    """Whether some computed number rounds to the one that was written."""
    decimals = len(text.partition(".")[2])
    half = 0.5 * 10**-decimals
    value = float(text)
    # A share may be printed as 0.095 and written as 9.5 %, a size as 36500000000000 and written as 36.5 TB.
    scales = [10.0**k for k in (0, 2, -2, 3, -3, 6, -6, 9, -9, 12, -12)]
    return any(abs(number * scale - value) <= half * (1 + 1e-9) for number in numbers for scale in scales)


@each_chapter
def test_numbers_in_prose_are_computed_on_the_page(path):
    numbers = computed(path)
    unsupported = [context for context, text in written(path) if not supported(text, numbers)]
    assert not unsupported, "\n".join(unsupported)


def test_the_check_can_fail():
    assert supported("9.5", {0.0951626})
    assert supported("417", {416666.67})
    assert not supported("9.6", {0.0951626})
    assert not supported("418", {416666.67})
    assert not math.isnan(float("9.5"))
