"""The rules: the shipped taxonomy is sound, and the operator's keywords add to it or override."""

import importlib.resources
import re
from collections.abc import Callable

import pytest

from hrwatch.config import Config, issues, taxonomy
from hrwatch.model.tags import Keyword

Read = Callable[[str | bytes], Config]
HOSES = "hoses: {label: Hoses, terms: {en: [hose*]}}"


def by_id(config: Config) -> dict[str, Keyword]:
    return {keyword.id: keyword for keyword in config.rules.keywords}


def test_shipped_taxonomy_has_its_issues_with_english_words_each() -> None:
    rules = taxonomy.shipped()

    assert len(rules.keywords) == 48
    assert len({keyword.id for keyword in rules.keywords}) == 48
    assert all(taxonomy.is_id(keyword.id) and keyword.label for keyword in rules.keywords)
    assert all(dict(keyword.terms)["en"] for keyword in rules.keywords)
    assert "Amnesty International" in rules.global_mask
    assert "film review" in rules.review_cues


def test_shipped_taxonomy_is_what_its_files_say() -> None:
    shipped = importlib.resources.files("hrwatch") / "stages" / "tag" / "data" / "taxonomy.json"

    assert shipped.read_text("utf-8") == issues.text(), "run: make taxonomy"
    assert taxonomy.shipped() == issues.rules()


def test_shipped_taxonomy_names_no_term_twice() -> None:
    twice = [
        (keyword.id, language, term)
        for keyword in taxonomy.shipped().keywords
        for language, terms in (*keyword.terms, *keyword.weak)
        for term in terms
        if terms.count(term) > 1
    ]
    assert twice == []


def test_shipped_need_near_guards_words_that_are_there() -> None:
    for keyword in taxonomy.shipped().keywords:
        terms = {term for _, group in (*keyword.terms, *keyword.weak) for term in group}
        assert {term for term, _ in keyword.need_near} <= terms


def test_shipped_lists_have_names_of_their_own_and_those_called_are_there() -> None:
    rules = taxonomy.shipped()
    names = [name for name, _ in rules.lists]
    called = {
        name
        for keyword in rules.keywords
        for _, terms in (*keyword.terms, *keyword.weak, *keyword.near, *keyword.passing)
        for term in terms
        for name in re.findall(r"{([a-z-]+)}", term)
    }
    assert len(names) == len(set(names))
    assert called <= set(names)


def test_shipped_patterns_run_in_linear_time_and_compile() -> None:
    for keyword in taxonomy.shipped().keywords:
        for pattern in keyword.mask_regex:
            assert "(?=" not in pattern
            assert "(?!" not in pattern
            re.compile(pattern, re.IGNORECASE)


def test_own_keyword_comes_after_the_shipped_ones(read: Read) -> None:
    rules = read(f"keywords: {{{HOSES}}}\n").rules

    assert rules.keywords[:48] == taxonomy.shipped().keywords
    assert rules.keywords[48:] == (Keyword("hoses", "Hoses", (("en", ("hose*",)),)),)
    assert rules.global_mask == taxonomy.shipped().global_mask


def test_own_keyword_keeps_each_of_its_fields(read: Read) -> None:
    keyword = by_id(
        read("""\
keywords:
  hoses:
    label: Hoses
    group: civic-space
    severity: 3
    terms: {en: [hose*], any: [SIPRI]}
    weak: {fr: [tuyau*]}
    near: {en: [police ~5 hose*]}
    mask: [garden hose*]
    veto_near: [garden]
    need_near: {hose*: [police]}
    mention_only: [Hose Museum]
""")
    )["hoses"]

    assert keyword == Keyword(
        id="hoses",
        label="Hoses",
        group="civic-space",
        severity=3,
        terms=(("en", ("hose*",)), ("any", ("SIPRI",))),
        weak=(("fr", ("tuyau*",)),),
        near=(("en", ("police ~5 hose*",)),),
        mask=("garden hose*",),
        veto_near=("garden",),
        need_near=(("hose*", ("police",)),),
        mention_only=("Hose Museum",),
    )


def test_shipped_keyword_overridden_in_one_field_keeps_the_others(read: Read) -> None:
    before = {keyword.id: keyword for keyword in taxonomy.shipped().keywords}["torture"]
    after = by_id(read("keywords: {torture: {terms: {en: [torment*]}}}\n"))["torture"]

    assert after.terms == (("en", ("torment*",)),)
    assert (after.label, after.weak, after.mask_regex) == (
        before.label,
        before.weak,
        before.mask_regex,
    )


def test_use_limits_the_shipped_keywords_in_their_own_order(read: Read) -> None:
    config = read("keywords: {use: [genocide, torture]}\n")

    assert list(by_id(config)) == ["torture", "genocide"]


@pytest.mark.parametrize(
    ("use", "ids"),
    [
        ("[torture]", ["torture", "hoses"]),
        ("[torture, hoses]", ["torture", "hoses"]),
        ("[hoses]", ["hoses"]),
    ],
)
def test_use_beside_an_own_keyword_keeps_it(use: str, ids: list[str], read: Read) -> None:
    assert list(by_id(read(f"keywords: {{use: {use}, {HOSES}}}\n"))) == ids


def test_reading_twice_gives_equal_rules(read: Read) -> None:
    assert read(f"keywords: {{{HOSES}}}\n").rules == read(f"keywords: {{{HOSES}}}\n").rules
