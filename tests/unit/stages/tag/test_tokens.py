"""Words and where they stand. Every sentence is invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrwatch.stages.tag.tokens import fold_word, tokenise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("İŞKENCE", "işkence"),
        ("KAYIP", "kayıp"),
        ("ёлка", "елка"),
        ("تعـــذيب", "تعذيب"),
        ("تَعذِيب", "تعذيب"),
        ("إعدام", "اعدام"),
        ("شکنجه", "شكنجه"),
        ("معاملة", "معامله"),
        ("ill\u00adtreated", "illtreated"),
        ("می\u200cشود", "میشود"),
        ("ｔｏｒｔｕｒｅ", "torture"),
        ("e\u0301tat", "état"),
        ("STRASSE", "straße"),
    ],
)
def test_fold_word_of_two_spellings_is_one(one: str, other: str) -> None:
    assert fold_word(one) == fold_word(other)


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("ill-treatment, ill treatment", ("ill", "treatment", "ill", "treatment")),
        ("l'Ukraine d’opinion", ("l", "ukraine", "d", "opinion")),
        ("ув'язнення увʼязнення", ("ув", "язнення", "ув", "язнення")),
        ("snake_case", ("snake", "case")),
        ("酷刑 in 北京", ("酷", "刑", "in", "北", "京")),
        ("abc酷刑def", ("abc", "酷", "刑", "def")),
        ("यातना", ("यातना",)),
        ("see https://news.example/world/police_kill-3?x=y now", ("see", "now")),
        ("(www.news.example/torture) now", ("now",)),
        ("www, the web", ("www", "the", "web")),
        ("", ()),
        (" \u00ad ", ()),
    ],
)
def test_tokenise_cuts_words(text: str, forms: tuple[str, ...]) -> None:
    assert tokenise(text).forms == forms


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("mock execution", True),
        ("mock-execution", True),
        ("mock\nexecution", True),
        ("cruel, inhuman", True),
        ("St. Petersburg", True),
        ("ends here. Then", False),
        ("mock! execution", False),
        ("mock (execution)", False),
        ("one\n\ntwo", False),
        ("mock https://news.example/a execution", False),
        ("北。京", False),
        ("北京", True),
    ],
)
def test_tokenise_says_whether_a_phrase_may_go_on(text: str, joined: bool) -> None:
    assert tokenise(text).joined[-1] is joined


def test_tokenise_of_one_endless_word_compares_its_head_and_spans_all_of_it() -> None:
    tokens = tokenise("a" * 1_000_000)
    assert [len(form) for form in tokens.forms] == [64]
    assert (tokens.starts, tokens.ends) == ((0,), (1_000_000,))


@given(st.text())
def test_tokenise_of_anything_keeps_offsets_of_the_original(text: str) -> None:
    tokens = tokenise(text)
    end = 0
    for index, form in enumerate(tokens.forms):
        start = tokens.starts[index]
        assert end <= start < tokens.ends[index] <= len(text)
        assert form
        end = tokens.ends[index]
