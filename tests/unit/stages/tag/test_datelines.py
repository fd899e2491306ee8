"""Datelines. Every sentence is invented."""

import pytest

from hrwatch.stages.tag.datelines import dateline
from hrwatch.stages.tag.tokens import tokenise


@pytest.mark.parametrize(
    ("text", "words", "seat"),
    [
        ("OTTAWA - Officials met.", 1, False),
        ("OTTAWA — Officials met.", 1, False),
        ("TORONTO- The council met.", 1, False),
        ("NEW YORK – Officials met.", 2, False),
        ("(Beirut) – Officials met.", 1, True),
        ("(New York, March 3, 2026) – Officials met.", 5, True),
        ("GENEVA (12 November 2026) – Experts met.", 4, True),
        ("Berlin (dpa) - Die Polizei kam.", 2, False),
        ("MINSK, Arvenia (AP) — Officials met.", 3, False),
        ("МИНСК — Чиновники встретились.", 1, False),
        ("MINSK, March 2 - Officials met.", 0, False),
        ("Officials met in Ottawa - again.", 0, False),
        ("Officials met.", 0, False),
        ("officials - all of them - met.", 0, False),
        ("", 0, False),
    ],
)
def test_dateline_is_told_from_a_sentence(text: str, words: int, seat: bool) -> None:
    found = dateline(tokenise(text))
    assert (found.words, found.seat) == (words, seat)
