"""One matcher for all phrases. Every sentence is invented."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.stages.tag.matcher import Matcher, clitic_forms
from hrwatch.stages.tag.tokens import fold_word, tokenise


def found(phrases: list[str], text: str, *, clitics: bool = False) -> list[tuple[str, str]]:
    matcher: Matcher[str] = Matcher()
    for phrase in phrases:
        matcher.add(phrase, phrase, clitics=clitics)
    tokens = tokenise(text)
    return [(one.payload, tokens.found(one.first, one.last)) for one in matcher.find(tokens)]


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        ("torture*", "They were TORTURED in custody", ["TORTURED"]),
        ("torture", "tortured", []),
        ("mali", "Somalia and Malibu", []),
        ("ill treatment", "Ill-treatment and ill  treatment", ["Ill-treatment", "ill  treatment"]),
        ("жесток* обращени*", "о жестоком обращении с людьми", ["жестоком обращении"]),
        ("prisonnier* d'opinion", "les prisonniers d’opinion", ["prisonniers d’opinion"]),
        ("в'язн*", "сотні в’язнів", ["в’язнів"]),
        ("酷刑", "他们遭受酷刑和虐待", ["酷刑"]),
        ("işkence*", "İŞKENCEYE karşı", ["İŞKENCEYE"]),
        ("mock execution", "a mock. Execution followed", []),
        ("death penalty", "the death-penalty case", ["death-penalty"]),
    ],
)
def test_find_phrase_in_text(phrase: str, text: str, words: list[str]) -> None:
    assert [word for _, word in found([phrase], text)] == words


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("تعذيب", "ضحايا التعذيب"),
        ("تعذيب", "وبالتعذيب"),
        ("تعذيب", "للتعذيب"),
        ("سوء المعاملة", "وسوء المعاملة"),
        ("معاملة قاسية", "ومعاملة قاسية"),
        ("تعذيب", "تعذيبهم"),
        ("شکنجه", "و شکنجه‌ها"),
    ],
)
def test_find_with_clitics_sees_the_word_inside(term: str, text: str) -> None:
    assert found([term], text, clitics=True)


def test_find_with_clitics_finds_a_stem_once() -> None:
    assert len(found(["تعذي*"], "وتعذيبهم", clitics=True)) == 1


def test_find_without_clitics_takes_words_as_they_are() -> None:
    assert not found(["تعذيب"], "التعذيب")


def test_clitic_forms_of_a_short_word_leaves_a_word() -> None:
    assert all(len(form) >= 3 for form in clitic_forms("وبها") if form != "وبها")


def test_find_overlapping_phrases_yields_all() -> None:
    phrases = found(["sudan", "south sudan", "south*"], "South Sudan")
    assert sorted(phrase for phrase, _ in phrases) == ["south sudan", "south*", "sudan"]


def test_add_of_a_phrase_without_words_says_so() -> None:
    assert Matcher[str]().add(" *** ", "x") is False


def test_add_after_find_is_seen() -> None:
    matcher: Matcher[str] = Matcher()
    matcher.add("one", "one")
    tokens = tokenise("one two")
    assert [one.payload for one in matcher.find(tokens)] == ["one"]
    matcher.add("two", "two")
    assert [one.payload for one in matcher.find(tokens)] == ["one", "two"]


WORDS = st.lists(st.sampled_from(["arrest", "arrests", "mass", "in", "custody"]), max_size=12)


@given(WORDS, WORDS.filter(bool), st.booleans())
def test_find_agrees_with_a_plain_search(text: list[str], phrase: list[str], star: bool) -> None:
    written = " ".join(phrase) + ("*" if star else "")
    pattern = r"\b" + " ".join(phrase) + (r"\w*" if star else "") + r"\b"
    joined = " ".join(text)
    expected = [match.start() for match in re.finditer(rf"(?=({pattern}))", joined)]
    matcher: Matcher[str] = Matcher()
    matcher.add(written, written)
    tokens = tokenise(joined)
    assert [tokens.starts[one.first] for one in matcher.find(tokens)] == expected


@given(st.text(min_size=1), st.text())
def test_find_of_anything_in_anything_never_raises(phrase: str, text: str) -> None:
    for _, word in found([phrase], text, clitics=True):
        assert word in text


def test_fold_word_is_idempotent_on_what_matchers_store() -> None:
    for word in ("İstanbul", "تعذيب", "ёлка", "Straße", "Œuvre"):
        assert fold_word(fold_word(word)) == fold_word(word)
