"""Names of countries, keywords and languages, with something to say for every code."""

import pytest

from hrwatch.stages.digest import names
from hrwatch.stages.digest.tongue import speaking

ENGLISH = speaking("en")
LABELS = {"torture": "Torture and other ill-treatment", "CN-XJ": "Xinjiang", "HK": "Hong Kong"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("BY", "Belarus"),
        ("HK", "Hong Kong"),
        ("XK", "Kosovo"),
        ("CN-XJ", "Xinjiang"),
        ("UA-99", "UA-99"),
    ],
)
def test_country_is_named_by_label_then_by_cldr_then_by_its_code(code: str, expected: str) -> None:
    assert names.country(code, LABELS, ENGLISH) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("torture", "Torture and other ill-treatment"), ("water-cannon", "Water cannon")],
)
def test_keyword_is_named_by_its_label_or_its_id_in_words(value: str, expected: str) -> None:
    assert names.keyword(value, LABELS, ENGLISH) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("be", "Belarusian"),
        ("pt-BR", "Brazilian Portuguese"),
        ("fr-XX", "French"),
        ("zh-Hant", "Traditional Chinese"),
        ("EN", "English"),
        ("", "language not known"),
        ("und", "language not known"),
        ("qqq", "qqq"),
    ],
)
def test_language_is_named_in_english(code: str, expected: str) -> None:
    assert names.language(code, ENGLISH) == expected


@pytest.mark.parametrize(
    ("code", "expected"), [("ar", True), ("fa-IR", True), ("HE", True), ("be", False), ("", False)]
)
def test_right_to_left_languages_are_known(code: str, expected: bool) -> None:
    assert names.is_right_to_left(code) is expected
