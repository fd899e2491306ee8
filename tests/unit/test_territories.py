"""Codes of countries, territories and places, and what belongs to what."""

import re

import pytest
from babel import Locale

from hrwatch.territories import PARENTS, countries, country_name, languages, places


def test_every_parent_is_a_country() -> None:
    parents = {parent for _, group in places().values() for parent in group}
    assert parents | set(PARENTS.values()) | set(PARENTS) <= set(countries())


@pytest.mark.parametrize("territory", ["TW", "EH", "PS", "XK", "IO"])
def test_disputed_territories_roll_up_to_nobody(territory: str) -> None:
    assert territory not in PARENTS


@pytest.mark.parametrize(
    ("territory", "country"), [("HK", "CN"), ("MO", "CN"), ("PR", "US"), ("NC", "FR"), ("GL", "DK")]
)
def test_territories_roll_up_to_their_country(territory: str, country: str) -> None:
    assert PARENTS[territory] == country


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("BY", "Belarus"),
        ("XK", "Kosovo"),
        ("HK", "Hong Kong"),
        ("PS", "Palestine"),
        ("CN-XJ", "Xinjiang"),
        ("ZZ", "ZZ"),
    ],
)
def test_country_name_is_english_for_display(code: str, name: str) -> None:
    assert country_name(code) == name


def test_languages_are_those_of_cldr() -> None:
    spoken = Locale("en").languages.items()

    assert dict(languages()) == {
        code: str(name) for code, name in spoken if re.fullmatch("[a-z]{2,3}", code)
    }
