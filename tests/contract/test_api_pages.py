"""Every public name of a topic that has pages of its own is on exactly one of them."""

import pathlib
import re

from underload import queueing

PAGES = pathlib.Path(__file__).resolve().parents[2] / "reference" / "api" / "queueing"


def test_every_public_name_of_queueing_is_on_one_page():
    found = [
        name
        for page in PAGES.glob("*.md")
        for name in re.findall(r"^\.\. auto(?:class|function):: (\w+)$", page.read_text("utf8"), re.M)
    ]
    assert sorted(found) == sorted(queueing.__all__)
