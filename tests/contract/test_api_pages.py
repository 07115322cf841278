"""Every public name of a topic whose pages list names is on exactly one of them."""

import importlib
import pathlib
import re

import pytest

API = pathlib.Path(__file__).resolve().parents[2] / "reference" / "api"


@pytest.mark.parametrize(("topic", "pages"), [("queueing", "queueing/*.md"), ("hashing", "hashing.md")])
def test_every_public_name_is_on_one_page(topic, pages):
    found = [
        name
        for page in API.glob(pages)
        for name in re.findall(r"^\.\. auto(?:class|function|data):: (\w+)$", page.read_text("utf8"), re.M)
    ]
    assert sorted(found) == sorted(importlib.import_module(f"underload.{topic}").__all__)
