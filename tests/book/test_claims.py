"""Every claim of a written chapter has a verdict, and no verdict lacks a claim."""

import pytest
import stored as book
from underload import ledger

WRITTEN = {int(path.stem[:2]): path for path in book.CHAPTERS}
each_chapter = pytest.mark.parametrize("number", WRITTEN, ids=lambda number: WRITTEN[number].stem)


@each_chapter
def test_a_chapter_settles_its_claims_once_each(number):
    promised = sorted(claim.id for claim in ledger.catalogue().values() if claim.chapter == number)
    settled = sorted(verdict.claim.id for verdict in ledger.verdicts(WRITTEN[number]))
    assert settled == promised
    assert promised


@each_chapter
def test_a_failed_claim_is_an_erratum(number):
    # What fails must be explained where the errata are printed.
    for verdict in ledger.verdicts(WRITTEN[number]):
        if verdict.kind in ("off", "false"):
            assert verdict.claim.erratum, verdict.claim.id


@each_chapter
def test_the_stored_verdict_follows_from_the_rule(number):
    # A verdict that was edited by hand in the stored output would not match its own words.
    for verdict in ledger.verdicts(WRITTEN[number]):
        start = {"holds": "holds", "holds if": "holds if ", "off": "off by ", "false": "false"}[verdict.kind]
        assert verdict.words.startswith(start)
        assert verdict.because.endswith(".")


def test_the_catalogue_covers_the_sections_of_the_written_part():
    sections = {claim.section for claim in ledger.catalogue().values()}
    assert sections >= {f"1.{i}" for i in range(1, 6)} | {f"2.{i}" for i in range(1, 14)}
