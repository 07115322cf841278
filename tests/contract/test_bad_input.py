"""Every public function refuses malformed arguments with an error that names the argument."""

import pathlib
import re
import runpy

import numpy as np
import pytest

HERE = pathlib.Path(__file__).parent
CALLS = [
    (path.stem.removeprefix("bad_"), *call)
    for path in sorted(HERE.glob("bad_*.py"))
    for call in runpy.run_path(str(path))["BAD_CALLS"]
]


def _name(value):
    topic, function, _, argument = value
    return f"{topic}-{getattr(function, '__name__', function)}-{argument}"


@pytest.mark.parametrize("case", CALLS, ids=[f"{i}-{_name(case)}" for i, case in enumerate(CALLS)])
def test_refused(case):
    _, function, arguments, argument = case
    with pytest.raises(ValueError) as caught:
        function(**arguments)
    assert re.search(rf"\b{re.escape(argument)}\b", str(caught.value)), str(caught.value)


def test_the_table_is_large():
    assert len(CALLS) >= 60


def test_the_topics_are_covered():
    # A topic without malformed calls has not been tried.
    assert {topic for topic, *_ in CALLS} >= {"capacity", "queueing", "random", "stats"}


def test_refused_before_anything_is_computed():
    # The check stands at the door: a call with a million bad values fails at once and names the first.
    from underload import stats

    values = np.ones(10**6)
    values[123] = np.nan
    with pytest.raises(ValueError, match=r"\[123\]"):
        stats.batch_means(values)
