"""The data files agree with each other, and forms inflect."""

import re

import pytest

from hrwatch.stages.tag.gazetteer import FormKind, Gazetteer, folded, read_rows, split
from hrwatch.stages.tag.inflections import variants
from hrwatch.territories import countries, places

FILES = (
    "aliases.csv",
    "cities.csv",
    "demonyms.csv",
    "masks.csv",
    "place_names.csv",
    "prisons.csv",
    "towns.csv",
    "zone_cities.csv",
)
ROWS = [(name, row) for name in FILES for row in read_rows(name)]


def known(code: str) -> bool:
    return code in countries() or code in places()


def test_every_code_of_the_forms_is_known() -> None:
    codes = {code for _, row in ROWS for code in re.split("[;+]", row["code"]) if code}
    codes |= {row["code"] for row in read_rows("peoples.csv")}
    assert sorted(code for code in codes if not known(code)) == []


def test_every_code_of_the_ambiguous_is_known() -> None:
    named = set()
    for row in read_rows("ambiguous.csv"):
        named |= {*split(row["default"]), row["code"]}
        named |= {cue[1:] for cue in split(row["cues"]) if cue.startswith("@")}
    assert sorted(code for code in named - {"-"} if not known(code)) == []


@pytest.mark.parametrize("name", FILES)
def test_every_row_has_its_cells_and_a_form(name: str) -> None:
    for row in read_rows(name):
        assert None not in row.values()
        assert None not in row
        assert split(row["forms"]), row
        assert all(folded(form) for form in split(row["forms"])), row
        masks = {FormKind.MASK, FormKind.ORGANISATION}
        assert (FormKind(row["kind"]) in masks) == (row["code"] == ""), row


def test_no_form_is_a_bare_code_of_two_letters() -> None:
    allowed = {"US", "UK", "RF"}
    short = {
        form
        for _, row in ROWS
        for form in split(row["forms"])
        if len(form) == 2 and form.isascii() and form not in allowed
    }
    assert short <= {"Ga", "Pa", "Va", "Md", "Mo", "Ky", "VS"}


def test_gazetteer_compiles_every_language_it_has_names_in() -> None:
    gazetteer = Gazetteer()
    for language in ("en", "be", "ar", "zh", "sw", "hu", "fi", "ko", "th", "ka"):
        assert gazetteer._matcher((language,))


@pytest.mark.parametrize(
    ("written", "language", "phrase"),
    [
        ("Беларусь", "ru", "Беларуси"),
        ("Россия", "ru", "Россией"),
        ("Иран", "ru", "Ираном"),
        ("Саудовская Аравия", "ru", "Саудовск* Арав*"),
        ("Україна", "uk", "Україні"),
        ("Беларусь", "be", "Беларусі"),
        ("Białoruś", "pl", "Białoruś"),
        ("Rosja", "pl", "Rosji"),
        ("Russland", "de", "Russland*"),
        ("Kuba", "de", "Kubas"),
        ("ukraińsk*", "pl", "ukraińscy"),
        ("Ameryka", "pl", "Ameryce"),
        ("Мексика", "uk", "Мексиці"),
        ("Расія", "be", "Расіі"),
        ("Канада", "be", "Канадзе"),
        ("Египет", "ru", "Египта"),
        ("Çad", "tr", "Çadli*"),
        ("Belarusian", "en", "Belarusians"),
        ("rus@", "es", "rusas"),
        ("Ukrajna", "hu", "Ukrajná*"),
        ("ایران", "fa", "ایرانی"),
        ("الأردن", "ar", "للأردن"),
        ("لبنان", "ar", "بلبنان"),
        ("США", "ru", "США"),
        ("Togo", "fr", "Togo"),
    ],
)
def test_variants_hold_the_form_in_a_sentence(written: str, language: str, phrase: str) -> None:
    people = language in {"en", "es"} or written.endswith("*")
    assert phrase in variants(written, language, people=people)


def test_no_form_stands_for_two_countries_but_those_with_a_rule() -> None:
    ruled = {(row["language"], folded(row["surface"])) for row in read_rows("ambiguous.csv")}
    meant: dict[tuple[str, str, bool], set[str]] = {}
    for _, row in ROWS:
        kind = FormKind(row["kind"])
        for form in split(row["forms"]):
            codes = meant.setdefault((row["language"], folded(form), form.endswith("*")), set())
            if kind is not FormKind.NAME:  # a name wins over a town, so San Marino may be both
                codes.add("+".join(sorted(countries_of(row["code"]))))
    twice = {
        (language, form)
        for (language, form, _), codes in meant.items()
        if len(codes) > 1 and not {(language, form), ("any", form)} & ruled
    }
    assert twice == set()


def countries_of(cell: str) -> set[str]:
    """Return the countries of the codes in a cell, those of a place for the place."""
    parents = {code: parents for code, (_, parents) in places().items()}
    codes = [code for code in re.split("[;+]", cell) if code]
    return {parent for code in codes for parent in parents.get(code, (code,))}
