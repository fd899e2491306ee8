"""Every language that CLDR names countries in is read by these names alone."""

import json

import pytest

from hrwatch.model.tags import Kind, Relation
from hrwatch.stages.tag.countries import CountryTagger
from hrwatch.stages.tag.gazetteer import Gazetteer, folded, read_data, read_rows
from hrwatch.stages.tag.tokens import tokenise

NAMES: dict[str, dict[str, list[str]]] = json.loads(read_data("names.json"))
AMBIGUOUS = {(row["language"], folded(row["surface"])) for row in read_rows("ambiguous.csv")}
# Where monitors look first: their names must hold in every language that has one of its own.
WATCHED = "AF AM AZ BD BI BY CF CN CO CU EG ER ET HN HT IN IQ IR KZ KH LA LB LY MX MM NG NI"
WATCHED += " PH PK RU RW SA SD SO SS SY TM TH TR TZ UA UG UZ VE VN YE ZW DE FR GB JP PL US"
LEAST_RIGHT = 0.97  # the rest are islands that CLDR abbreviates: "S:t Lucia", "U.S. …"
TAGGER = CountryTagger(Gazetteer())


def subjects(name: str, language: str) -> set[str]:
    """Return what a bare sentence with this name, in no words of any language, is about."""
    sentence = tokenise(f"1 x 2 y, 3 z: {name}, 4 x 5 y 6 z 7 x, 8 y")
    return {
        tag.value
        for tag in TAGGER.tag(tokenise(""), sentence, language)
        if tag.kind is Kind.COUNTRY and tag.relation is Relation.SUBJECT
    }


def told(code: str, names: list[str], language: str) -> bool:
    """Return whether one of the spellings names the country, or is known for being ambiguous."""
    return any(
        {("any", folded(name)), (language, folded(name))} & AMBIGUOUS
        or subjects(name, language) == {code}
        for name in names
    )


@pytest.mark.parametrize("language", NAMES)
def test_a_language_of_cldr_is_read_by_its_names_of_countries(language: str) -> None:
    names = NAMES[language]
    missed = {code for code, spelt in names.items() if not told(code, spelt, language)}

    assert not missed & set(WATCHED.split())
    assert len(missed) <= len(names) * (1 - LEAST_RIGHT), sorted(missed)


def test_the_languages_are_those_that_cldr_has_translated() -> None:
    assert len(NAMES) > 200
