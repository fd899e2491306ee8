"""Rules that could never find anything are refused, those that find everything are warned of."""

from collections.abc import Callable

import pytest

from hrwatch.config import Config
from hrwatch.errors import Mistake

Read = Callable[[str | bytes], Config]
Mistakes = Callable[[str | bytes], tuple[Mistake, ...]]
HERE = "▶"  # stands before what is told of, and is taken out
OWN = "keywords: {lists: {hoses: {en: [hose*]}, jets: {fr: [jet*]}}, k: {label: K, %s}}\n"

NEVER = {
    "a term under its own mask": (
        "terms: {en: [torture, ▶torture chamber*]}, mask: [chamber*]",
        "terms.en[1]",
        '"chamber*" under mask blanks it',
    ),
    "a term that is a mask": ("terms: {en: [▶hose]}, mask: [hose*]", "terms.en[0]", "is never"),
    "a term under a mask of all": (
        "terms: {en: [▶Amnesty International]}",
        "terms.en[0]",
        "under mask blanks it",
    ),
    "a term that undoes itself": (
        "terms: {en: [▶flood alarm]}, veto_near: [flood*]",
        "terms.en[0]",
        '"flood*" under veto_near undoes it',
    ),
    "a web address": (
        "terms: {en: [torture, ▶'https://watch.example/torture']}",
        "terms.en[1]",
        "holds a web address, and is never found",
    ),
    "a host in a pair": (
        "terms: {en: [▶torture ~5 www.watch.example]}",
        "terms.en[0]",
        '"www.watch.example" holds a web address',
    ),
    "an address in a mask": (
        "terms: {en: [torture]}, mask: [▶'see www.watch.example']",
        "mask[0]",
        "write words that a text says",
    ),
    "a side under a mask": (
        "terms: {en: [▶garden hose ~5 police]}, mask: [hose*]",
        "terms.en[0]",
        "masks blank all of garden hose",
    ),
    "a pair with zeros": ("terms: {en: [▶police ~005 beat*]}", "terms.en[0]", "is no pair"),
    "a list that is not there": (
        "terms: {en: [▶'{hosse} ~5 police']}",
        "terms.en[0]",
        "calls a list hosse, which is not there; did you mean hoses?",
    ),
    "a list unlike any": (
        "terms: {en: [▶'{zzz} ~5 police']}",
        "terms.en[0]",
        "write it under keywords.lists",
    ),
    "a list without words in the language": (
        "terms: {pt: [▶'{hoses} ~5 policia']}",
        "terms.pt[0]",
        "under keywords.lists.hoses.pt",
    ),
    "a list alone that is not there": (
        "terms: {en: [▶'{hosse}']}",
        "terms.en[0]",
        "calls a list hosse, which is not there",
    ),
    "a list alone without words": ("terms: {pt: [▶'{hoses}']}", "terms.pt[0]", "no words in pt"),
    "two lists without a language in common": (
        "terms: {any: [▶'{hoses} ~5 {jets}']}",
        "terms.any[0]",
        "the one has en, the other fr",
    ),
    "a guard of no term": (
        "terms: {en: [hose]}, need_near: {▶hoses: [police]}",
        "need_near.hoses",
        "did you mean hose?",
    ),
    "a guard without company": (
        "terms: {en: [hose]}, need_near: {hose: ▶[]}",
        "need_near.hose",
        "names no company",
    ),
    "Cyrillic under English": (
        "terms: {en: [▶пытка]}",
        "terms.en[0]",
        "is written in Cyrillic letters, and texts in English are not",
    ),
    "Chinese under Russian": ("terms: {ru: [▶酷刑]}", "terms.ru[0]", "in Chinese letters"),
    "Hindi under Arabic": ("weak: {ar: [▶यातना]}, terms: {en: [x1]}", "weak.ar[0]", "Devanagari"),
    "a Latin a in a Cyrillic word": (
        "terms: {ru: [▶пыткa*]}",
        "terms.ru[0]",
        "mixes Cyrillic letters with Latin ones that look the same (a)",
    ),
}
BROAD = {
    "a stop word": ("terms: {en: [▶the]}", "terms.en[0]", "stands in nearly every article"),
    "a word of all news": ("terms: {ru: [▶полиция]}", "terms.ru[0]", "in nearly every article"),
    "a stem of all news": ("weak: {en: [▶govern*]}, terms: {en: [x1]}", "weak.en[0]", "in nearly"),
    "stop words in a row": ("terms: {fr: [▶de la]}", "terms.fr[0]", "in nearly every article"),
    "a Chinese word of all news": ("terms: {zh: [▶政府]}", "terms.zh[0]", "in nearly every"),
    "a short stem": ("terms: {en: [▶tor*]}", "terms.en[0]", "every word that begins with tor"),
    "one character": ("terms: {zh: [▶刑]}", "terms.zh[0]", "is one character"),
    "a number": ("terms: {any: [▶'1989']}", "terms.any[0]", "is a number"),
    "the same word twice": ("terms: {en: [hose, ▶Hose]}", "terms.en[1]", 'the same as "hose"'),
    "one word in two spellings": (
        "terms: {en: [water-cannon, ▶water cannon]}",
        "terms.en[1]",
        'is the same as "water-cannon" once both are folded',
    ),
    "one word in two scripts": (
        "terms: {zh: [单独监禁, ▶單獨監禁]}",
        "terms.zh[1]",
        'is the same as "单独监禁"',
    ),
    "a term inside another": (
        "terms: {en: [hosepipe*, ▶garden hosepipes]}",
        "terms.en[1]",
        'adds nothing: "hosepipe*" finds all that it does',
    ),
    "a term with another in its middle": (
        "terms: {en: [▶an old hosepipe there, old hosepip*]}",
        "terms.en[0]",
        'adds nothing: "old hosepip*"',
    ),
    "a term before the one that covers it": (
        "terms: {en: [▶hosed, hose*]}",
        "terms.en[0]",
        'adds nothing: "hose*"',
    ),
}
GOOD = (
    "terms: {en: [hose, jet attack], ru: [OPCAT, VPN-сервис*, IT-специалист*], any: [пытка, 酷刑]}",
    "terms: {en: [hose], fr: [hose]}, weak: {en: [hosed]}, mask: [hose museum]",
    "terms: {en: ['{hoses} ~5 {police}', 'hose|jet ~5 crowd']}",
    "terms: {any: ['{police} ~5 {hoses}']}",
    "terms: {any: ['{hoses}'], en: ['{hoses}', hoses]}",
    "terms: {sr: [мучење, mučenje], zh: [KTV酷刑]}, veto_near: [flood]",
    "terms: {en: [torture*], fr: [droits des femmes]}, mask: [torture test]",
    "terms: {en: [hosed, hosed down]}, need_near: {hosed: [police]}",
)


def split(written: str) -> tuple[str, int]:
    """Return the file, and the column on its line where the mark stood."""
    before, _, after = (OWN % written).partition(HERE)
    return before + after, len(before) + 1


@pytest.mark.parametrize("name", NEVER)
def test_rule_that_finds_nothing_is_refused_at_its_place(name: str, mistakes: Mistakes) -> None:
    written, path, said = NEVER[name]
    content, column = split(written)

    (found,) = mistakes(content)

    assert (found.line, found.column, found.path) == (1, column, f"keywords.k.{path}")
    assert said in found.text


@pytest.mark.parametrize("name", BROAD)
def test_rule_that_finds_too_much_or_adds_nothing_is_warned_of(name: str, read: Read) -> None:
    written, path, said = BROAD[name]
    content, column = split(written)

    (found,) = (one for one in read(content).warnings if one.path != "fetch.contact")

    assert (found.line, found.column, found.path) == (1, column, f"keywords.k.{path}")
    assert said in found.text


@pytest.mark.parametrize("written", GOOD)
def test_rules_that_find_something_of_their_own_are_taken_in_silence(
    written: str, read: Read
) -> None:
    assert [one.path for one in read(OWN % written).warnings] == ["fetch.contact"]


def test_term_added_to_a_shipped_keyword_is_measured_against_what_it_keeps(
    mistakes: Mistakes,
) -> None:
    (found,) = mistakes("keywords: {torture: {terms: {en: [torture test bench]}}}\n")

    assert "torture test" in found.text


def test_list_in_the_place_of_a_shipped_one_is_warned_of_where_languages_are_lost(
    read: Read,
) -> None:
    (_, found) = read("keywords: {lists: {police: {en: [cop*]}, mine: {en: [cop*]}}}\n").warnings

    assert found.path == "keywords.lists.police"
    assert "without words in fr, es," in found.text


def test_list_in_letters_of_another_script_is_refused(mistakes: Mistakes) -> None:
    (found,) = mistakes("keywords: {lists: {hoses: {en: [шланг*]}}}\n")

    assert (found.path, found.column) == ("keywords.lists.hoses.en[0]", 33)


def test_list_is_no_keyword_that_subscribers_may_ask_for(mistakes: Mistakes) -> None:
    (found,) = mistakes(
        "keywords: {lists: {hoses: {en: [hose*]}}}\n"
        "subscribers: [{name: desk, address: a@desk.example, keywords: [lists]}]\n"
    )

    assert 'there is no keyword "lists"' in found.text
