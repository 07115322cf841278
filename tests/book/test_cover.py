"""The figure of the README is the one that the chapter stores."""

import cover


def test_the_cover_is_current():
    assert cover.COVER.read_bytes() == cover.stored()
