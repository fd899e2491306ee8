"""How text becomes words that are searched for: whatever the script, nothing falls apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.text import search_text, title_key


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Water-cannon, used!", "water cannon used"),
        ("foo_bar", "foo bar"),
        ("de\u00admo\u00adcra\u00adcy", "democracy"),
        ("Ёлка Ελλάδα État", "елка ελλαδα etat"),
        ("यातना की", "यातना की"),
        ("சித்திரவதை", "சித்திரவதை"),
        ("নির্যাতন", "নির্যাতন"),
        ("مُحَمَّد الـســلام", "محمد السلام"),
        ("שָׁלוֹם", "שלום"),
        ("می‌خواهم", "می خواهم"),
        ("ทรมาน", "ท ร ม า น"),
        ("拷問、北京", "拷 問 北 京"),
    ],
)
def test_search_text_of_any_script_keeps_its_words(written: str, words: str) -> None:
    assert search_text(written) == words


def test_title_key_words_that_differ_in_vowel_signs_differ() -> None:
    assert title_key("की") != title_key("का")
    assert title_key("مُحَمَّد") == title_key("محمد")


@given(st.text())
def test_search_text_twice_is_search_text_once(written: str) -> None:
    once = search_text(written)
    assert search_text(once) == once
