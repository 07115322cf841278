"""The ledger: a verdict follows from the stated and the computed value, and from nothing else."""

import json
import math

import pytest
from underload import ledger


def judged(id, computed, **more):
    verdict = ledger.settle(id, computed, because="It was computed.", **more)
    return verdict.kind, verdict.words


def test_within_the_rounding_of_the_claim_it_holds():
    # load-1m states 350 with 5 %: 347.2 lies within, 300 does not (350 / 300 = 1.17).
    assert judged("load-1m", 347.2) == ("holds", "holds")
    assert judged("load-1m", 300.0) == ("off", "off by 1.2")


def test_a_small_miss_is_said_in_per_cent():
    # requests-average states 1,157 with 0.1 %.
    assert judged("requests-average", 1161.631) == ("off", "off by 0.4 %")


@pytest.mark.parametrize("condition", ["", True])
def test_a_condition_is_words(condition):
    with pytest.raises(ValueError, match="condition"):
        judged("load-1m", 350.0, condition=condition)


def test_off_counts_from_the_nearest_end_of_an_interval():
    # simultaneous-users states at least a million: 416,667 falls short by 2.4.
    assert judged("simultaneous-users", 416_666.7) == ("off", "off by 2.4")
    assert judged("simultaneous-users", 5e6) == ("holds", "holds")


def test_off_works_in_both_directions():
    assert judged("every-second", 0.1) == ("off", "off by 10")
    assert judged("every-second", 10.0) == ("off", "off by 10")


def test_a_zero_is_infinitely_far_off():
    assert judged("every-second", 0.0) == ("off", "off by an infinite factor")


def test_the_computed_value_has_the_digits_of_the_stated_one():
    # 1,157 has four digits, 350 at least three.
    assert ledger.settle("requests-average", 1157.4074, because="x").computed == "1,157 requests/s"
    assert ledger.settle("load-1m", 347.2222, because="x").computed == "347 requests/s"


def test_yes_or_no():
    assert judged("connections-superlinear", False) == ("false", "false")
    assert judged("connections-superlinear", True) == ("holds", "holds")


def test_a_condition_needs_a_claim_that_holds():
    assert judged("load-1m", 350.0, condition="users make ten requests") == (
        "holds if",
        "holds if users make ten requests",
    )
    with pytest.raises(ValueError, match="condition"):
        judged("load-1m", 3.0, condition="users make ten requests")


@pytest.mark.parametrize(
    ("id", "computed"), [("load-1m", True), ("load-1m", math.nan), ("connections-superlinear", 1.0), ("load-1m", None)]
)
def test_the_wrong_kind_of_value_is_refused(id, computed):
    with pytest.raises(ValueError, match="computed"):
        judged(id, computed)


def test_an_unknown_claim_is_refused():
    with pytest.raises(ValueError, match="no-such-claim"):
        ledger.settle("no-such-claim", 1.0, because="x")


def test_verdicts_are_read_back_from_a_notebook(tmp_path):
    verdict = ledger.settle("load-1m", 347.2, because="It was computed.")
    cell = {"outputs": [{"data": verdict._repr_mimebundle_()}, {"text": "other"}]}
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps({"cells": [cell, {"source": ""}]}), "utf8")
    assert ledger.verdicts(path) == [verdict]


def test_the_card_escapes_and_carries_the_mark():
    verdict = ledger.settle("load-1m", 347.2, because="a < b & c.")
    assert "a &lt; b &amp; c." in verdict.card()
    assert ledger.MARKS["holds"] in verdict.card()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"),
        (347.22, "347"),
        (34_722, "34,722"),
        (416_666.67, "417,000"),
        (1e6, "1 million"),
        (2.7149e18, "2.71 × 10¹⁸"),
        (1e-7, "1 × 10⁻⁷"),
        (3.65, "3.65"),
        (0, "0"),
        (math.inf, "infinite"),
        (999_999.9, "1 million"),
        (0.9999, "1"),
        (9.996e15, "1 × 10¹⁶"),
        (9.999e-5, "0.0001"),
    ],
)
def test_numbers_for_a_reader(value, text):
    assert ledger.number(value) == text
