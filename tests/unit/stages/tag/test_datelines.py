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
        ("Минск, 12 июня, Агентство. Чиновники встретились.", 4, False),
        ("КИЇВ. 3 липня. УНН. Урядовці зустрілися.", 4, False),
        ("ВІЛЬНЯ, 3 ліпеня 2026. Чыноўнікі сустрэліся.", 4, False),
        ("Madrid, 3 mar (Agencia).- El juez habló.", 4, False),
        ("دمشق (وكالة) ـ اجتمع المسؤولون.", 2, False),
        ("（新华社北京3月3日电）官员会面。", 10, False),
        ("中央社台北3日電 官員會面。", 8, False),
        ("Officials met in Ottawa. 3 ministers spoke.", 0, False),
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
